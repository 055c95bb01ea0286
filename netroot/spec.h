/* The value of root= (or netroot=, nfsroot=, option 17 of DHCP) when it names something that is no
 * block device of this machine. Pure.
 *
 *	http://HOST[:PORT]/PATH  https://…  live:URL  livenet:URL	an image for memory
 *	nfs:[HOST:]PATH[:OPTIONS]  nfs4:…  HOST:PATH  /dev/nfs		dracut.cmdline(7), nfsroot.rst
 *	nfs://HOST[:PORT]/PATH						RFC 2224
 *	nbd:HOST:PORT-OR-EXPORT[:FSTYPE[:FLAGS[:OPTIONS]]]		dracut.cmdline(7)
 *	nbd://HOST[:PORT][/EXPORT]					the NBD project's uri.md
 *	iscsi:[HOST]:[PROTOCOL]:[PORT]:[LUN]:TARGET			RFC 4173, dracut.cmdline(7)
 *	virtiofs:TAG  9p:TAG						QEMU
 *	dhcp  dhcp6							what the lease says
 *
 * IPv6 addresses stand in brackets. */
#ifndef NETROOT_SPEC_H
#define NETROOT_SPEC_H

#include <stdbool.h>
#include <stdint.h>

enum netroot_kind {
	NETROOT_NONE, /* a block device: for rootspec.h */
	NETROOT_IMAGE,
	NETROOT_NFS,
	NETROOT_NBD,
	NETROOT_ISCSI,
	NETROOT_VIRTIOFS,
	NETROOT_9P,
	NETROOT_DHCP, /* whatever option 17 says */
};

/* What was not given is 0 or "". Strings are printable ASCII without blanks and quotes. */
struct netroot_spec {
	enum netroot_kind kind;
	uint8_t nfs_version; /* 0: any */
	uint16_t port;	     /* 0: that of the protocol */
	char host
		[256]; /* name or address, no brackets; "": this machine, or who gave the lease */
	char path[512]; /* exported path, name of the export, target, tag */
	char url[1024]; /* of an image, whole */
	char fstype[32];
	char options[256];    /* for mount(2) */
	char nbd_options[64]; /* of nbd-client(8) */
	uint8_t lun;
	bool live; /* an image that may hold another, as live systems do */
	/* iSCSI: for us to the target, and for the target to us */
	char user[64], password[64], target_user[64], target_password[64];
};

/* Static storage, for "root=…: REASON". */
struct netroot_error {
	const char *reason;
};

/* 0, also when @value is none of these (@out->kind is NETROOT_NONE then); -EINVAL: one of these
 * forms, and wrong. */
int netroot_spec_parse(const char *value, struct netroot_spec *out,
		       struct netroot_error *error);

/* root=@value rootfstype=@fstype: with virtiofs and 9p @value is a tag, with nfs and nfs4
 * [HOST:]PATH[:OPTIONS]; with any other type, or NULL, as above. */
int netroot_spec_parse_typed(const char *value, const char *fstype,
			     struct netroot_spec *out, struct netroot_error *error);

/* [HOST:]PATH[,OPTIONS]: nfsroot= for root=/dev/nfs. */
int netroot_spec_parse_nfsroot(const char *value, struct netroot_spec *out,
			       struct netroot_error *error);

/* Option 17, when root= is `dhcp` or leaves the path of NFS out: any of the forms above, or PATH
 * alone for NFS. What @asked names goes before what the lease says. */
int netroot_spec_parse_root_path(const char *root_path, const struct netroot_spec *asked,
				 struct netroot_spec *out, struct netroot_error *error);

/* Replaces the first %s of the path by @name (nfsroot.rst: the client's address). 0 or
 * -ENAMETOOLONG. */
int netroot_spec_name_client(struct netroot_spec *spec, const char *name);

/* Does it need an address before anything else? */
bool netroot_spec_needs_network(const struct netroot_spec *spec);

#endif
