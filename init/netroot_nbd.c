#include "init/boot.h"
#include "init/devices.h"
#include "init/filesystem.h"
#include "init/nbd.h"
#include "init/stage_modules.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define DRIVER_MS   10000
#define READ_MS	    20000
#define BLOCK_BYTES 512

/* Without options, requests wait for the server as long as it takes, as nbd-client's do. */
struct options {
	uint32_t timeout_s, dead_conn_s, block_bytes;
};

/* The words of nbd-client(8) that the kernel has a say in; the others are for its daemon. */
static void read_options(const char *text, struct options *out)
{
	const struct {
		const char *name;
		uint32_t *value;
	} names[] = {
		{ "timeout=", &out->timeout_s },
		{ "dead-timeout=", &out->dead_conn_s },
		{ "bs=", &out->block_bytes },
		{ "block-size=", &out->block_bytes },
	};

	while (*text) {
		size_t len = strcspn(text, ",");
		char word[64];
		bool known = false;

		FORMAT(word, "%.*s", (int)len, text);
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			const char *value = str_after(word, names[i].name);

			known |= value && !str_parse_u32(value, 10, names[i].value);
		}
		if (!known && len)
			log_warning("netroot: nbd: %s: ignored", word);
		text += len + (text[len] == ',');
	}
	if (out->block_bytes < BLOCK_BYTES || out->block_bytes > 4096 ||
	    out->block_bytes & (out->block_bytes - 1))
		out->block_bytes = BLOCK_BYTES;
}

/* Nothing asks for this module by itself: it has no alias. */
static int load_driver(struct boot *boot)
{
	uint64_t until_ms = clock_monotonic_ms() + DRIVER_MS;

	if (nbd_is_there())
		return 0;
	netroot_waits_for(boot, "the module nbd");
	if (IS_ENABLED(CONFIG_MODULES))
		modules_request(boot, MODULES_NAME, "nbd");
	while (boot->modules_pending && clock_monotonic_ms() < until_ms)
		if (!netroot_round(boot, until_ms))
			return -ETIME;
	if (nbd_is_there())
		return 0;
	stage_verdict(boot, "no root: NBD: no driver: add the module nbd to the image");
	return -ENODEV;
}

static int open_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
}

/* Negotiates over new sockets until it has worked; the connected one or -errno. */
static int negotiate(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	struct netroot_request *r = &n->request;
	unsigned tries = 0;
	int err, taken;

	netroot_waits_for(boot, "NBD %s", n->spec.host);
	do {
		fd_auto int v4 = open_socket(AF_INET), v6 = open_socket(AF_INET6);

		*r = (struct netroot_request){ .spec = &n->spec,
					       .search = network_search(&boot->known),
					       .file = -1,
					       .socket_v4 = v4,
					       .socket_v6 = v6 };
		(void)network_dns(&boot->known, r->dns, NETROOT_DNS_MAX);
		err = netroot_fetch(boot, NETROOT_DONE);
		if (!err) {
			taken = n->report.server.family == IP_V6 ? fd_take(&v6)
								 : fd_take(&v4);
			return taken;
		}
	} while (err == -EAGAIN && netroot_pause(boot, netroot_pause_ms(++tries)));
	return err == -EAGAIN ? -ETIME : err;
}

/* A server that went silent must hold up a child and not PID 1, which reads superblocks itself. */
static int read_first(int unused, const void *path)
{
	char block[4096];
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC);

	(void)unused;
	if (fd < 0)
		return errno;
	return fd_read_full(fd, block, sizeof(block)) > 0 ? 0 : EIO;
}

static int make_disk(struct boot *boot, int socket)
{
	struct netroot *n = &boot->netroot;
	struct options options = { .block_bytes = n->report.block_size };
	struct nbd_disk disk = { .socket = socket,
				 .bytes = n->report.bytes,
				 .flags = n->report.flags };
	int number, err;

	read_options(n->spec.nbd_options, &options);
	disk.block_bytes = options.block_bytes;
	disk.timeout_s = options.timeout_s;
	disk.dead_conn_s = options.dead_conn_s;
	number = nbd_connect(&disk);
	if (number < 0) {
		stage_verdict(boot, "no root: NBD %s: the kernel does not take it: %s",
			      n->spec.host, strerror(-number));
		return number;
	}
	FORMAT(n->device, "/dev/nbd%d", number);
	err = netroot_child(boot, "read", read_first, n->device, READ_MS);
	if (err == 0)
		return 0;
	stage_verdict(boot, "no root: NBD %s: %s cannot be read: %s", n->spec.host,
		      n->device, strerror(err < 0 ? -err : err));
	return err < 0 ? err : -err;
}

/* What the fields behind the export say, unless options of their own do. */
static void take_options(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	struct config *config = &boot->config;

	if (*n->spec.fstype && !config->rootfstype)
		config->rootfstype = n->spec.fstype;
	if (*n->spec.options && !config->rootflags)
		config->rootflags = n->spec.options;
}

int netroot_nbd(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	int err = load_driver(boot);
	fd_auto int socket = -1;

	if (err)
		return err;
	socket = negotiate(boot);
	if (socket < 0)
		return socket;
	n->device[0] = '\0';
	err = make_disk(boot, socket);
	if (err) {
		n->device[0] = '\0';
		return err;
	}
	stage_note(boot, "%s is export %s of %s", n->device,
		   *n->spec.path ? n->spec.path : "\"\"", n->spec.host);
	if (n->own_root)
		take_options(boot);
	else
		n->device[0] = '\0';
	return 0;
}
