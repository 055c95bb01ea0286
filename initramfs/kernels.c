#include "initramfs/kernels.h"

#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of a character that is no digit. "6.1-rc2" sorts before "6.1", which ends where it goes on. */
static int weight(const char *s)
{
	if (!*s || is_digit(*s))
		return 0;
	return strncmp(s, "-rc", 3) == 0 && is_digit(s[3]) ? -1 : (unsigned char)*s;
}

/* Numbers of any length: the longer one is larger once the zeroes before it are gone. */
static int compare_numbers(const char **a, const char **b)
{
	size_t len_a, len_b;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	len_a = strspn(*a, "0123456789");
	len_b = strspn(*b, "0123456789");
	order = len_a == len_b ? memcmp(*a, *b, len_a) : len_a < len_b ? -1 : 1;
	*a += len_a;
	*b += len_b;
	return order;
}

int kernel_compare(const char *a, const char *b)
{
	int order = 0;

	while (!order && (*a || *b)) {
		order = weight(a) - weight(b);
		if (!order && weight(a))
			a++, b++;
		else if (!order)
			order = compare_numbers(&a, &b);
	}
	return order;
}

bool kernel_is_version(const char *version)
{
	return *version && *version != '.' && *version != '-' && !strchr(version, '/');
}

static const char *version_of(const char *name)
{
	static const char *const prefixes[] = { "vmlinuz-", "vmlinux-" };
	const char *version = NULL;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]) && !version; i++)
		version = str_after(name, prefixes[i]);
	return version && kernel_is_version(version) ? version : NULL;
}

static bool has_modules(const char *modules, const char *version)
{
	char *path = mem_printf("%s/%s/modules.dep", modules, version);
	bool there = access(path, R_OK) == 0;

	free(path);
	return there;
}

static int newest_first(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return kernel_compare(*right, *left);
}

int kernels_list(const char *boot, const char *modules, struct strings *out)
{
	DIR *folder = opendir(boot);
	struct dirent *entry;
	const char *version;
	int err;

	if (!folder)
		return -errno;
	for (errno = 0; (entry = readdir(folder)); errno = 0) {
		version = version_of(entry->d_name);
		if (version && has_modules(modules, version))
			(void)strings_add_once(out, version); /* vmlinux beside it */
	}
	err = -errno;
	closedir(folder);
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), newest_first);
	return err;
}
