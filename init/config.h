/* The options of /init: one table of keys, three sources. Later sources win:
 * /etc/rootling/cmdline in the image, the kernel command line, /etc/rootling/sealed in
 * the image.
 *
 * Within one source the last value of a key counts and lists accumulate; a source that
 * names a list replaces what an earlier source put there. What `sealed` says therefore
 * cannot be undone or added to from the command line. */
#ifndef INIT_CONFIG_H
#define INIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_LIST_MAX	     16
#define CONFIG_INIT_ARGS_MAX 32
#define CONFIG_TEXT_SIZE \
	4608 /* COMMAND_LINE_SIZE is 2048 on x86 and arm64, 4096 at most */
#define CONFIG_FOREVER UINT32_MAX

enum config_source {
	CONFIG_IMAGE,
	CONFIG_CMDLINE,
	CONFIG_SEALED,
	CONFIG_SOURCES,
};

enum config_emergency {
	EMERGENCY_SHELL,
	EMERGENCY_REBOOT,
	EMERGENCY_POWEROFF,
	EMERGENCY_HALT,
};

struct config_list {
	const char *item[CONFIG_LIST_MAX];
	uint32_t count;
	uint32_t source; /* enum config_source that filled it */
};

/* Times are seconds. Strings point into @text of the source that set them. */
struct config {
	const char *root, *rootfstype, *rootflags, *init;
	uint32_t root_rw;  /* 0: ro, the kernel's default */
	uint32_t rootwait; /* 0: absent; CONFIG_FOREVER: without a number */
	uint32_t rootdelay;
	uint32_t timeout; /* rd.timeout=; 0: wait without limit */
	struct config_list init_args;

	struct config_list breaks;
	uint32_t shell;
	uint32_t emergency; /* enum config_emergency */
	int32_t panic; /* 0: not given; < 0: reboot at once; else after so many seconds */

	uint32_t debug, quiet;
	uint32_t log_level; /* enum log_level */

	struct config_list driver_pre, driver_blacklist;
	struct config_list ip, nameserver;
	const char *bootif;
	uint32_t neednet;
	struct config_list http;

	char text[CONFIG_SOURCES][CONFIG_TEXT_SIZE];
	char plain_cmdline[CONFIG_TEXT_SIZE]; /* the kernel command line as it was read */
};

/* Warnings about what was ignored, one line each. */
typedef void (*config_warn)(void *ctx, const char *line);

void config_init(struct config *c);

/* Reads the words of @text from @source. 0; -EFBIG: longer than CONFIG_TEXT_SIZE, nothing
 * of it counts. Everything else that is wrong is a warning and the word is ignored. */
int config_read(struct config *c, enum config_source source, const char *text,
		config_warn warn, void *ctx);

/* How long to wait for the root device, in seconds; CONFIG_FOREVER: without limit. */
uint32_t config_root_timeout(const struct config *c);

/* ---- for `rootling options` and the manual page */

struct config_row {
	const char *name, *argument, *help; /* @argument: "" for a word alone */
	bool optional; /* the word also counts without its argument */
};

/* Row @index of the table, NULL behind the last. */
const struct config_row *config_row(unsigned index);

/* The value of that row as the command line would say it, "" when not set. Lists come as
 * one value each: @item counts from 0. False: no such item. */
bool config_value(const struct config *c, unsigned index, unsigned item, char *out,
		  size_t size);

#endif
