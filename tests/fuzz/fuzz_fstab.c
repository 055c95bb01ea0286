/* Any text as fstab(5), and as a record of the kernel's log: fields end inside it. */
#include "mount/fstab.h"
#include "mount/kmsg.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *field, const char *text, size_t size)
{
	if (field < text || field + strlen(field) > text + size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct fstab fstab = { .rest = text };
	struct fstab_entry entry;
	unsigned before = 0;
	int more;

	memcpy(text, data, size);
	text[size] = '\0';
	(void)kmsg_match(text, "vda", "ext4");
	memcpy(text, data, size);
	while ((more = fstab_next(&fstab, &entry))) {
		if (fstab.line <= before)
			abort();
		before = fstab.line;
		check(entry.source, text, size);
		check(entry.target, text, size);
		check(entry.type, text, size);
		check(entry.options, text, size);
		if (more > 0 && !*entry.type)
			abort();
	}
	free(text);
	return 0;
}
