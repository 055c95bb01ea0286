/* Kernel uevents: `action@devpath` and KEY=VALUE strings, each NUL-terminated
 * (lib/kobject_uevent.c of the kernel). */
#ifndef MODULES_UEVENT_H
#define MODULES_UEVENT_H

#include <stddef.h>
#include <stdint.h>

/* Strings point into the message; "" when the key is absent. */
struct uevent {
	const char *action;
	const char *devpath;
	const char *subsystem;
	const char *devname; /* below /dev, may hold a `/` */
	const char *devtype;
	const char *modalias;
	const char *driver;
	const char *firmware; /* the file that is wanted */
};

/* Room for any message of the kernel: UEVENT_BUFFER_SIZE is 2048 plus the header. */
#define UEVENT_MESSAGE_MAX 8192

/* Pure. 0; -EINVAL: not a kernel message (libudev's start with "libudev"), or cut short.
 */
int uevent_parse(const char *message, size_t len, struct uevent *out);

/* A non-blocking socket that hears the kernel's uevents, or -errno. Open it before
 * anything that makes devices: what was sent earlier is not repeated. */
int uevent_open(void);

/* One message into @message (UEVENT_MESSAGE_MAX). Its length; 0: nothing waits; -ENOBUFS:
 * an event was lost or cut and /sys has to be read again. Messages that are not from the
 * kernel and root (CVE-2009-1185) are skipped. */
int uevent_receive(int fd, char *message);

#endif
