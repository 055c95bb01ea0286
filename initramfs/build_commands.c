/* --add-cmd: programs by their names. */
#include "initramfs/build.h"
#include "initramfs/command.h"
#include "initramfs/pull.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>

static int unknown(const char *root, const char *name)
{
	struct strings near = { 0 };
	struct bytes hint = { 0 };

	command_suggest(root, name, &near);
	for (size_t i = 0; i < near.count; i++)
		bytes_printf(&hint, "%s%s", i ? ", " : ": did you mean ", near.items[i]);
	bytes_put(&hint, "", 1);
	log_err("build: --add-cmd %s: no such program in %s%s", name,
		root ? root : "this system", (const char *)hint.data);
	bytes_free(&hint);
	strings_free(&near);
	return -ENOENT;
}

static int add_command(struct tree *tree, const char *root, const char *name)
{
	char *path = command_find(root, name);
	int err = path ? pull(tree, root, path) : unknown(root, name);

	free(path);
	return err;
}

int build_add_commands(struct build *b)
{
	const struct strings *commands = &b->options->commands;
	char *root;
	int err = sysroot_open(b->options->sysroot, &root);

	for (size_t i = 0; i < commands->count && !err; i++)
		err = add_command(&b->tree, root, commands->items[i]);
	free(root);
	return err;
}
