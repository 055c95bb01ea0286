#include "init/network.h"

#include "init/boot.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "netcfg/hostname.h"
#include "netcfg/settings.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#define END(array) ((array)[sizeof(array) - 1] = '\0')

static const char methods[][sizeof("static")] = {
	[NETCFG_STATIC] = "static", [NETCFG_DHCP4] = "dhcp4",	[NETCFG_RA] = "ra",
	[NETCFG_DHCP6] = "dhcp6",   [NETCFG_KERNEL] = "kernel",
};

static const char *const states[] = {
	[0] = "link up, no address",
	[NETCFG_DOWN] = "down",
	[NETCFG_NO_CARRIER] = "no carrier",
	[NETCFG_ASKING] = "no answer from a DHCP server or a router",
	[NETCFG_PROBING] = "asking whether the address is free",
	[NETCFG_READY] = "configured",
};

/* What is the matter with the interface of a report without a lease. */
static const char *state_name(const struct netcfg_report *report)
{
	if (report->err && !*report->ifname)
		return "an option of the network is wrong, the log says which";
	if (report->err)
		return strerror(-report->err);
	return states[report->state < sizeof(states) / sizeof(states[0]) ? report->state
									 : 0];
}

static const char *method_name(const struct netcfg_report *report)
{
	bool known = report->method < sizeof(methods) / sizeof(methods[0]);

	return known && *methods[report->method] ? methods[report->method] : "link";
}

static bool has_lease(const struct netcfg_report *report)
{
	return report->kind == NETCFG_CONFIGURED;
}

/* ---- remembering */

/* The one that @report takes the place of. */
static struct netcfg_report *find(struct network *n, const struct netcfg_report *report)
{
	for (unsigned i = 0; i < n->count; i++) {
		struct netcfg_report *old = &n->reports[i];

		if (str_equal(old->ifname, report->ifname) &&
		    old->method == report->method &&
		    (!report->method ||
		     old->lease.address.family == report->lease.address.family))
			return old;
	}
	return NULL;
}

/* @method: 0 for all. */
static void forget_leases(struct network *n, const char *ifname, uint32_t method)
{
	unsigned left = 0;

	for (unsigned i = 0; i < n->count; i++) {
		const struct netcfg_report *report = &n->reports[i];

		if (!has_lease(report) || !str_equal(report->ifname, ifname) ||
		    (method && report->method != method))
			n->reports[left++] = *report;
	}
	n->count = left;
}

/* Where libresolv looks when the image links /etc/resolv.conf there. */
static void write_resolv_conf(const struct network *n)
{
	char text[1024], address[IP_TEXT_SIZE];
	struct ip dns[NETWORK_DNS_MAX];
	unsigned count = network_dns(n, dns, NETWORK_DNS_MAX);
	struct buf b = BUF_OVER(text);
	int err;

	if (*network_search(n))
		buf_printf(&b, "search %s\n", network_search(n));
	for (unsigned i = 0; i < count; i++)
		buf_printf(&b, "nameserver %s\n", ip_format(address, &dns[i]));
	err = fd_replace_file(BOOT_STATE_DIR "/resolv.conf", 0644, text, b.len);
	if (err)
		log_warning("%s/resolv.conf: %s", BOOT_STATE_DIR, strerror(-err));
}

static bool is_nameless(void)
{
	struct utsname machine;

	(void)uname(&machine); /* cannot fail with a valid pointer */
	return !*machine.nodename || str_equal(machine.nodename, "(none)") ||
	       str_equal(machine.nodename, "localhost");
}

/* As the kernel does it with an ip= of its own. */
static void name_machine(const char *name)
{
	size_t len = strlen(name);

	if (!hostname_is_valid(name, len) || !is_nameless())
		return;
	if (sethostname(name, len) < 0)
		log_warning("network: host name %s: %s", name, strerror(errno));
	else
		log_info("network: the name of this machine is %s", name);
}

static void say_lease(const struct netcfg_report *report)
{
	const struct lease *lease = &report->lease;
	struct ip via = settings_gateway(lease);
	char address[IP_TEXT_SIZE], gateway[IP_TEXT_SIZE];

	log_info("network: %s: %s/%u%s%s", report->ifname,
		 ip_format(address, &lease->address), lease->prefix_len,
		 via.family ? " gateway " : "", ip_format(gateway, &via));
}

/* @before: what it takes the place of, or NULL. What failed has been said by the worker, which knows
 * more about it; a lease that was renewed is no news. */
static void say(const struct netcfg_report *report, const struct netcfg_report *before)
{
	const struct ip *address = &report->lease.address;

	switch (report->kind) {
	case NETCFG_LINK_UP:
		log_info("network: %s: link up", report->ifname);
		break;
	case NETCFG_CONFIGURED:
		if (address->family &&
		    !(before && ip_equal(&before->lease.address, address)))
			say_lease(report);
		break;
	case NETCFG_STATE:
	case NETCFG_FAILED:
		log_debug("network: %s: %s", report->ifname, state_name(report));
		break;
	}
}

void network_take(struct network *n, const struct netcfg_report *report)
{
	struct netcfg_report taken = *report, *place;

	END(taken.ifname);
	END(taken.lease.hostname);
	END(taken.lease.domain);
	END(taken.lease.root_path);
	END(taken.lease.boot_file);
	n->changes++;
	if (taken.kind == NETCFG_STATE && taken.state == NETCFG_DOWN)
		forget_leases(n, taken.ifname, 0);
	else if (taken.kind == NETCFG_FAILED && taken.method)
		forget_leases(n, taken.ifname, taken.method);
	if (!has_lease(&taken))
		taken.method = 0;
	place = find(n, &taken);
	say(&taken, place);
	if (!place && n->count < NETWORK_REPORTS_MAX)
		place = &n->reports[n->count++];
	if (!place)
		return;
	*place = taken;
	if (!has_lease(&taken))
		return;
	name_machine(taken.lease.hostname);
	write_resolv_conf(n);
}

/* ---- asking */

static bool reaches(const struct netcfg_report *report)
{
	const struct ip *address = &report->lease.address;

	return has_lease(report) && address->family && !ip_is_link_local(address);
}

const struct netcfg_report *network_first(const struct network *n)
{
	const struct netcfg_report *first = NULL;

	for (unsigned i = 0; i < n->count; i++) {
		const struct netcfg_report *report = &n->reports[i];

		if (!reaches(report))
			continue;
		if (report->lease.address.family == IP_V4)
			return report;
		if (!first)
			first = report;
	}
	return first;
}

bool network_is_up(const struct network *n)
{
	return network_first(n);
}

const struct netcfg_report *network_root_path(const struct network *n)
{
	for (unsigned i = 0; i < n->count; i++)
		if (has_lease(&n->reports[i]) && *n->reports[i].lease.root_path)
			return &n->reports[i];
	return NULL;
}

static unsigned add_once(const struct ip *ip, struct ip *out, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (ip_equal(&out[i], ip))
			return count;
	out[count] = *ip;
	return count + 1;
}

unsigned network_dns(const struct network *n, struct ip *out, unsigned max)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n->count; i++)
		for (unsigned k = 0; has_lease(&n->reports[i]) && k < LEASE_DNS_MAX; k++)
			if (count < max && n->reports[i].lease.dns[k].family)
				count = add_once(&n->reports[i].lease.dns[k], out, count);
	return count;
}

const char *network_search(const struct network *n)
{
	for (unsigned i = 0; i < n->count; i++)
		if (has_lease(&n->reports[i]) && *n->reports[i].lease.domain)
			return n->reports[i].lease.domain;
	return "";
}

/* ---- telling */

static bool is_configured(const struct network *n, const char *ifname)
{
	for (unsigned i = 0; i < n->count; i++)
		if (reaches(&n->reports[i]) && str_equal(n->reports[i].ifname, ifname))
			return true;
	return false;
}

void network_print_lack(const struct network *n, struct buf *b)
{
	const char *before = "";

	for (unsigned i = 0; i < n->count; i++) {
		const struct netcfg_report *report = &n->reports[i];

		if (has_lease(report) || is_configured(n, report->ifname))
			continue;
		buf_puts(b, before);
		if (*report->ifname) {
			buf_printable(b, report->ifname);
			buf_puts(b, ": ");
		}
		buf_puts(b, state_name(report));
		before = "; ";
	}
	if (!*before)
		buf_puts(b, "no network card has come up");
}

static void print_address(struct buf *b, const char *key, const struct ip *ip)
{
	char text[IP_TEXT_SIZE];

	if (ip->family)
		buf_printf(b, ",\"%s\":\"%s\"", key, ip_format(text, ip));
}

static void print_text(struct buf *b, const char *key, const char *text)
{
	if (!*text)
		return;
	buf_printf(b, ",\"%s\":", key);
	buf_json_string(b, text);
}

static void print_bytes(struct buf *b, const char *key, const struct lease_bytes *value)
{
	if (!value->len)
		return;
	buf_printf(b, ",\"%s\":\"", key);
	for (unsigned i = 0; i < value->len; i++)
		buf_printf(b, "%02x", value->bytes[i]);
	buf_puts(b, "\"");
}

static void print_lease(const struct lease *lease, struct buf *b)
{
	struct ip gateway = settings_gateway(lease);
	char text[IP_TEXT_SIZE];

	if (lease->address.family)
		buf_printf(b, ",\"address\":\"%s/%u\"", ip_format(text, &lease->address),
			   lease->prefix_len);
	print_address(b, "gateway", &gateway);
	print_address(b, "server", &lease->server);
	buf_puts(b, ",\"dns\":[");
	for (unsigned i = 0; i < LEASE_DNS_MAX && lease->dns[i].family; i++)
		buf_printf(b, "%s\"%s\"", i ? "," : "", ip_format(text, &lease->dns[i]));
	buf_puts(b, "]");
	if (lease->lease_s)
		buf_printf(b, ",\"lease_s\":%u", lease->lease_s);
	print_text(b, "root_path", lease->root_path);
	print_text(b, "boot_file", lease->boot_file);
	if (!IS_ENABLED(CONFIG_NETCFG_PXE))
		return;
	print_bytes(b, "vendor", &lease->vendor);
	print_bytes(b, "vendor_class", &lease->vendor_class);
	print_bytes(b, "vendor_options", &lease->vendor_options);
}

void network_print_json(const struct network *n, struct buf *b)
{
	buf_puts(b, "[");
	for (unsigned i = 0; i < n->count; i++) {
		const struct netcfg_report *report = &n->reports[i];
		const uint8_t *mac = report->mac;

		buf_printf(b, "%s\n    {\"interface\":", i ? "," : "");
		buf_json_string(b, report->ifname);
		buf_printf(b,
			   ",\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\",\"method\":\"%s\"",
			   mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
			   method_name(report));
		if (has_lease(report))
			print_lease(&report->lease, b);
		else
			buf_printf(b, ",\"state\":\"%s\"", state_name(report));
		buf_puts(b, "}");
	}
	buf_puts(b, n->count ? "\n  ]" : "]");
}

void network_print_lines(const struct network *n, struct buf *b)
{
	for (unsigned i = 0; i < n->count; i++) {
		const struct netcfg_report *report = &n->reports[i];
		char text[IP_TEXT_SIZE];

		buf_puts(b, "  ");
		buf_printable(b, report->ifname);
		buf_printf(b, " %s ", method_name(report));
		if (has_lease(report))
			buf_printf(b, "%s/%u", ip_format(text, &report->lease.address),
				   report->lease.prefix_len);
		else
			buf_puts(b, state_name(report));
		buf_puts(b, "\n");
	}
}
