/* The options of /init: one table of keys, three sources. Later sources win:
 * /etc/rootling/cmdline in the image, the kernel command line, /etc/rootling/sealed in
 * the image.
 *
 * Within one source the last value of a key counts and lists accumulate; a source that
 * names a list replaces what an earlier source put there. What `sealed` says therefore
 * cannot be undone or added to from the command line. */
#ifndef INIT_CONFIG_H
#define INIT_CONFIG_H

#include "lib/cmdline.h"
#include "lib/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_LIST_MAX	     16
#define CONFIG_INIT_ARGS_MAX 32
#define CONFIG_PARAMS_MAX    128
#define CONFIG_TEXT_SIZE \
	4608 /* COMMAND_LINE_SIZE is 2048 on x86 and arm64, 4096 at most */
#define CONFIG_KEYS_MAX 128
#define CONFIG_FOREVER	UINT32_MAX
#define CONFIG_UNSET	(UINT32_MAX - 1)

enum config_source {
	CONFIG_IMAGE,
	CONFIG_CMDLINE,
	CONFIG_SEALED,
	CONFIG_SOURCES,
};

/* The values of a choice stand in the order of its words in the table. */
enum config_emergency {
	EMERGENCY_SHELL,
	EMERGENCY_REBOOT,
	EMERGENCY_POWEROFF,
	EMERGENCY_HALT,
};

enum config_log {
	CONFIG_LOG_ERR,
	CONFIG_LOG_WARNING,
	CONFIG_LOG_INFO,
	CONFIG_LOG_DEBUG,
};

enum config_fsck_mode {
	FSCK_AUTO,
	FSCK_FORCE,
	FSCK_SKIP,
};

enum config_fsck_repair {
	FSCK_PREEN,
	FSCK_YES,
	FSCK_NO,
};

enum config_handover {
	HANDOVER_DOWN,
	HANDOVER_KEEP,
};

struct config_list {
	const char *item[CONFIG_LIST_MAX];
	uint32_t count;
	uint32_t source; /* enum config_source that filled it */
};

/* Times are seconds. Strings point into @text of the source that set them. */
struct config {
	const char *root, *rootfstype, *rootflags, *init;
	const char *overlay, *loop, *iso_scan;
	const char *resume, *resume_offset;
	const char *bootif_mac; /* BOOTIF= */
	const char *nfsroot;
	const char *fetch_sha256, *fetch_pin, *fetch_proxy, *fetch_no_proxy;
	const char *iscsi_initiator;
	uint32_t iscsi_firmware;
	uint32_t root_rw;  /* 0: ro, the kernel's default */
	uint32_t rootwait; /* 0: absent; CONFIG_FOREVER: without a number */
	uint32_t rootdelay;
	uint32_t
		timeout; /* rd.timeout=; 0: wait without limit; CONFIG_UNSET: not given */
	uint32_t gpt_auto;
	uint32_t fstab;
	uint32_t fsck_mode, fsck_repair; /* enum config_fsck_mode, config_fsck_repair */
	uint32_t noresume;
	uint32_t neednet;
	uint32_t bootif, peerdns; /* 0: @bootif_mac, what DHCP says of DNS do not count */
	uint32_t handover;	  /* enum config_handover */
	uint32_t arp;		  /* enum dhcp4_arp of netcfg/dhcp4_fsm.h */
	const char *dhcp_vendor_class;
	/* rd.net.*; 0: not given */
	uint32_t dhcp_retry;
	uint32_t timeout_iflink, timeout_carrier, timeout_dhcp;
	uint32_t timeout_ipv6dad, timeout_ipv6auto, timeout_ignored;

	uint32_t shell;
	uint32_t emergency; /* enum config_emergency */
	int32_t panic; /* 0: not given; < 0: reboot at once; else after so many seconds */

	uint32_t debug, quiet;
	uint32_t log;	    /* enum config_log */
	uint32_t log_level; /* enum log_level */
	uint32_t param_count;

	struct config_list rootfallback;
	struct config_list init_args;
	struct config_list breaks;
	struct config_list driver_pre, driver_post, driver_blacklist;
	struct config_list ip, nameserver;
	struct config_list netroot, iscsi_param;
	struct config_list vlan, bond, bridge, ifname, route;
	struct config_list http, https;
	struct config_list http_actions; /* source CONFIG_SOURCES: not given */
	/* MODULE.PARAM=VALUE: names with a dot that are no keys of ours, in the order of the
	 * sources, so that the last one is what counts */
	struct cmdline_word params[CONFIG_PARAMS_MAX];

	/* a bit for each row of the table that CONFIG_SEALED has a word for */
	uint8_t sealed[CONFIG_KEYS_MAX / 8];

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

/* The same for a root over the network, whose server may be late: without limit, unless an option
 * says otherwise. */
uint32_t config_netroot_timeout(const struct config *c);

/* Does /etc/rootling/sealed say anything of @name, if only that it is empty? Only with CONFIG_HTTP:
 * nothing else may change an option later. */
bool config_is_sealed(const struct config *c, const char *name);

/* The least important lines that are logged. */
enum log_level config_log_level(const struct config *c);

/* The value of rd.overlay=, NULL if there shall be none. */
const char *config_overlay(const struct config *c);

/* ---- for `rootling options` and the manual page */

struct config_row {
	const char *name, *argument, *help; /* @argument: "" for a word alone */
	bool optional; /* the word also counts without its argument */
};

/* Row @index of the table, in static storage; its help is only there with CONFIG_OPTION_HELP.
 * False: behind the last. */
bool config_row(unsigned index, struct config_row *out);

/* The value of that row as the command line would say it, "" when not set. Lists come as
 * one value each: @item counts from 0. False: no such item. */
bool config_value(const struct config *c, unsigned index, unsigned item, char *out,
		  size_t size);

#endif
