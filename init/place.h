/* Is this the machine's boot, or has somebody started us elsewhere? */
#ifndef INIT_PLACE_H
#define INIT_PLACE_H

enum place {
	PLACE_BOOT,	 /* first process, in an initramfs */
	PLACE_CONTAINER, /* first process of a PID namespace only */
	PLACE_ROOT, /* first process of the machine, but in a real root: init=/…/init */
	PLACE_HAND, /* any other process */
};

/* Looks and touches nothing. A container that has neither a root of its own kind nor a /proc
 * cannot be told from a boot. */
enum place place_find(void);

#endif
