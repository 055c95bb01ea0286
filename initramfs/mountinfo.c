#include "initramfs/mountinfo.h"

#include "lib/str.h"
#include "mount/fstab.h"

#include <stdlib.h>
#include <string.h>

/* `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`: any number of fields stand
 * before the single dash. */
static bool parse_line(char *line, struct mountinfo_entry *out)
{
	const char *field;

	(void)fstab_field(&line); /* the mount's number, its parent's */
	(void)fstab_field(&line);
	out->number = fstab_field(&line);
	(void)fstab_field(&line); /* which folder of the file system */
	out->target = fstab_field(&line);
	do
		field = fstab_field(&line);
	while (*field && !str_equal(field, "-"));
	out->type = fstab_field(&line);
	out->source = fstab_field(&line);
	out->options = fstab_field(&line);
	return *out->target == '/' && *out->type;
}

struct mountinfo mountinfo_parse(const char *text, size_t len)
{
	struct mountinfo mounts = { .text = mem_printf("%.*s", (int)len, text) };
	char *rest = mounts.text, *line;

	while ((line = strsep(&rest, "\n"))) {
		struct mountinfo_entry e;

		if (!parse_line(line, &e))
			continue;
		mounts.entries = mem_grow(mounts.entries, mounts.count, sizeof(e));
		mounts.entries[mounts.count++] = e;
	}
	return mounts;
}

void mountinfo_free(struct mountinfo *mounts)
{
	free(mounts->entries);
	free(mounts->text);
	*mounts = (struct mountinfo){ 0 };
}

const struct mountinfo_entry *mountinfo_at(const struct mountinfo *mounts,
					   const char *target)
{
	for (size_t i = mounts->count; i > 0; i--)
		if (str_equal(mounts->entries[i - 1].target, target))
			return &mounts->entries[i - 1];
	return NULL;
}

static bool holds(const char *target, const char *path)
{
	const char *rest = str_after(path, target);

	return rest && (!*rest || *rest == '/' || str_equal(target, "/"));
}

const struct mountinfo_entry *mountinfo_holding(const struct mountinfo *mounts,
						const char *path)
{
	const struct mountinfo_entry *best = NULL;

	for (size_t i = 0; i < mounts->count; i++) {
		const struct mountinfo_entry *e = &mounts->entries[i];

		if (holds(e->target, path) &&
		    (!best || strlen(e->target) >= strlen(best->target)))
			best = e;
	}
	return best;
}

/* The end of an option: a comma that no backslash stands before, as overlay writes them. */
static size_t option_len(const char *options)
{
	size_t len = 0;

	while (options[len] && options[len] != ',')
		len += options[len] == '\\' && options[len + 1] ? 2 : 1;
	return len;
}

static char *unescaped(const char *value, size_t len)
{
	char *copy = mem_alloc(len + 1), *to = copy;

	for (size_t i = 0; i < len; i++) {
		if (value[i] == '\\' && i + 1 < len)
			i++;
		*to++ = value[i];
	}
	return copy;
}

char *mountinfo_option(const char *options, const char *name)
{
	size_t name_len = strlen(name);

	while (*options) {
		size_t len = option_len(options);

		if (len > name_len && options[name_len] == '=' &&
		    memcmp(options, name, name_len) == 0)
			return unescaped(options + name_len + 1, len - name_len - 1);
		options += len + (options[len] == ',');
	}
	return NULL;
}
