/* The parts of the page, each written where its mark stands in http/page.html. Whatever is quoted
 * comes from disks, networks and modules: it is escaped. */
#ifndef HTTP_PAGE_PARTS_H
#define HTTP_PAGE_PARTS_H

#include "http/context.h"
#include "http/exchange.h"
#include "http/json.h"

struct page {
	const struct http_context *context;
	const struct http_exchange *exchange;
	struct text status, timeline; /* JSON; s is NULL: not written yet */
	uint64_t now_us;
};

/* ---- words: http/page_text.c */

void put_escaped(struct buf *out, struct text t);
size_t escaped_length(struct text t);

/* A string or number of the object; nothing if it has none, or null. False then. */
bool put_member(struct buf *out, struct text object, const char *name);

/* "20.0 GiB", "5.6 ms", "1.25 s" */
void put_size(struct buf *out, uint64_t bytes);
void put_time(struct buf *out, uint64_t us);

/* The last @max bytes of a file of the state directory, NUL-terminated, from the first whole line.
 * The length, 0 if there is none. */
size_t page_read(const struct http_context *context, const char *name, char *text,
		 size_t size);

/* ---- the tables: http/page_tables.c. Nothing when there is nothing to show. */

void put_stages(const struct page *page, struct buf *out);
void put_devices(const struct page *page, struct buf *out);
void put_network(const struct page *page, struct buf *out);
void put_missing(const struct page *page, struct buf *out);
void put_machine(const struct page *page, struct buf *out);
void put_roots(const struct page *page, struct buf *out);

#endif
