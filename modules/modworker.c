#include "modules/modworker.h"

#include "lib/buf.h"
#include "lib/cmdline.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FRAGMENTS_MAX	   16
#define FRAGMENT_NAME_SIZE 64

struct modworker {
	int fd;
	const struct modules_config *config;
	struct modload modload;
};

static void report(struct modworker *w, uint32_t kind, const char *text, int err)
{
	struct modules_report r = { .kind = kind, .err = err };

	(void)str_copy(r.text, sizeof(r.text), text); /* too long a text goes as "" */
	/* if PID 1 is gone, so are we soon */
	(void)!send(w->fd, &r, sizeof(r), MSG_NOSIGNAL);
}

static void load_name(struct modworker *w, const char *name)
{
	int err = modload_name(&w->modload, name);

	if (err == -ENOENT)
		log_err("module %s: not in this image", name);
	if (err)
		report(w, MODULES_FAILED, name, err);
}

static void load_alias(struct modworker *w, const char *alias)
{
	if (*alias && modload_alias(&w->modload, alias) == 0)
		report(w, MODULES_NO_DRIVER, alias, 0);
}

/* ---- modules-load.d(5) */

static void load_fragment(struct modworker *w, const char *folder, const char *name)
{
	char path[256], text[4096];
	struct buf b = BUF_OVER(path);
	char *rest = text;
	struct cmdline_word word;
	int len;

	buf_printf(&b, "%s/%s", folder, name);
	len = cmdline_read_file(path, text, sizeof(text));
	if (len < 0)
		log_err("%s: %s", path, strerror(-len));
	else
		while (cmdline_next(&rest, &word))
			load_name(w, word.name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void load_fragments(struct modworker *w, const char *folder)
{
	char names[FRAGMENTS_MAX][FRAGMENT_NAME_SIZE];
	size_t count = 0;
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || !str_equal(suffix, ".conf"))
			continue;
		if (count == FRAGMENTS_MAX ||
		    str_copy(names[count], FRAGMENT_NAME_SIZE, entry->d_name))
			log_warning("%s/%s: ignored: too many files or too long a name",
				    folder, entry->d_name);
		else
			count++;
	}
	closedir(dir);
	qsort(names, count, FRAGMENT_NAME_SIZE, compare_names);
	for (size_t i = 0; i < count; i++)
		load_fragment(w, folder, names[i]);
}

static void load_list(struct modworker *w)
{
	static const char *const folders[] = { "/etc/modules-load.d",
					       "/usr/lib/modules-load.d" };

	for (unsigned i = 0; i < w->config->driver_pre_count; i++)
		load_name(w, w->config->driver_pre[i]);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		load_fragments(w, folders[i]);
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
		if (!b.truncated &&
		    fd_read_file(AT_FDCWD, path, alias, sizeof(alias)) > 0) {
			alias[strcspn(alias, "\n")] = '\0';
			load_alias(w, alias);
		}
		b.truncated = false;
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

int modules_worker(int fd, const void *config)
{
	struct modworker w = { .fd = fd, .config = config };
	struct modules_request request;
	int err = modload_open(&w.modload, w.config->cmdline);

	if (err)
		return 1;
	w.modload.blacklist = w.config->blacklist;
	w.modload.blacklist_count = w.config->blacklist_count;
	while (recv(fd, &request, sizeof(request), 0) == (ssize_t)sizeof(request)) {
		request.text[sizeof(request.text) - 1] = '\0';
		switch (request.kind) {
		case MODULES_LOAD_LIST:
			load_list(&w);
			break;
		case MODULES_COLDPLUG:
			coldplug(&w);
			break;
		case MODULES_ALIAS:
			load_alias(&w, request.text);
			break;
		}
		report(&w, MODULES_DONE, "", 0);
	}
	return 0;
}
