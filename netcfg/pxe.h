/* Who this machine is to a server of PXE: options 93, 94 and 97 of RFC 4578. They have to go with a
 * vendor class that begins with "PXEClient", and are kept to ourselves without one. */
#ifndef NETCFG_PXE_H
#define NETCFG_PXE_H

#include <stdbool.h>
#include <stdint.h>

#define PXE_MACHINE_ID_LEN 17

struct pxe_client {
	uint16_t
		arch; /* what firmware boots, by IANA's list of processor architectures */
	uint8_t machine_id_len; /* 0: there is none */
	uint8_t machine_id
		[PXE_MACHINE_ID_LEN]; /* type 0, then a UUID as people write it */
};

/* @vendor_class may be NULL. Pure, as the next two. */
bool pxe_is_asked(const char *vendor_class);

/* @machine as uname() has it; @uefi_bits: 0 without UEFI. */
uint16_t pxe_arch(const char *machine, unsigned uefi_bits);

/* 0 or -EINVAL: not a UUID, or one that says that nobody set it; there is no machine_id then. */
int pxe_parse_uuid(const char *text, struct pxe_client *out);

/* Reads /sys, for which it takes root. */
void pxe_read(struct pxe_client *out);

#endif
