#include "http/coding.h"
#include "http/mime.h"

#include "tests/unit/cmocka_all.h"

#include <string.h>

static void gzip_is_sent_to_those_who_want_it(void **state)
{
	static const struct {
		const char *value;
		bool gzip;
	} rows[] = {
		{ "", false },
		{ "gzip", true },
		{ "GZIP", true },
		{ "x-gzip", true }, /* RFC 9110, 8.4.1.3 */
		{ "deflate, gzip, br", true },
		{ "br;q=1.0, gzip;q=0.8, *;q=0.1", true },
		{ "gzip;q=0", false },
		{ "gzip;q=0.000", false },
		{ "gzip ; q=0.001", true },
		{ "gzip;q=1", true },
		{ "gzip;Q=0.5", true },
		{ "gzip;q=0.5, identity", false }, /* a q of 1 unless it is said */
		{ "gzip;q=0.5, identity;q=0.25", true },
		{ "gzip;q=0.5, identity;q=0.5", true },
		{ "identity", false },
		{ "*", false }, /* it did not say that it knows gzip */
		{ "br", false },
		{ "gzipped", false },
		{ "gzip;q=", false },
		{ "gzip;q=x", false },
		{ "gzip;q=.5", false },
		{ "gzip;q=0,5", false },
		{ "gzip;level=9", false },
	};

	(void)state;
	assert_false(coding_prefers_gzip((struct text){ NULL, 0 }));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (coding_prefers_gzip(text_of(rows[i].value)) != rows[i].gzip)
			fail_msg("%s", rows[i].value);
}

static void names_tell_types(void **state)
{
	static const struct {
		const char *path, *type;
		bool is_text;
	} rows[] = {
		{ "index.html", "text/html; charset=utf-8", true },
		{ "a/b.c/STYLE.CSS", "text/css; charset=utf-8", true },
		{ "boot.ipxe", "text/plain; charset=utf-8", true },
		{ "vmlinuz", "application/octet-stream", false },
		{ "a.html/vmlinuz", "application/octet-stream", false },
		{ "vmlinuz-6.1.0-1-amd64", "application/octet-stream", false },
		{ "initramfs.cpio.gz", "application/gzip", false },
		{ "debian.iso", "application/vnd.efi.iso", false },
		{ "logo.svg", "image/svg+xml", true },
		{ "html", "application/octet-stream", false },
		{ "a.", "application/octet-stream", false },
		{ "", "application/octet-stream", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct mime *m = mime_of(rows[i].path);

		assert_string_equal(m->type, rows[i].type);
		assert_int_equal(m->is_text, rows[i].is_text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_is_sent_to_those_who_want_it),
		cmocka_unit_test(names_tell_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
