/* The HTTP worker: shows the boot as a page, JSON, text and Prometheus metrics,
 * read-only.
 *
 * It runs in a child forked by PID 1, which tells it the health of the boot in datagrams
 * of one fixed size. It tells PID 1 nothing. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdint.h>

#define HTTP_LISTEN_MAX 4

struct http_listen {
	uint32_t address_be; /* 0: every address */
	uint16_t port;	     /* host order */
};

/* "[ADDRESS:]PORT"; "" and "1" mean port 80 on every address. 0; -EINVAL: not of this
 * form;
 * @out is written only on success. */
int http_listen_parse(const char *s, struct http_listen *out);

/* Borrowed for as long as the worker runs. */
struct http_config {
	struct http_listen listen[HTTP_LISTEN_MAX];
	unsigned listen_count;
	const char
		*state_dir; /* holds status.json, timeline.json and boot.log, mode 0644 */
};

/* PID 1 -> worker, whenever it changes. Until the first one the boot is healthy. */
struct http_health {
	uint32_t failed;
	char verdict[512];
};

/* Runs until @fd, one end of a SOCK_SEQPACKET pair, reports end of file. Returns the exit
 * status: 1 when it can listen nowhere or cannot give up its privileges. */
int http_worker(int fd, const struct http_config *config);

#endif
