#include "mount/fsck.h"

#include "lib/str.h"

#include <stddef.h>

#define REBOOT_BIT 2U

/* fsck(8), the worst first. */
static const struct {
	unsigned bit;
	const char *meaning;
} bits[] = {
	{ 4, "errors are left that it could not correct" },
	{ 8, "operational error" },
	{ 128, "shared library error" },
	{ 16, "usage error" },
	{ 32, "cancelled" },
	{ 2, "corrected, the machine must reboot" },
	{ 1, "errors corrected" },
};

enum fsck_outcome fsck_outcome(unsigned status)
{
	if (status >= 4)
		return FSCK_FAILED;
	return status & REBOOT_BIT ? FSCK_REBOOT : FSCK_CLEAN;
}

const char *fsck_meaning(unsigned status)
{
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (status & bits[i].bit)
			return bits[i].meaning;
	return status ? "unknown status" : "clean";
}

bool fsck_has_checker(const char *type)
{
	return !str_equal(type, "xfs") && !str_equal(type, "btrfs");
}
