#include "mount/mountopts.h"

#include "lib/klibc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const struct vector {
	const char *options;
	unsigned long before, after;
	const char *data;
} vectors[] = {
	{ "", MS_RDONLY, MS_RDONLY, "" },
	{ "defaults", MS_RDONLY, MS_RDONLY, "" },
	{ "rw", MS_RDONLY, 0, "" },
	{ "ro", 0, MS_RDONLY, "" },
	{ "ro,rw", 0, 0, "" },
	{ "rw,ro", 0, MS_RDONLY, "" },
	{ "nodev,nosuid,noexec", 0, MS_NODEV | MS_NOSUID | MS_NOEXEC, "" },
	{ "nodev,nosuid,rw", MS_RDONLY, MS_NODEV | MS_NOSUID,
	  "" }, /* rw clears one bit only */
	{ "noatime,relatime", 0, MS_RELATIME, "" },
	{ "relatime,noatime", 0, MS_NOATIME, "" },
	{ "strictatime,lazytime", 0, MS_STRICTATIME | MS_LAZYTIME, "" },
	{ "noatime,atime,nodiratime,diratime", 0, 0, "" },
	{ "sync,dirsync,async", 0, MS_DIRSYNC, "" },
	{ "nosymfollow,silent,iversion,mand", 0,
	  MS_NOSYMFOLLOW | MS_SILENT | MS_I_VERSION | MS_MANDLOCK, "" },
	{ "rbind,remount", 0, MS_BIND | MS_REC | MS_REMOUNT, "" },
	{ "user", 0, MS_NOSUID | MS_NODEV | MS_NOEXEC, "" },
	{ "user,exec,nouser", 0, MS_NOSUID | MS_NODEV, "" },
	{ "defaults,auto,noauto,nofail,_netdev,nouser,x-initrd.mount,X-mount.mkdir=755,"
	  "comment=a",
	  0, 0, "" },
	{ "subvol=@,compress=zstd:1", 0, 0, "subvol=@,compress=zstd:1" },
	{ "subvol=@,ro,compress=zstd:1,nofail", 0, MS_RDONLY,
	  "subvol=@,compress=zstd:1" },
	{ ",,ro,,data=ordered,", 0, MS_RDONLY, "data=ordered" },
	{ "rootcontext=\"a:b,ro,c\",noatime", 0, MS_NOATIME, "rootcontext=\"a:b,ro,c\"" },
	{ "context=\"open,ro", 0, 0, "context=\"open,ro" },
	{ "errors=remount-ro,rota,r", 0, 0,
	  "errors=remount-ro,rota,r" }, /* no prefix counts */
	{ "RO,defaults=1", 0, 0, "RO,defaults=1" },
};

static void words_become_flags_and_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct mountopts opts = { .flags = vectors[i].before };

		assert_int_equal(mountopts_parse(vectors[i].options, &opts), 0);
		assert_int_equal(opts.flags, vectors[i].after);
		assert_string_equal(opts.data, vectors[i].data);
	}
}

static void a_second_list_adds_to_the_first(void **state)
{
	struct mountopts opts = { 0 };

	(void)state;
	assert_int_equal(mountopts_parse("ro,nodev,subvol=@", &opts), 0);
	assert_int_equal(mountopts_parse("rw,discard", &opts), 0);
	assert_int_equal(opts.flags, MS_NODEV);
	assert_string_equal(opts.data, "subvol=@,discard");
}

static void data_that_does_not_fit_is_an_error(void **state)
{
	char text[MOUNTOPTS_DATA_SIZE + 8];
	struct mountopts opts = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	text[MOUNTOPTS_DATA_SIZE - 1] = '\0';
	assert_int_equal(mountopts_parse(text, &opts), 0);
	assert_int_equal(mountopts_parse("", &opts), 0);
	assert_int_equal(mountopts_parse("y", &opts), -E2BIG);
	opts = (struct mountopts){ 0 };
	text[MOUNTOPTS_DATA_SIZE - 1] = 'x';
	text[MOUNTOPTS_DATA_SIZE] = '\0';
	assert_int_equal(mountopts_parse(text, &opts), -E2BIG);
}

static void words_can_be_asked_for(void **state)
{
	(void)state;
	assert_true(mountopts_has("ro,nofail", "nofail"));
	assert_true(mountopts_has("x-initrd.mount,ro", "x-initrd.mount"));
	assert_false(mountopts_has("nofailure,failno,nofail=1", "nofail"));
	assert_false(mountopts_has("context=\"a,nofail\"", "nofail"));
	assert_false(mountopts_has("", "nofail"));
	assert_false(mountopts_has("no", "nofail"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_flags_and_data),
		cmocka_unit_test(a_second_list_adds_to_the_first),
		cmocka_unit_test(data_that_does_not_fit_is_an_error),
		cmocka_unit_test(words_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
