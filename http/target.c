#include "http/target.h"

#include <errno.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes the next byte of @t into @c. */
static int take_byte(struct text *t, char *c)
{
	size_t used = 1;

	*c = t->s[0];
	if (*c == '%') {
		int high = t->len > 2 ? hex_digit(t->s[1]) : -1;
		int low = t->len > 2 ? hex_digit(t->s[2]) : -1;

		if (high < 0 || low < 0 || (high | low) == 0)
			return -EBADMSG;
		*c = (char)(high << 4 | low);
		used = 3;
	}
	t->s += used;
	t->len -= used;
	return 0;
}

/* Appends @segment behind a '/'. Decoding makes nothing longer, so it fits where @path did. */
static int add_segment(struct target *out, size_t *len, struct text segment)
{
	size_t start = *len + (*len > 0);
	size_t end = start;

	if (start + segment.len >= sizeof(out->path))
		return -ENOENT;
	if (*len)
		out->path[*len] = '/';
	while (segment.len) {
		char c;
		int err = take_byte(&segment, &c);

		if (err)
			return err;
		if (c == '/' || (unsigned char)c < ' ' || c == 0x7f)
			return -ENOENT;
		out->path[end++] = c;
	}
	out->path[end] = '\0';
	if (out->path[start] == '.' && strcmp(out->path, ".well-known") != 0)
		return -ENOENT;
	*len = end;
	return 0;
}

int target_parse(struct text path, struct target *out)
{
	size_t len = 0;
	int err = 0;

	out->path[0] = '\0';
	out->is_folder = true;
	out->is_canonical = true;
	if (!path.len || path.s[0] != '/')
		return -EBADMSG;
	path.s++, path.len--;
	while (path.len && !err) {
		struct text rest = path;
		struct text segment = text_take_until(&path, '/');

		out->is_folder = rest.len > segment.len;
		if (segment.len)
			err = add_segment(out, &len, segment);
		else
			out->is_canonical = false;
	}
	return err;
}

void target_format(const char *path, struct buf *out)
{
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (is_letter || strchr("/0123456789-._~", c))
			buf_put(out, path, 1);
		else
			buf_printf(out, "%%%02X", c);
	}
}
