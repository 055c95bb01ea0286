/* What the added files need to be of use: the targets of links, interpreters of scripts, and
 * loaders and libraries of programs. */
#include "initramfs/build.h"
#include "initramfs/command.h"
#include "initramfs/elf_closure.h"
#include "initramfs/elf_strip.h"
#include "initramfs/pathwalk.h"
#include "initramfs/pull.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct needs {
	struct tree *tree;
	char *root;
	struct elf_closure closure;
};

/* ---- links */

static char *target_from(const char *path, const struct tree_entry *link)
{
	char *folder = pathwalk_folder(path), *target;
	int len = (int)link->contents.len;

	target = len && *link->contents.data == '/'
			 ? mem_printf("%.*s", len, (const char *)link->contents.data)
			 : mem_printf("%s/%.*s", folder, len,
				      (const char *)link->contents.data);
	free(folder);
	return target;
}

/* The file @found of the system, for a link in the image that points to @wanted. */
static int add_target(struct needs *n, const char *found, const char *wanted)
{
	char *outside = sysroot_path(n->root, found);
	struct stat st;
	int err = 0;

	if (outside && stat(outside, &st) == 0 && S_ISREG(st.st_mode))
		err = str_equal(found, wanted)
			      ? pull(n->tree, n->root, found)
			      : tree_add_source(n->tree, outside, wanted);
	free(outside);
	return err;
}

/* Links to folders, and links that point nowhere, stay as they are. */
static int follow_link(struct needs *n, size_t i)
{
	const struct tree_entry *e = &n->tree->entries[i];
	const char *inside = sysroot_inside(n->root, e->source);
	char *path = mem_printf("/%s", e->path), *target = target_from(path, e);
	char *wanted = tree_resolve(n->tree, target), *found;
	int err = 0;

	if (inside && wanted && tree_find(n->tree, wanted) == TREE_NONE &&
	    !sysroot_is_volatile(wanted)) {
		found = target_from(inside, e);
		err = add_target(n, found, str_equal(found, target) ? found : wanted);
		free(found);
	}
	free(path);
	free(target);
	free(wanted);
	return err;
}

/* ---- scripts */

/* The command of `#!/usr/bin/env [-S] [NAME=VALUE] COMMAND`, or NULL; the caller frees. */
static char *env_command(const struct bytes *script)
{
	const void *end = memchr(script->data, '\n', script->len);
	size_t len = end ? (size_t)((const uint8_t *)end - script->data) : script->len;
	char *line = mem_printf("%.*s", (int)len, (const char *)script->data);
	char *rest = line, *word, *command = NULL;

	(void)strsep(&rest, " \t"); /* `#!/usr/bin/env`, or `#!` when a blank follows */
	while (!command && (word = strsep(&rest, " \t\r")))
		if (*word && *word != '-' && *word != '/' && !strchr(word, '='))
			command = mem_strdup(word);
	free(line);
	return command;
}

/* Many a folder has a script that nobody will run here: that is no error. */
static int add_interpreter(struct needs *n, const char *script, const char *name)
{
	char *path = command_find(n->root, name);
	int err = path || *name == '/'
			  ? pull_missing(n->tree, n->root, path ? path : name)
			  : -ENOENT;

	if (err == -ENOENT)
		log_warning("/%s: its interpreter %s is neither in the image nor in %s",
			    script, name, n->root ? n->root : "this system");
	free(path);
	return err == -ENOENT ? 0 : err;
}

static int add_interpreters(struct needs *n, size_t i)
{
	const struct tree_entry *e = &n->tree->entries[i];
	struct program program;
	const char *name;
	char *command = NULL, *script;
	int err;

	if (!(e->mode & 0111) ||
	    program_parse(e->contents.data, e->contents.len, &program) ||
	    program.kind != PROGRAM_SCRIPT)
		return 0;
	name = strrchr(program.interpreter, '/');
	if (name && str_equal(name + 1, "env"))
		command = env_command(&e->contents);
	script = mem_strdup(e->path); /* the tree grows */
	err = add_interpreter(n, script, program.interpreter);
	if (!err && command)
		err = add_interpreter(n, script, command);
	free(command);
	free(script);
	return err;
}

/* ---- all of it */

static int add_needs_of(struct needs *n, size_t i)
{
	int err;

	if (S_ISLNK(n->tree->entries[i].mode))
		return follow_link(n, i);
	if (!S_ISREG(n->tree->entries[i].mode))
		return 0;
	err = add_interpreters(n, i);
	return err ? err : elf_closure_add_program(&n->closure, i);
}

/* What has no source was made here, and needs nothing; but /init may be of any make. */
static bool is_foreign(const struct tree_entry *e)
{
	return e->source || str_equal(e->path, "init");
}

/* Programs first: what they load need not be told where its libraries are. The tree grows
 * under the loops. */
static int add_all(struct needs *n)
{
	const struct tree *t = n->tree;
	int err = 0;

	for (size_t i = 0; i < t->count && !err; i++)
		if (is_foreign(&t->entries[i]))
			err = add_needs_of(n, i);
	for (size_t i = 0; i < t->count && !err; i++)
		if (is_foreign(&t->entries[i]) && S_ISREG(t->entries[i].mode))
			err = elf_closure_add_library(&n->closure, i);
	return err;
}

/* What nothing at run time looks at. A file that cannot be cut stays as it is. */
static void strip(struct needs *n)
{
	for (size_t i = 0; i < n->closure.object_count; i++)
		if (n->closure.objects[i])
			(void)elf_strip_debug(&n->tree->entries[i].contents);
}

int build_add_needs(struct build *b)
{
	struct needs n = { .tree = &b->tree };
	int err = sysroot_open(b->options->sysroot, &n.root);

	n.closure = (struct elf_closure){ .tree = n.tree, .root = n.root };
	if (!err)
		err = add_all(&n);
	if (!err && b->options->strip)
		strip(&n);
	elf_closure_free(&n.closure);
	free(n.root);
	return err;
}
