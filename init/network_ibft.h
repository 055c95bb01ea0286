/* ip=ibft: the cards as the firmware left them for its iSCSI disk. */
#ifndef INIT_NETWORK_IBFT_H
#define INIT_NETWORK_IBFT_H

#include "netcfg/ibft.h"
#include "netcfg/netcfg.h"

#define NETWORK_IBFT_CARDS 4

struct boot;

/* Owned by the boot: the request to the worker borrows from it. */
struct network_ibft {
	struct ibft_card cards[NETWORK_IBFT_CARDS];
	unsigned count;
};

/* Puts the cards of the firmware in the place of each ip=ibft of @request, and of no ip= at all with
 * rd.iscsi.firmware=1; loads the kernel's module for them and waits some seconds for it. Without a
 * table that is said, and ip=ibft left out. */
void network_ibft(struct boot *boot, struct netcfg_request *request);

#endif
