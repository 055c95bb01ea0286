#include "netroot/transfer.h"

#include "lib/str.h"
#include "lib/version.h"

#include <string.h>

static bool is_resumable(const struct transfer *t)
{
	return t->offset && *t->validator && !t->no_range;
}

void transfer_request(const struct transfer *t, const struct url *url, bool by_proxy,
		      struct buf *out)
{
	buf_puts(out, "GET ");
	if (by_proxy)
		url_put(out, url);
	else
		buf_puts(out, url->target);
	buf_puts(out, " HTTP/1.1\r\nHost: ");
	url_put_authority(out, url, false);
	buf_puts(out, "\r\nUser-Agent: rootling/" ROOTLING_VERSION
		      "\r\nAccept: */*\r\nConnection: close\r\n");
	if (is_resumable(t))
		buf_printf(out, "Range: bytes=%llu-\r\nIf-Range: %s\r\n",
			   (unsigned long long)t->offset, t->validator);
	buf_puts(out, "\r\n");
}

void transfer_restart(struct transfer *t)
{
	t->offset = t->total = 0;
	t->was_resumed = false;
	*t->validator = '\0';
}

static enum transfer_verdict judge_size(const struct transfer *t, struct buf *why)
{
	if (t->total <= t->size_max)
		return TRANSFER_ANEW;
	buf_printf(why, "it has %llu bytes, and %llu fit into memory",
		   (unsigned long long)t->total, (unsigned long long)t->size_max);
	return TRANSFER_TOO_LARGE;
}

static enum transfer_verdict judge_whole(struct transfer *t, const struct http_head *head,
					 struct buf *why)
{
	if (!head->has_length && !head->is_chunked) {
		buf_puts(why, "the server does not say how long it is");
		return TRANSFER_LATER;
	}
	transfer_restart(t);
	t->total = head->has_length ? head->length : 0;
	(void)str_copy(t->validator, sizeof(t->validator),
		       *head->etag ? head->etag : head->last_modified); /* shorter */
	return judge_size(t, why);
}

/* Only exactly what was asked for will do: the rest of the file from @offset on. */
static enum transfer_verdict judge_part(struct transfer *t, const struct http_head *head,
					struct buf *why)
{
	uint64_t len = head->range_last - head->range_first + 1;

	if (is_resumable(t) && head->has_range && head->range_first == t->offset &&
	    (!t->total || !head->range_total || head->range_total == t->total) &&
	    (!head->has_length || head->length == len) &&
	    (head->has_length || head->is_chunked) && head->range_last < t->size_max) {
		if (!t->total)
			t->total = head->range_total;
		t->was_resumed = true;
		return TRANSFER_ON;
	}
	t->no_range = true;
	buf_puts(why, "the server sent another range than was asked for");
	return TRANSFER_LATER;
}

static enum transfer_verdict judge_redirect(const struct http_head *head, struct buf *why)
{
	if (*head->location)
		return TRANSFER_REDIRECT;
	buf_printf(why, "status %u without a place to go", head->status);
	return TRANSFER_LATER;
}

static enum transfer_verdict judge_refusal(struct transfer *t,
					   const struct http_head *head, struct buf *why)
{
	static const struct {
		unsigned status;
		const char *meaning;
	} rows[] = {
		{ 401, "the server wants a password" },
		{ 403, "forbidden" },
		{ 404, "not found" },
		{ 407, "the proxy wants a password" },
		{ 410, "gone" },
		{ 416, "the server has no such range" },
		{ 429, "too many requests" },
		{ 500, "internal server error" },
		{ 502, "bad gateway" },
		{ 503, "service unavailable" },
		{ 504, "gateway timeout" },
	};
	const char *meaning = "which is not expected";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == head->status)
			meaning = rows[i].meaning;
	if (head->status == 416)
		t->no_range = true;
	buf_printf(why, "status %u: %s", head->status, meaning);
	return TRANSFER_LATER;
}

enum transfer_verdict transfer_judge(struct transfer *t, const struct http_head *head,
				     struct buf *why)
{
	switch (head->status) {
	case 200:
		return judge_whole(t, head, why);
	case 206:
		return judge_part(t, head, why);
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return judge_redirect(head, why);
	default:
		return judge_refusal(t, head, why);
	}
}
