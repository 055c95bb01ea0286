/* What the boot tells others: files in /run/rootling, which survive switch_root. */
#ifndef INIT_STATUS_H
#define INIT_STATUS_H

#include "init/boot.h"

/* Writes status.json, timeline.json and boot.log, and when the boot has failed
 * report.txt; tells the HTTP worker. A file that cannot be written is a DEBUG line: the
 * boot has other worries. */
void status_write(struct boot *boot);

/* From now on also whenever there is news, while the HTTP worker runs. */
void status_follow(struct boot *boot);

/* What goes into status.json, of schema 1 in docs/http.md, and into metrics.prom: whole members and
 * whole lines only. */
void status_print_json(const struct boot *boot, struct buf *b);
void status_print_metrics(const struct boot *boot, struct buf *b);

/* root=iscsi:USER:PASSWORD@..., also as netroot=: nothing for others. */
bool status_holds_login(const char *value);

/* "booting", "failed" or "running". */
const char *status_state(const struct boot *boot);

#endif
