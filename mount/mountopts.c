#include "mount/mountopts.h"

#include "lib/buf.h"
#include "lib/klibc.h"
#include "lib/str.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ATIME_MASK (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)
#define OWNER_MASK (MS_NOSUID | MS_NODEV)
#define USER_MASK  (MS_NOEXEC | OWNER_MASK)

/* mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS". First @clear, then @set. The last ones
 * are for mount(8), which draws the consequences of `user` itself. The names stand one
 * behind the other, because a pointer is as long as most of them. */
#define WORDS(X)                                     \
	X("ro", 0, MS_RDONLY)                        \
	X("rw", MS_RDONLY, 0)                        \
	X("nosuid", 0, MS_NOSUID)                    \
	X("suid", MS_NOSUID, 0)                      \
	X("nodev", 0, MS_NODEV)                      \
	X("dev", MS_NODEV, 0)                        \
	X("noexec", 0, MS_NOEXEC)                    \
	X("exec", MS_NOEXEC, 0)                      \
	X("sync", 0, MS_SYNCHRONOUS)                 \
	X("async", MS_SYNCHRONOUS, 0)                \
	X("dirsync", 0, MS_DIRSYNC)                  \
	X("remount", 0, MS_REMOUNT)                  \
	X("bind", 0, MS_BIND)                        \
	X("rbind", 0, MS_BIND | MS_REC)              \
	X("mand", 0, MS_MANDLOCK)                    \
	X("nomand", MS_MANDLOCK, 0)                  \
	X("noatime", ATIME_MASK, MS_NOATIME)         \
	X("atime", MS_NOATIME, 0)                    \
	X("relatime", ATIME_MASK, MS_RELATIME)       \
	X("norelatime", MS_RELATIME, 0)              \
	X("strictatime", ATIME_MASK, MS_STRICTATIME) \
	X("nostrictatime", MS_STRICTATIME, 0)        \
	X("nodiratime", 0, MS_NODIRATIME)            \
	X("diratime", MS_NODIRATIME, 0)              \
	X("lazytime", 0, MS_LAZYTIME)                \
	X("nolazytime", MS_LAZYTIME, 0)              \
	X("iversion", 0, MS_I_VERSION)               \
	X("noiversion", MS_I_VERSION, 0)             \
	X("nosymfollow", 0, MS_NOSYMFOLLOW)          \
	X("symfollow", MS_NOSYMFOLLOW, 0)            \
	X("silent", 0, MS_SILENT)                    \
	X("loud", MS_SILENT, 0)                      \
	X("user", 0, USER_MASK)                      \
	X("users", 0, USER_MASK)                     \
	X("owner", 0, OWNER_MASK)                    \
	X("group", 0, OWNER_MASK)                    \
	X("nouser", 0, 0)                            \
	X("nousers", 0, 0)                           \
	X("noowner", 0, 0)                           \
	X("nogroup", 0, 0)                           \
	X("defaults", 0, 0)                          \
	X("auto", 0, 0)                              \
	X("noauto", 0, 0)                            \
	X("nofail", 0, 0)                            \
	X("_netdev", 0, 0)

#define NAME(name, clear, set)	name "\0"
#define FLAGS(name, clear, set) { clear, set },

static const char names[] = WORDS(NAME);

static const struct word {
	uint32_t clear, set;
} words[] = { WORDS(FLAGS) };

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
	const char *name = names;

	for (const struct word *w = words; *name; w++, name += strlen(name) + 1)
		if (word_equal(word, len, name))
			return w;
	return NULL;
}

static bool is_ignored(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(ignored_prefixes) / sizeof(ignored_prefixes[0]);
	     i++)
		if (str_after(word, ignored_prefixes[i]))
			return true;
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
			out->flags =
				(out->flags & ~(unsigned long)word->clear) | word->set;
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
