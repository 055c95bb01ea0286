/* The archive the kernel looks into before it can unpack anything: microcode and ACPI tables. It
 * has to come first and uncompressed. Its folders are left out on purpose: the kernel unpacks it
 * like all others, and without them skips the files, so that they take no memory. */
#include "initramfs/acpi_table.h"
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "initramfs/newc.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ACPI_FOLDER "kernel/firmware/acpi/"

int build_put_early(struct build *b, const char *path, size_t alignment,
		    const struct bytes *contents)
{
	struct newc_entry e = {
		.name = path,
		.ino = ++b->early_files,
		.mode = S_IFREG | 0644,
		.nlink = 1,
		.mtime = b->mtime,
		.data = contents->data,
		.len = contents->len,
		.data_alignment = alignment,
	};
	int err = newc_put(&b->early, &e);

	if (err)
		log_err("%s: %s", path, strerror(-err));
	return err;
}

static int add_acpi_table(struct build *b, const char *file)
{
	const char *slash = strrchr(file, '/'), *problem;
	char *path = mem_printf("%s%s", ACPI_FOLDER, slash ? slash + 1 : file);
	struct bytes table = { 0 };
	int err = file_read(file, &table);

	problem = err ? strerror(-err) : acpi_table_check(table.data, table.len);
	if (problem) {
		log_err("build: --acpi-table %s: %s", file, problem);
		err = err ? err : -EINVAL;
	} else {
		err = build_put_early(b, path, 0, &table);
	}
	bytes_free(&table);
	free(path);
	return err;
}

int build_add_acpi_tables(struct build *b)
{
	const struct strings *files = &b->options->acpi_tables;
	int err = files->count ? build_need_kernel(b, "acpi-table", "ACPI_TABLE_UPGRADE")
			       : 0;

	if (files->count > ACPI_TABLES_MAX) {
		log_err("build: --acpi-table: the kernel takes no more than %d of them",
			ACPI_TABLES_MAX);
		return -E2BIG;
	}
	for (size_t i = 0; i < files->count && !err; i++)
		err = add_acpi_table(b, files->items[i]);
	return err;
}
