#include "mount/mountlist.h"

#include <stdbool.h>
#include <string.h>

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static void unescape(char *s)
{
	char *out = s;

	while (*s) {
		if (s[0] == '\\' && is_octal(s[1]) && is_octal(s[2]) && is_octal(s[3])) {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
					(s[3] - '0'));
			s += 4;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

/* The second field of a line, cut out of it; NULL: there is none. */
static char *target_of(char *line)
{
	char *target = strchr(line, ' ');

	if (!target)
		return NULL;
	target++;
	target[strcspn(target, " ")] = '\0';
	unescape(target);
	return *target ? target : NULL;
}

size_t mountlist_parse(char *text, char **targets, size_t max)
{
	size_t count = 0;

	while (*text) {
		char *line = text, *target;
		size_t len = strcspn(text, "\n");

		text += len + (text[len] == '\n');
		line[len] = '\0';
		target = target_of(line);
		if (!target)
			continue;
		if (count == max)
			memmove(targets, targets + 1, --count * sizeof(*targets));
		targets[count++] = target;
	}
	return count;
}
