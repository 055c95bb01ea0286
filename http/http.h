/* The HTTP worker: shows the boot, serves the image's own pages, and hands what an authenticated
 * client asks for to PID 1, which decides.
 *
 * It runs in a child forked by PID 1. Both sides exchange datagrams of one fixed size. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "http/exchange.h"
#include "http/listen.h"

#include <stdint.h>

/* What a client may ask for. The names are the routes /api/v1/NAME and the words of
 * rd.http.actions=. */
enum http_action_kind {
	HTTP_ACTION_RETRY,
	HTTP_ACTION_CONTINUE,
	HTTP_ACTION_ROOT,
	HTTP_ACTION_REBOOT,
	HTTP_ACTION_POWEROFF,
	HTTP_ACTION_CONSOLE, /* a route of its own; answered by a struct http_shell */
	HTTP_ACTION_REPORT,  /* the worker's own: never sent to PID 1 */
	HTTP_ACTION_COUNT,
};

/* Static storage; NULL: no such kind. */
const char *http_action_name(unsigned kind);

/* The kind, or -ENOENT. */
int http_action_find(struct text name);

#define HTTP_ROOT_SIZE	 256
#define HTTP_REASON_SIZE 192

/* Borrowed for as long as the worker runs. */
struct http_config {
	struct http_listen listen[HTTP_LISTEN_MAX];
	unsigned listen_count;
	uint32_t actions;	/* bit of each kind that policy allows */
	const char *token_path; /* where the SHA-256 of the token is, if there is one */
	const char
		*state_dir; /* holds status.json, timeline.json and boot.log, mode 0644;
				   gets an empty folder for the worker to be in */
};

/* PID 1 -> worker, whenever it changes. Until the first one the boot is healthy. */
struct http_health {
	uint32_t failed;
	char verdict[512];
};

/* Worker -> PID 1: an authenticated client asks. */
struct http_action {
	uint32_t id; /* the decision has the same */
	uint32_t kind;
	char peer[HTTP_PEER_NAME_SIZE];
	char root[HTTP_ROOT_SIZE]; /* of HTTP_ACTION_ROOT: as root= would say it */
	char token
		[HTTP_TOKEN_SIZE]; /* of HTTP_ACTION_CONSOLE, which PID 1 looks at itself;
					"": the client has a certificate */
};

enum http_verdict {
	HTTP_ACCEPTED,
	HTTP_FORBIDDEN, /* by policy */
	HTTP_NOT_NOW,	/* the boot is not where that would make sense */
	HTTP_NOT_A_ROOT,
};

/* PID 1 -> worker, at once. */
struct http_decision {
	uint32_t id;
	uint32_t verdict;
	char reason
		[HTTP_REASON_SIZE]; /* of the last three: one line of printable ASCII */
};

/* PID 1 -> worker: the shell's terminal, which comes with it as SCM_RIGHTS, or why there is none. */
struct http_shell {
	uint32_t id;
	int32_t err; /* 0; -EPERM: not allowed, or not now; or another -errno */
};

/* Exit status: without the certificate that is missing or wrong it can listen nowhere, and starting
 * it again would change nothing. */
#define HTTP_WORKER_NEVER 2

/* Runs until @fd, one end of a SOCK_SEQPACKET pair, reports end of file. Returns the exit
 * status: HTTP_WORKER_NEVER; 1 when it can listen nowhere for another reason, or cannot give up its
 * privileges. */
int http_worker(int fd, const struct http_config *config);

#endif
