#include "init/handover_files.h"

#include "init/handover_print.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IFSTATE "/run/network/ifstate"

static void make_folders(void)
{
	static const char *const folders[] = {
		"/run/systemd",	       "/run/systemd/network",
		"/run/NetworkManager", "/run/NetworkManager/conf.d",
		"/run/network",
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		(void)mkdir(folders[i],
			    0755); /* the files in it say it if this did not work */
}

/* A text that is empty needs no file. */
static void write_file(const char *path, const struct buf *text)
{
	int err = text->truncated ? -EFBIG : 0;

	if (!err && text->len)
		err = fd_replace_file(path, 0644, text->data, text->len);
	if (err)
		log_warning("handover: %s: %s", path, strerror(-err));
}

static void write_files(const struct handover_iface *iface)
{
	char path[64], data[4096];
	struct buf text = BUF_OVER(data);
	uint64_t uptime_s = clock_monotonic_ms() / 1000;

	handover_print_ipconfig(iface, (unsigned)uptime_s, &text);
	FORMAT(path, "/run/net-%s.conf", iface->name);
	write_file(path, &text);
	text = BUF_OVER(data);
	handover_print_ipconfig6(iface, &text);
	FORMAT(path, "/run/net6-%s.conf", iface->name);
	write_file(path, &text);
	text = BUF_OVER(data);
	handover_print_udev(iface, &text);
	/* before whoever wants to rename it: a rename fails while it is up, and networkd waits */
	FORMAT(path, "/run/systemd/network/00-rootling-%s.link", iface->name);
	write_file(path, &text);
	text = BUF_OVER(data);
	handover_print_networkd(iface, &text);
	/* before what the administrator wrote only if the root depends on it */
	FORMAT(path, "/run/systemd/network/%s-rootling-%s.network",
	       iface->is_needed ? "00" : "70", iface->name);
	write_file(path, &text);
	text = BUF_OVER(data);
	handover_print_manager(iface, &text);
	FORMAT(path, "/run/NetworkManager/conf.d/70-rootling-%s.conf", iface->name);
	write_file(path, &text);
}

static bool is_virtual(const char *name)
{
	char path[64];

	FORMAT(path, "/sys/class/net/%s/device", name);
	return access(path, F_OK) < 0;
}

/* False: an earlier report was about the same interface, or this one is not to be handed on. */
static bool collect(const struct network *known, unsigned first,
		    struct handover_iface *out)
{
	const struct netcfg_report *report = &known->reports[first];

	*out = (struct handover_iface){ .name = report->ifname, .mac = report->mac };
	for (unsigned i = 0; i < known->count; i++) {
		const struct netcfg_report *other = &known->reports[i];

		if (other->kind != NETCFG_CONFIGURED || other->method == NETCFG_KERNEL ||
		    !str_equal(other->ifname, report->ifname))
			continue;
		if (i < first)
			return false;
		if (out->count < HANDOVER_LEASES_MAX)
			out->leases[out->count++] = other;
	}
	return out->count && out->leases[0] == report;
}

/* ifup(8) leaves an interface alone that it believes it has raised itself: it looks into ifstate.IF,
 * and shows ifstate. */
static void write_ifstate(const char *ifname, struct buf *all)
{
	char path[64], data[32];
	struct buf text = BUF_OVER(data);

	buf_printf(&text, "%s\n", ifname);
	FORMAT(path, IFSTATE ".%s", ifname);
	write_file(path, &text);
	buf_printf(all, "%s=%s\n", ifname, ifname);
}

void handover_files(const struct boot *boot)
{
	const struct network *known = &boot->known;
	char data[512];
	struct buf ifstate = BUF_OVER(data);

	make_folders();
	for (unsigned i = 0; i < known->count; i++) {
		struct handover_iface iface;

		if (!collect(known, i, &iface))
			continue;
		if (!handover_name_is_plain(iface.name)) {
			log_warning(
				"handover: an interface with a name that is no plain word");
			continue;
		}
		iface.is_needed = boot->root_needs_network;
		iface.is_virtual = is_virtual(iface.name);
		write_files(&iface);
		if (iface.is_needed)
			write_ifstate(iface.name, &ifstate);
	}
	write_file(IFSTATE, &ifstate);
}
