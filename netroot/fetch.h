/* One file by its URL, tried until it is there: resumed after a broken connection, redirects followed. */
#ifndef NETROOT_FETCH_H
#define NETROOT_FETCH_H

#include "netroot/task.h"
#include "netroot/transfer.h"

struct fetch {
	struct transfer transfer; /* size_max is the caller's */
	bool has_progress;	  /* PID 1 is told */
	/* Where the bytes go; 0, or -errno with the reason set. */
	int (*restart)(struct task *t, void *ctx); /* what came so far does not count */
	int (*add)(struct task *t, void *ctx, const uint8_t *data, size_t len);
	void *ctx;
};

/* 0: whole; -errno: t->is_final, and the reason; -ECANCELED. A redirect from https to http ends it. */
int fetch_run(struct task *t, struct fetch *f, const struct url *url);

#endif
