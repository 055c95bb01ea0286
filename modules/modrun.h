/* Works off the graph of modload.h: one module after the other, or as many at a time as there
 * are processors, each in a process that does nothing but finit_module(). */
#ifndef MODULES_MODRUN_H
#define MODULES_MODRUN_H

#include "modules/modload.h"

#include <stdint.h>
#include <sys/types.h>

#define MODRUN_LOADERS_MAX 8
/* From here on a module is waited for only before the switch_root, and in the end not at all. */
#define MODRUN_SLOW_MS	10000
#define MODRUN_LIMIT_MS 180000

struct modrun {
	struct modload *load;
	unsigned processors; /* 0: not counted yet; 1: no process is forked */
	bool alone;	     /* a single module needs no process of its own */
	unsigned count;
	struct modrun_loader {
		pid_t pid;
		int fd; /* end of file when the process has ended */
		int node;
		bool slow;
		uint64_t started_ms;
	} loaders[MODRUN_LOADERS_MAX];

	/* A module that has been loading for MODRUN_SLOW_MS, and again when it has @ended; may
	 * be NULL. */
	void (*slow)(void *ctx, const char *name, bool ended);
	void *ctx;
};

/* Starts all that can start; without processes it also ends here. Then load->graph.running is 0
 * when there is nothing to wait for. */
void modrun_start(struct modrun *run);

/* @node has ended: said if @err is not 0. */
void modrun_end(struct modrun *run, int node, int err);

/* Starts and tends until nothing is running but what is slow. */
void modrun_finish(struct modrun *run);

#endif
