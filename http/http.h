/* The HTTP worker: shows the boot, serves the image's own pages, and hands what an authenticated
 * client asks for to PID 1, which decides.
 *
 * It runs in a child forked by PID 1. Both sides exchange datagrams of one fixed size. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "http/listen.h"

#include <stdint.h>

#define HTTP_WISH_PEER_SIZE  64
#define HTTP_WISH_TOKEN_SIZE 128

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

/* Worker -> PID 1: what a client asks for that has shown who it is. PID 1 decides. */
enum http_wish_kind {
	HTTP_WISH_SHELL = 1, /* answered by a struct http_shell */
};

struct http_wish {
	uint32_t kind;
	uint32_t id;			/* comes back in the answer */
	char peer[HTTP_WISH_PEER_SIZE]; /* for the log */
	char token
		[HTTP_WISH_TOKEN_SIZE]; /* as the client said it; "": it has a certificate */
};

/* PID 1 -> worker: the shell's terminal, which comes with it as SCM_RIGHTS, or why there is none. */
struct http_shell {
	uint32_t id;
	int32_t err; /* 0; -EPERM: not allowed, or not now; or another -errno */
};

/* Runs until @fd, one end of a SOCK_SEQPACKET pair, reports end of file. Returns the exit
 * status: 1 when it can listen nowhere or cannot give up its privileges. */
int http_worker(int fd, const struct http_config *config);

#endif
