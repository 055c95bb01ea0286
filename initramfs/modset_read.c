/* What the files of the modules say and hold. */
#include "initramfs/compress.h"
#include "initramfs/elf_strip.h"
#include "initramfs/kmodfile.h"
#include "initramfs/modset.h"
#include "initramfs/parallel.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void keep_values(struct strings *list, struct modinfo info, const char *key)
{
	const char *value;

	while ((value = modinfo_next(&info, key)))
		strings_add(list, value);
}

/* The image is packed as a whole, which makes it smaller than packed modules do, and not every
 * kernel can unpack these. */
static int unpack(struct module *m)
{
	const struct compression *c = compression_by_magic(m->source.data, m->source.len);
	size_t used;

	m->contents = (struct bytes){ .data = (uint8_t *)m->source.data, /* only read */
				      .len = m->source.len };
	if (!c)
		return 0;
	m->contents = (struct bytes){ 0 };
	return c->unpack ? c->unpack(m->source.data, m->source.len, &m->contents, &used)
			 : -ENOTSUP;
}

/* What cannot be stripped stays as it is. */
static void trim(const struct modset *set, struct module *m)
{
	if (set->cut_signatures)
		m->contents.len =
			kmodfile_unsigned_len(m->contents.data, m->contents.len);
	if (set->strip)
		(void)elf_strip_debug(&m->contents);
}

static int read_module(const struct modset *set, struct module *m)
{
	char *path = modset_path(set, m->line, strcspn(m->line, ":"));
	int err = path ? mapped_open(&m->source, path) : -errno;
	struct modinfo info;

	free(path);
	if (!err)
		err = unpack(m);
	if (!err)
		err = kmodfile_modinfo(m->contents.data, m->contents.len, &info);
	if (err)
		return err;
	keep_values(&m->aliases, info, "alias");
	keep_values(&m->firmware, info, "firmware");
	trim(set, m);
	return 0;
}

static int read_one(void *ctx, size_t i)
{
	struct modset *set = ctx;

	set->modules[i]->err = read_module(set, set->modules[i]);
	return set->modules[i]->err;
}

static int by_rank(const void *a, const void *b)
{
	const struct module *x = *(struct module *const *)a,
			    *y = *(struct module *const *)b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return strcmp(x->name, y->name);
}

int modset_read(struct modset *set)
{
	const struct module *m;
	size_t failed = 0;

	if (set->count)
		qsort(set->modules, set->count, sizeof(*set->modules), by_rank);
	for (size_t i = 0; i < set->count; i++)
		names_set(&set->by_name, set->modules[i]->name, i);
	if (parallel(set->count, read_one, set) == 0)
		return 0;
	while (!set->modules[failed]->err)
		failed++;
	m = set->modules[failed];
	log_err("%s/%.*s: %s", set->folder, (int)strcspn(m->line, ":"), m->line,
		m->err == -ENOEXEC ? "no kernel module" : strerror(-m->err));
	return m->err;
}
