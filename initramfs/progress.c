#include "initramfs/progress.h"

#include "lib/clock.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SILENT_MS  200
#define EVERY_MS   100
#define ERASE_LINE "\r\033[K"

/* The cursor goes back to the start, so that a message overwrites the line. */
static void show(struct progress *p)
{
	uint64_t tenths = (clock_monotonic_ms() - p->started_ms) / 100;

	fprintf(stderr, ERASE_LINE "%u.%u s: %s\r", (unsigned)(tenths / 10),
		(unsigned)(tenths % 10), p->step);
	p->shown = true;
}

static struct timespec at_ms(uint64_t ms)
{
	return (struct timespec){ .tv_sec = (time_t)(ms / 1000),
				  .tv_nsec = (long)(ms % 1000 * 1000000) };
}

static void *tick(void *given)
{
	struct progress *p = given;
	uint64_t next_ms = p->started_ms + SILENT_MS;

	pthread_mutex_lock(&p->lock);
	while (!p->over) {
		struct timespec until = at_ms(next_ms);

		if (pthread_cond_timedwait(&p->ended, &p->lock, &until) == 0 || p->over)
			continue;
		show(p);
		next_ms += EVERY_MS;
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Signals are for the thread that can clean up. */
static bool start_thread(struct progress *p)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	err = pthread_create(&p->thread, NULL, tick, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err == 0;
}

void progress_start(struct progress *p, bool wanted)
{
	pthread_condattr_t attributes;

	*p = (struct progress){ .step = "", .started_ms = clock_monotonic_ms() };
	if (!wanted || !isatty(STDERR_FILENO))
		return;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&p->ended, &attributes);
	p->runs = start_thread(p);
}

void progress_step(struct progress *p, const char *step)
{
	if (!p->runs)
		return;
	pthread_mutex_lock(&p->lock);
	p->step = step;
	pthread_mutex_unlock(&p->lock);
}

void progress_end(struct progress *p)
{
	if (!p->runs)
		return;
	pthread_mutex_lock(&p->lock);
	p->over = true;
	pthread_cond_signal(&p->ended);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	if (p->shown)
		fputs(ERASE_LINE, stderr);
	p->runs = false;
}
