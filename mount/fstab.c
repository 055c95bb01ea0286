#include "mount/fstab.h"

#include "lib/str.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* The byte of a \ooo at @s; 0: there is none, or it would end the string. */
static unsigned octal(const char *s)
{
	unsigned value = 0;

	if (s[0] != '\\' || s[1] > '3')
		return 0;
	for (int i = 1; i <= 3; i++) {
		if (s[i] < '0' || s[i] > '7')
			return 0;
		value = value * 8 + (unsigned)(s[i] - '0');
	}
	return value;
}

static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		unsigned byte = octal(s);

		*to++ = byte ? (char)byte : *s;
		s += byte ? 4 : 1;
	}
	*to = '\0';
}

char *fstab_field(char **line)
{
	char *field = *line + strspn(*line, " \t");
	size_t len = strcspn(field, " \t");

	*line = field + len;
	if (**line)
		*(*line)++ = '\0';
	unescape(field);
	return field;
}

static char *cut_line(struct fstab *fstab)
{
	char *line = fstab->rest;
	size_t len = strcspn(line, "\n");

	fstab->rest += len;
	if (*fstab->rest)
		*fstab->rest++ = '\0';
	fstab->line++;
	return line + strspn(line, " \t");
}

int fstab_next(struct fstab *fstab, struct fstab_entry *out)
{
	while (*fstab->rest) {
		char *line = cut_line(fstab);
		uint32_t pass = 0;

		if (!*line || *line == '#')
			continue;
		out->source = fstab_field(&line);
		out->target = fstab_field(&line);
		out->type = fstab_field(&line);
		out->options = fstab_field(&line);
		(void)fstab_field(&line);			    /* for dump(8) */
		(void)str_parse_u32(fstab_field(&line), 10, &pass); /* 0 if it is none */
		out->pass = pass;
		return *out->type ? 1 : -EINVAL;
	}
	return 0;
}
