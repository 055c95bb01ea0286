#include "init/worker.h"

#include "lib/clock.h"
#include "lib/fd_pass.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define PAUSE_FIRST_MS 250
#define PAUSE_MAX_MS   30000
#define STEADY_MS      30000

void worker_become_child(struct loop *loop)
{
	loop_close_all(loop);
	signals_default();
}

static void close_socket(struct worker *w)
{
	if (w->fd < 0)
		return;
	loop_remove(w->loop, w->fd);
	close(w->fd);
	w->fd = -1;
}

static void receive(void *ctx)
{
	struct worker *w = ctx;
	_Alignas(8) char message[WORKER_MESSAGE_MAX];

	for (;;) {
		ssize_t len = recv(w->fd, message, sizeof(message), MSG_DONTWAIT);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len <= 0) {
			close_socket(w);
			return;
		}
		if ((size_t)len == w->message_size && w->message)
			w->message(w->ctx, message);
		else
			log_warning("worker %s: a message of %d bytes dropped", w->name,
				    (int)len);
	}
}

static void run_child(struct worker *w, int fd)
{
	worker_become_child(w->loop);
	log_set_name(w->name);
	(void)prctl(PR_SET_NAME, (unsigned long)w->name, 0, 0, 0); /* for ps */
	_exit(w->run(fd, w->args));
}

static uint64_t pause_ms(unsigned failures)
{
	uint64_t pause = PAUSE_FIRST_MS;

	while (--failures && pause < PAUSE_MAX_MS)
		pause *= 2;
	return pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
}

static void restart(void *ctx)
{
	struct worker *w = ctx;

	(void)worker_start(w->loop, w); /* logged, and tried again */
}

static void restart_later(struct worker *w)
{
	uint64_t pause = pause_ms(++w->failures);

	log_warning("worker %s: starting it again in %u ms", w->name, (unsigned)pause);
	(void)loop_set_timer(w->loop, clock_monotonic_ms() + pause, restart, w);
}

int worker_start(struct loop *loop, struct worker *w)
{
	int pair[2], err;

	w->loop = loop;
	w->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	w->pid = fork();
	if (w->pid == 0) {
		close(pair[0]);
		run_child(w, pair[1]);
	}
	close(pair[1]);
	err = w->pid < 0 ? -errno : loop_add(loop, pair[0], receive, w);
	if (err) {
		close(pair[0]); /* a child that did start sees the end of file and goes */
		w->pid = 0;
		log_err("worker %s: %s", w->name, strerror(-err));
		if (w->policy == WORKER_RESTART)
			restart_later(w);
		return err;
	}
	w->fd = pair[0];
	w->started_ms = clock_monotonic_ms();
	if (w->started)
		w->started(w->ctx);
	return 0;
}

int worker_send(struct worker *w, const void *message, size_t size)
{
	if (!w->pid || w->fd < 0)
		return -EPIPE;
	return send(w->fd, message, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int worker_send_fd(struct worker *w, const void *message, size_t size, int fd)
{
	if (!w->pid || w->fd < 0)
		return -EPIPE;
	return fd_send(w->fd, message, size, fd);
}

void worker_stop(struct worker *w)
{
	if (!w->loop)
		return;
	w->stopped = true;
	loop_clear_timer(w->loop, restart, w);
	close_socket(w);
}

void worker_resume(struct worker *w)
{
	if (!w->stopped)
		return;
	w->stopped = false;
	(void)worker_start(w->loop, w); /* logged, and tried again */
}

bool worker_reap(struct worker *w, pid_t pid, int status)
{
	if (!w->pid || pid != w->pid)
		return false;
	receive(w); /* what it said last still counts */
	close_socket(w);
	w->pid = 0;
	if (w->ended)
		w->ended(w->ctx, status);
	if (w->policy == WORKER_RESTART && !w->stopped) {
		log_warning("worker %s: ended with status 0x%x", w->name,
			    (unsigned)status);
		if (clock_monotonic_ms() - w->started_ms > STEADY_MS)
			w->failures = 0;
		restart_later(w);
	}
	return true;
}
