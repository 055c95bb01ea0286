#include "init/config.h"

#include "init/config_key.h"

#include "lib/log.h"
#include "lib/str.h"

#include <string.h>

/* /init itself never prints the help: `rootling options` does. */
#define TEXT(name, argument, help)                                          \
	(IS_ENABLED(CONFIG_OPTION_HELP) ? name "\0" argument "\0" help "\0" \
					: name "\0" argument "\0")

#define KEY(name, argument, type, field, help, ...)                     \
	{                                                               \
		.text = TEXT(name, argument, help), .kind = KEY_##type, \
		.offset = offsetof(struct config, field), __VA_ARGS__   \
	}

static const struct config_key keys[] = {
	KEY("root", "DEVICE[,DEVICE...]", STRING, root,
	    "the root device, the best first: /dev/NAME, UUID=, LABEL=, PARTUUID=, PARTLABEL=, "
	    "MAJ:MIN or gpt-auto; or one of NETWORK ROOTS"),
	KEY("rootfallback", "DEVICE", WHOLE_LIST, rootfallback,
	    "the root device when that of root= does not come in time"),
	KEY("systemd.gpt_auto", "0|1", FLAG, gpt_auto,
	    "0: without root=, do not look for the root partition of the boot disk"),
	KEY("rd.systemd.gpt_auto", "0|1", FLAG, gpt_auto, "the same"),
	KEY("rootfstype", "TYPE[,TYPE...]", STRING, rootfstype,
	    "types to mount the root with, instead of what its superblock says"),
	KEY("rootflags", "OPTIONS", STRING, rootflags, "mount options of the root"),
	KEY("ro", "", SET, root_rw,
	    "mount the root read-only (the default, as with the kernel)", .constant = 0),
	KEY("rw", "", SET, root_rw, "mount the root read-write", .constant = 1),
	KEY("rootwait", "SECONDS", SECONDS, rootwait,
	    "wait for the root device without limit, or that long", .constant = -1,
	    .optional = true),
	KEY("rootdelay", "SECONDS", SECONDS, rootdelay,
	    "pause before the first try to find the root"),
	KEY("rd.timeout", "SECONDS", SECONDS, timeout,
	    "how long to wait for the root device (30); 0: without limit"),
	KEY("rd.loop", "PATH[,ro]", STRING, loop,
	    "the root is this file in the file system of root=",
	    .missing = !IS_ENABLED(CONFIG_MOUNT_LOOP)),
	KEY("iso-scan/filename", "PATH", STRING, iso_scan,
	    "look on every file system for this ISO file and take it for a disk",
	    .missing = !IS_ENABLED(CONFIG_ISO_SCAN)),
	KEY("rd.overlay", "tmpfs[:OPTIONS]|DEVICE|0", STRING, overlay,
	    "leave the root as it is and write into memory, or to that device",
	    .optional = true, .missing = !IS_ENABLED(CONFIG_MOUNT_OVERLAY)),
	KEY("rd.fstab", "0|1", FLAG, fstab,
	    "0: mount neither /usr nor x-initrd.mount lines of the root's fstab"),
	KEY("fsck.mode", "auto|force|skip", CHOICE, fsck_mode,
	    "whether to check the root, if the image has a checker",
	    .missing = !IS_ENABLED(CONFIG_FSCK)),
	KEY("fsck.repair", "preen|yes|no", CHOICE, fsck_repair,
	    "what the checker may mend", .missing = !IS_ENABLED(CONFIG_FSCK)),
	KEY("forcefsck", "", SET, fsck_mode, "fsck.mode=force", .constant = FSCK_FORCE),
	KEY("fastboot", "", SET, fsck_mode, "fsck.mode=skip", .constant = FSCK_SKIP),
	KEY("resume", "DEVICE", STRING, resume,
	    "where the machine was hibernated to, in the forms of root=",
	    .missing = !IS_ENABLED(CONFIG_RESUME)),
	KEY("resume_offset", "PAGES", STRING, resume_offset,
	    "where the swap file begins on the device of resume="),
	KEY("noresume", "", SET, noresume, "do not resume", .constant = 1),
	KEY("init", "PATH", STRING, init,
	    "the init of the real root (/sbin/init, /etc/init, /bin/init, /bin/sh)"),
	KEY("rd.break", "STAGE[,STAGE...]", LIST, breaks,
	    "a shell before these stages; leave it to go on"),
	KEY("rd.shell", "0|1", FLAG, shell, "0: never a shell"),
	KEY("rd.emergency", "shell|reboot|poweroff|halt", CHOICE, emergency,
	    "what to do when the boot cannot go on"),
	KEY("panic", "SECONDS", NUMBER, panic,
	    "reboot so long after a failed boot, no shell; negative: at once"),
	KEY("quiet", "", FLAG, quiet, "as the kernel: only errors on the console"),
	KEY("debug", "", FLAG, debug, "log each attempt"),
	KEY("rd.log", "err|warning|info|debug", CHOICE, log, "log level"),
	KEY("rd.driver.pre", "MODULE[,MODULE...]", LIST, driver_pre,
	    "load these modules first"),
	KEY("rd.driver.post", "MODULE[,MODULE...]", LIST, driver_post,
	    "load these modules when all others are loaded"),
	KEY("rd.driver.blacklist", "MODULE[,MODULE...]", LIST, driver_blacklist,
	    "never load these modules for a device"),
	KEY("modprobe.blacklist", "MODULE[,MODULE...]", LIST, driver_blacklist,
	    "the same, as kmod spells it"),
};

/* An /init without the HTTP service has none of these rows. */
static const struct config_key http_keys[] = {
	KEY("rd.http", "[ADDRESS:]PORT|vsock:PORT|unix:PATH", LIST, http,
	    "show the boot over HTTP there"),
	KEY("rd.https", "[ADDRESS:]PORT|vsock:PORT|unix:PATH", LIST, https,
	    "show it over HTTPS there, and take actions"),
	KEY("rd.http.actions", "ACTION[,ACTION...]", LIST, http_actions,
	    "what an authenticated client may ask for: retry, continue, root, reboot, poweroff, "
	    "console, report (all of them); 0: nothing"),
};

/* An /init without the network has none of these rows. */
static const struct config_key network_keys[] = {
	KEY("ip", "FORM", WHOLE_LIST, ip,
	    "configure the network: METHOD, DEVICE:METHOD or "
	    "CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:METHOD..."),
	KEY("nameserver", "ADDRESS", LIST, nameserver,
	    "a name server before those of DHCP"),
	KEY("rd.peerdns", "0|1", FLAG, peerdns,
	    "0: no name servers but those of nameserver="),
	KEY("BOOTIF", "MAC", STRING, bootif_mac,
	    "the interface the machine was booted from, as PXELINUX says it"),
	KEY("rd.bootif", "0|1", FLAG, bootif, "0: BOOTIF= does not count"),
	KEY("ifname", "NAME:MAC", WHOLE_LIST, ifname,
	    "call the interface with that hardware address NAME",
	    .missing = !IS_ENABLED(CONFIG_NETCFG_DEVICE)),
	KEY("vlan", "NAME:DEVICE", WHOLE_LIST, vlan,
	    "a VLAN on DEVICE; its number is what NAME ends in",
	    .missing = !IS_ENABLED(CONFIG_NETCFG_DEVICE)),
	KEY("bond", "NAME[:DEVICE,...[:OPTIONS[:MTU]]]", WHOLE_LIST, bond,
	    "a bond of these devices, with options of the kernel's driver",
	    .missing = !IS_ENABLED(CONFIG_NETCFG_DEVICE)),
	KEY("bridge", "NAME:DEVICE[,DEVICE...]", WHOLE_LIST, bridge,
	    "a bridge of these devices", .missing = !IS_ENABLED(CONFIG_NETCFG_DEVICE)),
	KEY("rd.route", "NETWORK/LENGTH:GATEWAY[:DEVICE]", WHOLE_LIST, route,
	    "a route besides those of DHCP"),
	KEY("rd.neednet", "0|1", FLAG, neednet,
	    "bring the network up even if nothing needs it"),
	KEY("rd.net.dhcp.retry", "COUNT", SECONDS, dhcp_retry,
	    "how many times rd.net.timeout.dhcp= to say that nobody answers"),
	KEY("rd.net.dhcp.vendor-class", "TEXT", STRING, dhcp_vendor_class,
	    "what to tell a DHCP server we are instead of rootling"),
	KEY("rd.net.arp", "watch|probe|off", CHOICE, arp,
	    "is the address of DHCP somebody else's: look beside its use, before, never",
	    .missing = !IS_ENABLED(CONFIG_NETCFG_ARP)),
	KEY("rd.net.timeout.dhcp", "SECONDS", SECONDS, timeout_dhcp,
	    "after how long without an answer to DHCP to say so (30)"),
	KEY("rd.net.timeout.iflink", "SECONDS", SECONDS, timeout_iflink,
	    "after how long to say that an interface of ip= is missing (60)"),
	KEY("rd.net.timeout.ifup", "SECONDS", SECONDS, timeout_ignored,
	    "an option of dracut's: nothing here waits for that"),
	KEY("rd.net.timeout.carrier", "SECONDS", SECONDS, timeout_carrier,
	    "after how long to say that there is no carrier (10)"),
	KEY("rd.net.timeout.route", "SECONDS", SECONDS, timeout_ignored,
	    "an option of dracut's: nothing here waits for that"),
	KEY("rd.net.timeout.ipv6dad", "SECONDS", SECONDS, timeout_ipv6dad,
	    "after how long to say that an IPv6 address is still being checked (10)"),
	KEY("rd.net.timeout.ipv6auto", "SECONDS", SECONDS, timeout_ipv6auto,
	    "after how long without an IPv6 router to say so"),
	KEY("rd.net.handover", "down|keep", CHOICE, handover,
	    "how the real root finds interfaces that it is not behind",
	    .missing = !IS_ENABLED(CONFIG_HANDOVER)),
};

/* An /init without network roots has none of these. */
static const struct config_key netroot_keys[] = {
	KEY("netroot", "ROOT", WHOLE_LIST, netroot,
	    "a network root beside root=: root= is looked for on its disk"),
	KEY("nfsroot", "[HOST:]PATH[,OPTIONS]", STRING, nfsroot,
	    "what root=/dev/nfs means, as the kernel's nfsroot.rst says",
	    .missing = !IS_ENABLED(CONFIG_NETROOT_NFS)),
	KEY("rd.fetch.sha256", "DIGEST", STRING, fetch_sha256,
	    "the image of root=http:// must have this SHA-256, in hexadecimal",
	    .missing = !IS_ENABLED(CONFIG_NETROOT_IMAGE)),
	KEY("rd.fetch.pin", "sha256//BASE64[;...]", STRING, fetch_pin,
	    "the server of root=https:// must have one of these public keys",
	    .missing = !IS_ENABLED(CONFIG_NETROOT_IMAGE)),
	KEY("rd.fetch.proxy", "http://HOST:PORT", STRING, fetch_proxy,
	    "load the image of root=http:// through this proxy",
	    .missing = !IS_ENABLED(CONFIG_NETROOT_IMAGE)),
	KEY("rd.fetch.no_proxy", "HOST[,HOST...]", STRING, fetch_no_proxy,
	    "these hosts, domains and networks are asked without the proxy",
	    .missing = !IS_ENABLED(CONFIG_NETROOT_IMAGE)),
	KEY("rd.iscsi.initiator", "NAME", STRING, iscsi_initiator,
	    "who this machine is to iSCSI targets",
	    .missing = !IS_ENABLED(CONFIG_NETROOT_ISCSI)),
	KEY("rd.iscsi.firmware", "0|1", FLAG, iscsi_firmware,
	    "log in to the iSCSI targets that the firmware used (iBFT)",
	    .missing = !IS_ENABLED(CONFIG_NETROOT_ISCSI)),
	KEY("rd.iscsi.param", "NAME=VALUE", WHOLE_LIST, iscsi_param,
	    "a parameter for iscsistart", .missing = !IS_ENABLED(CONFIG_NETROOT_ISCSI)),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct config_key *config_key(size_t index)
{
	if (index < COUNT(keys))
		return &keys[index];
	index -= COUNT(keys);
	if (IS_ENABLED(CONFIG_HTTP)) {
		if (index < COUNT(http_keys))
			return &http_keys[index];
		index -= COUNT(http_keys);
	}
	if (IS_ENABLED(CONFIG_NETCFG)) {
		if (index < COUNT(network_keys))
			return &network_keys[index];
		index -= COUNT(network_keys);
	}
	return IS_ENABLED(CONFIG_NETROOT) && index < COUNT(netroot_keys)
		       ? &netroot_keys[index]
		       : NULL;
}

const char *config_key_argument(const struct config_key *key)
{
	return key->text + strlen(key->text) + 1;
}

const char *config_key_choice(const struct config_key *key, uint32_t index)
{
	const char *words = config_key_argument(key);

	while (words && index-- > 0) {
		words = strchr(words, '|');
		words += words != NULL;
	}
	return words;
}

void config_init(struct config *c)
{
	/* not the texts: 23 KB that a boot would touch only to clear them, and that nothing
	 * points to now */
	memset(c, 0, offsetof(struct config, text));
	c->timeout = CONFIG_UNSET;
	c->fstab = 1;
	c->gpt_auto = 1;
	c->shell = 1;
	c->log = CONFIG_LOG_INFO;
	if (IS_ENABLED(CONFIG_NETCFG))
		c->bootif = c->peerdns = 1;
	if (IS_ENABLED(CONFIG_HTTP))
		c->http_actions.source = CONFIG_SOURCES;
}

_Static_assert(COUNT(keys) + COUNT(http_keys) + COUNT(network_keys) +
			       COUNT(netroot_keys) <=
		       CONFIG_KEYS_MAX,
	       "a bit for each");

bool config_is_sealed(const struct config *c, const char *name)
{
	const struct config_key *key;

	for (size_t i = 0; (key = config_key(i)); i++)
		if (str_equal(key->text, name))
			return c->sealed[i / 8] >> i % 8 & 1;
	return false;
}

uint32_t config_root_timeout(const struct config *c)
{
	if (c->rootwait)
		return c->rootwait;
	if (c->timeout == CONFIG_UNSET)
		return 30;
	return c->timeout ? c->timeout : CONFIG_FOREVER;
}

uint32_t config_netroot_timeout(const struct config *c)
{
	bool given = c->rootwait || c->timeout != CONFIG_UNSET;

	return given ? config_root_timeout(c) : CONFIG_FOREVER;
}

enum log_level config_log_level(const struct config *c)
{
	static const uint8_t levels[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

	return (enum log_level)levels[c->log];
}

const char *config_overlay(const struct config *c)
{
	bool on = IS_ENABLED(CONFIG_MOUNT_OVERLAY) && c->overlay &&
		  !str_equal(c->overlay, "0");

	return on ? c->overlay : NULL;
}
