#include "modules/modloader.h"

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/modinsert.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

/* `0-3,6`: the processors that are online. What cannot be read counts as one. */
unsigned modloader_processors(void)
{
	char text[128], *rest = text, *range;
	unsigned count = 0;

	if (fd_read_file(AT_FDCWD, "/sys/devices/system/cpu/online", text,
			 sizeof(text)) <= 0)
		return 1;
	text[strcspn(text, "\n")] = '\0';
	while ((range = strsep(&rest, ","))) {
		const char *first = strsep(&range, "-");
		uint32_t from = 0, to = 0;

		(void)str_parse_u32(first, 10, &from); /* one processor then */
		if (!range || str_parse_u32(range, 10, &to) || to < from)
			to = from;
		count += to - from + 1;
	}
	return count < MODRUN_LOADERS_MAX ? count : MODRUN_LOADERS_MAX;
}

/* False: it could not be forked. */
bool modloader_start(struct modrun *run, int node)
{
	struct modrun_loader *l = &run->loaders[run->count];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	*l = (struct modrun_loader){ .fd = ends[0], .node = node };
	l->started_ms = clock_monotonic_ms();
	l->pid = fork();
	if (l->pid == 0) /* what it leaves open closes with it, and that is the message */
		_exit(-modinsert(run->load, node));
	close(ends[1]);
	if (l->pid < 0) {
		close(ends[0]);
		return false;
	}
	run->count++;
	return true;
}

void modloader_fds(const struct modrun *run, struct pollfd *fds)
{
	for (unsigned i = 0; i < run->count; i++)
		fds[i] = (struct pollfd){ .fd = run->loaders[i].fd, .events = POLLIN };
}

static uint64_t due_ms(const struct modrun_loader *l)
{
	return l->started_ms + (l->slow ? MODRUN_LIMIT_MS : MODRUN_SLOW_MS);
}

int modloader_timeout(const struct modrun *run)
{
	uint64_t first = UINT64_MAX, now_ms = clock_monotonic_ms();

	for (unsigned i = 0; i < run->count; i++)
		if (due_ms(&run->loaders[i]) < first)
			first = due_ms(&run->loaders[i]);
	if (!run->count)
		return -1;
	return first > now_ms ? (int)(first - now_ms) : 0;
}

static void tell_slow(struct modrun *run, const struct modrun_loader *l, bool ended)
{
	if (run->slow)
		run->slow(run->ctx, run->load->nodes[l->node].name, ended);
}

static void drop(struct modrun *run, unsigned i, int err)
{
	struct modrun_loader l = run->loaders[i];

	close(l.fd);
	run->loaders[i] = run->loaders[--run->count];
	modrun_end(run, l.node, err);
	if (l.slow)
		tell_slow(run, &l, true);
}

static int result_of(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -EINTR;
	return -WEXITSTATUS(status);
}

static void check_limits(struct modrun *run, unsigned i)
{
	struct modrun_loader *l = &run->loaders[i];

	if (clock_monotonic_ms() < due_ms(l))
		return;
	if (!l->slow) {
		l->slow = true;
		log_warning("module %s: still loading after %d s",
			    run->load->nodes[l->node].name, MODRUN_SLOW_MS / 1000);
		modgraph_slow(&run->load->graph, l->node);
		tell_slow(run, l, false);
		return;
	}
	(void)kill(l->pid, SIGKILL); /* in vain if the driver does not listen */
	drop(run, i, -ETIMEDOUT);
}

void modloader_tend(struct modrun *run, const struct pollfd *fds)
{
	for (unsigned i = run->count; i-- > 0;) {
		if (fds[i].revents)
			drop(run, i, result_of(run->loaders[i].pid));
		else
			check_limits(run, i);
	}
}

void modloader_kill(struct modrun *run)
{
	while (run->count)
		(void)kill(run->loaders[--run->count].pid, SIGKILL);
}
