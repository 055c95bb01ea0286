/* Unpacks archives that try to reach what lies beside the folder they are unpacked into. */
#include "initramfs/unpack.h"
#include "tests/unit/archive_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define VICTIM "outside/victim"

static char base[PATH_MAX];
static struct bytes file;

static int make_place(void **state)
{
	int fd;

	(void)state;
	snprintf(base, sizeof(base), "/tmp/rootling-test-XXXXXX");
	assert_non_null(mkdtemp(base));
	assert_int_equal(chdir(base), 0);
	assert_int_equal(mkdir("in", 0755), 0);
	assert_int_equal(mkdir("outside", 0755), 0);
	fd = open(VICTIM, O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, "safe", 4), 4);
	close(fd);
	return 0;
}

static int remove_place(void **state)
{
	char command[PATH_MAX + 16];

	(void)state;
	bytes_free(&file);
	snprintf(command, sizeof(command), "rm -rf %s", base);
	return chdir("/") || system(command);
}

static struct unpacking unpack(void)
{
	struct unpacking u = { .folder = open("in", O_RDONLY | O_DIRECTORY) };
	struct image image;

	load(&image, &file);
	for (size_t i = 0; i < image.segment_count; i++)
		unpack_segment(&u, &image, image.segments[i].number);
	image_free(&image);
	close(u.folder);
	return u;
}

static void expect_text(const char *path, const char *wanted)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY | O_NOFOLLOW);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, wanted);
}

static unsigned count_files(const char *path)
{
	unsigned count = 0;
	DIR *d = opendir(path);

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		count += e->d_name[0] != '.';
	closedir(d);
	return count;
}

static void expect_nothing_outside(void)
{
	expect_text(VICTIM, "safe");
	assert_int_equal(count_files("outside"), 1);
	assert_int_equal(count_files("."), 2);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode;
}

static void test_files_of_all_kinds(void **state)
{
	char target[64];
	struct stat a, b;

	(void)state;
	put_folder(&file, ".");
	put(&file, "closed", S_IFDIR | 0555, "");
	put_plain(&file, "closed/file", "text");
	put(&file, "/run//./tool", S_IFREG | 04755, "x");
	put_symlink(&file, "link", "/etc/passwd");
	put_hard_link(&file, "h1", 9, "");
	put_hard_link(&file, "h2", 9, "both");
	put(&file, "null", S_IFCHR | 0666, "");
	put(&file, "pipe", S_IFIFO | 0600, "");
	assert_int_equal(unpack().failures, 0);
	expect_text("in/closed/file", "text");
	assert_int_equal(mode_of("in/closed"), S_IFDIR | 0555);
	assert_int_equal(mode_of("in/run/tool"), S_IFREG | 0755); /* not set-uid */
	assert_int_equal(readlink("in/link", target, sizeof(target)), 11);
	expect_text("in/h1", "both");
	assert_int_equal(stat("in/h1", &a), 0);
	assert_int_equal(stat("in/h2", &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(access("in/null", F_OK), -1);
	expect_nothing_outside();
	assert_int_equal(unpack().nodes_left_out, 2); /* a second time over the first */
}

static void test_names_that_lead_out(void **state)
{
	char absolute[PATH_MAX + 32];

	(void)state;
	snprintf(absolute, sizeof(absolute), "%s/" VICTIM, base);
	put_plain(&file, "../" VICTIM, "x");
	put_plain(&file, "a/../../" VICTIM, "x");
	put_plain(&file, "..", "x");
	put_folder(&file, "../outside/folder");
	put_symlink(&file, "../outside/link", "x");
	assert_int_equal(unpack().failures, 5);
	expect_nothing_outside();
	bytes_free(&file);
	put_plain(&file, absolute, "inside"); /* means the root of the image */
	assert_int_equal(unpack().failures, 0);
	expect_nothing_outside();
	snprintf(absolute, sizeof(absolute), "in%s/" VICTIM, base);
	expect_text(absolute, "inside");
}

static void test_a_link_and_then_a_file_behind_it(void **state)
{
	(void)state;
	put_symlink(&file, "up", "../outside");
	put_plain(&file, "up/victim", "x");
	put_plain(&file, "up/new", "x");
	put_folder(&file, "up/folder");
	newc_put_trailer(&file);
	put_plain(&file, "up/victim", "from the second archive");
	put(&file, "up/.", S_IFDIR | 0777, ""); /* a folder in the link's place */
	assert_int_equal(unpack().failures, 4);
	expect_nothing_outside();
	assert_int_equal(mode_of("outside"), S_IFDIR | 0755);
}

static void test_a_link_in_the_place_of_a_file(void **state)
{
	(void)state;
	put_symlink(&file, "victim", "../" VICTIM);
	put_plain(&file, "victim", "x");
	assert_int_equal(unpack().failures, 0);
	expect_nothing_outside();
	expect_text("in/victim", "x");
}

static void test_a_folder_replaced_by_a_link(void **state)
{
	(void)state;
	put(&file, "a", S_IFDIR | 0700, "");
	put_symlink(&file, "a", "../outside");
	put_plain(&file, "a/victim", "x");
	assert_int_equal(unpack().failures, 1);
	expect_nothing_outside();
	/* the mode of the folder, set last, does not reach what the link is to */
	assert_int_equal(mode_of("outside"), S_IFDIR | 0755);
}

static void test_hard_links_to_what_is_outside(void **state)
{
	(void)state;
	put_hard_link(&file, "../" VICTIM, 3, "");
	put_hard_link(&file, "a", 3, "x");
	put_symlink(&file, "l", "../" VICTIM);
	put_hard_link(&file, "l", 4, "");
	put_symlink(&file, "l", "../" VICTIM);
	put_hard_link(&file, "b", 4, "x");
	assert_int_equal(unpack().failures, 1);
	expect_nothing_outside();
	expect_text("in/a", "x");
}

static void test_names_too_long_for_a_file_system(void **state)
{
	char name[400];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	put_plain(&file, name, "x");
	put_plain(&file, "after", "it goes on");
	assert_int_equal(unpack().failures, 1);
	expect_text("in/after", "it goes on");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_files_of_all_kinds),
		TEST(test_names_that_lead_out),
		TEST(test_a_link_and_then_a_file_behind_it),
		TEST(test_a_link_in_the_place_of_a_file),
		TEST(test_a_folder_replaced_by_a_link),
		TEST(test_hard_links_to_what_is_outside),
		TEST(test_names_too_long_for_a_file_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
