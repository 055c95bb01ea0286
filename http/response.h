/* One answer: its status, its fields and where its body comes from. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "lib/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RESPONSE_TEXT_SIZE   32768
#define RESPONSE_FIELDS_SIZE 512
#define RESPONSE_PIECES_MAX  40

/* A run of bytes of the body. */
struct response_piece {
	const char *data; /* static storage or @text; NULL: of @file from @offset on */
	uint64_t offset;
	uint64_t len;
};

struct response;

/* Bytes both ways, after a 101: WebSocket. All of it may be called at any time until close(). */
struct http_tunnel {
	/* How many of the bytes were taken, maybe 0 while it is busy; -errno: close. */
	ssize_t (*receive)(void *ctx, const char *data, size_t len);
	/* Bytes for the client; 0: none now; -ESHUTDOWN: that was all; other -errno: close. */
	ssize_t (*fill)(void *ctx, char *data, size_t size);
	/* Polled for input, then fill() is called; -1: none. */
	int (*fd)(void *ctx);
	/* By when fill() is to be called in any case; UINT64_MAX: by none. */
	uint64_t (*due_ms)(void *ctx);
	void (*close)(void *ctx);
};

struct response {
	unsigned status;
	const char *type;  /* NULL: no Content-Type */
	bool own;	   /* a page or datum of ours: strict policy, never stored */
	bool no_length;	   /* 204, 304, 101: no body and nothing said of its length */
	uint64_t body_len; /* all pieces */
	unsigned piece_count;
	struct response_piece pieces[RESPONSE_PIECES_MAX];
	int file; /* owned, -1: none */

	/* Of an answer without pieces at first: makes more in @text (see response_start_text()) and returns how
	 * much; 0: that was all; -EAGAIN: ask again when http_server_wake() was called, or at
	 * @more_at_ms. NULL: the pieces are the whole body, of known length. */
	ssize_t (*more)(void *ctx, struct response *response, uint64_t now_ms);
	void *more_ctx;
	uint64_t more_at_ms;
	uint64_t more_offset, more_seen, more_until_ms; /* for more() alone */

	const struct http_tunnel *tunnel; /* with status 101 */
	void *tunnel_ctx;

	size_t fields_len;
	char fields[RESPONSE_FIELDS_SIZE]; /* complete lines, by response_add_field() */
	char text[RESPONSE_TEXT_SIZE];
};

/* An empty one. @text is not cleared: pages that were never written stay unused. */
void response_init(struct response *response);
void response_close(struct response *response);

/* "Name: value". What does not fit makes the answer a 500. */
void response_add_field(struct response *response, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "STATUS Reason\n" as plain text. */
void response_set_status(struct response *response, unsigned status);

/* What may be asked of this (RFC 9110, 9.3.7 and 15.5.6): a 204, or a 405. */
void response_set_methods(struct response *response, unsigned status,
			  const char *allowed);

/* Body over @text: write into the buf, then end with response_end_text(). */
struct buf response_start_text(struct response *response, unsigned status,
			       const char *type);
void response_end_text(struct response *response, const struct buf *body);

/* Appends to the body. False: no room. */
bool response_add_memory(struct response *response, const char *data, uint64_t len);
bool response_add_file(struct response *response, uint64_t offset, uint64_t len);

/* Status line and fields up to the empty line. @chunked: the body comes in chunks. */
void response_write_head(const struct response *response, bool keep_alive, bool chunked,
			 struct buf *out);

/* The statuses this server uses, counted from 0; 0: behind the last. One that is none of them
 * counts as a 500. */
unsigned response_status(unsigned index);
unsigned response_status_index(unsigned status);
#define RESPONSE_STATUSES 29

#endif
