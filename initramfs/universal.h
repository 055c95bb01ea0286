/* The set of modules that --universal packs: patterns over paths, by subsystem, as
 * universal.conf describes them. Pure. */
#ifndef INITRAMFS_UNIVERSAL_H
#define INITRAMFS_UNIVERSAL_H

#include "initramfs/mem.h"

struct subsystem {
	char *name;
	bool optional; /* not packed unless it is asked for */
	bool chosen;
	struct strings patterns; /* a leading '!' takes out again */
};

struct universal {
	struct subsystem *subsystems;
	size_t count;
};

/* The set this program was built with. */
extern const char universal_text[];

/* Reads a set; chosen is then what is not optional. @path is for the messages. 0; -EINVAL:
 * logged with the line. @out is to be freed in both cases. */
int universal_parse(const char *text, size_t len, const char *path,
		    struct universal *out);

/* Takes out what @without names, then adds what @with names; "all" stands for every
 * subsystem. 0; -ENOENT: a name is not known, logged with those that are. */
int universal_choose(struct universal *set, const struct strings *with,
		     const struct strings *without);

/* Is the module at @path, the first word of a line in modules.dep, in a chosen subsystem?
 * Its first folder (kernel, updates, extra) and what follows ".ko" do not matter. */
bool universal_has(const struct universal *set, const char *path, size_t len);

void universal_free(struct universal *set);

#endif
