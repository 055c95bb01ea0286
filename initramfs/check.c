#include "initramfs/check.h"

#include "initramfs/compress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULE_MAX ((size_t)256 << 20) /* unpacked */

static const struct {
	const char *name;
	void (*run)(struct checkup *c);
} checks[] = {
	{ "init", check_init },		{ "programs", check_programs },
	{ "versions", check_versions }, { "dependencies", check_dependencies },
	{ "indexes", check_indexes },	{ "loads", check_loads },
	{ "firmware", check_firmware }, { "kernel", check_kernel },
	{ "early", check_early },	{ "bootconfig", check_bootconfig },
	{ "names", check_names },	{ "https", check_https },
	{ "secrets", check_secrets },	{ "setuid", check_setuid },
	{ "options", check_options },
};

void check_add(struct checkup *c, enum severity severity, const char *path,
	       const char *fmt, ...)
{
	struct bytes text = { 0 };
	char line[1024];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args); /* long names may be cut */
	va_end(args);
	bytes_put(&text, line, strlen(line) + 1);
	c->findings = mem_grow(c->findings, c->count, sizeof(*c->findings));
	c->findings[c->count++] = (struct finding){
		.severity = severity,
		.check = c->running,
		.path = path ? mem_strdup(path) : NULL,
		.text = (char *)text.data,
	};
	c->errors += severity == CHECK_ERROR;
}

/* ---- what several checks look things up in */

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_modules(const void *a, const void *b)
{
	return strcmp(((const struct check_module *)a)->name,
		      ((const struct check_module *)b)->name);
}

static void add_module(struct checkup *c, const struct image_entry *e, char *name)
{
	struct check_module m = { .entry = e,
				  .name = name,
				  .unpacked = { .limit = MODULE_MAX } };
	const struct compression *type = compression_by_magic(e->as.data, e->as.len);
	size_t used;

	if (type && type->unpack)
		(void)type->unpack(e->as.data, e->as.len, &m.unpacked,
				   &used); /* else it has no modinfo */
	if (type)
		(void)kmodfile_modinfo(m.unpacked.data, m.unpacked.len, &m.info);
	else
		(void)kmodfile_modinfo(e->as.data, e->as.len, &m.info); /* the same */
	c->modules = mem_grow(c->modules, c->module_count, sizeof(*c->modules));
	c->modules[c->module_count++] = m;
}

static void survey(struct checkup *c)
{
	const struct image *image = c->image;

	c->bases = mem_alloc(image->tree_count * sizeof(*c->bases));
	for (size_t i = 0; i < image->tree_count; i++) {
		const struct image_entry *e = image->tree[i];
		const char *slash = strrchr(e->path, '/');
		char *name = S_ISREG(e->as.mode) ? module_name(e->path) : NULL;

		c->bases[c->base_count++] = (char *)(slash ? slash + 1 : e->path);
		if (name)
			add_module(c, e, name);
	}
	qsort(c->bases, c->base_count, sizeof(*c->bases), compare_strings);
	if (c->module_count)
		qsort(c->modules, c->module_count, sizeof(*c->modules), compare_modules);
}

const struct check_module *check_find_module(const struct checkup *c, const char *name)
{
	struct check_module key = { .name = mem_strdup(name) }, *found = NULL;

	for (char *p = key.name; *p; p++)
		*p = *p == '-' ? '_' : *p;
	if (c->module_count)
		found = bsearch(&key, c->modules, c->module_count, sizeof(key),
				compare_modules);
	free(key.name);
	return found;
}

bool check_has_base(const struct checkup *c, const char *name)
{
	return bsearch(&name, c->bases, c->base_count, sizeof(*c->bases),
		       compare_strings);
}

/* ---- */

void check_run(struct checkup *c)
{
	survey(c);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		c->running = checks[i].name;
		checks[i].run(c);
	}
}

void check_free(struct checkup *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->findings[i].path);
		free(c->findings[i].text);
	}
	for (size_t i = 0; i < c->module_count; i++) {
		free(c->modules[i].name);
		bytes_free(&c->modules[i].unpacked);
	}
	free(c->findings);
	free(c->modules);
	free(c->bases);
	*c = (struct checkup){ 0 };
}
