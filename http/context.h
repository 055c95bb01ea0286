/* What the answers about the boot are made of; the worker has one. */
#ifndef HTTP_CONTEXT_H
#define HTTP_CONTEXT_H

#include "http/files.h"
#include "http/http.h"
#include "http/server.h"

struct console; /* console.h */

struct http_context {
	const char *state_dir; /* as the worker sees it */
	const struct http_health *health;
	const struct http_counters *counters;
	unsigned news; /* from 1, counts what PID 1 has sent: its files are new then */

	struct console *console;   /* where there is one */
	const struct files *files; /* of /srv/www; NULL: there is none */

	/* /proc/meminfo and /proc/self/statm, opened while there was a /proc; or -1 */
	int meminfo_fd, statm_fd;
};

#endif
