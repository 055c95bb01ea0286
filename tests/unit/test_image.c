/* wrap: fsync */
#include "initramfs/tree.h"
#include "tests/unit/image_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static bool disk_is_full, power_fails;

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
	if (power_fails)
		kill(getpid(), SIGKILL);
	if (!disk_is_full)
		return __real_fsync(fd);
	errno = ENOSPC;
	return -1;
}

static void test_an_image_without_modules(void **state)
{
	(void)state;
	assert_int_equal(build(NULL), 0);
	expect_names(BASE "proc run sys ");
	expect_file(".", S_IFDIR | 0755, "");
	expect_file("init", S_IFREG | 0755, "#!/x\n");
}

static void test_options_go_into_files(void **state)
{
	(void)state;
	assert_int_equal(BUILD("--cmdline", "root=LABEL=x", "--cmdline=ro quiet",
			       "--sealed", "rd.shell=0"),
			 0);
	/* what locks it, then /init, then what a damaged image may lack */
	expect_names(". etc etc/rootling etc/rootling/sealed init dev etc/initrd-release "
		     "etc/rootling/cmdline proc run sys ");
	expect_file("etc/rootling/cmdline", S_IFREG | 0644, "root=LABEL=x\nro quiet\n");
	expect_file("etc/rootling/sealed", S_IFREG | 0644, "rd.shell=0\n");
}

static void test_folders_are_added_with_modes(void **state)
{
	char *add;

	(void)state;
	mkdir(in_folder("tree"), 0700);
	mkdir(in_folder("tree/etc"), 0750);
	mkdir(in_folder("tree/bin"), 0755);
	put_text("tree/bin/tool", "tool");
	chmod(in_folder("tree/bin/tool"), 04711);
	assert_int_equal(symlink("tool", in_folder("tree/bin/link")), 0);
	add = mem_printf("%s:/", in_folder("tree"));
	assert_int_equal(BUILD("--add", add), 0);
	expect_names(
		". etc init bin bin/link bin/tool dev etc/initrd-release proc run sys ");
	expect_file(".", S_IFDIR | 0755, "");
	expect_file("etc", S_IFDIR | 0750, "");
	expect_file("bin/tool", S_IFREG | 04711, "tool");
	expect_file("bin/link", S_IFLNK | 0777, "tool");
	free(add);
}

static void test_a_path_is_its_own_place(void **state)
{
	(void)state;
	put_text("file", "f");
	assert_int_equal(BUILD("--add", in_folder("file")), 0);
	expect_file(in_folder("file") + 1, S_IFREG | 0644, "f");
}

static void expect_path(const char *given, const char *wanted)
{
	char *got = tree_normal_path(given);

	assert_string_equal(got, wanted);
	free(got);
}

static void test_paths_are_made_plain(void **state)
{
	char cwd[PATH_MAX];

	(void)state;
	expect_path("/", "/");
	expect_path("//a/./b//../c/", "/a/c");
	expect_path("/../../a", "/a");
	expect_path("/a/..", "/");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	expect_path("", cwd);
	expect_path("./x/..", cwd);
}

/* The order in which files were made is the order readdir() tends to give. */
static void test_the_same_input_gives_the_same_bytes(void **state)
{
	static const char *const names[] = { "a", "b", "ab", "a-b", "z", "a.b" };
	struct bytes first = { 0 }, second = { 0 };
	char *add;

	(void)state;
	for (int round = 0; round < 2; round++) {
		mkdir(in_folder("same"), 0755);
		for (int i = 0; i < 6; i++) {
			char *name = mem_printf("same/%s", names[round ? 5 - i : i]);

			put_text(name, name);
			free(name);
		}
		add = mem_printf("%s:/same", in_folder("same"));
		assert_int_equal(BUILD("--load", "disk-a", "--module", "disk-b", "-a",
				       add),
				 0);
		assert_int_equal(file_read(in_folder("out"), round ? &second : &first),
				 0);
		free(add);
		add = mem_printf("rm -r %s", in_folder("same"));
		assert_int_equal(system(add), 0);
		free(add);
	}
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.data, second.data, first.len);
	bytes_free(&first);
	bytes_free(&second);
}

static void test_times_are_from_the_environment(void **state)
{
	struct newc_entry e;
	struct built_image i;

	(void)state;
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	assert_int_equal(build(NULL), 0);
	open_image(&i);
	assert_int_equal(image_read(&i.reader, &e), 1);
	assert_int_equal(e.mtime, 1700000000);
	close_image(&i);
	setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
	assert_int_equal(build(NULL), 1);
	unsetenv("SOURCE_DATE_EPOCH");
}

static void test_a_failed_build_leaves_the_old_image(void **state)
{
	struct bytes kept = { 0 };
	char *twice, *below;

	(void)state;
	put_text("out", "old");
	put_text("file", "f");
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	twice = mem_printf("%s:/init", in_folder("file"));
	below = mem_printf("%s:/init/x", in_folder("file"));
	assert_int_equal(BUILD("--load", "nowhere"), 1);
	assert_int_equal(BUILD("--add", in_folder("absent")), 1);
	assert_int_equal(BUILD("--add", in_folder("pipe")), 1);
	assert_int_equal(BUILD("--add", twice), 1);
	assert_int_equal(BUILD("--add", below), 1);
	assert_int_equal(BUILD("--compress", "best"), 1);
	assert_int_equal(BUILD("-k", "6.9-x"), 1);
	disk_is_full = true;
	assert_int_equal(build(NULL), 1);
	disk_is_full = false;
	free(twice);
	free(below);
	below = mem_printf("%s:/TRAILER!!!", in_folder("file"));
	assert_int_equal(BUILD("--add", below), 1);
	free(below);
	unlink(in_folder("pipe"));
	unlink(in_folder("file"));
	assert_int_equal(file_read(in_folder("out"), &kept), 0);
	assert_int_equal(kept.len, 3);
	assert_memory_equal(kept.data, "old", 3);
	bytes_free(&kept);
	expect_only_in_folder("6.9-x init out ");
}

static void test_a_build_that_is_killed_while_it_writes(void **state)
{
	struct bytes kept = { 0 };
	int status;
	pid_t child;

	(void)state;
	put_text("out", "old");
	child = fork();
	if (child == 0) {
		power_fails = true;
		_exit(build(NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(file_read(in_folder("out"), &kept), 0);
	assert_int_equal(kept.len, 3);
	bytes_free(&kept);
	assert_int_equal(build(NULL), 0);
	expect_only_in_folder("6.9-x init out ");
	assert_int_equal(access(in_folder("out"), F_OK), 0);
}

static void test_an_image_is_private_and_alone(void **state)
{
	mode_t before = umask(0);
	struct stat st;

	(void)state;
	put_text("out", "old");
	chmod(in_folder("out"), 0666);
	assert_int_equal(build(NULL), 0);
	umask(before);
	assert_int_equal(stat(in_folder("out"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	expect_only_in_folder("6.9-x init out ");
}

static void test_wrong_usage(void **state)
{
	char *unknown[] = { "build", "--ouput=x", NULL },
	     *missing[] = { "build", "-o", NULL };
	char *value[] = { "build", "--verbose=1", NULL },
	     *operand[] = { "build", "x", NULL };
	char *none[] = { "ls", NULL };
	char *letter[] = { "build", "-vx", NULL };

	(void)state;
	assert_int_equal(verb_main(&verb_build, 2, unknown), 1);
	assert_int_equal(verb_main(&verb_build, 2, missing), 1);
	assert_int_equal(verb_main(&verb_build, 2, value), 1);
	assert_int_equal(verb_main(&verb_build, 2, operand), 1);
	assert_int_equal(verb_main(&verb_build, 2, letter), 1);
	assert_int_equal(BUILD("-o", in_folder("nowhere/out")), 1);
	assert_int_equal(verb_main(&verb_ls, 1, none), 1);
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	assert_int_equal(BUILD("-o", in_folder("pipe")), 1);
}

/* Two would share one value, to be freed twice. */
static void test_no_flag_of_build_is_there_twice(void **state)
{
	(void)state;
	for (const struct flag *f = verb_build.flags; f->name; f++)
		for (const struct flag *g = f + 1; g->name && f->kind != FLAG_GROUP; g++)
			if (g->kind != FLAG_GROUP) {
				assert_string_not_equal(f->name, g->name);
				assert_int_not_equal(f->field, g->field);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_image_without_modules),
		TEST(test_options_go_into_files),
		TEST(test_folders_are_added_with_modes),
		TEST(test_a_path_is_its_own_place),
		TEST(test_paths_are_made_plain),
		TEST(test_the_same_input_gives_the_same_bytes),
		TEST(test_times_are_from_the_environment),
		TEST(test_a_failed_build_leaves_the_old_image),
		TEST(test_a_build_that_is_killed_while_it_writes),
		TEST(test_an_image_is_private_and_alone),
		TEST(test_wrong_usage),
		TEST(test_no_flag_of_build_is_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
