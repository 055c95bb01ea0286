/* Processor microcode as the kernel looks for it in the first, uncompressed archive of an initramfs
 * (Documentation/arch/x86/microcode.rst). Pure: memory only. */
#ifndef INITRAMFS_MICROCODE_H
#define INITRAMFS_MICROCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct microcode_cpu {
	char vendor[13]; /* as the processor says it: "GenuineIntel" */
	unsigned family, model, stepping;
};

/* Of one maker of processors. */
struct microcode_kind {
	const char *vendor;
	const char *folder; /* below /lib/firmware */
	const char *path;   /* in the archive */

	/* Whether a file of the folder, without what a packed one has behind its name, is for
	 * @cpu; NULL: for any. */
	bool (*matches)(const char *name, const struct microcode_cpu *cpu);

	/* Whether it begins and ends as the kernel wants it. */
	bool (*is_whole)(const uint8_t *data, size_t len);
};

/* The @number-th from 0; NULL: there are no more. */
const struct microcode_kind *microcode_kind_at(size_t number);

/* The first processor of /proc/cpuinfo. False: none that there is microcode for. */
bool microcode_cpu_parse(const char *cpuinfo, struct microcode_cpu *out);

#endif
