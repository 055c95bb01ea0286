/* Service files of an appliance: a subset of systemd.service(5). Pure.
 *
 * Known in [Service]: ExecStart= Environment= Restart=no|on-failure|always
 * RestartSec=SECONDS TimeoutStopSec=SECONDS. Other sections are read over; another key of [Service] is an error,
 * because a service that silently runs without what its author asked for is worse than
 * one that says so. */
#ifndef APPLIANCE_UNIT_H
#define APPLIANCE_UNIT_H

#include <stddef.h>
#include <stdint.h>

#define UNIT_TEXT_SIZE	     2048
#define UNIT_ARGS_MAX	     32
#define UNIT_ENVIRONMENT_MAX 32

enum unit_restart {
	UNIT_RESTART_NO,
	UNIT_RESTART_ON_FAILURE,
	UNIT_RESTART_ALWAYS,
};

struct unit {
	char *argv[UNIT_ARGS_MAX + 1]; /* argv[0] is an absolute path; point into @text */
	char *environment[UNIT_ENVIRONMENT_MAX + 1];
	uint32_t environment_count;
	enum unit_restart restart;
	uint32_t restart_ms;
	uint32_t stop_ms; /* from TERM to KILL */
	char text[UNIT_TEXT_SIZE];
	size_t text_len;
};

struct unit_error {
	unsigned line;	  /* counts from 1 */
	const char *what; /* static storage */
};

/* 0, or -EINVAL with @error set. The unit must not be copied afterwards: it points into
 * itself. */
int unit_parse(const char *file, struct unit *unit, struct unit_error *error);

#endif
