/* What all parts of the worker share: how PID 1 is told, the reason of what failed, and the one place
 * where anything is waited for.
 *
 * The worker is one process with one thing to do, so it goes straight on and waits where it has to;
 * every wait ends when PID 1 is done with it: -ECANCELED, which each caller hands on. */
#ifndef NETROOT_TASK_H
#define NETROOT_TASK_H

#include "lib/ca_bundle.h"
#include "netroot/netroot.h"

#include <poll.h>

#define TASK_WHY_SIZE	200
#define TASK_HOSTS_SIZE 16384
#define TASK_KEY_SIZE	8192

struct task {
	int fd; /* to PID 1 */
	const struct netroot_request *request;
	struct netroot_names names; /* instead of the request's */
	const char *subject; /* of reasons, when it is not what root= names; or NULL */
	char why[TASK_WHY_SIZE];
	bool is_final;	   /* to try again would not help */
	uint32_t pause_s;  /* the server wants to be left alone for so long */
	unsigned failures; /* in a row */
	uint64_t progress_ms;

	/* read before the worker gave its privileges up */
	char hosts[TASK_HOSTS_SIZE]; /* "": none */
	bool has_key; /* and whatever it is, images need a signature by it */
	char key[TASK_KEY_SIZE];
	struct ca_bundle ca; /* .text NULL: none */
	uint32_t link; /* interface of addresses that count on one link only; 0: none */
};

/* Waits for one of @fds until @until_ms (clock_monotonic_ms()). fds[0] is filled in here, the caller's
 * begin at 1; @count counts it, and when it is 1 the wait also ends when PID 1 has told something new.
 * 0; -ETIMEDOUT; -ECANCELED. */
int task_wait(struct task *t, struct pollfd *fds, unsigned count, uint64_t until_ms);

/* The same for one descriptor; @events as in poll(2). */
int task_wait_fd(struct task *t, int fd, short events, uint64_t until_ms);

/* Remember why, and return @err; the latter: for good. */
int task_fail(struct task *t, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int task_refuse(struct task *t, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* After a failure: tells PID 1 what is waited for and why, and sleeps: half a second first, twice as
 * long each time up to 30 s, more or less by a quarter, so that machines that failed together do not
 * come back together. 0 or -ECANCELED. */
int task_pause(struct task *t);

/* Something went well: the next pause is short again. */
void task_went_on(struct task *t);

void task_report_progress(struct task *t, uint64_t bytes, uint64_t total);
void task_report_refused(struct task *t, int err);
void task_report(struct task *t, const struct netroot_report *report);

#endif
