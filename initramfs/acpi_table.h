/* ACPI tables in AML, as the kernel takes them from the first, uncompressed archive of an initramfs
 * (Documentation/admin-guide/acpi/initrd_table_override.rst). Pure: memory only. */
#ifndef INITRAMFS_ACPI_TABLE_H
#define INITRAMFS_ACPI_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define ACPI_TABLES_MAX 64 /* the kernel looks at no more */

/* NULL, or why the kernel would not take it (static storage). */
const char *acpi_table_check(const uint8_t *data, size_t len);

#endif
