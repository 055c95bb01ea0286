/* One boot: everything PID 1 knows, a local of main() that every stage is handed. */
#ifndef INIT_BOOT_H
#define INIT_BOOT_H

#include "appliance/supervise.h"
#include "init/config.h"
#include "init/loop.h"
#include "init/netroot.h"
#include "init/network.h"
#include "init/network_ibft.h"
#include "init/timeline.h"
#include "init/worker.h"
#include "modules/modworker.h"
#include "mount/blockdev.h"
#include "netcfg/netcfg.h"
#include "http/http.h"

#include <stdbool.h>
#include <stdint.h>

#define BOOT_DEVICES_MAX   64
#define BOOT_ROOTS_MAX	   8
#define BOOT_NO_DRIVER_MAX 64
#define BOOT_VERDICT_SIZE  512
#define BOOT_SHELLS_MAX	   8
#define BOOT_CLIENTS_MAX   4
#define BOOT_BUTTONS_MAX   4

#define BOOT_ROOT_MOUNT	   "/sysroot" /* not below /run, which moves into it */
#define BOOT_STATE_DIR	   "/run/rootling"

/* A recovery shell, and the console it belongs to. */
struct shell {
	char console[32]; /* below /dev */
	pid_t pid;	  /* 0: not running */
	bool absent;	  /* there is no such terminal */
	unsigned quick;	  /* how often in a row it ended at once */
	uint64_t started_ms;
	uint64_t start_at_ms; /* 0: not to be started by itself */
};

/* That of the console in the browser, and who has it. */
struct shell_remote {
	pid_t pid; /* 0: not running */
	char who[64];
};

/* A connection to the control socket, and an input device with a power button. */
struct control_client {
	struct boot *boot; /* NULL: free */
	int fd;
};

struct power_button {
	struct boot *boot;
	char name[32]; /* below /dev; "": free */
	int fd;
};

/* What is looked at most comes first: to an offset below 128 code takes three bytes less. */
struct boot {
	struct blockdev *root;	  /* NULL: not found yet */
	const char *stage;	  /* the running one */
	unsigned root_spec_count; /* 0: no root is asked for */
	unsigned
		root_choice_count; /* of them from root=, the others from rootfallback= */
	unsigned device_count;
	unsigned device_changes;  /* counts what came and went */
	unsigned modules_pending; /* requests that wait for their MODULES_DONE */
	unsigned modules_slow;	  /* still loading, though their requests are answered */
	unsigned no_driver_count;
	unsigned shell_count;
	unsigned busy_rounds;  /* with news, since the fast path ended */
	unsigned fstab_line;   /* the last one that is done with */
	unsigned stop_command; /* LINUX_REBOOT_CMD_ to end with, 0: stay */
	pid_t checker;	       /* fsck; 0: none runs */
	int checker_status;    /* as of waitpid() */
	pid_t helper;	       /* of the shutdown, 0: none */
	int helper_status;     /* as of waitpid() */
	int signal_fd;
	int uevent_fd;
	int control_fd;	   /* -1: nobody listens */
	bool failed;	   /* in recovery; @verdict says why */
	bool root_changed; /* somebody chose @chosen_root: the walk goes back */
	bool retry; /* somebody asks to go on: a shell was left, or the control socket */
	bool at_break;	 /* in the shell of rd.break= */
	bool any_device; /* each that comes may be what recovery waits for */
	bool coldplug_started;
	bool coldplug_all;   /* on every bus, not only on PCI */
	bool coldplug_again; /* events were lost: look at everything once more */
	bool events_lost;    /* … which was said */
	bool media_polled;   /* drives are asked for their medium */
	bool modules_post;   /* those of rd.driver.post= were asked for */
	bool loader_read;
	bool childless;		 /* as of the last time that children were waited for */
	bool root_needs_network; /* its configuration must outlive the switch_root */
	struct loop loop;

	struct worker modules;
	struct worker network;
	struct worker http;
	struct supervisor supervisor;
	struct control_client clients[BOOT_CLIENTS_MAX];
	struct power_button buttons[BOOT_BUTTONS_MAX];
	struct shell shells[BOOT_SHELLS_MAX];
	struct shell_remote shell_remote;

	struct {
		uint64_t at_ms;
		unsigned lines, stages, devices, network;
	} told; /* when the status was written last, and what it knew */

	char verdict[BOOT_VERDICT_SIZE];
	char note[192];		/* what the log line of @stage says */
	char module_error[192]; /* what the last one that failed said */
	char slow_module[64];	/* the last of @modules_slow */
	char last_action[384];	/* what a client of the HTTP worker asked for last */
	char chosen_root[HTTP_ROOT_SIZE]; /* in place of root= */
	char iso_root[32]; /* "/dev/loop0" when an ISO file stands for root= */
	char loader_uuid[PARTTABLE_GUID_SIZE]; /* what was booted from; "": not known */

	struct timeline timeline;
	struct modules_config modules_config;
	struct netcfg_request network_request;
	struct http_config http_config;
	struct config config;
	struct rootspec root_specs[BOOT_ROOTS_MAX]; /* what root= means, the best first */
	struct blockdev devices[BOOT_DEVICES_MAX];
	char no_driver[BOOT_NO_DRIVER_MAX][128]; /* modaliases that no module serves */
	struct network known;			 /* of the network */
	struct netroot netroot;
	struct network_ibft ibft; /* what ip=ibft stands for */
};

/* Is the root mounted though no device was looked for? */
static inline bool boot_root_is_shared(const struct boot *boot)
{
	return IS_ENABLED(CONFIG_NETROOT) && boot->netroot.mounted;
}

/* Is there a root to be mounted, or mounted, at all? */
static inline bool boot_has_root(const struct boot *boot)
{
	return boot->root_spec_count || boot_root_is_shared(boot);
}

#endif
