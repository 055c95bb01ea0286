/* A folder as the new root: what of it can be init. Root rights make no difference. */
#include "mount/switch_root.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/test_switch_root.XXXXXX";
static struct switch_root plan;

static const char *inside(const char *path)
{
	static char full[256];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return full;
}

static void make(const char *path, unsigned mode, const void *data, size_t len)
{
	FILE *file = fopen(inside(path), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	fclose(file);
	assert_int_equal(chmod(inside(path), mode), 0);
}

static void make_script(const char *path, const char *text)
{
	make(path, 0755, text, strlen(text));
}

/* The start of this very program: it has a loader. */
static void make_program(const char *path, int machine)
{
	uint8_t bytes[4096];
	FILE *file = fopen("/proc/self/exe", "rb");
	size_t len = file ? fread(bytes, 1, sizeof(bytes), file) : 0;

	assert_int_equal(len, sizeof(bytes));
	fclose(file);
	if (machine)
		bytes[18] = (uint8_t)machine; /* e_machine */
	make(path, 0755, bytes, len);
}

static int set_up(void **state)
{
	static const char *const folders[] = { "/bin", "/sbin", "/etc", "/lib",
					       "/lib64" };

	(void)state;
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(inside(folders[i]), 0755) < 0)
			return -1;
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void expect(const char *init, int err, const char *why)
{
	plan = (struct switch_root){ .root = root, .init = init };
	assert_int_equal(switch_root_check_init(&plan), err);
	assert_string_equal(plan.why, why);
}

static void each_thing_that_is_no_init_has_its_own_verdict(void **state)
{
	(void)state;
	make("/bin/data", 0755, "just data", 9);
	make("/bin/empty", 0755, "", 0);
	make("/bin/plain", 0644, "#!/bin/sh\n", 10);
	make_program("/bin/foreign", 22); /* EM_S390 */
	assert_int_equal(symlink("/nowhere", inside("/bin/dangling")), 0);
	assert_int_equal(symlink("loop", inside("/bin/loop")), 0);

	expect("/bin/absent", -ENOENT, "init /bin/absent: No such file or directory");
	expect("/bin/dangling", -ENOLINK,
	       "init /bin/dangling: a link to a file that is not there");
	expect("/bin", -EACCES, "init /bin: a folder");
	expect("/bin/plain", -EACCES, "init /bin/plain: not executable");
	expect("/bin/empty", -ENOEXEC, "init /bin/empty: an empty file");
	expect("/bin/data", -ENOEXEC,
	       "init /bin/data: neither an ELF program nor a script");
	expect("/bin/foreign", -ENOEXEC,
	       "init /bin/foreign: a program for another machine (ELF type 22)");
	plan = (struct switch_root){ .root = root, .init = "/bin/loop" };
	assert_int_equal(switch_root_check_init(&plan), -ELOOP);
}

static void what_a_program_needs_is_looked_for_in_the_new_root(void **state)
{
	char loader[SWITCH_ROOT_PATH_SIZE];

	(void)state;
	make_program("/bin/program", 0);
	make_script("/bin/script", "#!/bin/mid -x\n");
	expect("/bin/script", -ENOEXEC,
	       "init /bin/script: its interpreter /bin/mid: No such file or directory");
	make_script("/bin/mid", "#! /bin/program\n");
	plan = (struct switch_root){ .root = root, .init = "/bin/script" };
	assert_int_equal(switch_root_check_init(&plan), -ENOEXEC);
	assert_non_null(
		strstr(plan.why, ": its interpreter /bin/program: its loader /lib"));
	snprintf(loader, sizeof(loader), "%s",
		 strstr(plan.why, "loader ") + strlen("loader "));
	*strchr(loader, ':') = '\0';
	make(loader, 0755, "\177ELF", 4);
	assert_int_equal(switch_root_check_init(&plan), -ENOEXEC);
	assert_non_null(strstr(plan.why, ": a program that ends in its first bytes"));
	assert_int_equal(unlink(inside(loader)), 0);
	make_script("/bin/sh", "#!/bin/sh\n");
	expect("/bin/sh", -ELOOP,
	       "init /bin/sh: its interpreter /bin/sh: its interpreter /bin/sh: its "
	       "interpreter /bin/sh: its interpreter /bin/sh: its interpreter /bin/sh: its "
	       "interpreter /bin/sh: scripts all the way down");
	assert_int_equal(unlink(inside("/bin/sh")), 0);
}

static void the_kernels_list_is_tried_in_its_order(void **state)
{
	(void)state;
	expect(NULL, -ENOENT,
	       "no init: neither /sbin/init, /etc/init, /bin/init nor /bin/sh");
	/* a damaged init is no reason to start a shell in its place */
	assert_int_equal(symlink("/usr/lib/systemd/systemd", inside("/sbin/init")), 0);
	make_script("/bin/sh", "data");
	expect(NULL, -ENOLINK, "init /sbin/init: a link to a file that is not there");
	assert_int_equal(unlink(inside("/sbin/init")), 0);
	expect(NULL, -ENOEXEC, "init /bin/sh: neither an ELF program nor a script");
}

static void only_process_1_of_an_initramfs_may_switch(void **state)
{
	(void)state;
	plan = (struct switch_root){ .root = root };
	assert_int_equal(switch_root_check(&plan), -EPERM);
	assert_string_equal(plan.why, "not process 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_thing_that_is_no_init_has_its_own_verdict),
		cmocka_unit_test(what_a_program_needs_is_looked_for_in_the_new_root),
		cmocka_unit_test(the_kernels_list_is_tried_in_its_order),
		cmocka_unit_test(only_process_1_of_an_initramfs_may_switch),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
