#include "netcfg/ibft.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/str.h"
#include "netcfg/hostname.h"

#include <errno.h>
#include <string.h>

#define VALUE_SIZE 80

/* What is not there is "". */
static void read_value(int dirfd, const char *name, char value[VALUE_SIZE])
{
	if (fd_read_file(dirfd, name, value, VALUE_SIZE) < 0)
		value[0] = '\0';
	value[strcspn(value, "\n")] = '\0';
}

static bool is_set(const char *value)
{
	return *value && !str_equal(value, "0.0.0.0") && !str_equal(value, "0");
}

static void put_field(int dirfd, const char *name, struct buf *b)
{
	char value[VALUE_SIZE];

	read_value(dirfd, name, value);
	if (!is_set(value))
		return;
	buf_printf(b, strchr(value, ':') ? "[%s]" : "%s", value);
}

static void put_host(int dirfd, struct buf *b)
{
	char name[VALUE_SIZE];

	read_value(dirfd, "hostname", name);
	if (strlen(name) < 64 && hostname_is_valid(name, strlen(name)))
		buf_puts(b, name);
}

/* CLIENT::GATEWAY:LENGTH:HOST:DEVICE:none:DNS0:DNS1 */
static void put_static(int dirfd, const char *device, struct buf *b)
{
	put_field(dirfd, "ip-addr", b);
	buf_puts(b, "::");
	put_field(dirfd, "gateway", b);
	buf_puts(b, ":");
	put_field(dirfd, "prefix-len", b);
	buf_puts(b, ":");
	put_host(dirfd, b);
	buf_printf(b, ":%s:none:", device);
	put_field(dirfd, "primary-dns", b);
	buf_puts(b, ":");
	put_field(dirfd, "secondary-dns", b);
}

int ibft_read(int dirfd, unsigned number, struct ibft_card *out)
{
	char mac[VALUE_SIZE], address[VALUE_SIZE], dhcp[VALUE_SIZE], vlan[VALUE_SIZE];
	struct buf ip = BUF_OVER(out->ip);
	char device[16];

	read_value(dirfd, "mac", mac);
	read_value(dirfd, "ip-addr", address);
	read_value(dirfd, "dhcp", dhcp);
	read_value(dirfd, "vlan", vlan);
	if (!*mac || !(is_set(address) || is_set(dhcp)))
		return -ENODEV;
	out->vlan[0] = '\0';
	FORMAT(device, "ibft%u", number);
	FORMAT(out->ifname, "%s:%s", device, mac);
	if (is_set(vlan)) {
		FORMAT(device, "ibft%u.%.4s", number, vlan);
		FORMAT(out->vlan, "%s:ibft%u", device, number);
	}
	if (is_set(dhcp)) /* who gave the address wants to be asked again */
		buf_printf(&ip, "%s:dhcp", device);
	else
		put_static(dirfd, device, &ip);
	return 0;
}
