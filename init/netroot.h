/* A root that is no disk of this machine: what the ways to it share. Each way is one function that
 * stage_netroot.c calls; it ends with a root that is mounted, or with a block device for the stages
 * that follow.
 *
 * Nothing here blocks: what may hang in the kernel is done by a child, and PID 1 stays in its loop. */
#ifndef INIT_NETROOT_H
#define INIT_NETROOT_H

#include "init/worker.h"
#include "netroot/netroot.h"

#include <stdbool.h>
#include <stdint.h>

struct boot;

/* When it is said for the first time what is waited for. */
#define NETROOT_SAY_FIRST_MS 3000

struct netroot {
	struct netroot_spec spec;
	bool own_root;	 /* it is the root itself, not what root= is looked for on */
	bool mounted;	 /* on BOOT_ROOT_MOUNT */
	char device[32]; /* "/dev/nbd0": where stage root finds it; "": as root= says */

	/* The wait that is going on. */
	uint64_t start_ms;
	uint64_t say_ms;
	uint64_t until_ms;   /* 0: no limit */
	char waits_for[320]; /* what is said of it; "": nothing is waited for */

	struct worker worker;
	struct netroot_request request;
	struct netroot_names names;   /* that the worker was told */
	struct netroot_report report; /* the last one; kind 0: none yet */
	bool refused;
	int status; /* of the worker that has ended last, as of waitpid() */
};

/* Reads root=, netroot= and nfsroot= into boot->netroot.spec. 0; -EINVAL, with boot->verdict set. */
int netroot_read(struct boot *boot);

/* ---- waiting */

/* From now on so is said what is waited for, when it takes long. */
void netroot_waits_for(struct boot *boot, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One round of the loop, @until_ms at most. False: the limit of rd.timeout= has passed, and the
 * verdict says what was waited for. */
bool netroot_round(struct boot *boot, uint64_t until_ms);

/* The loop is served for @ms. False: as above. */
bool netroot_pause(struct boot *boot, unsigned ms);

/* How long to wait after @tries that were in vain: half a second, twice as long each time, 8 s. */
unsigned netroot_pause_ms(unsigned tries);

/* ---- children */

/* Runs @run in a child named @name until it ends. Its exit status, 128 if a signal ended it;
 * -ETIMEDOUT: killed after @limit_ms; -ETIME: the limit of rd.timeout=, as above; or -errno. */
int netroot_child(struct boot *boot, const char *name,
		  int (*run)(int fd, const void *args), const void *args,
		  unsigned limit_ms);

/* Runs the worker over boot->netroot.request until it has @wanted (a NETROOT_ kind of report),
 * which is in boot->netroot.report then. 0; -EAGAIN: it died before, and its open files are in an
 * unknown state; -EKEYREJECTED: it refuses for good; -ETIME. The last two have set the verdict. */
int netroot_fetch(struct boot *boot, uint32_t wanted);

/* The address of boot->netroot.spec.host, by the worker if it is a name. Errors as above. */
int netroot_resolve(struct boot *boot, struct ip *out);

/* ---- the ways. 0, or -errno with the verdict set. */

int netroot_image(struct boot *boot);
int netroot_nfs(struct boot *boot);
int netroot_nbd(struct boot *boot);
int netroot_iscsi(struct boot *boot);
int netroot_share(struct boot *boot);

#endif
