#include "initramfs/conf.h"

#include "initramfs/file.h"
#include "initramfs/folder.h"
#include "initramfs/ini.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAIN_FILE "/etc/rootling.conf"
#define FOLDER	  "/etc/rootling.conf.d"

struct reading {
	const struct verb *verb;
	const char *path;
	unsigned source;
	struct settings *out;
};

static int wrong(const struct reading *r, unsigned line, const char *key,
		 const char *problem)
{
	log_err("%s:%u: %s%s%s", r->path, line, key, *key ? ": " : "", problem);
	return -EINVAL;
}

static int unknown(const struct reading *r, unsigned line, const char *key)
{
	const struct flag *like = flag_like(r->verb->flags, key);
	char *problem =
		like && !like->no_key
			? mem_printf("not known, did you mean %s?", like->name)
			: mem_strdup("not known (rootling.conf(5) lists the keys)");
	int err = wrong(r, line, key, problem);

	free(problem);
	return err;
}

static int read_entry(const struct reading *r, const struct ini_reader *ini,
		      const struct ini_entry *e)
{
	const struct flag *f = flag_by_name(r->verb->flags, e->key, strlen(e->key));
	char *where, *problem;
	int err = 0;

	if (*ini->section && !str_equal(ini->section, r->verb->name))
		return wrong(r, ini->line, ini->section,
			     "not known, the section is [build]");
	if (!f)
		return unknown(r, ini->line, e->key);
	if (f->no_key)
		return wrong(r, ini->line, e->key, "can be given as a flag only");
	where = mem_printf("%s:%u", r->path, ini->line);
	problem = settings_add(r->out, f, e->value, where, r->source);
	if (problem)
		err = wrong(r, ini->line, e->key, problem);
	free(problem);
	free(where);
	return err;
}

/* All that is wrong is said, not the first of it. */
static int read_text(const struct reading *r, char *text, size_t len)
{
	struct ini_reader ini = ini_reader_over(text, len);
	struct ini_entry e;
	int err = 0, found;

	while ((found = ini_next(&ini, &e)) != 0) {
		if (found < 0)
			err = wrong(r, ini.line, "", ini.problem);
		else if (read_entry(r, &ini, &e))
			err = -EINVAL;
	}
	return err;
}

static int read_file(struct reading *r, const char *path)
{
	struct bytes text = { 0 };
	int err = file_read(path, &text);

	if (err) {
		log_err("%s: %s", path, strerror(-err));
	} else {
		bytes_put(&text, "", 1);
		r->path = path;
		r->source++;
		err = read_text(r, (char *)text.data, text.len - 1);
	}
	bytes_free(&text);
	return err;
}

/* A file of the system, which need not be there. */
static int read_system_file(struct reading *r, const char *root, const char *name)
{
	char *path = sysroot_path(root, name);
	int err = 0;

	if (path)
		err = read_file(r, path);
	else if (errno != ENOENT)
		err = -errno;
	if (err && !path)
		log_err("%s%s: %s", root ? root : "", name, strerror(-err));
	free(path);
	return err;
}

static bool is_conf(const char *name)
{
	const char *dot = strrchr(name, '.');

	return *name != '.' && dot && str_equal(dot, ".conf");
}

static int read_folder(struct reading *r, const char *root)
{
	char *folder = sysroot_path(root, FOLDER), *name;
	struct strings names = { 0 };
	int err = folder ? folder_names(folder, &names) : -errno;

	if (err == -ENOENT)
		err = 0;
	if (err)
		log_err("%s%s: %s", root ? root : "", FOLDER, strerror(-err));
	for (size_t i = 0; i < names.count && !err; i++) {
		name = mem_printf(FOLDER "/%s", names.items[i]);
		err = is_conf(names.items[i]) ? read_system_file(r, root, name) : 0;
		free(name);
	}
	strings_free(&names);
	free(folder);
	return err;
}

int conf_read(const struct verb *verb, const char *file, const struct settings *flags,
	      struct settings *out)
{
	const char *root = settings_value(flags, "sysroot");
	struct reading r = { .verb = verb, .out = out };
	int err = file ? read_file(&r, file) : read_system_file(&r, root, MAIN_FILE);

	if (!err && !file)
		err = read_folder(&r, root);
	for (size_t i = 0; i < flags->count && !err; i++)
		/* they were looked at when they were parsed */
		free(settings_add(out, flags->items[i].flag, flags->items[i].value,
				  flags->items[i].where, r.source + 1));
	return err;
}
