/* One answer: its status, its fields and where its body comes from. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "lib/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define HTTP_TEXT_SIZE 32768
#define HTTP_STATUSES  12

struct response {
	unsigned status;
	const char *type;
	const char *body; /* static storage or @text; NULL: the first bytes of @file */
	size_t body_len;
	int file; /* owned, -1: none */
	char text[HTTP_TEXT_SIZE];
};

/* An empty one. @text is not cleared: pages that were never written stay unused. */
void response_init(struct response *response);
void response_close(struct response *response);

/* "STATUS Reason\n" as plain text. */
void response_set_status(struct response *response, unsigned status);

/* Body over @text: write into the buf, then end with response_end_text(). */
struct buf response_start_text(struct response *response, unsigned status,
			       const char *type);
void response_end_text(struct response *response, const struct buf *body);

void response_set_static(struct response *response, const char *type, const char *body);

/* Status line and fields up to the empty line. */
void response_write_head(const struct response *response, bool keep_alive,
			 struct buf *out);

/* The statuses this server uses, 0 to HTTP_STATUSES - 1, for the counters. */
unsigned response_status(unsigned index);
unsigned response_status_index(unsigned status);

#endif
