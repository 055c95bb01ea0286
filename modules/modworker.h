/* The process that loads modules for PID 1, so that a driver that hangs or a module index
 * that lies holds up nobody else. Requests are worked off in order; each is answered by
 * one MODULES_DONE, before which come the reports of what went wrong. */
#ifndef MODULES_MODWORKER_H
#define MODULES_MODWORKER_H

#include "modules/modload.h"

#include <stdint.h>

#define MODULES_TEXT_SIZE 512

enum modules_request_kind {
	MODULES_LOAD_LIST = 1, /* rd.driver.pre=, then modules-load.d(5) */
	MODULES_COLDPLUG,      /* a driver for every device on every bus */
	MODULES_ALIAS,	       /* a driver for the modalias in @text */
};

struct modules_request {
	uint32_t kind;
	char text[MODULES_TEXT_SIZE];
};

enum modules_report_kind {
	MODULES_DONE = 1,
	MODULES_NO_DRIVER, /* no module of the image serves the modalias in @text */
	MODULES_FAILED,	   /* the module in @text: @err */
};

struct modules_report {
	uint32_t kind;
	int32_t err; /* -errno */
	char text[MODULES_TEXT_SIZE];
};

/* Borrowed from the configuration; they outlive the worker. */
struct modules_config {
	const char *cmdline;
	const char *const *driver_pre;
	unsigned driver_pre_count;
	const char *const *blacklist;
	unsigned blacklist_count;
};

/* Runs in the child over its end of a SOCK_SEQPACKET pair until the other end is closed.
 */
int modules_worker(int fd, const void *config);

#endif
