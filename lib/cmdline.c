#include "lib/cmdline.h"

#include "lib/fd.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>

/* The kernel's table has NO-BREAK SPACE of Latin-1 among the blanks (lib/ctype.c). */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

/* Length of the word at @s, which is inside quotes already when @in_quote; *@equals
 * becomes the offset of its first `=`, or 0: a word that starts with `=` has no value. */
static size_t word_length(const char *s, bool in_quote, size_t *equals)
{
	size_t i;

	*equals = 0;
	for (i = 0; s[i] && (in_quote || !is_space(s[i])); i++) {
		if (s[i] == '=' && *equals == 0)
			*equals = i;
		if (s[i] == '"')
			in_quote = !in_quote;
	}
	return i;
}

bool cmdline_next(char **rest, struct cmdline_word *word)
{
	char *s = *rest;
	bool quoted;
	size_t len, equals;

	while (is_space(*s))
		s++;
	if (!*s)
		return false;
	quoted = *s == '"';
	s += quoted;
	len = word_length(s, quoted, &equals);

	*rest = s + len + (s[len] != '\0');
	s[len] = '\0';
	word->name = s;
	word->value = NULL;
	if (equals) {
		s[equals] = '\0';
		word->value = s + equals + 1;
		if (*word->value == '"') {
			word->value++;
			if (s[len - 1] == '"')
				s[len - 1] = '\0';
		}
	}
	if (quoted && len > 0 && s[len - 1] == '"')
		s[len - 1] = '\0';
	return true;
}

static void blank_comments(char *text)
{
	bool line_start = true, comment = false;

	for (; *text; text++) {
		if (*text == '\n') {
			line_start = true;
			comment = false;
			continue;
		}
		if (line_start && *text == '#')
			comment = true;
		line_start = line_start && is_space(*text);
		if (comment)
			*text = ' ';
	}
}

int cmdline_read_file(const char *path, char *data, size_t size)
{
	ssize_t len = fd_read_file(AT_FDCWD, path, data, size);

	if (len >= 0)
		blank_comments(data);
	return (int)len;
}
