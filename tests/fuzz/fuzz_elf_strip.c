#include "initramfs/elf_strip.h"
#include "initramfs/kmodfile.h"

#include <stdlib.h>
#include <string.h>

static void read_modinfo(const struct bytes *file)
{
	struct modinfo info;
	const char *value;
	size_t seen = 0;

	if (kmodfile_modinfo(file->data, file->len, &info) != 0)
		return;
	while ((value = modinfo_next(&info, "alias")))
		seen += strlen(value) + 1;
	if (seen > file->len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = kmodfile_unsigned_len(data, size);
	struct bytes file = { 0 };

	if (len > size)
		abort();
	bytes_put(&file, data, len);
	read_modinfo(&file);
	if (elf_strip_debug(&file) != 0) {
		if (file.len != len || memcmp(file.data, data, len) != 0)
			abort();
	} else {
		/* the table of sections may have been among the bytes that stay */
		if (file.len > 2 * len + 8)
			abort();
		read_modinfo(&file);
	}
	bytes_free(&file);
	return 0;
}
