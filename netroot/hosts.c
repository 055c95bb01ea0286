#include "netroot/hosts.h"

#include "lib/str.h"

#include <string.h>

#define BLANKS " \t\r"

/* The next word of a line that ends at @end; false at its end or its comment. */
static bool take_word(const char **s, const char *end, char *out, size_t size)
{
	size_t len;

	*s += strspn(*s, BLANKS);
	len = strcspn(*s, BLANKS "\n#");
	if (*s >= end || len == 0)
		return false;
	*out = '\0';
	if (len < size) { /* a longer one equals no name */
		memcpy(out, *s, len);
		out[len] = '\0';
	}
	*s += len;
	return true;
}

static void read_line(const char *s, const char *end, const char *name,
		      struct addresses *out)
{
	char word[256];
	struct ip ip;

	if (!take_word(&s, end, word, sizeof(word)) || ip_parse(word, &ip))
		return;
	while (take_word(&s, end, word, sizeof(word)))
		if (str_equal_nocase(word, name))
			addresses_add(out, &ip);
}

void hosts_find(const char *hosts, const char *name, struct addresses *out)
{
	while (*hosts) {
		const char *end = hosts + strcspn(hosts, "\n");

		read_line(hosts, end, name, out);
		hosts = *end ? end + 1 : end;
	}
}
