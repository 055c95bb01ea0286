/* Which modules are loaded, in which order and with which parameters: a transcript of the
 * finit_module() calls over a made-up folder of modules. */
/* wrap: fd_read_file syscall clock_monotonic_ms */
#include "modules/modload.h"

#include "initramfs/modindex_write.h"
#include "lib/buf.h"
#include "modules/modloader.h"
#include "modules/modplan.h"
#include "modules/modrun.h"
#include "tests/unit/cmocka_all.h"

#include <sched.h>
#include <stdatomic.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture {
	struct modload m;
	struct modrun run;
	struct modules_config config;
	char folder[64];
	struct bytes dep, alias, builtin;
	uint64_t now_ms;
	unsigned look_ms;	   /* so much later is each look at the clock */
	unsigned slow, slow_ended; /* reports */
	char conf[1024];
	char errors[1024];
	struct buf reported;
	const char *processors;	 /* what /sys says of them */
	const char *compression; /* what the kernel unpacks, NULL: nothing */
	struct seen {
		char loaded[512]; /* names, each with a blank before and behind */
		char transcript[1024];
		struct buf said;
		atomic_flag busy;    /* somebody writes here */
		const char *refused; /* this one gets @refusal from the kernel */
		int refusal;
	} * seen; /* shared with the processes that load */
} f;

static void lock(void)
{
	while (atomic_flag_test_and_set(&f.seen->busy))
		(void)sched_yield();
}

static void unlock(void)
{
	atomic_flag_clear(&f.seen->busy);
}

long __wrap_syscall(long number, ...);
uint64_t __wrap_clock_monotonic_ms(void);

uint64_t __wrap_clock_monotonic_ms(void)
{
	return f.now_ms += f.look_ms;
}
ssize_t __real_fd_read_file(int dirfd, const char *name, char *data, size_t size);
ssize_t __wrap_fd_read_file(int dirfd, const char *name, char *data, size_t size);

static ssize_t give(char *data, size_t size, const char *text)
{
	if (!text)
		return -ENOENT;
	snprintf(data, size, "%s\n", text);
	return (ssize_t)strlen(data);
}

/* Asked are /sys/module/NAME/initstate and what is wrapped below. */
ssize_t __wrap_fd_read_file(int dirfd, const char *path, char *data, size_t size)
{
	char name[80];

	if (strcmp(path, "/sys/devices/system/cpu/online") == 0)
		return give(data, size, f.processors);
	if (strcmp(path, "/sys/module/compression") == 0)
		return give(data, size, f.compression);
	if (sscanf(path, "/sys/module/%64[^/]/initstate", name + 1) != 1)
		return __real_fd_read_file(dirfd, path, data, size);
	name[0] = ' ';
	strcat(name, " ");
	if (strstr(f.seen->loaded, name))
		return give(data, size, "live");
	return give(data, size, strcmp(name, " coming ") == 0 ? "coming" : NULL);
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
	lock();
	buf_printf(&f.seen->said, "%s(%s) ", name, parameters);
	unlock();
	if (f.seen->refused &&
	    strncmp(name, f.seen->refused, strlen(f.seen->refused)) == 0) {
		if (f.seen->refusal == EINTR)
			abort(); /* the process that loads it dies */
		if (f.seen->refusal == ETIMEDOUT)
			for (;;)
				(void)pause(); /* the driver does not return */
		errno = f.seen->refusal;
		return -1;
	}
	path[strlen(path) - strlen(strchr(name, '.'))] = '\0';
	for (char *p = (char *)name; *p; p++)
		*p = *p == '-' ? '_' : *p;
	lock();
	strcat(f.seen->loaded, name);
	strcat(f.seen->loaded, " ");
	unlock();
	return 0;
}

static void keep_error(void *ctx, const char *text, int err)
{
	(void)ctx;
	(void)err;
	buf_printf(&f.reported, "%s\n", text);
}

static void keep_slow(void *ctx, const char *name, bool ended)
{
	(void)ctx;
	assert_string_equal(name, "virtio_ring");
	f.slow += !ended;
	f.slow_ended += ended;
}

/* As modprobe.d or modules.softdep would say it. */
static void configure(const char *text)
{
	struct modconf_reader reader = { .rest = f.conf, .file = "a.conf" };

	strcpy(f.conf, text);
	f.m.conf_count = 0;
	while (modconf_next(&reader, &f.m.conf[f.m.conf_count]))
		f.m.conf_count++;
}

/* The result for the one name: 0 or -errno. */
static int load(const char *name)
{
	int node = modplan_name(&f.m, name), err;

	if (node < 0)
		return node == -EALREADY ? 0 : node;
	modrun_finish(&f.run);
	assert_int_equal(f.m.graph.unfinished, 0);
	assert_int_equal(f.run.count, 0);
	err = f.m.graph.nodes[node].err;
	modgraph_reset(&f.m.graph);
	return err;
}

static int load_alias(const char *alias)
{
	int matches = modplan_alias(&f.m, alias);

	modrun_finish(&f.run);
	modgraph_reset(&f.m.graph);
	return matches;
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
		{ "coming", "coming.ko:", 0 },
		{ "virtio_blk", "virtio_blk.ko: virtio_ring.ko virtio.ko", 0 },
	};
	struct modindex_row alias[] = {
		{ "pci:v00001AF4d*", "virtio_pci", 0 },
		{ "fs_ext4", "ext4", 1 },
		{ "usb:v*", "crc32c", 2 },
		{ "usb:v1d[2-4]*", "jbd2", 3 },
	};
	struct modindex_row builtin[] = { { "unix", "", 0 } };

	(void)state;
	f = (struct fixture){ .folder = "/tmp/modloadXXXXXX", .processors = "0" };
	assert_non_null(mkdtemp(f.folder));
	f.seen = mmap(NULL, sizeof(*f.seen), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*f.seen = (struct seen){ .loaded = " " };
	f.seen->said = BUF_OVER(f.seen->transcript);
	f.reported = BUF_OVER(f.errors);
	f.m.config = &f.config;
	f.m.report = keep_error;
	f.run.load = &f.m;
	f.run.slow = keep_slow;
	strcpy(f.m.folder, f.folder);
	make_index(&f.dep, &f.m.dep, dep, sizeof(dep) / sizeof(dep[0]));
	make_index(&f.alias, &f.m.alias.index, alias, sizeof(alias) / sizeof(alias[0]));
	make_index(&f.builtin, &f.m.builtin.index, builtin, 1);
	f.m.alias.opened = f.m.builtin.opened = true;
	for (size_t i = 0; i < sizeof(dep) / sizeof(dep[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s", dep[i].value);
		*strchr(name, ':') = '\0';
		if (strcmp(name, "gone.ko") != 0)
			touch(name);
	}
	configure("# comment\nsoftdep ext4 pre: crc32c none post: loop-a\n"
		  "softdep loop_a pre: loop_b\nsoftdep loop_b pre: loop_a\n");
	return 0;
}

static int tear_down(void **state)
{
	char command[96];

	(void)state;
	munmap(f.seen, sizeof(*f.seen));
	bytes_free(&f.dep);
	bytes_free(&f.alias);
	bytes_free(&f.builtin);
	snprintf(command, sizeof(command), "rm -r %s", f.folder);
	return system(command);
}

static void dependencies_come_first_from_the_end_of_the_line(void **state)
{
	(void)state;
	assert_int_equal(load("virtio-pci"), 0);
	assert_string_equal(f.seen->transcript,
			    "virtio_ring.ko() virtio.ko() modern.ko() virtio-pci.ko() ");
}

static void what_is_loaded_is_not_loaded_again(void **state)
{
	(void)state;
	strcat(f.seen->loaded, "virtio virtio_ring ");
	assert_int_equal(load("virtio_pci"), 0);
	assert_int_equal(load("virtio_pci"), 0);
	assert_string_equal(f.seen->transcript, "modern.ko() virtio-pci.ko() ");
}

static void what_is_coming_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(load("coming"), 0);
	assert_string_equal(f.seen->transcript, "coming.ko() ");
}

static void built_in_counts_as_loaded_and_absent_does_not(void **state)
{
	(void)state;
	assert_int_equal(load("unix"), 0);
	assert_int_equal(load("nowhere"), -ENOENT);
	assert_int_equal(load("../etc/passwd"), -EINVAL);
	assert_int_equal(load("a/unix"), -EINVAL);
	assert_int_equal(load(""), -EINVAL);
	assert_string_equal(f.seen->transcript, "");
}

static void soft_dependencies_surround_and_their_loops_end(void **state)
{
	(void)state;
	assert_int_equal(load("ext4"), 0);
	assert_string_equal(f.seen->transcript,
			    "jbd2.ko() crc32c.ko() ext4.ko.xz() loop-b.ko() "
			    "loop-a.ko() ");
}

static void a_long_line_of_soft_dependencies_counts_to_its_end(void **state)
{
	char text[1000] = "softdep jbd2 pre:";

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, " absent");
	strcat(text, " crc32c\n");
	configure(text);
	assert_int_equal(load("jbd2"), 0);
	assert_string_equal(f.seen->transcript, "crc32c.ko() jbd2.ko() ");
}

/* A module that softly wants what needs it: the hard side holds. */
static void a_hard_dependency_goes_before_a_soft_one(void **state)
{
	(void)state;
	configure("softdep virtio_ring pre: virtio\n");
	assert_int_equal(load("virtio_ring"), 0);
	assert_string_equal(f.seen->transcript, "virtio_ring.ko() virtio.ko() ");
}

static void parameters_come_from_modprobe_d_and_then_the_options(void **state)
{
	static const struct cmdline_word params[] = {
		{ (char *)"virtio-pci.force_legacy", (char *)"1" },
		{ (char *)"other.x", (char *)"2" },
		{ (char *)"virtio_pci.name", (char *)"a b" },
		{ (char *)"virtio_pci.flag", NULL },
	};

	(void)state;
	configure(
		"options virtio-pci x=\"1 2\"\noptions virtio y\noptions virtio_pci z=\n");
	f.config.params = params;
	f.config.param_count = 4;
	assert_int_equal(load("virtio_pci"), 0);
	assert_non_null(strstr(f.seen->transcript,
			       "virtio-pci.ko(x=\"1 2\" z= force_legacy=1 "
			       "name=\"a b\" flag) "));
	assert_non_null(strstr(f.seen->transcript, "virtio.ko(y) "));
}

static void too_many_parameters_are_none(void **state)
{
	char value[4096];
	struct cmdline_word params[] = { { (char *)"jbd2.a", value } };

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	f.config.params = params;
	f.config.param_count = 1;
	assert_int_equal(load("jbd2"), -E2BIG);
	assert_string_equal(f.seen->transcript, "");
}

static void what_the_kernel_says_is_handed_on(void **state)
{
	(void)state;
	f.seen->refused = "modern";
	f.seen->refusal = ENOEXEC;
	assert_int_equal(load("virtio_pci"), -ENOEXEC);
	assert_null(strstr(f.seen->transcript, "virtio-pci.ko"));
	assert_string_equal(f.errors, "module modern: built for another kernel\n");
	f.seen->refusal = EEXIST;
	assert_int_equal(load("virtio_pci"), 0);
	assert_int_equal(load("gone"), -ENODATA);
	assert_non_null(strstr(f.errors, "module gone: its file is not in this image\n"));
}

static void an_unknown_compression_is_named(void **state)
{
	(void)state;
	f.seen->refused = "ext4";
	f.seen->refusal = EINVAL;
	f.compression = "xz";
	assert_int_equal(load("ext4"), -EINVAL);
	f.compression = "zstd";
	assert_int_equal(load("ext4"), -EOPNOTSUPP);
	f.compression = NULL;
	assert_int_equal(load("ext4"), -EOPNOTSUPP);
	assert_non_null(strstr(f.errors,
			       "module ext4: compressed with xz, which this kernel "
			       "cannot unpack: put it into the image after xz -d"));
}

static void every_match_of_an_alias_is_loaded_unless_blacklisted(void **state)
{
	static const char *const blacklist[] = { "jbd-2", "jbd2" };

	(void)state;
	assert_int_equal(load_alias("usb:v1d3x"), 2);
	assert_string_equal(f.seen->transcript, "crc32c.ko() jbd2.ko() ");
	assert_int_equal(load_alias("fs-ext4"), 1);
	assert_int_equal(load_alias("pci:v00008086d00001234"), 0);
	f.config.blacklist = blacklist;
	f.config.blacklist_count = 2;
	assert_int_equal(load_alias("usb:v1d3x"), 1);
	configure("blacklist crc32c\n");
	assert_int_equal(load_alias("usb:v1d3x"), 0);
	assert_int_equal(load("crc32c"), 0);
}

static void an_alias_of_modprobe_d_goes_before_the_index(void **state)
{
	(void)state;
	configure("alias usb:v1* virtio-ring\nalias net-[0-9]? jbd2\nalias unix off\n");
	assert_int_equal(load_alias("usb:v1d3x"), 1);
	assert_string_equal(f.seen->transcript, "virtio_ring.ko() ");
	assert_int_equal(modplan_any(&f.m, "net-10"), 1);
	assert_int_equal(f.m.graph.count, 1);
	assert_int_equal(modplan_any(&f.m, "crc32c"), 1);
	assert_int_equal(modplan_any(&f.m, "fs-ext4"), 1);
	assert_int_equal(modplan_any(&f.m, "nls_cp437"), 0);
	assert_int_equal(modplan_any(&f.m, "../../jbd2"), 0);
	assert_int_equal(modplan_any(&f.m, "crypto-xts(aes)"), 0);
}

static void install_true_counts_as_loaded_and_false_fails(void **state)
{
	(void)state;
	configure("install virtio /bin/true\ninstall jbd2 /bin/false\n");
	assert_int_equal(load("virtio_pci"), 0);
	assert_null(strstr(f.seen->transcript, "virtio.ko"));
	assert_int_equal(load("ext4"), -EPERM);
	assert_null(strstr(f.seen->transcript, "ext4"));
	assert_string_equal(f.errors,
			    "module jbd2: not loaded: install /bin/false in a.conf:2\n");
}

/* The transcript's order is that of the kernel's answers; what must hold is what is before
 * what. */
static void expect_before(const char *first, const char *second)
{
	const char *a = strstr(f.seen->transcript, first);
	const char *b = strstr(f.seen->transcript, second);

	assert_non_null(a);
	assert_non_null(b);
	assert_true(a < b);
}

static void on_several_processors_the_order_that_must_hold_holds(void **state)
{
	(void)state;
	f.processors = "0-3,6";
	assert_true(modplan_name(&f.m, "ext4") >= 0);
	assert_int_equal(modplan_alias(&f.m, "usb:v1d3x"), 2);
	assert_int_equal(load("virtio_pci"), 0);
	assert_int_equal(f.run.processors, 5);
	expect_before("virtio_ring.ko", "virtio.ko");
	expect_before("virtio.ko", "virtio-pci.ko");
	expect_before("modern.ko", "virtio-pci.ko");
	expect_before("jbd2.ko", "ext4.ko.xz");
	expect_before("crc32c.ko", "jbd2.ko"); /* two matches of one alias */
	expect_before("ext4.ko.xz", "loop-a.ko");
}

static void a_loader_that_dies_fails_its_module_alone(void **state)
{
	(void)state;
	f.processors = "0-1";
	f.seen->refused = "virtio_ring";
	f.seen->refusal = EINTR;
	assert_true(modplan_name(&f.m, "ext4") >= 0);
	assert_int_equal(load("virtio_pci"), -EINTR);
	assert_non_null(strstr(f.seen->transcript, "ext4.ko.xz"));
	assert_null(strstr(f.seen->transcript, "virtio.ko"));
	assert_string_equal(
		f.errors, "module virtio_ring: the process that loaded it was killed\n");
}

static void a_driver_that_never_returns_holds_up_only_those_that_need_it(void **state)
{
	struct pollfd fds[MODRUN_LOADERS_MAX];

	(void)state;
	f.look_ms = 1000;
	f.processors = "0-1";
	f.seen->refused = "virtio_ring";
	f.seen->refusal = ETIMEDOUT;
	assert_true(modplan_name(&f.m, "virtio_pci") >= 0);
	assert_true(modplan_name(&f.m, "ext4") >= 0);
	modrun_finish(&f.run); /* comes back though it is still loading */
	assert_int_equal(f.slow, 1);
	assert_int_equal(f.run.count, 1);
	assert_int_equal(f.m.graph.running, 0);
	assert_int_equal(f.m.graph.unfinished, 3);
	assert_non_null(strstr(f.seen->transcript, "ext4.ko.xz"));
	while (f.run.count) {
		modloader_fds(&f.run, fds);
		fds[0].revents = 0;
		assert_true(modloader_timeout(&f.run) >= 0);
		modloader_tend(&f.run, fds);
	}
	modrun_finish(&f.run);
	assert_int_equal(f.slow_ended, 1);
	assert_int_equal(f.m.graph.unfinished, 0);
	assert_null(strstr(f.seen->transcript, "virtio.ko"));
	assert_string_equal(
		f.errors,
		"module virtio_ring: still loading after 3 minutes: given up\n");
}

static void the_disks_of_a_bus_wait_until_it_has_made_all_of_them(void **state)
{
	(void)state;
	f.look_ms = 1000;
	f.processors = "0-3";
	f.run.slow = NULL;
	f.seen->refused = "virtio-pci";
	f.seen->refusal = ETIMEDOUT;
	assert_true(modplan_name(&f.m, "virtio_pci") >= 0);
	assert_true(modplan_name(&f.m, "virtio_blk") >= 0);
	modrun_finish(&f.run);
	assert_non_null(strstr(f.seen->transcript, "virtio-pci.ko"));
	assert_null(strstr(f.seen->transcript, "virtio_blk.ko"));
	modloader_kill(&f.run);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dependencies_come_first_from_the_end_of_the_line),
		TEST(what_is_loaded_is_not_loaded_again),
		TEST(what_is_coming_is_waited_for),
		TEST(built_in_counts_as_loaded_and_absent_does_not),
		TEST(soft_dependencies_surround_and_their_loops_end),
		TEST(a_long_line_of_soft_dependencies_counts_to_its_end),
		TEST(a_hard_dependency_goes_before_a_soft_one),
		TEST(parameters_come_from_modprobe_d_and_then_the_options),
		TEST(too_many_parameters_are_none),
		TEST(what_the_kernel_says_is_handed_on),
		TEST(an_unknown_compression_is_named),
		TEST(every_match_of_an_alias_is_loaded_unless_blacklisted),
		TEST(an_alias_of_modprobe_d_goes_before_the_index),
		TEST(install_true_counts_as_loaded_and_false_fails),
		TEST(on_several_processors_the_order_that_must_hold_holds),
		TEST(a_loader_that_dies_fails_its_module_alone),
		TEST(a_driver_that_never_returns_holds_up_only_those_that_need_it),
		TEST(the_disks_of_a_bus_wait_until_it_has_made_all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
