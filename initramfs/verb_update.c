/* The images of the installed kernels, by the options of update-initramfs(8). An image is made
 * by `rootling build` with a kernel and an output, and nothing else: what it holds is the
 * configuration's affair. */
#include "initramfs/kernels.h"
#include "initramfs/sysroot.h"
#include "initramfs/verb.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALL	    "all"
#define POST_UPDATE "/etc/initramfs/post-update.d" /* boot loaders that copy images */

struct update_options {
	char *kernel, *boot_dir, *sysroot;
	bool create, update, discard, takeover, verbose;
};

#define FIELD(name) offsetof(struct update_options, name)

static const struct flag flags[] = {
	{ 'c', "create", FLAG_SWITCH, NULL, "make the image of a kernel", FIELD(create) },
	{ 'u', "update", FLAG_SWITCH, NULL, "make an image again (the newest kernel's)",
	  FIELD(update) },
	{ 'd', "delete", FLAG_SWITCH, NULL, "remove the image of a kernel",
	  FIELD(discard) },
	{ 'k', "kernel", FLAG_STRING, "VERSION|" ALL,
	  "of this one; " ALL ": of all with an image, with -c of all", FIELD(kernel) },
	{ 'b', "boot-dir", FLAG_STRING, "DIR", "where kernels and images are (/boot)",
	  FIELD(boot_dir) },
	{ 0, "sysroot", FLAG_STRING, "DIR", "for the system in DIR", FIELD(sysroot) },
	{ 't', "takeover", FLAG_SWITCH, NULL, "nothing; old callers have it",
	  FIELD(takeover) },
	{ 'v', "verbose", FLAG_SWITCH, NULL, "list what is packed", FIELD(verbose) },
	{ 0 },
};

static char *image_of(const char *boot, const char *version)
{
	return mem_printf("%s/initrd.img-%s", boot, version);
}

static int build(const struct update_options *o, const char *version, char *image)
{
	char *argv[10] = { "build", "--kernel", (char *)version, "--output", image };
	int argc = 5;

	if (o->sysroot) {
		argv[argc++] = "--sysroot";
		argv[argc++] = o->sysroot;
	}
	if (o->verbose)
		argv[argc++] = "--verbose";
	printf("update: making %s\n", image);
	(void)fflush(stdout); /* before what others print */
	return verb_main(&verb_build, argc, argv);
}

/* 0, or 1 after the error was logged. Another system's boot loader is not asked. */
static int post_update(const struct update_options *o, const char *version,
		       const char *image)
{
	char *version_arg = mem_printf("--arg=%s", version),
	     *image_arg = mem_printf("--arg=%s", image);
	char *argv[] = { "run-parts", version_arg, image_arg, POST_UPDATE, NULL };
	int err = 0, status = 0;
	pid_t child;

	if (!o->sysroot && access(POST_UPDATE, X_OK) == 0) {
		err = posix_spawnp(&child, argv[0], NULL, NULL, argv, environ);
		if (!err && waitpid(child, &status, 0) < 0)
			err = errno;
	}
	if (err)
		log_err("update: %s: %s", argv[0], strerror(err));
	else if (status)
		log_err("update: a program of %s did not end well", POST_UPDATE);
	free(version_arg);
	free(image_arg);
	return err || status;
}

static int create(const struct update_options *o, const char *version, char *image)
{
	return build(o, version, image) || post_update(o, version, image);
}

/* Others call this when they install something: a /boot that is not to be written to is no
 * reason to stop them. */
static int update(const struct update_options *o, const char *version, char *image)
{
	char *folder = mem_printf("%.*s", (int)(strrchr(image, '/') - image), image);
	struct statvfs fs;
	bool read_only = statvfs(folder, &fs) == 0 && fs.f_flag & ST_RDONLY;

	if (read_only)
		log_warning("update: %s is read-only: %s stays as it is", folder, image);
	free(folder);
	return read_only ? 0 : create(o, version, image);
}

static int discard(const struct update_options *o, const char *version, char *image)
{
	(void)o;
	(void)version;
	if (unlink(image) == 0) {
		printf("update: removed %s\n", image);
		return 0;
	}
	if (errno == ENOENT)
		return 0;
	log_err("update: %s: %s", image, strerror(errno));
	return 1;
}

static const struct mode {
	char letter;
	size_t chosen; /* offset in the options */
	int (*work)(const struct update_options *o, const char *version, char *image);
	bool only_where_an_image_is, newest_without_kernel;
} modes[] = {
	{ 'c', FIELD(create), create, false, false },
	{ 'u', FIELD(update), update, true, true },
	{ 'd', FIELD(discard), discard, true, false },
};

static const struct mode *mode_of(const struct update_options *o)
{
	const struct mode *mode = NULL;
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!*(const bool *)((const char *)o + modes[i].chosen))
			continue;
		mode = &modes[i];
		count++;
	}
	if (count == 1)
		return mode;
	log_err("update: one of -c, -u and -d is needed (rootling update --help tells more)");
	return NULL;
}

static bool has_image(const char *boot, const char *version)
{
	char *image = image_of(boot, version);
	bool there = access(image, F_OK) == 0;

	free(image);
	return there;
}

static bool is_for_one(const struct update_options *o)
{
	return o->kernel && !str_equal(o->kernel, ALL);
}

/* Which kernels are meant. 0, or 1 after the error was logged. */
static int choose(const struct update_options *o, const struct mode *mode,
		  const char *boot, struct strings *out)
{
	char *modules = sysroot_path(o->sysroot, "/lib/modules");
	struct strings kernels = { 0 };
	int err = 0;

	if (is_for_one(o)) {
		strings_add(out, o->kernel);
	} else if (!o->kernel && !mode->newest_without_kernel) {
		log_err("update: -%c needs -k VERSION or -k " ALL, mode->letter);
		err = -EINVAL;
	} else if (modules) { /* without, no kernel is installed */
		err = kernels_list(boot, modules, &kernels);
		if (err)
			log_err("update: %s: %s", boot, strerror(-err));
	}
	for (size_t i = 0; i < kernels.count && (o->kernel || !out->count); i++)
		if (!mode->only_where_an_image_is || has_image(boot, kernels.items[i]))
			strings_add(out, kernels.items[i]);
	strings_free(&kernels);
	free(modules);
	return err ? 1 : 0;
}

static int work(const struct update_options *o, const struct mode *mode, const char *boot)
{
	struct strings versions = { 0 };
	int status = choose(o, mode, boot, &versions);
	char *image;

	if (!versions.count && !status && o->verbose)
		printf("update: no kernel in %s to do anything for\n", boot);
	for (size_t i = 0; i < versions.count; i++) { /* one that fails stops no other */
		image = image_of(boot, versions.items[i]);
		status |= mode->work(o, versions.items[i], image);
		free(image);
	}
	strings_free(&versions);
	return status;
}

static int update_run(void *options, char **operands)
{
	const struct update_options *o = options;
	const struct mode *mode = mode_of(o);
	const char *given = o->boot_dir ? o->boot_dir : "/boot";
	char *boot;
	int status = 1;

	(void)operands; /* it takes none */
	if (!mode)
		return 1;
	if (o->kernel && !kernel_is_version(o->kernel)) {
		log_err("update: --kernel %s: not a version of a kernel", o->kernel);
		return 1;
	}
	boot = sysroot_path(o->boot_dir ? NULL : o->sysroot, given);
	if (boot)
		status = work(o, mode, boot);
	else if (errno == ENOENT && !o->boot_dir && !is_for_one(o))
		status = 0; /* a container has no kernels */
	else
		log_err("update: %s: %s", given, strerror(errno));
	free(boot);
	return status;
}

const struct verb verb_update = {
	.name = "update",
	.help = "make, renew or remove the images of installed kernels",
	.operands = "",
	.flags = flags,
	.options_size = sizeof(struct update_options),
	.run = update_run,
};
