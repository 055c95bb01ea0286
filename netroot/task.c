#include "netroot/task.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/klibc.h"

#include <errno.h>
#include <string.h>

#define PAUSE_FIRST_MS	500
#define PAUSE_MAX_MS	30000
#define PAUSE_ASKED_MAX 300 /* seconds that a server may ask for */
#define PROGRESS_MS	250

/* False: PID 1 is done with us. */
static bool hear(struct task *t)
{
	struct netroot_names names;
	ssize_t len = recv(t->fd, &names, sizeof(names), MSG_DONTWAIT);

	if (len == (ssize_t)sizeof(names)) {
		names.search[sizeof(names.search) - 1] = '\0';
		t->names = names;
	}
	return len > 0 || (len < 0 && (errno == EAGAIN || errno == EINTR));
}

int task_wait(struct task *t, struct pollfd *fds, unsigned count, uint64_t until_ms)
{
	fds[0] = (struct pollfd){ .fd = t->fd, .events = POLLIN };
	for (;;) {
		int ready = poll(fds, count, clock_poll_ms(until_ms));

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0 || (fds[0].revents && !hear(t)))
			return -ECANCELED;
		if (ready > (fds[0].revents ? 1 : 0) || (ready && count == 1))
			return 0;
		if (clock_monotonic_ms() >= until_ms)
			return -ETIMEDOUT;
	}
}

int task_wait_fd(struct task *t, int fd, short events, uint64_t until_ms)
{
	struct pollfd fds[2] = { [1] = { .fd = fd, .events = events } };

	return task_wait(t, fds, 2, until_ms);
}

int task_fail(struct task *t, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vformat(t->why, sizeof(t->why), fmt, args);
	va_end(args);
	return err;
}

int task_refuse(struct task *t, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vformat(t->why, sizeof(t->why), fmt, args);
	va_end(args);
	t->is_final = true;
	return err;
}

void task_went_on(struct task *t)
{
	t->failures = 0;
}

static uint64_t pause_ms(struct task *t)
{
	uint64_t pause = PAUSE_MAX_MS;
	uint8_t random = 128;

	if (t->failures < 6)
		pause = PAUSE_FIRST_MS << t->failures++;
	if (t->pause_s)
		pause = 1000ull *
			(t->pause_s < PAUSE_ASKED_MAX ? t->pause_s : PAUSE_ASKED_MAX);
	t->pause_s = 0;
	/* without randomness all are equal, which does no harm to any of them */
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return pause * 3 / 4 + pause / 2 * random / 255;
}

static void fill_text(struct task *t, struct netroot_report *report, const char *text)
{
	struct buf b = BUF_OVER(report->text);

	if (t->subject)
		buf_printf(&b, "%s: ", t->subject);
	buf_printable(&b, text);
}

void task_report(struct task *t, const struct netroot_report *report)
{
	/* when PID 1 has gone the next wait sees it */
	(void)send(t->fd, report, sizeof(*report), MSG_NOSIGNAL);
}

static void report_waiting(struct task *t, const char *what)
{
	struct netroot_report report = { .kind = NETROOT_WAITING };

	fill_text(t, &report, what);
	task_report(t, &report);
}

int task_pause(struct task *t)
{
	struct pollfd fds[1];
	int err;

	report_waiting(t, t->why);
	err = task_wait(t, fds, 1, clock_monotonic_ms() + pause_ms(t));
	return err == -ETIMEDOUT ? 0 : err;
}

void task_report_refused(struct task *t, int err)
{
	struct netroot_report report = { .kind = NETROOT_REFUSED, .err = err };

	fill_text(t, &report, t->why);
	task_report(t, &report);
}

void task_report_progress(struct task *t, uint64_t bytes, uint64_t total)
{
	struct netroot_report report = {
		.kind = NETROOT_PROGRESS,
		.bytes = bytes,
		.total = total,
	};
	uint64_t now_ms = clock_monotonic_ms();

	if (now_ms - t->progress_ms < PROGRESS_MS)
		return;
	t->progress_ms = now_ms;
	/* one that PID 1 has no room for is not worth waiting */
	(void)send(t->fd, &report, sizeof(report), MSG_NOSIGNAL | MSG_DONTWAIT);
}
