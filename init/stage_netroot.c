#include "init/boot.h"
#include "init/stage_modules.h"
#include "init/stages.h"
#include "lib/clock.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

static const struct {
	int (*get)(struct boot *boot); /* NULL: not in this configuration */
	bool needs_network;	       /* afterwards, too */
	const char *name;
} ways[] = {
#define IF(option, function) (IS_ENABLED(option) ? (function) : NULL)
	[NETROOT_IMAGE] = { IF(CONFIG_NETROOT_IMAGE, netroot_image), false, "an image" },
	[NETROOT_NFS] = { IF(CONFIG_NETROOT_NFS, netroot_nfs), true, "NFS" },
	[NETROOT_NBD] = { IF(CONFIG_NETROOT_NBD, netroot_nbd), true, "NBD" },
	[NETROOT_ISCSI] = { IF(CONFIG_NETROOT_ISCSI, netroot_iscsi), true, "iSCSI" },
	[NETROOT_VIRTIOFS] = { IF(CONFIG_NETROOT_SHARE, netroot_share), false,
			       "virtiofs" },
	[NETROOT_9P] = { IF(CONFIG_NETROOT_SHARE, netroot_share), false, "9p" },
	[NETROOT_DHCP] = { NULL, false, "the network" },
};

/* ---- what is asked for */

static int refuse(struct boot *boot, const char *key, const char *value,
		  const char *reason)
{
	stage_verdict(boot, "%s=%s: %s", key, value, reason);
	return -EINVAL;
}

/* root=/dev/nfs nfsroot=…: what nfsroot= leaves out, the lease says. */
static int read_nfsroot(struct boot *boot)
{
	struct netroot_spec *spec = &boot->netroot.spec;
	const char *value = boot->config.nfsroot;
	uint8_t version = spec->nfs_version;
	struct netroot_error error;

	if (spec->kind != NETROOT_NFS || *spec->path || !value)
		return 0;
	if (netroot_spec_parse_nfsroot(value, spec, &error))
		return refuse(boot, "nfsroot", value, error.reason);
	spec->nfs_version = version;
	return 0;
}

/* Does root= name nothing that could be looked for on the disk of netroot=? */
static bool is_root_itself(const char *root)
{
	static const char *const words[] = { "/dev/root", "dhcp", "dhcp6", "nbd",
					     "iscsi" };

	for (size_t i = 0; root && i < sizeof(words) / sizeof(words[0]); i++)
		if (str_equal(root, words[i]))
			return true;
	return !root;
}

int netroot_read(struct boot *boot)
{
	const struct config *config = &boot->config;
	struct netroot *n = &boot->netroot;
	struct netroot_error error;
	const char *value;

	n->own_root = true;
	n->spec.kind = NETROOT_NONE;
	if (config->root &&
	    netroot_spec_parse_typed(config->root, config->rootfstype, &n->spec, &error))
		return refuse(boot, "root", config->root, error.reason);
	if (n->spec.kind != NETROOT_NONE && n->spec.kind != NETROOT_DHCP)
		return read_nfsroot(boot);
	if (!config->netroot.count && config->iscsi_firmware)
		n->spec.kind = NETROOT_ISCSI;
	if (config->netroot.count) {
		value = config->netroot.item[0];
		if (netroot_spec_parse(value, &n->spec, &error))
			return refuse(boot, "netroot", value, error.reason);
		if (n->spec.kind == NETROOT_NONE)
			return refuse(boot, "netroot", value, "not a network root");
	}
	n->own_root = is_root_itself(config->root);
	return read_nfsroot(boot);
}

/* ---- waiting for the network */

static void start_clock(struct boot *boot)
{
	uint32_t limit_s = config_netroot_timeout(&boot->config);
	struct netroot *n = &boot->netroot;

	n->start_ms = clock_monotonic_ms();
	n->say_ms = n->start_ms + NETROOT_SAY_FIRST_MS;
	n->until_ms = limit_s == CONFIG_FOREVER ? 0 : n->start_ms + limit_s * 1000ULL;
	n->waits_for[0] = '\0';
	n->report = (struct netroot_report){ 0 };
}

/* Cards that no module of the image serves: class 02 of PCI, and virtio. */
static void print_no_driver(const struct boot *boot, struct buf *b)
{
	for (unsigned i = 0; i < boot->no_driver_count; i++)
		if (strstr(boot->no_driver[i], "bc02sc") ||
		    str_after(boot->no_driver[i], "virtio:d00000001"))
			buf_printf(b, "; no module for %s (network card)",
				   boot->no_driver[i]);
}

static void say_network(struct boot *boot, const char *what)
{
	struct buf b = BUF_OVER(boot->netroot.waits_for);

	buf_printf(&b, "%s: ", what);
	network_print_lack(&boot->known, &b);
	print_no_driver(boot, &b);
}

static int wait_network(struct boot *boot)
{
	while (!network_is_up(&boot->known)) {
		say_network(boot, "an address");
		if (!netroot_round(boot, 0))
			return -ETIMEDOUT;
	}
	return 0;
}

/* rd.neednet=1 with a root on a disk: as with dracut, the boot waits, but not for ever. */
static void wait_neednet(struct boot *boot)
{
	uint64_t limit_ms = config_root_timeout(&boot->config) * 1000ULL;

	start_clock(boot);
	boot->netroot.until_ms = boot->netroot.start_ms + limit_ms;
	if (wait_network(boot))
		log_warning("rd.neednet: %s: going on without it", boot->verdict);
	boot->verdict[0] = '\0';
	boot->netroot.waits_for[0] = '\0';
}

/* Option 17; for NFS also who gave the lease, and the path that nfsroot.rst says. */
static int read_lease(struct boot *boot, const struct lease *lease)
{
	struct netroot_spec *spec = &boot->netroot.spec, asked = *spec;
	struct netroot_error error;
	char server[IP_TEXT_SIZE];

	if (!*asked.path && *lease->root_path &&
	    netroot_spec_parse_root_path(lease->root_path, &asked, spec, &error))
		return refuse(boot, "root-path of DHCP", lease->root_path, error.reason);
	if (spec->kind != NETROOT_NFS)
		return 0;
	if (!*spec->path)
		FORMAT(spec->path, "/tftpboot/%%s");
	if (!*spec->host)
		FORMAT(spec->host, "%s",
		       ip_format(server, lease->boot_server.family ? &lease->boot_server
								   : &lease->server));
	return 0;
}

static bool wants_lease(const struct boot *boot)
{
	const struct netroot_spec *spec = &boot->netroot.spec;

	return spec->kind == NETROOT_DHCP ||
	       (spec->kind == NETROOT_NFS && (!*spec->path || !*spec->host));
}

/* What root= leaves open, from the first lease that says it. */
static int complete(struct boot *boot)
{
	struct netroot_spec *spec = &boot->netroot.spec;
	const struct netcfg_report *report = network_first(&boot->known);
	char address[IP_TEXT_SIZE];

	while (spec->kind == NETROOT_DHCP && !network_root_path(&boot->known)) {
		say_network(boot, "a lease with a root path (option 17)");
		if (!netroot_round(boot, 0))
			return -ETIMEDOUT;
	}
	if (network_root_path(&boot->known))
		report = network_root_path(&boot->known);
	if (wants_lease(boot) && report && read_lease(boot, &report->lease))
		return -EINVAL;
	if (report &&
	    netroot_spec_name_client(spec, ip_format(address, &report->lease.address)))
		return refuse(boot, "root", boot->config.root, "the path is too long");
	return 0;
}

/* ---- the stage */

static int get(struct boot *boot)
{
	const struct netroot_spec *spec = &boot->netroot.spec;
	int err;

	start_clock(boot);
	if (IS_ENABLED(CONFIG_NETCFG) && netroot_spec_needs_network(spec)) {
		err = wait_network(boot);
		if (!err)
			err = complete(boot);
		if (err)
			return err;
	}
	if (!ways[spec->kind].get) {
		stage_verdict(boot, "root=%s: this /init is configured without %s",
			      boot->config.root ? boot->config.root : "",
			      ways[spec->kind].name);
		return -EOPNOTSUPP;
	}
	if (IS_ENABLED(CONFIG_COLDPLUG) && !boot->coldplug_started)
		modules_coldplug(boot);
	netroot_waits_for(boot, "%s", ways[spec->kind].name);
	err = ways[spec->kind].get(boot);
	if (!err)
		boot->root_needs_network = ways[spec->kind].needs_network;
	return err;
}

int stage_netroot(struct boot *boot)
{
	int err = netroot_read(boot);

	if (err)
		return err;
	if (boot->netroot.spec.kind != NETROOT_NONE) {
		err = get(boot);
		if (!err)
			boot->netroot.waits_for[0] = '\0';
		return err;
	}
	if (IS_ENABLED(CONFIG_NETCFG) && boot->config.neednet && boot->network.pid)
		wait_neednet(boot);
	return STAGE_SKIPPED;
}
