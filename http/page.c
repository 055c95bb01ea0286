#include "http/page.h"

#include "http/page_parts.h"
#include "http/web.h"

#include <string.h>

#define TEXT_HTML     "text/html; charset=utf-8"
#define STATUS_SIZE   24576
#define TIMELINE_SIZE 8192
#define LOG_SIZE      6144
#define MARK_LEN      2 /* of the braces */

static const char *state_of(const struct page *page)
{
	if (page->context->health->failed)
		return "failed";
	return text_is(json_member(page->status, "state"), "\"running\"") ? "running"
									  : "booting";
}

static void put_state(const struct page *page, struct buf *out)
{
	buf_puts(out, state_of(page));
}

static void put_state_word(const struct page *page, struct buf *out)
{
	const char *state = state_of(page);

	buf_puts(out, *state == 'f' ? "Failed" : *state == 'r' ? "Running" : "Starting");
}

/* "no root: waited 3 s for LABEL=demo: …": up to the first colon it is the headline. */
static struct text take_headline(struct text *verdict)
{
	struct text headline = text_take_until(verdict, ':');

	*verdict = text_trim(*verdict);
	return headline;
}

static void put_verdict(const struct page *page, struct buf *out)
{
	struct text verdict = text_of(page->context->health->verdict);
	const char *state = state_of(page);

	if (*state == 'f') {
		put_escaped(out, take_headline(&verdict));
	} else if (*state == 'r') {
		buf_puts(out, "The services run");
	} else {
		buf_puts(out, "Stage ");
		if (!put_member(out, page->status, "stage"))
			buf_puts(out, "none yet");
	}
}

static void put_why(const struct page *page, struct buf *out)
{
	struct text verdict = text_of(page->context->health->verdict);
	size_t start = out->len;

	if (page->context->health->failed) {
		(void)take_headline(&verdict);
		put_escaped(out, verdict);
		return;
	}
	buf_puts(out, "waits for ");
	if (put_member(out, page->status, "waiting_for"))
		return;
	out->len = start;
	buf_puts(out, "on course");
}

/* Not while somebody types without a script to save what was typed. */
static void put_refresh(const struct page *page, struct buf *out)
{
	if (!text_is(page->exchange->request->query, "still"))
		buf_puts(
			out,
			"<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>");
}

/* Why nobody who comes this way may act; NULL: somebody may. */
static const char *why_not(const struct page *page)
{
	const struct http_peer *peer = page->exchange->peer;
	const struct action_context *actions = page->context->actions;

	if (!peer->tls && !peer->local)
		return "This connection is not encrypted: actions are offered by HTTPS only.";
	if (!peer->certified && !peer->local && !actions->auth->has_token)
		return "This image has no token that would allow them.";
	return actions->allowed ? NULL : "rd.http.actions= allows none.";
}

static void put_disabled(const struct page *page, struct buf *out)
{
	buf_puts(out, why_not(page) ? " disabled" : "");
}

static void put_note(const struct page *page, struct buf *out)
{
	const char *why = why_not(page);

	buf_puts(out, why ? why : "Each is written to the log, with your address.");
}

/* Who shows a certificate or comes from the machine itself may need none. */
static void put_required(const struct page *page, struct buf *out)
{
	const struct http_peer *peer = page->exchange->peer;

	buf_puts(out, peer->certified || peer->local ? "" : " required");
}

static void put_log(const struct page *page, struct buf *out)
{
	char text[LOG_SIZE];
	size_t len = page_read(page->context, "boot.log", text, sizeof(text));
	struct text log = { text, len };

	while (log.len && escaped_length(log) >= out->size)
		(void)text_take_until(&log, '\n'); /* the newest lines count */
	put_escaped(out, log);
}

/* How much room each has of the answer's text, which holds them all. */
static const struct mark {
	const char *name;
	void (*put)(const struct page *page, struct buf *out);
	size_t max;
} marks[] = {
	{ "refresh", put_refresh, 128 },  { "state", put_state, 16 },
	{ "word", put_state_word, 16 },	  { "verdict", put_verdict, 512 },
	{ "why", put_why, 1536 },	  { "note", put_note, 128 },
	{ "required", put_required, 16 }, { "disabled", put_disabled, 16 },
	{ "stages", put_stages, 9216 },	  { "devices", put_devices, 6144 },
	{ "network", put_network, 2048 }, { "missing", put_missing, 1536 },
	{ "machine", put_machine, 1536 }, { "roots", put_roots, 1024 },
	{ "log", put_log, 6656 },
};

static const struct mark *find_mark(struct text name)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (text_is(name, marks[i].name))
			return &marks[i];
	return NULL;
}

/* Writes what stands for the mark behind @used bytes of the answer's text; those are its. */
static void put_mark(const struct page *page, struct text name, struct response *response,
		     size_t *used)
{
	const struct mark *mark = find_mark(name);
	char *start = response->text + *used;
	size_t left = sizeof(response->text) - *used;
	struct buf b;

	if (!mark || left < 2)
		return;
	b = buf_init(start, mark->max < left ? mark->max : left);
	mark->put(page, &b);
	*used += b.len;
	(void)response_add_memory(response, start, b.len);
}

/* The page in pieces: of the template as they are, and of the text where a mark stands. */
static void write_pieces(const struct page *page, struct response *response)
{
	struct text rest = web_page;
	size_t used = 0;

	while (rest.len) {
		const char *brace = memchr(rest.s, '{', rest.len);
		struct text before = { rest.s,
				       brace ? (size_t)(brace - rest.s) : rest.len };
		struct text mark;

		(void)response_add_memory(response, before.s, before.len);
		rest.s += before.len;
		rest.len -= before.len;
		if (!brace)
			return;
		mark = text_take_until(&rest, '}');
		mark.s += MARK_LEN;
		mark.len -= MARK_LEN;
		put_mark(page, mark, response, &used);
		rest.s++; /* the second brace */
		rest.len--;
	}
}

void page_answer(const struct http_context *context, const struct http_exchange *exchange,
		 struct response *response)
{
	char status[STATUS_SIZE], timeline[TIMELINE_SIZE];
	struct page page = {
		.context = context,
		.exchange = exchange,
		.now_us = exchange->now_ms * 1000,
	};
	size_t len = page_read(context, "status.json", status, sizeof(status));

	page.status = (struct text){ status, len };
	len = page_read(context, "timeline.json", timeline, sizeof(timeline));
	page.timeline = (struct text){ timeline, len };
	response->status = 200;
	response->type = TEXT_HTML;
	response->own = true;
	write_pieces(&page, response);
}
