#include "mount/mountopts.h"
#include "mount/rootspec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A word of the command line or of fstab: root= and rootflags=. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rootdev dev = { .name = "vda1", .major = 254, .minor = 1 };
	struct mountopts opts = { 0 };
	struct rootspec spec;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (rootspec_parse(text, &spec) == 0) {
		dev.fs_uuid = dev.fs_label = dev.part_uuid = dev.part_label = spec.value;
		if (!memchr(spec.value, 0, sizeof(spec.value)))
			abort();
		if (spec.kind != ROOT_DEVNO && spec.kind != ROOT_PATH &&
		    !rootspec_matches(&spec, &dev))
			abort();
	}
	if (mountopts_parse(text, &opts) == 0 && strlen(opts.data) > size)
		abort();
	(void)mountopts_has(text, "nofail");
	free(text);
	return 0;
}
