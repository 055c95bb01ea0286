#include "initramfs/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WIDTH_MAX 16

struct crew {
	int (*job)(void *context, size_t number);
	void *context;
	size_t count;
	atomic_size_t next;
	pthread_mutex_t lock; /* of: */
	size_t failed;
	int err;
};

unsigned parallel_width(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : CPU_COUNT(&set);

	return count < 1 ? 1 : count > WIDTH_MAX ? WIDTH_MAX : (unsigned)count;
}

static void *work(void *argument)
{
	struct crew *c = argument;
	size_t number;

	while ((number = atomic_fetch_add(&c->next, 1)) < c->count) {
		int err = c->job(c->context, number);

		if (!err)
			continue;
		pthread_mutex_lock(&c->lock);
		if (number < c->failed) {
			c->failed = number;
			c->err = err;
		}
		pthread_mutex_unlock(&c->lock);
	}
	return NULL;
}

/* The caller works too, so that no thread at all is still a way to get there. */
int parallel(size_t count, int (*job)(void *context, size_t number), void *context)
{
	struct crew c = { .job = job,
			  .context = context,
			  .count = count,
			  .lock = PTHREAD_MUTEX_INITIALIZER,
			  .failed = SIZE_MAX };
	unsigned width = parallel_width(), started = 0;
	pthread_t threads[WIDTH_MAX];

	while (started + 1 < width && started + 1 < count &&
	       pthread_create(&threads[started], NULL, work, &c) == 0)
		started++;
	(void)work(&c); /* the error is in @c */
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	return c.err;
}
