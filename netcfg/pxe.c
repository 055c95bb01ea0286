#include "netcfg/pxe.h"

#include "lib/fd.h"
#include "lib/str.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define UUID_LEN 16
#define EFI	 "/sys/firmware/efi"

bool pxe_is_asked(const char *vendor_class)
{
	return vendor_class && str_after(vendor_class, "PXEClient");
}

uint16_t pxe_arch(const char *machine, unsigned uefi_bits)
{
	static const struct {
		const char *machine;
		unsigned uefi_bits;
		uint16_t arch;
	} rows[] = {
		{ "x86_64", 64, 7 },
		{ "x86_64", 32, 6 },
		{ "aarch64", 64, 11 },
		{ "aarch64", 0, 22 }, /* U-Boot */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (str_equal(rows[i].machine, machine) && rows[i].uefi_bits == uefi_bits)
			return rows[i].arch;
	return 0; /* a PC's BIOS */
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | ' ') : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool is_set(const uint8_t uuid[UUID_LEN])
{
	for (unsigned i = 1; i < UUID_LEN; i++)
		if (uuid[i] != uuid[0])
			return true;
	return uuid[0] != 0 && uuid[0] != 0xff;
}

int pxe_parse_uuid(const char *text, struct pxe_client *out)
{
	uint8_t *uuid = out->machine_id + 1;

	memset(out->machine_id, 0, sizeof(out->machine_id)); /* type 0 is the only one */
	out->machine_id_len = 0;
	for (unsigned i = 0; i < UUID_LEN; i++, text += 2) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
			return -EINVAL;
		high = hex_value(text[0]);
		low = high < 0 ? -1 : hex_value(text[1]);
		if (low < 0)
			return -EINVAL;
		uuid[i] = (uint8_t)(high << 4 | low);
	}
	if ((*text && *text != '\n') || !is_set(uuid))
		return -EINVAL;
	out->machine_id_len = PXE_MACHINE_ID_LEN;
	return 0;
}

/* Kernels before 4.0 do not say how wide it is; nearly all of it is 64 bits wide. */
static unsigned uefi_bits(void)
{
	char bits[8];

	if (access(EFI, F_OK) < 0)
		return 0;
	if (fd_read_file(AT_FDCWD, EFI "/fw_platform_size", bits, sizeof(bits)) > 0 &&
	    bits[0] == '3')
		return 32;
	return 64;
}

void pxe_read(struct pxe_client *out)
{
	struct utsname machine;
	char text[64];

	(void)uname(&machine); /* cannot fail with a valid pointer */
	out->arch = pxe_arch(machine.machine, uefi_bits());
	out->machine_id_len = 0;
	if (fd_read_file(AT_FDCWD, "/sys/class/dmi/id/product_uuid", text, sizeof(text)) >
	    0)
		(void)pxe_parse_uuid(text, out); /* there is none then */
}
