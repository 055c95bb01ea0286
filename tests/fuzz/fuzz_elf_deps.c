/* Any bytes as an ELF file: what it says is strings that end, and little of it. */
#include "initramfs/elf_deps.h"

#include <elf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_deps deps;
	int err = elf_deps_read(data, size, &deps);

	check(!deps.interpreter || strlen(deps.interpreter) < PATH_MAX);
	check(!(deps.rpath && deps.runpath) || err);
	for (size_t i = 0; i < deps.needed.count; i++)
		check(strlen(deps.needed.items[i]) < size);
	for (size_t i = 0; i < deps.wants.count; i++)
		check(deps.wants.items[i].priority <= DLOPEN_REQUIRED);
	check(err || size > EI_NIDENT);
	elf_deps_free(&deps);
	return 0;
}
