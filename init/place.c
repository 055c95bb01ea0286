#include "init/place.h"

#include "lib/initramfs.h"
#include "lib/str.h"

#include <stdbool.h>
#include <unistd.h>

#define FIRST_PID_NAMESPACE "pid:[4026531836]" /* PROC_PID_INIT_INO of the kernel */

/* The kernel starts an initramfs without a /proc, so a boot does not find one. */
static bool in_container(void)
{
	char name[32];
	ssize_t len = readlink("/proc/self/ns/pid", name, sizeof(name) - 1);

	name[len > 0 ? len : 0] = '\0';
	return len > 0 && !str_equal(name, FIRST_PID_NAMESPACE);
}

enum place place_find(void)
{
	if (getpid() != 1)
		return PLACE_HAND;
	if (in_container())
		return PLACE_CONTAINER;
	return initramfs_is_root() ? PLACE_BOOT : PLACE_ROOT;
}
