#include "init/boot.h"
#include "init/filesystem.h"
#include "init/stage_loop.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock_floor.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/meminfo.h"
#include "lib/str.h"
#include "mount/inroot.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define PLACE	   BOOT_STATE_DIR "/image"
#define LIVE	   BOOT_STATE_DIR "/live"
#define LIVE_DEPTH 2
#define KEY_PATH   "/etc/rootling/fetch.pem"
#define CA_PATH	   "/etc/ssl/certs/ca-certificates.crt"

/* What can be had, less an eighth for who uses the image. */
static uint64_t memory_for_image(void)
{
	fd_auto int fd = open(MEMINFO_PATH, O_RDONLY | O_CLOEXEC);

	return meminfo_read(fd).available_bytes / 8 * 7;
}

/* A tmpfs of its own, so that an image without end fills nothing else. The file or -errno. */
static int open_place(uint64_t size_max)
{
	char options[64];
	int file;

	FORMAT(options, "size=%llu,mode=0700,nr_inodes=8", (unsigned long long)size_max);
	(void)mkdir(PLACE, 0700); /* the mount says it if this did not work */
	if (mount("tmpfs", PLACE, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
		return -errno;
	file = open(PLACE "/image", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0)
		file = -errno;
	/* it lives as long as the loop device over the file */
	(void)umount2(PLACE, MNT_DETACH);
	return file;
}

static const char *if_there(const char *path)
{
	return access(path, F_OK) == 0 ? path : NULL;
}

static void prepare(struct boot *boot, int file, uint64_t size_max)
{
	const struct config *config = &boot->config;
	struct netroot *n = &boot->netroot;

	n->request = (struct netroot_request){
		.spec = &n->spec,
		.search = network_search(&boot->known),
		.file = file,
		.size_max = size_max,
		.sha256 = config->fetch_sha256,
		.key_path = KEY_PATH,
		.ca_path = if_there(CA_PATH),
		.pins = config->fetch_pin,
		.proxy = config->fetch_proxy,
		.no_proxy = config->fetch_no_proxy,
		.clock_floor_s = clock_floor_s(),
		.socket_v4 = -1,
		.socket_v6 = -1,
	};
	(void)network_dns(&boot->known, n->request.dns, NETROOT_DNS_MAX);
}

/* The file with the whole, verified image, or -errno with the verdict set. */
static int load(struct boot *boot)
{
	unsigned tries = 0;
	int err, file;

	do {
		uint64_t size_max = memory_for_image();

		file = open_place(size_max);
		if (file < 0) {
			stage_verdict(boot, "no root: no memory for an image: %s",
				      strerror(-file));
			return file;
		}
		prepare(boot, file, size_max);
		err = netroot_fetch(boot, NETROOT_DONE);
		if (!err)
			return file;
		close(file); /* what a dead worker left is not known: from the start */
	} while (err == -EAGAIN && netroot_pause(boot, netroot_pause_ms(++tries)));
	return err == -EAGAIN ? -ETIME : err;
}

/* ---- live systems: an ISO or SquashFS with the image of the root in it */

/* What dracut's dmsquash-live looks for, the outer one first. -ENOENT: none of them is there. */
static int open_inner(struct boot *boot, struct blockdev *dev)
{
	static const char *const names[] = { "/LiveOS/squashfs.img", "/LiveOS/rootfs.img",
					     "/LiveOS/ext3fs.img" };
	char source[FILESYSTEM_SOURCE_SIZE];
	struct rootfs_request request = { .source = source,
					  .types = filesystem_types(dev, NULL),
					  .target = LIVE };
	struct rootfs_result result;
	int file = -ENOENT;

	if (!request.types)
		return -ENOENT; /* stage rootfs says it */
	FORMAT(source, "/dev/%s", dev->name);
	(void)mkdir(LIVE, 0700); /* the mount says it if this did not work */
	if (filesystem_mount(boot, "netroot", &request, &result))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && file == -ENOENT; i++)
		file = inroot_open_file(LIVE, names[i], O_RDONLY);
	(void)umount2(LIVE, MNT_DETACH); /* the loop device keeps what it needs */
	return file;
}

/* The device to boot from, NULL with the verdict set. */
static struct blockdev *find_inner(struct boot *boot, struct blockdev *dev)
{
	for (int depth = 0; dev && depth < LIVE_DEPTH; depth++) {
		int file = open_inner(boot, dev);

		if (file == -ENOENT)
			return dev;
		if (file < 0)
			return NULL;
		dev = loop_device(boot, "netroot", file, true);
	}
	return dev;
}

int netroot_image(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	struct blockdev *dev;
	int file;

	netroot_waits_for(boot, "%s", n->spec.url);
	file = load(boot);
	if (file < 0)
		return file;
	dev = loop_device(boot, "netroot", file, true);
	if (dev && n->spec.live)
		dev = find_inner(boot, dev);
	if (!dev)
		return -ENODEV;
	FORMAT(n->device, "/dev/%s", dev->name);
	/* as people expect it of an image in memory: rd.overlay=0 leaves it out */
	if (!boot->config.overlay)
		boot->config.overlay = "1";
	stage_note(boot, "%s: %u KiB in %s", n->spec.url,
		   (unsigned)(n->report.bytes >> 10), n->device);
	return 0;
}
