/* One line on a terminal that says what takes so long, rewritten in place; nothing for what is
 * over at once, and nothing elsewhere. */
#ifndef INITRAMFS_PROGRESS_H
#define INITRAMFS_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool runs;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	uint64_t started_ms;

	/* behind @lock */
	const char *step;
	bool over, shown;
};

/* @wanted and standard error a terminal, else all of it does nothing. */
void progress_start(struct progress *p, bool wanted);

/* What is done now; static storage. */
void progress_step(struct progress *p, const char *step);

/* Takes the line away. */
void progress_end(struct progress *p);

#endif
