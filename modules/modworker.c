#include "modules/modworker.h"

#include "lib/buf.h"
#include "lib/cmdline.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/dropin.h"
#include "modules/modloader.h"
#include "modules/modplan.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

struct modworker {
	int fd;
	unsigned open; /* requests without an answer */
	struct modrun run;
	struct modload load;
};

static void report(struct modworker *w, uint32_t kind, const char *text, int err)
{
	struct modules_report r = { .kind = kind, .err = err };

	(void)str_copy(r.text, sizeof(r.text), text); /* too long a text goes as "" */
	/* if PID 1 is gone, so are we soon */
	(void)!send(w->fd, &r, sizeof(r), MSG_NOSIGNAL);
}

static void report_error(void *ctx, const char *text, int err)
{
	report(ctx, MODULES_FAILED, text, err);
}

static void report_slow(void *ctx, const char *name, bool ended)
{
	report(ctx, ended ? MODULES_SLOW_DONE : MODULES_SLOW, name, 0);
}

/* Of work for more modules than a graph holds, the first part is done first. */
static int plan(struct modworker *w, int (*how)(struct modload *, const char *),
		const char *name)
{
	struct modgraph *g = &w->load.graph;
	int result = how(&w->load, name);

	if (result != -ENOSPC)
		return result;
	modrun_finish(&w->run);
	if (!w->run.count)
		modgraph_reset(g);
	return how(&w->load, name);
}

/* Its node, or -errno. */
static int plan_name(struct modworker *w, const char *name)
{
	int node = plan(w, modplan_name, name);

	if (node == -ENOENT)
		modload_say(&w->load, node, "module %s: not in this image", name);
	else if (node < 0 && node != -EALREADY)
		modload_say(&w->load, node, "module %s: %s", name, strerror(-node));
	return node;
}

/* False: no module serves it. */
static bool plan_alias(struct modworker *w, const char *alias)
{
	return !*alias || plan(w, modplan_alias, alias) != 0;
}

/* One after the other, as they were given. */
static void plan_list(struct modworker *w, const char *const *names, unsigned count)
{
	int previous = -1;

	for (unsigned i = 0; i < count; i++) {
		int node = plan_name(w, names[i]);

		if (node >= 0 && previous >= 0 && previous < (int)w->load.graph.count)
			(void)modgraph_need(&w->load.graph, node, previous, false);
		previous = node >= 0 ? node : previous;
	}
}

/* ---- modules-load.d(5) */

static void plan_fragment(struct modworker *w, const char *path)
{
	char text[4096];
	char *rest = text;
	struct cmdline_word word;
	int len = cmdline_read_file(path, text, sizeof(text));

	if (len < 0)
		log_err("%s: %s", path, strerror(-len));
	else
		while (cmdline_next(&rest, &word))
			(void)plan_name(w, word.name);
}

static void plan_fast_path(struct modworker *w)
{
	const struct modules_config *config = w->load.config;
	struct dropin files[DROPINS_MAX];
	unsigned count = dropin_list("", "modules-load.d", files);

	plan_list(w, config->driver_pre, config->driver_pre_count);
	modgraph_barrier(&w->load.graph);
	for (unsigned i = 0; i < count; i++) {
		char path[DROPIN_PATH_SIZE];

		dropin_path("", "modules-load.d", &files[i], path);
		plan_fragment(w, path);
	}
}

/* ---- coldplug */

static void coldplug_bus(struct modworker *w, const char *bus)
{
	char path[512], alias[MODULES_TEXT_SIZE];
	struct buf b = BUF_OVER(path);
	DIR *dir;
	struct dirent *entry;
	size_t folder_len;

	buf_printf(&b, "/sys/bus/%s/devices/", bus);
	folder_len = b.len;
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		b.len = folder_len;
		buf_printf(&b, "%s/modalias", entry->d_name);
		if (b.truncated ||
		    fd_read_file(AT_FDCWD, path, alias, sizeof(alias)) <= 0) {
			b.truncated = false;
			continue;
		}
		alias[strcspn(alias, "\n")] = '\0';
		if (plan_alias(w, alias))
			continue;
		b.len = folder_len;
		buf_printf(&b, "%s/driver", entry->d_name);
		/* what is built in has no alias that we know */
		if (access(path, F_OK) < 0)
			report(w, MODULES_NO_DRIVER, alias, 0);
	}
	closedir(dir);
}

/* One pass is enough: what the drivers of this pass bring to light announces itself by
 * uevent. */
static void coldplug(struct modworker *w)
{
	DIR *dir = opendir("/sys/bus");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			coldplug_bus(w, entry->d_name);
	closedir(dir);
}

static void serve(struct modworker *w, const struct modules_request *request)
{
	const struct modules_config *config = w->load.config;

	/* the modules of the image's own machine are known to come back */
	w->run.alone = request->kind == MODULES_LOAD_LIST && !w->run.count;
	w->open++;
	switch (request->kind) {
	case MODULES_LOAD_LIST:
		plan_fast_path(w);
		break;
	case MODULES_LOAD_POST:
		modgraph_barrier(&w->load.graph);
		plan_list(w, config->driver_post, config->driver_post_count);
		break;
	case MODULES_COLDPLUG:
		if (*request->text)
			coldplug_bus(w, request->text);
		else
			coldplug(w);
		break;
	case MODULES_ALIAS:
		if (!plan_alias(w, request->text))
			report(w, MODULES_NO_DRIVER, request->text, 0);
		break;
	case MODULES_NAME:
		if (IS_ENABLED(CONFIG_NETROOT))
			(void)plan_name(w, request->text); /* which says what is wrong */
		break;
	}
}

/* False: PID 1 wants no more. */
static bool receive(struct modworker *w)
{
	struct modules_request request;

	if (recv(w->fd, &request, sizeof(request), 0) != (ssize_t)sizeof(request))
		return false;
	request.text[sizeof(request.text) - 1] = '\0';
	serve(w, &request);
	return true;
}

static void answer(struct modworker *w)
{
	for (; w->open; w->open--)
		report(w, MODULES_DONE, "", 0);
	if (!w->load.graph.unfinished)
		modgraph_reset(&w->load.graph); /* what failed may be tried again */
}

/* Waits for requests and for the ends of loaders. False: there is nothing more to do. */
static bool wait_for_news(struct modworker *w)
{
	struct pollfd fds[1 + MODRUN_LOADERS_MAX];

	if (!IS_ENABLED(CONFIG_MODULES_PARALLEL) || !w->run.count)
		return receive(w);
	fds[0] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
	modloader_fds(&w->run, fds + 1);
	if (poll(fds, 1 + w->run.count, modloader_timeout(&w->run)) < 0)
		return errno == EINTR;
	modloader_tend(&w->run, fds + 1);
	return !fds[0].revents || receive(w);
}

int modules_worker(int fd, const void *config)
{
	static struct modworker w; /* zero pages that nobody touches cost nothing */

	w.fd = fd;
	w.load.report = report_error;
	w.run.slow = report_slow;
	w.run.load = &w.load;
	w.load.ctx = w.run.ctx = &w;
	modload_open(&w.load, config);
	while (wait_for_news(&w)) {
		modrun_start(&w.run);
		if (!w.load.graph.running)
			answer(&w);
	}
	if (IS_ENABLED(CONFIG_MODULES_PARALLEL))
		modloader_kill(&w.run);
	return 0;
}
