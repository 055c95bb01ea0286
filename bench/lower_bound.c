/* The least that an /init can do to reach a root on ext4: modules, their order and the
 * UUID are fixed when it is compiled, nothing is looked up, and nothing is said.
 *
 * MODULES: paths in the image, in the order of loading. DEVICE: where the root will be.
 * ROOT_UUID: 16 bytes. */
#include "bench/sys.h"

#include <fcntl.h>
#include <linux/mount.h>

#define NEW_ROOT	"/root" /* a folder that every kernel brings */
#define RETRY_NS	1000000

#define SUPERBLOCK_UUID 1128 /* 1024 + s_uuid of the superblock */
#define UUID_SIZE	16

static void load(const char *path)
{
	long fd = sys2(__NR_open, path, O_RDONLY | O_CLOEXEC);

	sys3(__NR_finit_module, fd, "", 0);
	sys1(__NR_close, fd);
}

static long open_device(void)
{
	const long pause[2] = { 0, RETRY_NS };

	for (;;) {
		long fd = sys2(__NR_open, DEVICE, O_RDONLY | O_CLOEXEC);

		if (fd >= 0)
			return fd;
		sys2(__NR_nanosleep, pause, 0);
	}
}

static int is_root(void)
{
	static const unsigned char wanted[UUID_SIZE] = ROOT_UUID;
	unsigned char found[UUID_SIZE];
	long fd = open_device(), len;

	len = sys4(__NR_pread64, fd, found, UUID_SIZE, SUPERBLOCK_UUID);
	sys1(__NR_close, fd);
	for (int i = 0; i < UUID_SIZE; i++)
		if (len != UUID_SIZE || found[i] != wanted[i])
			return 0;
	return 1;
}

void start(void)
{
	static const char *const modules[] = { MODULES 0 };
	static const char *const argv[] = { "/sbin/init", 0 }, *const envp[] = { 0 };

	sys_mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID);
	for (const char *const *path = modules; *path; path++)
		load(*path);
	if (is_root()) {
		sys_mount(DEVICE, NEW_ROOT, "ext4", MS_RDONLY);
		sys_mount("/dev", NEW_ROOT "/dev", 0, MS_MOVE);
		sys1(__NR_chdir, NEW_ROOT);
		sys_mount(".", "/", 0, MS_MOVE);
		sys1(__NR_chroot, ".");
		sys3(__NR_execve, argv[0], argv, envp);
	}
	for (;;)
		sys1(__NR_exit, 1); /* the kernel panics, which the bench reports */
}
