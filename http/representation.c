#include "http/representation.h"

#include "http/httpdate.h"
#include "http/range.h"

#include "lib/clock.h"
#include "lib/random.h"

#include <errno.h>

/* Stored, but asked about each time: what a machine boots from must be what is there now. */
#define CACHE_CONTROL "no-cache"

_Static_assert(2 * RANGES_MAX + 1 <= RESPONSE_PIECES_MAX,
	       "a head and bytes for each range");

static bool is_conditional(const struct http_request *request)
{
	const struct text *f = request->fields;

	return f[HTTP_IF_MATCH].s || f[HTTP_IF_NONE_MATCH].s ||
	       f[HTTP_IF_MODIFIED_SINCE].s || f[HTTP_IF_UNMODIFIED_SINCE].s ||
	       f[HTTP_IF_RANGE].s;
}

/* What a 304 has too. */
static void add_validators(const struct representation *r, struct response *response)
{
	response_add_field(response, "ETag", "%s", r->validators.etag);
	response_add_field(response, "Cache-Control", CACHE_CONTROL);
	if (r->varies)
		response_add_field(response, "Vary", "Accept-Encoding");
}

static void add_description(const struct representation *r, struct response *response)
{
	char date[HTTPDATE_SIZE];

	add_validators(r, response);
	if (r->validators.is_dated) {
		httpdate_format(r->validators.modified_s, date);
		response_add_field(response, "Last-Modified", "%s", date);
	}
	response_add_field(response, "Accept-Ranges", "bytes");
	if (r->is_gzip)
		response_add_field(response, "Content-Encoding", "gzip");
}

static bool add_bytes(const struct representation *r, uint64_t first, uint64_t len,
		      struct response *response)
{
	return r->data ? response_add_memory(response, r->data + first, len)
		       : response_add_file(response, first, len);
}

static void answer_part(const struct representation *r, const struct range *range,
			struct response *response)
{
	response->status = 206;
	response->type = r->type;
	response_add_field(response, "Content-Range", "bytes %llu-%llu/%llu",
			   (unsigned long long)range->first,
			   (unsigned long long)(range->first + range->len - 1),
			   (unsigned long long)r->len);
	(void)add_bytes(r, range->first, range->len, response); /* the only piece */
}

/* RFC 9110, 14.6. The boundary must not stand in the file, which cannot know a random one. */
static void answer_parts(const struct representation *r, const struct ranges *ranges,
			 struct response *response)
{
	struct buf text = BUF_OVER(response->text);
	size_t start;
	bool fits = true;
	char boundary[32];

	FORMAT(boundary, "part-%08x%08x", random_seed(1), random_seed(2));
	buf_printf(&text, "multipart/byteranges; boundary=%s", boundary);
	response->status = 206;
	response->type = response->text;
	for (unsigned i = 0; i < ranges->count; i++) {
		const struct range *range = &ranges->list[i];

		start = ++text.len; /* behind a NUL */
		buf_printf(&text,
			   "\r\n--%s\r\nContent-Type: %s\r\n"
			   "Content-Range: bytes %llu-%llu/%llu\r\n\r\n",
			   boundary, r->type, (unsigned long long)range->first,
			   (unsigned long long)(range->first + range->len - 1),
			   (unsigned long long)r->len);
		fits &= response_add_memory(response, text.data + start,
					    text.len - start);
		fits &= add_bytes(r, range->first, range->len, response);
	}
	start = ++text.len;
	buf_printf(&text, "\r\n--%s--\r\n", boundary);
	fits &= response_add_memory(response, text.data + start, text.len - start);
	if (!fits || text.truncated)
		response_set_status(response, 500);
}

static void answer_whole(const struct representation *r, struct response *response)
{
	response->status = 200;
	response->type = r->type;
	(void)add_bytes(r, 0, r->len, response); /* the only piece */
}

static void answer_bytes(const struct representation *r,
			 const struct http_request *request, int64_t now_s,
			 struct response *response)
{
	struct text value = request->fields[HTTP_RANGE];
	struct ranges ranges;
	int err = -1;

	if (value.s && request->method == HTTP_GET && /* 14.2: for no other method */
	    conditional_allows_range(request, &r->validators, now_s))
		err = range_parse(value, r->len, &ranges);
	if (err == -ERANGE) {
		response_set_status(response, 416);
		response_add_field(response, "Content-Range", "bytes */%llu",
				   (unsigned long long)r->len);
		return;
	}
	add_description(r, response);
	if (err)
		answer_whole(r, response);
	else if (ranges.count == 1)
		answer_part(r, &ranges.list[0], response);
	else
		answer_parts(r, &ranges, response);
}

void representation_answer(const struct representation *r,
			   const struct http_exchange *exchange,
			   struct response *response)
{
	const struct http_request *request = exchange->request;
	bool asks = is_conditional(request);
	int64_t now_s = asks ? (int64_t)(clock_realtime_us() / 1000000) : 0;
	unsigned verdict = asks ? conditional_judge(request, &r->validators, now_s) : 0;

	response->own = false; /* it says itself what may be stored */
	if (verdict == 304) {
		response->status = 304;
		response->no_length = true;
		add_validators(r, response);
	} else if (verdict) {
		response_set_status(response, verdict);
	} else {
		answer_bytes(r, request, now_s, response);
	}
}
