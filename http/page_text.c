#include "http/page_parts.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <string.h>
#include <sys/stat.h>

/* NULL: the character as it is. */
static const char *entity_of(char c)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" },
	};

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (entities[i].c == c)
			return entities[i].entity;
	return NULL;
}

size_t escaped_length(struct text t)
{
	size_t len = 0;

	for (size_t i = 0; i < t.len; i++) {
		const char *entity = entity_of(t.s[i]);

		len += entity ? strlen(entity) : 1;
	}
	return len;
}

void put_escaped(struct buf *out, struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		const char *entity = entity_of(t.s[i]);

		if (entity)
			buf_puts(out, entity);
		else
			buf_put(out, t.s + i, 1);
	}
}

bool put_member(struct buf *out, struct text object, const char *name)
{
	struct text value = json_member(object, name);
	char decoded[768];
	struct buf b = BUF_OVER(decoded);

	if (!value.s || text_is(value, "null") || text_is(value, "\"\""))
		return false;
	if (json_put_string(value, &b))
		value = (struct text){ b.data, b.len };
	put_escaped(out, value);
	return true;
}

void put_size(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	uint64_t tenths = bytes * 10;
	unsigned unit = 0;

	if (bytes > UINT64_MAX / 10)
		return; /* no disk is that large */
	for (; tenths >= 10240 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		tenths /= 1024;
	if (tenths >= 1000 || !unit)
		buf_printf(out, "%u %s", (unsigned)(tenths / 10), units[unit]);
	else
		buf_printf(out, "%u.%u %s", (unsigned)(tenths / 10),
			   (unsigned)(tenths % 10), units[unit]);
}

void put_time(struct buf *out, uint64_t us)
{
	if (us < 1000000)
		buf_printf(out, "%u.%u ms", (unsigned)(us / 1000),
			   (unsigned)(us / 100 % 10));
	else if (us < 60000000)
		buf_printf(out, "%u.%02u s", (unsigned)(us / 1000000),
			   (unsigned)(us / 10000 % 100));
	else
		buf_printf(out, "%u min %u s", (unsigned)(us / 60000000),
			   (unsigned)(us / 1000000 % 60));
}

size_t page_read(const struct http_context *context, const char *name, char *text,
		 size_t size)
{
	fd_auto int fd = -1;
	struct stat st;
	ssize_t len;
	off_t from;
	char *line;

	text[0] = '\0';
	fd = context_open(context, name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	from = st.st_size < (off_t)size ? 0 : st.st_size - (off_t)size + 1;
	if (lseek(fd, from, SEEK_SET) < 0)
		return 0;
	len = fd_read_full(fd, text, size - 1);
	text[len > 0 ? len : 0] = '\0';
	if (len <= 0)
		return 0;
	line = from ? strchr(text, '\n') : NULL;
	if (!line)
		return (size_t)len;
	len -= line + 1 - text;
	memmove(text, line + 1, (size_t)len + 1);
	return (size_t)len;
}
