/* The cards in the table that firmware leaves when it has booted from an iSCSI target (iBFT), as the
 * kernel's module iscsi_ibft shows it: /sys/firmware/ibft/ethernetN, a folder of one-line files
 * (Documentation/ABI/testing/sysfs-ibft). */
#ifndef NETCFG_IBFT_H
#define NETCFG_IBFT_H

/* One card in the words of the command line. As with dracut it is named ibftN, so that it is the
 * card of that address wherever it comes up. */
struct ibft_card {
	char ifname[32]; /* ifname= */
	char ip[256];	 /* ip= */
	char vlan[40];	 /* vlan=; "": none */
};

/* Reads card @number from its folder @dirfd. 0; -ENODEV: it has no hardware address or neither an
 * address nor DHCP. Whether the words are right is for who reads the command line. */
int ibft_read(int dirfd, unsigned number, struct ibft_card *out);

#endif
