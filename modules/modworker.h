/* The process that loads modules for PID 1, so that a driver that hangs or a module index
 * that lies holds up nobody else. Each request is answered by one MODULES_DONE, before which
 * come the reports of what went wrong; those that come while others are worked off join them
 * and are answered together. */
#ifndef MODULES_MODWORKER_H
#define MODULES_MODWORKER_H

#include "modules/modload.h"

#include <stdint.h>

#define MODULES_TEXT_SIZE 512

enum modules_request_kind {
	MODULES_LOAD_LIST = 1, /* rd.driver.pre=, then modules-load.d(5) */
	MODULES_LOAD_POST,     /* rd.driver.post= */
	MODULES_COLDPLUG, /* a driver for every device on the bus @text, "": on every bus */
	MODULES_ALIAS,	  /* a driver for the modalias in @text */
	MODULES_NAME,	  /* the module @text; with CONFIG_NETROOT */
};

struct modules_request {
	uint32_t kind;
	char text[MODULES_TEXT_SIZE];
};

enum modules_report_kind {
	MODULES_DONE = 1,
	MODULES_NO_DRIVER, /* no module of the image serves the modalias in @text */
	MODULES_FAILED,	   /* @text says what is wrong, @err is its cause */
	MODULES_SLOW,	   /* the module in @text is still loading and counts as done */
	MODULES_SLOW_DONE, /* and now it has ended; if it failed, that was reported */
};

struct modules_report {
	uint32_t kind;
	int32_t err; /* -errno */
	char text[MODULES_TEXT_SIZE];
};

/* Runs in the child over its end of a SOCK_SEQPACKET pair until the other end is closed.
 * @config is a struct modules_config. */
int modules_worker(int fd, const void *config);

#endif
