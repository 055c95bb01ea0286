/* Which modules are loaded, in which order and with which parameters: a transcript of the
 * finit_module() calls over a made-up folder of modules. */
/* wrap: access syscall */
#include "modules/modload.h"

#include "initramfs/modindex_write.h"
#include "lib/buf.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fixture {
	struct modload m;
	char folder[64];
	struct bytes dep, alias, builtin;
	char loaded[512]; /* names, each with a blank before and behind */
	char transcript[1024];
	struct buf said;
	const char *refused; /* this one gets @refusal from the kernel */
	int refusal;
} f;

int __wrap_access(const char *path, int mode);
long __wrap_syscall(long number, ...);

/* modload asks /sys/module/NAME/initstate whether a module is in. */
int __wrap_access(const char *path, int mode)
{
	char name[80];

	(void)mode;
	if (sscanf(path, "/sys/module/%64[^/]/initstate", name + 1) != 1)
		return -1;
	name[0] = ' ';
	strcat(name, " ");
	return strstr(f.loaded, name) ? 0 : -1;
}

long __wrap_syscall(long number, ...)
{
	char link[64], path[256];
	const char *name, *parameters;
	va_list args;
	ssize_t len;
	int fd;

	(void)number;
	va_start(args, number);
	fd = va_arg(args, int);
	parameters = va_arg(args, const char *);
	va_end(args);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	assert_true(len > 0);
	path[len] = '\0';
	name = strrchr(path, '/') + 1;
	buf_printf(&f.said, "%s(%s) ", name, parameters);
	if (f.refused && strncmp(name, f.refused, strlen(f.refused)) == 0) {
		errno = f.refusal;
		return -1;
	}
	path[strlen(path) - strlen(strchr(name, '.'))] = '\0';
	for (char *p = (char *)name; *p; p++)
		*p = *p == '-' ? '_' : *p;
	strcat(f.loaded, name);
	strcat(f.loaded, " ");
	return 0;
}

static void make_index(struct bytes *bytes, struct modindex *index,
		       struct modindex_row *rows, size_t count)
{
	assert_int_equal(modindex_write(bytes, rows, count), 0);
	assert_int_equal(modindex_open(index, bytes->data, bytes->len), 0);
}

static void touch(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", f.folder, name);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static int set_up(void **state)
{
	struct modindex_row dep[] = {
		{ "virtio_pci", "virtio-pci.ko: modern.ko virtio_ring.ko virtio.ko", 0 },
		{ "modern", "modern.ko:", 0 },
		{ "virtio_ring", "virtio_ring.ko:", 0 },
		{ "virtio", "virtio.ko: virtio_ring.ko", 0 },
		{ "ext4", "ext4.ko.xz: jbd2.ko", 0 },
		{ "jbd2", "jbd2.ko:", 0 },
		{ "crc32c", "crc32c.ko:", 0 },
		{ "loop_a", "loop-a.ko:", 0 },
		{ "loop_b", "loop-b.ko:", 0 },
		{ "gone", "gone.ko:", 0 },
	};
	struct modindex_row alias[] = {
		{ "pci:v00001AF4d*", "virtio_pci", 0 },
		{ "fs_ext4", "ext4", 1 },
		{ "usb:v*", "crc32c", 2 },
		{ "usb:v1d[2-4]*", "jbd2", 3 },
	};
	struct modindex_row builtin[] = { { "unix", "", 0 } };

	(void)state;
	f = (struct fixture){ .folder = "/tmp/modloadXXXXXX", .loaded = " " };
	assert_non_null(mkdtemp(f.folder));
	f.said = BUF_OVER(f.transcript);
	strcpy(f.m.folder, f.folder);
	make_index(&f.dep, &f.m.dep, dep, sizeof(dep) / sizeof(dep[0]));
	make_index(&f.alias, &f.m.alias, alias, sizeof(alias) / sizeof(alias[0]));
	make_index(&f.builtin, &f.m.builtin, builtin, 1);
	for (size_t i = 0; i < sizeof(dep) / sizeof(dep[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s", dep[i].value);
		*strchr(name, ':') = '\0';
		if (strcmp(name, "gone.ko") != 0)
			touch(name);
	}
	f.m.softdep = "# comment\nsoftdep ext4 pre: crc32c none post: loop-a\n"
		      "softdep loop_a pre: loop_b\nsoftdep loop_b pre: loop_a\n";
	return 0;
}

static int tear_down(void **state)
{
	char command[96];

	(void)state;
	bytes_free(&f.dep);
	bytes_free(&f.alias);
	bytes_free(&f.builtin);
	snprintf(command, sizeof(command), "rm -r %s", f.folder);
	return system(command);
}

static void dependencies_come_first_from_the_end_of_the_line(void **state)
{
	(void)state;
	assert_int_equal(modload_name(&f.m, "virtio-pci"), 0);
	assert_string_equal(f.transcript,
			    "virtio.ko() virtio_ring.ko() modern.ko() virtio-pci.ko() ");
}

static void what_is_loaded_is_not_loaded_again(void **state)
{
	(void)state;
	strcat(f.loaded, "virtio virtio_ring ");
	assert_int_equal(modload_name(&f.m, "virtio_pci"), 0);
	assert_int_equal(modload_name(&f.m, "virtio_pci"), 0);
	assert_string_equal(f.transcript, "modern.ko() virtio-pci.ko() ");
}

static void built_in_counts_as_loaded_and_absent_does_not(void **state)
{
	(void)state;
	assert_int_equal(modload_name(&f.m, "unix"), 0);
	assert_int_equal(modload_name(&f.m, "nowhere"), -ENOENT);
	assert_int_equal(modload_name(&f.m, "../etc/passwd"), -ENOENT);
	assert_int_equal(modload_name(&f.m, ""), -EINVAL);
	assert_string_equal(f.transcript, "");
}

static void soft_dependencies_surround_and_their_loops_end(void **state)
{
	(void)state;
	assert_int_equal(modload_name(&f.m, "ext4"), 0);
	assert_string_equal(f.transcript,
			    "jbd2.ko() crc32c.ko() ext4.ko.xz() loop-b.ko() "
			    "loop-a.ko() ");
}

static void parameters_come_from_the_command_line(void **state)
{
	(void)state;
	f.m.cmdline = "quiet virtio-pci.force_legacy=1 other.x=2 virtio_pci.name=\"a b\" "
		      "virtio_pci.flag -- virtio_pci.no=1";
	assert_int_equal(modload_name(&f.m, "virtio_pci"), 0);
	assert_non_null(
		strstr(f.transcript, "virtio-pci.ko(force_legacy=1 name=\"a b\" flag) "));
	assert_non_null(strstr(f.transcript, "virtio.ko() "));
}

static void what_the_kernel_says_is_handed_on(void **state)
{
	(void)state;
	f.refused = "modern";
	f.refusal = ENOEXEC;
	assert_int_equal(modload_name(&f.m, "virtio_pci"), -ENOEXEC);
	assert_null(strstr(f.transcript, "virtio-pci.ko"));
	f.refusal = EEXIST;
	assert_int_equal(modload_name(&f.m, "virtio_pci"), 0);
	assert_int_equal(modload_name(&f.m, "gone"), -ENOENT);
}

static void every_match_of_an_alias_is_loaded_unless_blacklisted(void **state)
{
	static const char *const blacklist[] = { "jbd-2", "jbd2" };

	(void)state;
	assert_int_equal(modload_alias(&f.m, "usb:v1d3x"), 2);
	assert_string_equal(f.transcript, "crc32c.ko() jbd2.ko() ");
	assert_int_equal(modload_alias(&f.m, "fs-ext4"), 1);
	assert_int_equal(modload_alias(&f.m, "pci:v00008086d00001234"), 0);
	f.m.blacklist = blacklist;
	f.m.blacklist_count = 2;
	assert_int_equal(modload_alias(&f.m, "usb:v1d3x"), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dependencies_come_first_from_the_end_of_the_line),
		TEST(what_is_loaded_is_not_loaded_again),
		TEST(built_in_counts_as_loaded_and_absent_does_not),
		TEST(soft_dependencies_surround_and_their_loops_end),
		TEST(parameters_come_from_the_command_line),
		TEST(what_the_kernel_says_is_handed_on),
		TEST(every_match_of_an_alias_is_loaded_unless_blacklisted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
