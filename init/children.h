/* The workers of a boot, all of them: whoever tells, stops or reaps them asks here. */
#ifndef INIT_CHILDREN_H
#define INIT_CHILDREN_H

#include "init/boot.h"

/* Was @pid a worker? Then its end is dealt with. */
bool children_reap(struct boot *boot, pid_t pid, int status);

/* Tells the HTTP worker to go and waits until it has, two seconds at most: to finish what it sends it
 * needs the network, which is put down for the next root. */
void children_stop_http(struct boot *boot);

/* Nobody of ours lives on afterwards: workers are told to go, shells and who does not
 * listen are killed. They are not started again. */
void children_stop(struct boot *boot);

/* After a switch_root that failed: the workers that ran run again. */
void children_resume(struct boot *boot);

#endif
