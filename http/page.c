#include "http/page.h"

#include "http/web.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <string.h>
#include <sys/stat.h>

#define LOG_TAIL 8192
#define MARK_LEN 2 /* of the braces */

/* Log lines and verdicts quote disks and networks. */
static void put_escaped(struct buf *out, const char *s, size_t len)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" },
	};

	for (size_t i = 0; i < len; i++) {
		const char *entity = NULL;

		for (size_t k = 0; k < sizeof(entities) / sizeof(entities[0]); k++)
			if (entities[k].c == s[i])
				entity = entities[k].entity;
		if (entity)
			buf_puts(out, entity);
		else
			buf_put(out, s + i, 1);
	}
}

static void put_state(const struct http_context *context, struct buf *out)
{
	buf_puts(out, context->health->failed ? "failed" : "ok");
}

static void put_verdict(const struct http_context *context, struct buf *out)
{
	const struct http_health *health = context->health;

	if (health->failed)
		put_escaped(out, health->verdict, strlen(health->verdict));
	else
		buf_puts(out, "On course.");
}

/* The newest lines. */
static void put_log(const struct http_context *context, struct buf *out)
{
	char path[256], tail[LOG_TAIL];
	struct buf name = BUF_OVER(path);
	struct stat st;
	fd_auto int fd = -1;
	ssize_t len;

	buf_printf(&name, "%s/boot.log", context->config->state_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	if (st.st_size > LOG_TAIL && lseek(fd, st.st_size - LOG_TAIL, SEEK_SET) < 0)
		return;
	len = fd_read_full(fd, tail, sizeof(tail));
	if (len > 0)
		put_escaped(out, tail, (size_t)len);
}

static const struct mark {
	const char *name;
	void (*put)(const struct http_context *context, struct buf *out);
} marks[] = {
	{ "state", put_state },
	{ "verdict", put_verdict },
	{ "log", put_log },
};

/* A mark may fill @out but for @reserve bytes: the page must close its elements. */
static void put_mark(const struct http_context *context, const char *name, size_t len,
		     size_t reserve, struct buf *out)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct buf part;

		if (strlen(marks[i].name) != len || memcmp(marks[i].name, name, len) != 0)
			continue;
		if (out->size - out->len <= reserve)
			return;
		part = buf_init(out->data + out->len, out->size - out->len - reserve);
		marks[i].put(context, &part);
		out->len += part.len;
	}
}

void page_write(const struct http_context *context, struct buf *out)
{
	const char *s = web_index_html, *end = s + strlen(s);

	while (s < end) {
		const char *brace = memchr(s, '{', (size_t)(end - s));
		const char *close =
			brace ? memchr(brace, '}', (size_t)(end - brace)) : NULL;

		if (!close) {
			buf_put(out, s, (size_t)(end - s));
			return;
		}
		buf_put(out, s, (size_t)(brace - s));
		s = close + MARK_LEN;
		brace += MARK_LEN;
		put_mark(context, brace, (size_t)(close - brace), (size_t)(end - s), out);
	}
}
