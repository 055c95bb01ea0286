#include "netcfg/inet6_conf.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* DAD is never switched off: with another machine's address both lose their connections, and who
 * reads the logs looks for days. RFC 4429 lets the address be used while DAD goes on, when
 * it is made of the card's own number, which saves the second that DAD takes. The random
 * wait before the first packet (RFC 4861, 6.3.7 and RFC 4862, 5.4.2) is there to spread machines
 * that are switched on together; their firmware has spread them further. Temporary addresses
 * (RFC 8981) hide a person that is not there. */
static const struct setting {
	const char *name;
	const char *value;
} settings[] = {
	{ "disable_ipv6", "0" },   { "router_solicitation_delay", "0" },
	{ "optimistic_dad", "1" }, { "use_optimistic", "1" },
	{ "use_tempaddr", "0" },
};

int inet6_conf_open(void)
{
	int fd = open("ipv6/conf", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void set(int conf_fd, const char *ifname, const char *name, const char *value)
{
	fd_auto int fd = -1;
	char path[64];
	int err = 0;

	if (!FORMAT(path, "%s/%s", ifname, name))
		return;
	fd = openat(conf_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		err = -errno;
	else
		err = fd_write_all(fd, value, strlen(value));
	if (err)
		log_debug("%s: %s: %s", ifname, name, strerror(-err));
}

void inet6_conf_prepare(int conf_fd, const char *ifname, bool has_routers)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		set(conf_fd, ifname, settings[i].name, settings[i].value);
	set(conf_fd, ifname, "accept_ra", has_routers ? "1" : "0");
}
