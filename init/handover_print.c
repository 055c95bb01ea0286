#include "init/handover_print.h"

#include "lib/ipv4.h"
#include "lib/str.h"

#include <string.h>

/* Neither shells nor ini files give any of these a meaning between single quotes or behind "=". */
static const char plain[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	"._-:/,+@=~ ";

static const char head[] =
	"# made by the initramfs, which has configured this interface\n";

static const char *checked(const char *value)
{
	return value[strspn(value, plain)] ? "" : value;
}

bool handover_name_is_plain(const char *name)
{
	return *name && *name != '.' && *checked(name) && !strpbrk(name, "/:,=~ ");
}

static void put_setting(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "%s='%s'\n", key, checked(value));
}

static void put_ip_setting(struct buf *out, const char *key, const struct ip *ip)
{
	static const struct ip any = { .family = IP_V4 };
	char text[IP_TEXT_SIZE];

	put_setting(out, key, ip_format(text, ip->family ? ip : &any));
}

static const struct lease_route *default_route(const struct lease *lease)
{
	for (unsigned i = 0; i < lease->route_count && i < LEASE_ROUTES_MAX; i++)
		if (lease->routes[i].prefix_len == 0 && lease->routes[i].gateway.family)
			return &lease->routes[i];
	return NULL;
}

static const struct netcfg_report *first_of(const struct handover_iface *iface,
					    enum ip_family family,
					    bool (*fits)(uint32_t method))
{
	for (unsigned i = 0; i < iface->count; i++)
		if (iface->leases[i]->lease.address.family == family &&
		    fits(iface->leases[i]->method))
			return iface->leases[i];
	return NULL;
}

static bool is_any(uint32_t method)
{
	return method != NETCFG_KERNEL;
}

static bool is_stateful(uint32_t method)
{
	return method == NETCFG_STATIC || method == NETCFG_DHCP6;
}

/* ---- klibc */

static void put_names(const struct lease *lease, struct buf *out)
{
	char domain[sizeof(lease->domain)];
	size_t len = strcspn(lease->domain, " ");

	memcpy(domain, lease->domain, len);
	domain[len] = '\0';
	put_setting(out, "HOSTNAME", lease->hostname);
	put_setting(out, "DNSDOMAIN", domain);
}

void handover_print_ipconfig(const struct handover_iface *iface, unsigned uptime_s,
			     struct buf *out)
{
	const struct netcfg_report *report = first_of(iface, IP_V4, is_any);
	const struct lease *lease = report ? &report->lease : NULL;
	const struct lease_route *route = lease ? default_route(lease) : NULL;
	uint32_t mask_be;
	struct ip ip;

	if (!report || lease->prefix_len > 32)
		return;
	mask_be = ipv4_netmask_be(lease->prefix_len);
	put_setting(out, "DEVICE", iface->name);
	put_setting(out, "PROTO", report->method == NETCFG_STATIC ? "none" : "dhcp");
	put_ip_setting(out, "IPV4ADDR", &lease->address);
	ip = ip_from_v4(ip_to_v4_be(&lease->address) | ~mask_be);
	put_ip_setting(out, "IPV4BROADCAST", &ip);
	ip = ip_from_v4(mask_be);
	put_ip_setting(out, "IPV4NETMASK", &ip);
	put_ip_setting(out, "IPV4GATEWAY", route ? &route->gateway : &(struct ip){ 0 });
	put_ip_setting(out, "IPV4DNS0", &lease->dns[0]);
	put_ip_setting(out, "IPV4DNS1", &lease->dns[1]);
	put_names(lease, out);
	put_setting(out, "NISDOMAIN", "");
	put_ip_setting(out, "ROOTSERVER",
		       lease->boot_server.family ? &lease->boot_server : &lease->server);
	put_setting(out, "ROOTPATH", lease->root_path);
	put_setting(out, "filename", lease->boot_file);
	buf_printf(out, "UPTIME='%u'\nDHCPLEASETIME='%u'\n", uptime_s,
		   report->method == NETCFG_STATIC ? 0 : lease->lease_s);
	put_setting(out, "DOMAINSEARCH", lease->domain);
}

void handover_print_ipconfig6(const struct handover_iface *iface, struct buf *out)
{
	const struct netcfg_report *report = first_of(iface, IP_V6, is_stateful);
	const struct lease_route *route;
	char text[IP_TEXT_SIZE];

	if (!report)
		return;
	route = default_route(&report->lease);
	put_setting(out, "DEVICE6", iface->name);
	put_setting(out, "IPV6PROTO", report->method == NETCFG_STATIC ? "none" : "dhcp6");
	put_setting(out, "IPV6ADDR", ip_format(text, &report->lease.address));
	buf_printf(out, "IPV6NETMASK='%u'\n", report->lease.prefix_len);
	put_setting(out, "IPV6GATEWAY", route ? ip_format(text, &route->gateway) : "");
	put_setting(out, "IPV6DNS0", ip_format(text, &report->lease.dns[0]));
	put_setting(out, "IPV6DNS1", ip_format(text, &report->lease.dns[1]));
	put_names(&report->lease, out);
	put_setting(out, "IPV6DOMAINSEARCH", report->lease.domain);
}

/* ---- systemd-networkd */

static bool has_method(const struct handover_iface *iface, enum netcfg_method method)
{
	for (unsigned i = 0; i < iface->count; i++)
		if (iface->leases[i]->method == (uint32_t)method)
			return true;
	return false;
}

static void put_mac(const char *key, const uint8_t mac[6], struct buf *out)
{
	buf_puts(out, key);
	for (unsigned i = 0; i < 6; i++)
		buf_printf(out, "%s%02x", i ? ":" : "", mac[i]);
}

/* udev may call a card otherwise, so its address is what it is known by. */
static void put_match(const struct handover_iface *iface, struct buf *out)
{
	buf_puts(out, "[Match]\n");
	if (iface->is_virtual)
		buf_printf(out, "Name=%s", iface->name);
	else
		put_mac("Type=ether\nKind=!*\nMACAddress=", iface->mac, out);
}

/* Until Linux 6.2 an interface that is up cannot be renamed, and while udev has not renamed it,
 * systemd-networkd does nothing with it. */
void handover_print_udev(const struct handover_iface *iface, struct buf *out)
{
	if (iface->is_virtual)
		return;
	buf_puts(out, head);
	put_match(iface, out);
	buf_puts(out, "\n\n[Link]\nNamePolicy=keep\n"
		      "AlternativeNamesPolicy=database onboard slot path mac\n");
}

static void put_methods(const struct handover_iface *iface, struct buf *out)
{
	static const char *const dhcp[] = { "no", "ipv4", "ipv6", "yes" };
	bool by_dhcp6 = has_method(iface, NETCFG_DHCP6);
	bool by_router = has_method(iface, NETCFG_RA);

	buf_printf(out, "DHCP=%s\n",
		   dhcp[has_method(iface, NETCFG_DHCP4) + 2 * by_dhcp6]);
	buf_printf(out, "IPv6AcceptRA=%s\n", by_dhcp6 || by_router ? "yes" : "no");
}

static void put_static(const struct lease *lease, struct buf *out)
{
	char text[IP_TEXT_SIZE];

	buf_printf(out, "Address=%s/%u\n", ip_format(text, &lease->address),
		   lease->prefix_len);
	for (unsigned i = 0; i < LEASE_DNS_MAX && lease->dns[i].family; i++)
		buf_printf(out, "DNS=%s\n", ip_format(text, &lease->dns[i]));
	if (*checked(lease->domain))
		buf_printf(out, "Domains=%s\n", lease->domain);
}

static void put_routes(const struct lease *lease, struct buf *out)
{
	char text[IP_TEXT_SIZE];

	for (unsigned i = 0; i < lease->route_count && i < LEASE_ROUTES_MAX; i++) {
		const struct lease_route *route = &lease->routes[i];

		buf_puts(out, "\n[Route]\n");
		if (route->prefix_len)
			buf_printf(out, "Destination=%s/%u\n",
				   ip_format(text, &route->network), route->prefix_len);
		if (route->gateway.family)
			buf_printf(out, "Gateway=%s\nGatewayOnLink=yes\n",
				   ip_format(text, &route->gateway));
		else
			buf_puts(out, "Scope=link\n");
	}
}

void handover_print_networkd(const struct handover_iface *iface, struct buf *out)
{
	const uint8_t *mac = iface->mac;

	buf_puts(out, head);
	put_match(iface, out);
	buf_puts(out, "\n\n[Network]\n");
	put_methods(iface, out);
	if (iface->is_needed)
		buf_puts(out, "KeepConfiguration=yes\n");
	for (unsigned i = 0; i < iface->count; i++)
		if (iface->leases[i]->method == NETCFG_STATIC)
			put_static(&iface->leases[i]->lease, out);
	for (unsigned i = 0; i < iface->count; i++)
		if (iface->leases[i]->method == NETCFG_STATIC)
			put_routes(&iface->leases[i]->lease, out);
	buf_puts(out, "\n[DHCPv4]\nClientIdentifier=mac\n");
	buf_printf(out, "\n[DHCPv6]\nDUIDType=link-layer\nIAID=%u\n",
		   (unsigned)mac[2] << 24 | (unsigned)mac[3] << 16 |
			   (unsigned)mac[4] << 8 | mac[5]);
}

/* ---- NetworkManager */

/* It leaves an interface that has an address alone, and would let its lease run out. */
void handover_print_manager(const struct handover_iface *iface, struct buf *out)
{
	if (iface->is_needed ||
	    (!has_method(iface, NETCFG_DHCP4) && !has_method(iface, NETCFG_DHCP6)))
		return;
	buf_printf(out, "%s[device-rootling-%s]\nmatch-device=", head, iface->name);
	if (iface->is_virtual)
		buf_printf(out, "interface-name:=%s", iface->name);
	else
		put_mac("mac:", iface->mac, out);
	buf_puts(out, "\nkeep-configuration=no\n");
}
