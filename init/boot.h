/* One boot: everything PID 1 knows, a local of main() that every stage is handed. */
#ifndef INIT_BOOT_H
#define INIT_BOOT_H

#include "appliance/supervise.h"
#include "init/config.h"
#include "init/loop.h"
#include "init/timeline.h"
#include "init/worker.h"
#include "modules/modworker.h"
#include "mount/blockdev.h"
#include "netcfg/netcfg.h"
#include "http/http.h"

#include <stdbool.h>
#include <stdint.h>

#define BOOT_DEVICES_MAX   64
#define BOOT_NO_DRIVER_MAX 64
#define BOOT_VERDICT_SIZE  512

#define BOOT_ROOT_MOUNT	   "/sysroot" /* not below /run, which moves into it */
#define BOOT_STATE_DIR	   "/run/rootling"

struct boot {
	struct config config;
	struct loop loop;
	struct timeline timeline;
	int signal_fd;
	int uevent_fd;

	struct worker modules;
	struct modules_config modules_config;
	unsigned modules_pending; /* requests that wait for their MODULES_DONE */
	bool coldplug_started;
	bool coldplug_again; /* events were lost: look at everything once more */
	char no_driver[BOOT_NO_DRIVER_MAX][128]; /* modaliases that no module serves */
	unsigned no_driver_count;
	char module_error[128];

	struct worker network;
	struct netcfg_request network_request;
	struct worker http;
	struct http_config http_config;

	struct rootspec root_spec;
	struct blockdev devices[BOOT_DEVICES_MAX];
	unsigned device_count;
	unsigned device_changes; /* counts what came and went */
	struct blockdev *root;	 /* NULL: not found yet */

	struct supervisor supervisor;
	unsigned stop_command; /* LINUX_REBOOT_CMD_ to end with, 0: stay */

	const char *stage; /* the running one */
	char note[192];	   /* what its log line says */
	pid_t shell;	   /* 0: none */
	bool shell_ended;
	bool failed; /* in recovery; @verdict says why */
	char verdict[BOOT_VERDICT_SIZE];
};

#endif
