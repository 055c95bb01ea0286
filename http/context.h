/* What the answers about the boot are made of; the worker has one. */
#ifndef HTTP_CONTEXT_H
#define HTTP_CONTEXT_H

#include "http/action.h"
#include "http/files.h"
#include "http/http.h"
#include "http/server.h"

struct console; /* console.h */

struct http_context {
	int state_fd; /* the state directory, held: no path leads there any more */
	const struct http_health *health;
	const struct http_counters *counters;
	const struct action_context *actions;
	unsigned news; /* from 1, counts what PID 1 has sent: its files are new then */
	bool ending;   /* PID 1 is done with us: streams come to their end */

	struct console *console;   /* where there is one */
	const struct files *files; /* of /srv/www; NULL: there is none */

	/* /proc/meminfo and /proc/self/statm, opened while there was a /proc; or -1 */
	int meminfo_fd, statm_fd;
};

/* A file of the state directory. It is replaced by rename: the descriptor shows one version to its end.
 * Descriptor or -errno. */
int context_open(const struct http_context *context, const char *name);

#endif
