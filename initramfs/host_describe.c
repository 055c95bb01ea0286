#include "initramfs/host.h"

#include "initramfs/file.h"
#include "initramfs/host_walk.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/fstab.h"
#include "mount/sysfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* @path of the system in @root, which may be "/". */
static char *below_root(const char *root, const char *path)
{
	return mem_printf("%s%s", str_equal(root, "/") ? "" : root, path);
}

static bool is_asked_for(const struct fstab_entry *e)
{
	char *copy = mem_strdup(e->options), *rest = copy, *option;
	bool asked = str_equal(e->target, "/usr");

	while ((option = strsep(&rest, ",")))
		asked |= str_equal(option, "x-initrd.mount");
	free(copy);
	return asked;
}

/* What is not mounted yet is looked for by its source. */
static void walk_entry(struct host_walk *walk, const char *root,
		       const struct fstab_entry *e)
{
	char *target = below_root(root, e->target);
	const struct mountinfo_entry *mount = mountinfo_at(&walk->mounts, target);
	char *block = mount ? NULL : host_block_of(walk, e->source);

	if (mount) {
		host_walk_mount(walk, mount);
	} else if (block) {
		host_walk_block(walk, block);
		if (!str_equal(e->type, "auto"))
			host_add(walk->out, HOST_FS, e->type, e->target);
	} else {
		log_warning("host: fstab: %s for %s: not mounted, and no such device",
			    e->source, e->target);
	}
	free(block);
	free(target);
}

static void walk_fstab(struct host_walk *walk, const char *root)
{
	char *path = mem_printf("%s%s/etc/fstab", walk->recorded, root);
	struct bytes text = { 0 };
	struct fstab fstab;
	struct fstab_entry entry;
	int more = file_read(path, &text) == 0; /* none is no error */

	bytes_put(&text, "", 1);
	fstab = (struct fstab){ .rest = (char *)text.data };
	while (more && (more = fstab_next(&fstab, &entry)))
		if (more > 0 && is_asked_for(&entry))
			walk_entry(walk, root, &entry);
	bytes_free(&text);
	free(path);
}

/* Where this machine would wake up from: nothing else can find the image of its memory. */
static void walk_resume(struct host_walk *walk)
{
	char text[SYSFS_TEXT_SIZE], *block;
	const char *number = sysfs_attribute(walk->sys, "power/resume", text);

	block = str_equal(number, "0:0") || !*number ? NULL
						     : host_block_numbered(walk, number);
	if (block)
		host_walk_block(walk, block);
	free(block);
}

/* As udev tells a keyboard from a power button: it has all of the keys 1 to 31. */
static bool is_keyboard(const char *input)
{
	char *keys = host_text(input, "capabilities/key"),
	     *word = keys ? strrchr(keys, ' ') : NULL;
	unsigned long bits = keys ? strtoul(word ? word : keys, NULL, 16) : 0;

	free(keys);
	return (bits & 0xfffffffe) == 0xfffffffe;
}

/* Packed and not loaded: a recovery shell is worth little when nobody can type into it, and the
 * boot that needs none takes no time for them. */
static void walk_keyboards(struct host_walk *walk)
{
	char *inputs = mem_printf("%s/class/input", walk->sys);
	struct strings names = host_names(inputs);

	walk->pack = true;
	for (size_t i = 0; i < names.count; i++) {
		char *input = host_real(inputs, names.items[i]),
		     *device = input ? host_real(input, "device") : NULL;

		if (device && is_keyboard(input))
			host_walk_device(walk, device);
		free(device);
		free(input);
	}
	strings_free(&names);
	free(inputs);
}

static int problem(struct host_walk *walk, const char *root)
{
	const struct mountinfo_entry *mount = mountinfo_at(&walk->mounts, root);

	if (!walk->mounts.count)
		walk->out->problem = mem_printf("%s/proc is not mounted", walk->recorded);
	else if (!mount)
		walk->out->problem = mem_printf("nothing is mounted on %s", root);
	else if (!walk->sys || !sysfs_exists(walk->sys, "devices"))
		walk->out->problem = mem_printf("%s/sys is not mounted", walk->recorded);
	else
		walk->out->problem = mem_printf(
			"%s is %s (%s), and no device that is seen here holds it", root,
			mount->type, mount->source);
	return -ENODEV;
}

static void read_mounts(struct host_walk *walk)
{
	char *path = mem_printf("%s/proc/self/mountinfo", walk->recorded);
	struct bytes text = { 0 };

	if (file_read(path, &text) == 0)
		walk->mounts = mountinfo_parse((const char *)text.data, text.len);
	bytes_free(&text);
	free(path);
}

static void add_kernel(struct host_walk *walk)
{
	char *release = host_text(walk->recorded, "proc/sys/kernel/osrelease");

	if (release && *release)
		host_add(walk->out, HOST_KERNEL, release, NULL);
	free(release);
}

static int describe(struct host_walk *walk, const char *root)
{
	const struct mountinfo_entry *mount = mountinfo_at(&walk->mounts, root);

	if (!mount || !walk->sys)
		return problem(walk, root);
	add_kernel(walk);
	host_walk_mount(walk, mount);
	if (!walk->hardware)
		return problem(walk, root);
	walk_fstab(walk, root);
	walk->optional = true;
	walk_resume(walk);
	walk_keyboards(walk);
	return 0;
}

int host_describe_at(const struct host_place *place, struct host *out)
{
	struct host_walk walk = { .out = out };
	char *root = realpath(place->root ? place->root : "/", NULL);
	int err = -ENODEV;

	*out = (struct host){ 0 };
	walk.recorded =
		place->recorded ? realpath(place->recorded, NULL) : mem_strdup("");
	if (!root || !walk.recorded) {
		out->problem = mem_printf("%s: %s", root ? place->recorded : place->root,
					  strerror(errno));
	} else {
		walk.sys = host_real(walk.recorded, "sys");
		read_mounts(&walk);
		err = describe(&walk, root);
	}
	mountinfo_free(&walk.mounts);
	strings_free(&walk.seen);
	free(walk.recorded);
	free(walk.sys);
	free(root);
	return err;
}

int host_describe(const char *root, struct host *out)
{
	return host_describe_at(&(struct host_place){ .root = root }, out);
}
