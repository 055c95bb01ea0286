#include "initramfs/elf_system.h"

#include "initramfs/ld_folders.h"
#include "initramfs/sysroot.h"
#include "lib/fd.h"
#include "lib/str.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONF	  "/etc/ld.so.conf"
#define C_LIBRARY "libc.so.6"
#define HEAD_SIZE 64

bool elf_system_is_musl(const struct elf_deps *deps)
{
	const char *slash = deps->interpreter ? strrchr(deps->interpreter, '/') : NULL;

	if (deps->interpreter)
		return slash && str_after(slash + 1, "ld-musl-");
	for (size_t i = 0; i < deps->needed.count; i++)
		if (str_equal(deps->needed.items[i], "libc.so") ||
		    str_after(deps->needed.items[i], "libc.musl-"))
			return true;
	return false;
}

bool elf_system_has(const char *root, const char *path, const struct elf_kind *kind)
{
	char *outside = sysroot_path(root, path);
	fd_auto int fd = outside ? open(outside, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	uint8_t head[HEAD_SIZE];
	ssize_t len = fd < 0 ? -1 : fd_read_full(fd, head, sizeof(head));
	struct elf_kind found;

	free(outside);
	return len > 0 && elf_kind_read(head, (size_t)len, &found) &&
	       elf_same_kind(&found, kind);
}

static bool is_folder(const char *root, const char *path)
{
	char *outside = sysroot_outside(root, path);
	struct stat st;
	bool yes = stat(outside, &st) == 0 && S_ISDIR(st.st_mode);

	free(outside);
	return yes;
}

/* What is not there is left out, and so is a second name of the same folder. */
static void keep_real(const char *root, const struct strings *paths, struct strings *out)
{
	for (size_t i = 0; i < paths->count; i++) {
		struct strings links = { 0 };
		char *real = sysroot_follow(root, paths->items[i], &links);

		if (real && is_folder(root, real))
			strings_add_once(out, real);
		strings_free(&links);
		free(real);
	}
}

/* /lib/X and /usr/lib/X, where /usr is not merged: a loader that has one built in has both. */
static bool are_twins(const char *a, const char *b)
{
	const char *a_below = str_after(a, "/usr"), *b_below = str_after(b, "/usr");

	return str_equal(a_below ? a_below : a, b_below ? b_below : b);
}

static void add_folder(struct elf_system *s, const char *path, const char *libc)
{
	s->folders = mem_grow(s->folders, s->count, sizeof(*s->folders));
	s->folders[s->count++] = (struct elf_folder){
		.path = mem_strdup(path),
		.seen = mem_strdup(libc && !are_twins(path, libc) ? libc : path),
	};
}

/* Which folders glibc's loader has built in is not known, but its own library is in one. */
static void find_folders(struct elf_system *s, const char *root, struct strings *out)
{
	struct strings built_in = { 0 }, named = { 0 };
	char *libc = NULL;

	ld_folders_conf(root, CONF, &named);
	ld_folders_default(&s->kind, &built_in);
	keep_real(root, &built_in, out);
	for (size_t i = 0; i < out->count && !libc; i++) {
		char *path = mem_printf("%s/" C_LIBRARY, out->items[i]);

		if (elf_system_has(root, path, &s->kind))
			libc = mem_strdup(out->items[i]);
		free(path);
	}
	strings_free(out);
	keep_real(root, &named, out);
	keep_real(root, &built_in, out);
	for (size_t i = 0; i < out->count; i++)
		add_folder(s, out->items[i], libc);
	strings_free(&built_in);
	strings_free(&named);
	free(libc);
}

struct elf_system *elf_system_open(const char *root, const struct elf_deps *deps)
{
	struct elf_system *s = mem_alloc(sizeof(*s));
	struct strings paths = { 0 };

	s->kind = deps->kind;
	s->musl = elf_system_is_musl(deps);
	if (s->musl) {
		s->conf =
			ld_folders_musl(root, deps->interpreter ? deps->interpreter : "",
					&paths);
		for (size_t i = 0; i < paths.count; i++)
			add_folder(s, paths.items[i], NULL);
	} else {
		find_folders(s, root, &paths);
	}
	strings_free(&paths);
	return s;
}

void elf_system_free(struct elf_system *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->folders[i].path);
		free(s->folders[i].seen);
	}
	free(s->folders);
	free(s->conf);
	free(s);
}
