/* What is run: /init, and the programs it may start. */
#include "initramfs/check.h"
#include "initramfs/elf_deps.h"
#include "lib/str.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* ---- which machine */

/* That of the modules, since the kernel is of no other. */
static bool machine_of_kernel(const struct checkup *c, struct elf_kind *out)
{
	for (size_t i = 0; i < c->module_count; i++) {
		const struct check_module *m = &c->modules[i];
		const struct newc_entry *e = &m->entry->as;

		if (m->unpacked.len
			    ? elf_kind_read(m->unpacked.data, m->unpacked.len, out)
			    : elf_kind_read(e->data, e->len, out))
			return true;
	}
	return false;
}

static void check_machine(struct checkup *c, enum severity severity,
			  const struct image_entry *e, const struct elf_kind *wanted)
{
	struct elf_kind kind;

	if (elf_kind_read(e->as.data, e->as.len, &kind) && !elf_same_kind(&kind, wanted))
		check_add(c, severity, e->path,
			  "is for another machine than the modules (ELF machine %u, not "
			  "%u): take it from the target's system",
			  kind.machine, wanted->machine);
}

/* ---- what it needs to start */

static void check_interpreter(struct checkup *c, enum severity severity,
			      const struct image_entry *e, const char *interpreter)
{
	const struct image_entry *found = image_find(c->image, interpreter, true);

	if (!found)
		check_add(c, severity, e->path,
			  "its interpreter %s is not in the image: add it", interpreter);
	else if (!S_ISREG(found->as.mode) || !(found->as.mode & 0111))
		check_add(c, severity, e->path,
			  "its interpreter %s cannot be executed: set its mode to 0755",
			  interpreter);
}

static void check_libraries(struct checkup *c, enum severity severity,
			    const struct image_entry *e, const struct elf_deps *deps)
{
	for (size_t i = 0; i < deps->needed.count; i++) {
		const char *name = deps->needed.items[i], *slash = strrchr(name, '/');

		if (!check_has_base(c, slash ? slash + 1 : name))
			check_add(c, severity, e->path,
				  "needs %s, which is nowhere in the image: add it",
				  name);
	}
}

/* `#!INTERPRETER ARGUMENT`: fs/binfmt_script.c. */
static void check_script(struct checkup *c, enum severity severity,
			 const struct image_entry *e)
{
	const char *text = (const char *)e->as.data + 2;
	size_t left = e->as.len - 2, blanks = 0, len = 0;
	char interpreter[PATH_MAX];

	while (blanks < left && (text[blanks] == ' ' || text[blanks] == '\t'))
		blanks++;
	while (blanks + len < left && !strchr(" \t\n", text[blanks + len]))
		len++;
	if (len == 0 || len >= sizeof(interpreter))
		return;
	memcpy(interpreter, text + blanks, len);
	interpreter[len] = '\0';
	check_interpreter(c, severity, e, interpreter);
}

static void check_program(struct checkup *c, enum severity severity,
			  const struct image_entry *e)
{
	struct elf_deps deps;
	int err;

	if (e->as.len > 2 && memcmp(e->as.data, "#!", 2) == 0) {
		check_script(c, severity, e);
		return;
	}
	err = elf_deps_read(e->as.data, e->as.len, &deps);
	if (err == -EUCLEAN)
		check_add(c, severity, e->path, "is a damaged ELF file: pack it again");
	if (!err && deps.interpreter)
		check_interpreter(c, severity, e, deps.interpreter);
	if (!err)
		check_libraries(c, severity, e, &deps);
	elf_deps_free(&deps);
}

/* ---- */

void check_init(struct checkup *c)
{
	const struct image_entry *e = image_find(c->image, "init", true);
	struct elf_kind machine;

	if (!e && image_find(c->image, "init", false))
		check_add(c, CHECK_ERROR, "init",
			  "is a link to what is not there: add its target");
	else if (!e)
		check_add(c, CHECK_ERROR, NULL,
			  "there is no /init, so the kernel ignores the image: add one");
	else if (!S_ISREG(e->as.mode))
		check_add(c, CHECK_ERROR, e->path, "is not a file: replace it by one");
	else if (!(e->as.mode & 0111))
		check_add(c, CHECK_ERROR, e->path,
			  "is not executable: set its mode to 0755");
	if (!e || !S_ISREG(e->as.mode))
		return;
	if (e->as.len == 0)
		check_add(c, CHECK_ERROR, e->path, "is empty: pack it again");
	check_program(c, CHECK_ERROR, e);
	if (machine_of_kernel(c, &machine))
		check_machine(c, CHECK_ERROR, e, &machine);
}

static bool is_program(const struct image_entry *e)
{
	return S_ISREG(e->as.mode) && (e->as.mode & 0111) && !str_equal(e->path, "init");
}

void check_programs(struct checkup *c)
{
	struct elf_kind machine;
	bool known = machine_of_kernel(c, &machine);

	for (size_t i = 0; i < c->image->tree_count; i++) {
		const struct image_entry *e = c->image->tree[i];

		if (!is_program(e))
			continue;
		check_program(c, CHECK_WARNING, e);
		if (known)
			check_machine(c, CHECK_WARNING, e, &machine);
	}
}
