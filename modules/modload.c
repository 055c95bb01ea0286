#include "modules/modload.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/dropin.h"
#include "modules/modfile.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

void modload_say(const struct modload *m, int err, const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	buf_vformat(line, sizeof(line), fmt, args);
	va_end(args);
	log_err("%s", line);
	if (m->report)
		m->report(m->ctx, line, err);
}

/* ---- files */

static void map_index(const struct modload *m, const char *name, struct modindex *index)
{
	char path[192];
	size_t len;
	const char *data;

	*index = (struct modindex){ 0 };
	FORMAT(path, "%s/%s", m->folder, name);
	data = modfile_map(path, &len);
	if (data && modindex_open(index, data, len))
		modload_say(m, -EINVAL, "%s: damaged: it is not an index of kmod", path);
}

/* Without modprobe.d there is only what depmod wrote. */
static void warn(const struct modload *m, const struct modconf_entry *e, const char *why)
{
	if (IS_ENABLED(CONFIG_MODPROBE_D) && !m->quiet)
		log_warning("%s:%u: %s: %s: ignored", e->file, e->line, e->name, why);
}

static void keep_entry(struct modload *m, const struct modconf_entry *e)
{
	if (e->kind == MODCONF_BAD)
		warn(m, e, e->value);
	else if (e->kind == MODCONF_COMMAND)
		warn(m, e, "commands are not run");
	else if (m->conf_count == MODLOAD_CONF_MAX)
		warn(m, e, "too many lines");
	else
		m->conf[m->conf_count++] = *e;
}

/* @path must live as long as the process. */
static void read_conf(struct modload *m, const char *path)
{
	struct modconf_reader reader = { .file = path };
	struct modconf_entry entry;
	size_t len;

	reader.rest = modfile_map(path, &len);
	while (reader.rest && modconf_next(&reader, &entry))
		keep_entry(m, &entry);
}

static void read_modprobe_d(struct modload *m)
{
	static struct {
		char path[DROPIN_PATH_SIZE];
	} paths[DROPINS_MAX];
	struct dropin files[DROPINS_MAX];
	unsigned count = dropin_list("", "modprobe.d", files);

	for (unsigned i = 0; i < count; i++) {
		dropin_path("", "modprobe.d", &files[i], paths[i].path);
		read_conf(m, paths[i].path);
	}
}

/* The usual mistake: a new kernel is booted with the image of the old one. */
static void look_for_others(const struct modload *m, const char *release)
{
	char list[192] = "";
	struct buf b = BUF_OVER(list);
	DIR *dir = access(m->folder, F_OK) == 0 ? NULL : opendir("/lib/modules");
	struct dirent *entry;

	if (!dir)
		return; /* a kernel that has all it needs built in */
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			buf_printf(&b, "%s%s", b.len ? ", " : "", entry->d_name);
	closedir(dir);
	if (b.len)
		modload_say(m, -ENOENT,
			    "no modules for kernel %s in this image, only for %s",
			    release, list);
}

void modload_open(struct modload *m, const struct modules_config *config)
{
	static char softdep[160];
	struct utsname kernel;

	m->config = config;
	(void)uname(&kernel); /* fails for a bad address only */
	FORMAT(m->folder, "/lib/modules/%s", kernel.release);
	map_index(m, "modules.dep.bin", &m->dep);
	if (!m->dep.len)
		look_for_others(m, kernel.release);
	if (IS_ENABLED(CONFIG_MODPROBE_D))
		read_modprobe_d(m);
	FORMAT(softdep, "%s/modules.softdep", m->folder);
	read_conf(m, softdep);
}

/* ---- what they say */

const struct modindex *modload_index(struct modload *m, struct modload_index *lazy,
				     const char *name)
{
	if (!lazy->opened)
		map_index(m, name, &lazy->index);
	lazy->opened = true;
	return &lazy->index;
}

static int first_value(void *ctx, const char *value)
{
	*(const char **)ctx = value;
	return 1;
}

const char *modload_lookup(struct modload *m, const struct modindex *index,
			   const char *name)
{
	const char *value = NULL;

	if (modindex_lookup(index, name, first_value, &value) < 0 && !m->damaged) {
		m->damaged =
			true; /* once is enough; what it does not tell is not there */
		modload_say(m, -EUCLEAN, "%s: the index files of the modules are damaged",
			    m->folder);
	}
	return value;
}

/* Without modprobe.d only soft dependencies are among them. */
const struct modconf_entry *modload_entry(const struct modload *m, const char *name,
					  enum modconf_kind kind)
{
	if (!IS_ENABLED(CONFIG_MODPROBE_D))
		return NULL;
	for (unsigned i = 0; i < m->conf_count; i++)
		if (m->conf[i].kind == kind && str_equal(m->conf[i].name, name))
			return &m->conf[i];
	return NULL;
}
