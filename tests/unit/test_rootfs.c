/* A transcript of the mount() calls, and of what they lead to. */
/* wrap: mount ioctl open */
#include "mount/rootfs.h"

#include "lib/buf.h"
#include "lib/klibc.h"
#include "mount/fsck.h"
#include "mount/loopdev.h"
#include "mount/overlay.h"
#include "mount/resume.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct fixture {
	char transcript[1024];
	struct buf said;
	int refusals[4]; /* of the calls in their order; 0: it works */
	unsigned calls;
	unsigned busy; /* so many loop devices are taken by somebody else */
	bool old_kernel;
} f;

static int answer(void)
{
	unsigned call = f.calls++;

	errno = call < 4 ? f.refusals[call] : 0;
	return errno ? -1 : 0;
}

int __wrap_mount(const char *source, const char *target, const char *type,
		 unsigned long flags, const void *data);
int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_mount(const char *source, const char *target, const char *type,
		 unsigned long flags, const void *data)
{
	buf_printf(&f.said, "%s %s %s %lx %s\n", source ? source : "-", target,
		   type ? type : "-", flags, data ? (const char *)data : "-");
	return answer();
}

int __wrap_open(const char *path, int flags, ...)
{
	if (strncmp(path, "/dev/", 5) != 0)
		return __real_open(path, flags);
	buf_printf(&f.said, "open %s %s\n", path,
		   (flags & O_ACCMODE) == O_RDWR ? "rw" : "ro");
	return dup(0);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	static const struct {
		unsigned long request;
		const char *name;
	} names[] = {
		{ LOOP_CTL_GET_FREE, "free" }, { LOOP_CONFIGURE, "configure" },
		{ LOOP_SET_FD, "set-fd" },     { LOOP_SET_STATUS64, "set-status" },
		{ LOOP_CLR_FD, "clear" },
	};
	va_list args;
	void *argument;

	(void)fd;
	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].request == request)
			buf_printf(&f.said, "%s", names[i].name);
	if (request == LOOP_CONFIGURE)
		buf_printf(&f.said, " %x",
			   ((struct loop_config *)argument)->info.lo_flags);
	if (request == LOOP_SET_STATUS64)
		buf_printf(&f.said, " %x", ((struct loop_info64 *)argument)->lo_flags);
	buf_puts(&f.said, "\n");
	if (request == LOOP_CTL_GET_FREE)
		return (int)f.calls++;
	if (request == LOOP_CONFIGURE && f.old_kernel) {
		errno = EINVAL;
		return -1;
	}
	errno = EBUSY;
	return f.busy && f.busy-- ? -1 : 0;
}

static int start(void **state)
{
	(void)state;
	f = (struct fixture){ 0 };
	f.said = BUF_OVER(f.transcript);
	return 0;
}

static void types_are_tried_in_order(void **state)
{
	struct rootfs_request request = { .source = "/dev/vda",
					  .types = "xfs,ext4",
					  .flags = "noatime,data=journal",
					  .writable = true,
					  .target = "/t" };
	struct rootfs_result result;

	(void)state;
	f.refusals[0] = EINVAL;
	assert_int_equal(rootfs_mount(&request, &result), 0);
	assert_string_equal(f.transcript, "/dev/vda /t xfs 400 data=journal\n"
					  "/dev/vda /t ext4 400 data=journal\n");
	assert_string_equal(result.type, "ext4");
	assert_false(result.read_only);
}

static void what_refuses_to_be_written_is_mounted_read_only(void **state)
{
	struct rootfs_request request = {
		.source = "/dev/vda", .types = "ext4", .writable = true, .target = "/t"
	};
	struct rootfs_result result;

	(void)state;
	f.refusals[0] = EACCES;
	assert_int_equal(rootfs_mount(&request, &result), 0);
	assert_string_equal(f.transcript, "/dev/vda /t ext4 0 \n/dev/vda /t ext4 1 \n");
	assert_true(result.read_only);
	(void)start(state);
	f.refusals[0] = f.refusals[1] = EROFS;
	assert_int_equal(rootfs_mount(&request, &result), -EROFS);
}

static void a_bind_mount_gets_its_options_by_a_second_call(void **state)
{
	struct rootfs_request request = { .source = "/a",
					  .types = "none",
					  .flags = "rbind,ro,x-initrd.mount",
					  .writable = true,
					  .target = "/b" };
	struct rootfs_result result;

	(void)state;
	assert_int_equal(rootfs_mount(&request, &result), 0);
	assert_string_equal(f.transcript, "/a /b none 5001 \n- /b - 1021 -\n");
	(void)start(state);
	request.flags = "bind";
	assert_int_equal(rootfs_mount(&request, &result), 0);
	assert_string_equal(f.transcript, "/a /b none 1000 \n");
}

static void options_that_are_too_long_are_refused(void **state)
{
	char flags[1024];
	struct rootfs_request request = {
		.source = "/dev/vda", .types = "ext4", .flags = flags, .target = "/t"
	};
	struct rootfs_result result;

	(void)state;
	memset(flags, 'x', sizeof(flags) - 1);
	flags[sizeof(flags) - 1] = '\0';
	assert_int_equal(rootfs_mount(&request, &result), -E2BIG);
	assert_string_equal(f.transcript, "");
}

static void an_overlay_that_cannot_be_gives_the_root_back(void **state)
{
	char folder[] = "/tmp/overlay.XXXXXX", expected[512], path[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	f.refusals[1] = ENODEV;
	assert_int_equal(overlay_mount("/r", "/l", folder), -ENODEV);
	snprintf(expected, sizeof(expected),
		 "/r /l - 2000 -\n"
		 "overlay /r overlay 0 "
		 "lowerdir=/l,upperdir=%s/overlay,workdir=%s/ovlwork\n"
		 "/l /r - 2000 -\n",
		 folder, folder);
	assert_string_equal(f.transcript, expected);
	snprintf(path, sizeof(path), "%s/overlay", folder);
	assert_int_equal(rmdir(path), 0);
	snprintf(path, sizeof(path), "%s/ovlwork", folder);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
	(void)start(state);
	assert_int_equal(overlay_mount("/r", "/l", "/nowhere"), -ENOENT);
	assert_string_equal(f.transcript, "");
}

static void the_next_loop_device_is_taken_when_one_is_gone(void **state)
{
	char name[LOOPDEV_NAME_SIZE];
	int fd;

	(void)state;
	f.busy = 1;
	fd = loopdev_attach(0, true, name);
	assert_true(fd >= 0);
	close(fd);
	assert_string_equal(name, "loop1");
	assert_string_equal(f.transcript, "open /dev/loop-control rw\n"
					  "free\nopen /dev/loop0 ro\nconfigure 5\n"
					  "free\nopen /dev/loop1 ro\nconfigure 5\n");
}

static void old_kernels_want_two_calls_for_a_loop_device(void **state)
{
	char name[LOOPDEV_NAME_SIZE];
	int fd;

	(void)state;
	f.old_kernel = true;
	fd = loopdev_attach(0, false, name);
	assert_true(fd >= 0);
	close(fd);
	assert_string_equal(f.transcript, "open /dev/loop-control rw\n"
					  "free\nopen /dev/loop0 rw\nconfigure 4\n"
					  "set-fd\nset-status 4\n");
}

static void exit_bits_of_fsck_mean_what_its_page_says(void **state)
{
	static const struct {
		unsigned status;
		enum fsck_outcome outcome;
		const char *meaning;
	} rows[] = {
		{ 0, FSCK_CLEAN, "clean" },
		{ 1, FSCK_CLEAN, "errors corrected" },
		{ 2, FSCK_REBOOT, "corrected, the machine must reboot" },
		{ 3, FSCK_REBOOT, "corrected, the machine must reboot" },
		{ 4, FSCK_FAILED, "errors are left that it could not correct" },
		{ 6, FSCK_FAILED, "errors are left that it could not correct" },
		{ 8, FSCK_FAILED, "operational error" },
		{ 12, FSCK_FAILED, "errors are left that it could not correct" },
		{ 16, FSCK_FAILED, "usage error" },
		{ 32, FSCK_FAILED, "cancelled" },
		{ 64, FSCK_FAILED, "unknown status" },
		{ 128, FSCK_FAILED, "shared library error" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(fsck_outcome(rows[i].status), rows[i].outcome);
		assert_string_equal(fsck_meaning(rows[i].status), rows[i].meaning);
	}
	assert_true(fsck_has_checker("ext4"));
	assert_true(fsck_has_checker("vfat"));
	assert_false(fsck_has_checker("xfs"));
	assert_false(fsck_has_checker("btrfs"));
}

static void a_hibernated_system_is_known_by_its_signature(void **state)
{
	long page = sysconf(_SC_PAGESIZE);
	char path[] = "/tmp/swap.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_false(resume_is_waiting(path, 0));
	assert_int_equal(ftruncate(fd, 4 * page), 0);
	assert_int_equal(pwrite(fd, "SWAPSPACE2", 10, page - 10), 10);
	assert_int_equal(pwrite(fd, "S1SUSPEND", 10, 3 * page - 10), 10);
	assert_false(resume_is_waiting(path, 0));
	assert_true(resume_is_waiting(path, 2));
	assert_false(resume_is_waiting(path, 3));
	assert_false(resume_is_waiting(path, UINT64_MAX));
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_false(resume_is_waiting(path, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(types_are_tried_in_order, start),
		cmocka_unit_test_setup(what_refuses_to_be_written_is_mounted_read_only,
				       start),
		cmocka_unit_test_setup(a_bind_mount_gets_its_options_by_a_second_call,
				       start),
		cmocka_unit_test_setup(options_that_are_too_long_are_refused, start),
		cmocka_unit_test_setup(an_overlay_that_cannot_be_gives_the_root_back,
				       start),
		cmocka_unit_test_setup(the_next_loop_device_is_taken_when_one_is_gone,
				       start),
		cmocka_unit_test_setup(old_kernels_want_two_calls_for_a_loop_device,
				       start),
		cmocka_unit_test_setup(exit_bits_of_fsck_mean_what_its_page_says, start),
		cmocka_unit_test_setup(a_hibernated_system_is_known_by_its_signature,
				       start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
