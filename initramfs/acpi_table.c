#include "initramfs/acpi_table.h"

#include "lib/cursor.h"

#include <stdbool.h>

#define SIGNATURE_LEN 4
#define HEADER_LEN    36 /* struct acpi_table_header, ACPI 6.5, 5.2.6 */

static bool is_signature(const uint8_t *s)
{
	for (size_t i = 0; i < SIGNATURE_LEN; i++)
		if (!((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9')))
			return false;
	return true;
}

const char *acpi_table_check(const uint8_t *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	uint8_t sum = 0;

	if (len < HEADER_LEN)
		return "shorter than the header of an ACPI table";
	if (!is_signature(cursor_bytes(&c, SIGNATURE_LEN)))
		return "not an ACPI table (in AML: iasl makes it)";
	if (cursor_le32(&c) != len)
		return "not as long as its header says";
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + data[i]);
	return sum ? "wrong checksum" : NULL;
}
