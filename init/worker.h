/* Forked workers: what reads bytes from a network or may hang runs in a child that talks
 * to PID 1 in fixed-size structs over a SOCK_SEQPACKET pair. A worker's death is an
 * event. */
#ifndef INIT_WORKER_H
#define INIT_WORKER_H

#include "init/loop.h"

#include <stddef.h>
#include <sys/types.h>

#define WORKER_MESSAGE_MAX 3072

enum worker_policy {
	WORKER_ONCE,	/* its end is its result */
	WORKER_RESTART, /* start it again, after a pause that doubles up to 30 s */
};

struct worker {
	const char *name; /* also the prefix of its log lines */
	int (*run)(int fd,
		   const void *args); /* in the child; the result is its exit status */
	const void *args;
	enum worker_policy policy;
	size_t message_size;	    /* of one message to PID 1; others are dropped */
	void (*started)(void *ctx); /* it runs, again perhaps; may be NULL */
	void (*message)(void *ctx, const void *message);
	void (*ended)(void *ctx, int status); /* may be NULL; status as of waitpid() */
	void *ctx;

	struct loop *loop;
	pid_t pid; /* 0: not running */
	int fd;	   /* our end, -1 when not running */
	uint64_t started_ms;
	bool stopped;	   /* told to go: no policy starts it again */
	unsigned failures; /* in a row: a run of 30 s ends the row */
};

/* 0 or -errno; a worker of policy RESTART that cannot be forked is tried again later. */
int worker_start(struct loop *loop, struct worker *worker);

/* Sends one fixed-size message. 0; -EAGAIN: its queue is full; -EPIPE: it is not running.
 */
int worker_send(struct worker *worker, const void *message, size_t size);

/* The same with a descriptor, which stays open here; -1: none. */
int worker_send_fd(struct worker *worker, const void *message, size_t size, int fd);

/* Tells it to go (end of file on its socket) and does not start it again. */
void worker_stop(struct worker *worker);

/* Starts a worker again that was stopped; one that never ran is left alone. */
void worker_resume(struct worker *worker);

/* Was @pid this worker? Then its end is dealt with. */
bool worker_reap(struct worker *worker, pid_t pid, int status);

/* What every child of PID 1 needs before it does its work: default signals, nothing
 * blocked, no descriptor of the loop. */
void worker_become_child(struct loop *loop);

#endif
