#include "lib/buf.h"
#include "mount/mountopts.h"
#include "mount/rootspec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed is read again as the same device, unless it had to be made printable. */
static void check_list(const char *text)
{
	struct rootspec specs[4], again;
	char printed[2048];
	int count = rootspec_parse_list(text, specs, 4);

	if (count == 0 || count > 4)
		abort();
	for (int i = 0; i < count; i++) {
		struct buf b = BUF_OVER(printed);

		rootspec_print(&specs[i], &b);
		if (strchr(printed, '\\') || strpbrk(specs[i].value, "\"'"))
			continue;
		if (rootspec_parse(printed, &again) || again.kind != specs[i].kind ||
		    again.partnroff != specs[i].partnroff)
			abort();
	}
}

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
		if (spec.kind >= ROOT_UUID && spec.kind <= ROOT_PARTLABEL &&
		    rootspec_matches(&spec, &dev) != !spec.partnroff)
			abort();
	}
	check_list(text);
	if (mountopts_parse(text, &opts) == 0 && strlen(opts.data) > size)
		abort();
	(void)mountopts_has(text, "nofail");
	free(text);
	return 0;
}
