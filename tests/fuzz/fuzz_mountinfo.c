/* Any text as mountinfo: every field ends inside the text, and what holds a mount point is
 * mounted there. */
#include "initramfs/mountinfo.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct mountinfo *mounts, const char *field, size_t size)
{
	if (field < mounts->text || field + strlen(field) > mounts->text + size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mountinfo mounts = mountinfo_parse((const char *)data, size);

	for (size_t i = 0; i < mounts.count; i++) {
		const struct mountinfo_entry *e = &mounts.entries[i],
					     *holding = mountinfo_holding(&mounts,
									  e->target);
		char *layers = mountinfo_option(e->options, "lowerdir");

		check(&mounts, e->number, size);
		check(&mounts, e->target, size);
		check(&mounts, e->type, size);
		check(&mounts, e->source, size);
		check(&mounts, e->options, size);
		if (!holding || strcmp(holding->target, e->target) ||
		    holding != mountinfo_at(&mounts, e->target))
			abort();
		if (layers && strlen(layers) > strlen(e->options))
			abort();
		free(layers);
	}
	mountinfo_free(&mounts);
	return 0;
}
