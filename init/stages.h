/* The walk of a boot: a table of stages in order. Stage names are the points of
 * rd.break=, the spans of the timeline and the words of the log: one vocabulary. */
#ifndef INIT_STAGES_H
#define INIT_STAGES_H

#include "init/boot.h"

/* A stage returns 0, STAGE_SKIPPED when there is nothing for it to do, or -errno. */
#define STAGE_SKIPPED 1

/* Walks the table, or what of it follows another choice of the root. Returns only if the table ends
 * without the machine having a new master, with a verdict set. */
void stages_run(struct boot *boot);

/* What the log line of the running stage says besides its name. */
void stage_note(struct boot *boot, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Why the running stage failed, for the console, the status and the report. */
void stage_verdict(struct boot *boot, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads the options from all three sources. 0, or -errno when one that is there cannot be read;
 * what is sealed then stays locked. */
int stage_config_read(struct config *config, config_warn warn);

int stage_apifs(struct boot *boot);
int stage_console(struct boot *boot);
int stage_config(struct boot *boot);
int stage_modules(struct boot *boot);
int stage_network(struct boot *boot);
int stage_http(struct boot *boot);
int stage_resume(struct boot *boot);
int stage_netroot(struct boot *boot);
int stage_isoscan(struct boot *boot);
int stage_root(struct boot *boot);
int stage_loop(struct boot *boot);
int stage_fsck(struct boot *boot);
int stage_rootfs(struct boot *boot);
int stage_overlay(struct boot *boot);
int stage_fstab(struct boot *boot);
int stage_switch_root(struct boot *boot);
int stage_appliance(struct boot *boot);

#endif
