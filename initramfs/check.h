/* Would this image boot, and is it safe to have? A check is a function of a file check_NOUN.c and a
 * row of check.c; it looks at the image and adds findings. */
#ifndef INITRAMFS_CHECK_H
#define INITRAMFS_CHECK_H

#include "initramfs/image.h"
#include "initramfs/kconfig_file.h"
#include "initramfs/kmodfile.h"
#include "initramfs/module_name.h"

#include <sys/stat.h>

enum severity {
	CHECK_WARNING, /* it boots, but something is missing or not as it should be */
	CHECK_ERROR,   /* it does not boot, or gives away what is secret */
};

struct finding {
	enum severity severity;
	const char *check; /* its row */
	char *path;	   /* in the image, NULL: the image as a whole */
	char *text;	   /* what is wrong, then what to do */
};

struct check_module {
	const struct image_entry *entry;
	char *name;
	struct bytes unpacked; /* what the entry's data are packed into, else empty */
	struct modinfo info;   /* empty: it is none, or packed in an unknown way */
};

struct checkup {
	const struct image *image;
	const uint8_t *data; /* the file */
	size_t len;
	const struct stat *st; /* of it */
	const char *version;   /* of the kernel that shall boot it, NULL: any */
	const struct kernel_config *config; /* of that kernel, NULL: not known */

	struct check_module *modules; /* by name */
	size_t module_count;
	char **bases; /* the last parts of all paths, sorted */
	size_t base_count;

	const char *running; /* the row that is at work */
	struct finding *findings;
	size_t count, errors;
};

/* Fills in what comes behind @config; what stands before is the caller's. */
void check_run(struct checkup *c);
void check_free(struct checkup *c);

/* @path may be NULL. */
void check_add(struct checkup *c, enum severity severity, const char *path,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The module @name, in which '-' is '_'; NULL: not in the image. */
const struct check_module *check_find_module(const struct checkup *c, const char *name);

/* The file @name in the @folder of a kernel's modules, or NULL. */
const struct image_entry *check_module_file(const struct checkup *c,
					    const struct module_path *folder,
					    const char *name);

/* A file of this name is somewhere in the image. */
bool check_has_base(const struct checkup *c, const char *name);

/* The checks. */
void check_init(struct checkup *c);
void check_programs(struct checkup *c);
void check_versions(struct checkup *c);
void check_dependencies(struct checkup *c);
void check_indexes(struct checkup *c);
void check_loads(struct checkup *c);
void check_firmware(struct checkup *c);
void check_kernel(struct checkup *c);
void check_early(struct checkup *c);
void check_bootconfig(struct checkup *c);
void check_names(struct checkup *c);
void check_https(struct checkup *c);
void check_secrets(struct checkup *c);
void check_setuid(struct checkup *c);
void check_options(struct checkup *c);

#endif
