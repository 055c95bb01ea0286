/* The services of an appliance: start, restart with back-off, stop in order. Owns no
 * loop: the caller says what time it is, which child ended, and asks when to call again.
 */
#ifndef APPLIANCE_SUPERVISE_H
#define APPLIANCE_SUPERVISE_H

#include "appliance/unit.h"

#include <stdbool.h>
#include <sys/types.h>

#define SERVICES_DIR "/etc/rootling/services"
#define SERVICES_MAX 16

struct service {
	char name[64];
	struct unit unit;
	pid_t pid; /* 0: not running */
	uint64_t started_ms;
	uint64_t start_at_ms; /* 0: not to be started */
	uint64_t stop_at_ms;  /* when its time to stop is over */
	bool killed;
	uint32_t failures; /* in a row; a run of 10 s ends the row */
};

struct supervisor {
	struct service services[SERVICES_MAX];
	unsigned count;
	bool stopping;
	void (*prepare_child)(void *ctx); /* called in each child before exec */
	void *ctx;
};

/* Reads every SERVICES_DIR/NAME.service. What is wrong in one is logged with file and
 * line, and that one is left out. The number of services. */
unsigned supervise_read(struct supervisor *s, uint64_t now_ms);

/* Starts what is due. When to call again, 0: when a child ends. */
uint64_t supervise_run(struct supervisor *s, uint64_t now_ms);

/* Was @pid a service? Then it is restarted as its Restart= says. */
bool supervise_reap(struct supervisor *s, pid_t pid, int status, uint64_t now_ms);

/* Nothing is started any more: every service that runs, with its process group, gets TERM at
 * the first call and KILL when its TimeoutStopSec= is over. When to call again, 0: none
 * runs, or what is left cannot be killed. */
uint64_t supervise_stop(struct supervisor *s, uint64_t now_ms);

#endif
