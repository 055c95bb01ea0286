/* /sbin/modprobe, as the kernel calls it: `modprobe -q -- ALIAS` (kernel/kmod.c). */
#ifndef MODULES_MODPROBE_H
#define MODULES_MODPROBE_H

/* Exit status: 0 when every name was loaded, else 1. Options are accepted and ignored. */
int modprobe_main(int argc, char **argv);

#endif
