#include "mount/mountopts.h"

#include "lib/buf.h"
#include "lib/klibc.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define ATIME_MASK (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)
#define OWNER_MASK (MS_NOSUID | MS_NODEV)
#define USER_MASK  (MS_NOEXEC | OWNER_MASK)

/* mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS". First @clear, then @set. */
static const struct word {
	const char *name;
	unsigned long clear, set;
} words[] = {
	{ "ro", 0, MS_RDONLY },
	{ "rw", MS_RDONLY, 0 },
	{ "nosuid", 0, MS_NOSUID },
	{ "suid", MS_NOSUID, 0 },
	{ "nodev", 0, MS_NODEV },
	{ "dev", MS_NODEV, 0 },
	{ "noexec", 0, MS_NOEXEC },
	{ "exec", MS_NOEXEC, 0 },
	{ "sync", 0, MS_SYNCHRONOUS },
	{ "async", MS_SYNCHRONOUS, 0 },
	{ "dirsync", 0, MS_DIRSYNC },
	{ "remount", 0, MS_REMOUNT },
	{ "bind", 0, MS_BIND },
	{ "rbind", 0, MS_BIND | MS_REC },
	{ "mand", 0, MS_MANDLOCK },
	{ "nomand", MS_MANDLOCK, 0 },
	{ "noatime", ATIME_MASK, MS_NOATIME },
	{ "atime", MS_NOATIME, 0 },
	{ "relatime", ATIME_MASK, MS_RELATIME },
	{ "norelatime", MS_RELATIME, 0 },
	{ "strictatime", ATIME_MASK, MS_STRICTATIME },
	{ "nostrictatime", MS_STRICTATIME, 0 },
	{ "nodiratime", 0, MS_NODIRATIME },
	{ "diratime", MS_NODIRATIME, 0 },
	{ "lazytime", 0, MS_LAZYTIME },
	{ "nolazytime", MS_LAZYTIME, 0 },
	{ "iversion", 0, MS_I_VERSION },
	{ "noiversion", MS_I_VERSION, 0 },
	{ "nosymfollow", 0, MS_NOSYMFOLLOW },
	{ "symfollow", MS_NOSYMFOLLOW, 0 },
	{ "silent", 0, MS_SILENT },
	{ "loud", MS_SILENT, 0 },
	/* for mount(8), which draws these consequences itself */
	{ "user", 0, USER_MASK },
	{ "users", 0, USER_MASK },
	{ "owner", 0, OWNER_MASK },
	{ "group", 0, OWNER_MASK },
	{ "nouser", 0, 0 },
	{ "nousers", 0, 0 },
	{ "noowner", 0, 0 },
	{ "nogroup", 0, 0 },
	{ "defaults", 0, 0 },
	{ "auto", 0, 0 },
	{ "noauto", 0, 0 },
	{ "nofail", 0, 0 },
	{ "_netdev", 0, 0 },
};

/* Words that only mount(8) and systemd read and that carry a value. */
static const char *const ignored_prefixes[] = { "x-", "X-", "comment=" };

/* Length of the word at @s: up to a comma that is outside of quotes. */
static size_t word_length(const char *s)
{
	bool quoted = false;
	size_t len;

	for (len = 0; s[len] && (quoted || s[len] != ','); len++)
		if (s[len] == '"')
			quoted = !quoted;
	return len;
}

static bool word_equal(const char *word, size_t len, const char *name)
{
	return strncmp(word, name, len) == 0 && name[len] == '\0';
}

static const struct word *find_word(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (word_equal(word, len, words[i].name))
			return &words[i];
	return NULL;
}

static bool is_ignored(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(ignored_prefixes) / sizeof(ignored_prefixes[0]);
	     i++) {
		size_t prefix_len = strlen(ignored_prefixes[i]);

		if (len >= prefix_len &&
		    strncmp(word, ignored_prefixes[i], prefix_len) == 0)
			return true;
	}
	return len == 0;
}

int mountopts_parse(const char *s, struct mountopts *out)
{
	struct buf data = { .data = out->data, .size = sizeof(out->data) };

	data.len = strnlen(out->data, sizeof(out->data) - 1);
	while (*s) {
		size_t len = word_length(s);
		const struct word *word = find_word(s, len);

		if (word) {
			out->flags = (out->flags & ~word->clear) | word->set;
		} else if (!is_ignored(s, len)) {
			buf_puts(&data, data.len > 0 ? "," : "");
			buf_put(&data, s, len);
		}
		s += len + (s[len] == ',');
	}
	return data.truncated ? -E2BIG : 0;
}

bool mountopts_has(const char *s, const char *name)
{
	while (*s) {
		size_t len = word_length(s);

		if (word_equal(s, len, name))
			return true;
		s += len + (s[len] == ',');
	}
	return false;
}
