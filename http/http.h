/* The HTTP worker: shows the boot, serves the image's own pages, and hands what an authenticated
 * client asks for to PID 1, which decides.
 *
 * It runs in a child forked by PID 1. Both sides exchange datagrams of one fixed size. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "http/listen.h"

#include <stdint.h>

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
