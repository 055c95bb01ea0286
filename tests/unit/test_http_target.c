#include "http/target.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void paths_mean_files(void **state)
{
	static const struct {
		const char *given, *path;
		bool is_folder, is_canonical;
	} rows[] = {
		{ "/", "", true, true },
		{ "/a", "a", false, true },
		{ "/a/", "a", true, true },
		{ "/a/b.c", "a/b.c", false, true },
		{ "/%61%2Fb", NULL },
		{ "/%61%42", "aB", false, true },
		{ "/a%20b+c", "a b+c", false, true },
		{ "/%E2%82%AC", "\xe2\x82\xac", false, true },
		{ "/a?", "a?", false, true }, /* the query is no business of this */
		{ "/%3f", "?", false, true },
		{ "/a.b", "a.b", false, true },
		{ "/a..b/c..", "a..b/c..", false, true },
		{ "//", "", true, false },
		{ "//a", "a", false, false },
		{ "/a//b", "a/b", false, false },
		{ "/a//", "a", true, false },
		{ "/%252e", "%2e", false, true },
		{ "/.well-known", ".well-known", false, true },
		{ "/.well-known/acme/x", ".well-known/acme/x", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct target t;
		int err = target_parse(text_of(rows[i].given), &t);

		if (!rows[i].path) {
			assert_int_equal(err, -ENOENT);
			continue;
		}
		assert_int_equal(err, 0);
		assert_string_equal(t.path, rows[i].path);
		assert_int_equal(t.is_folder, rows[i].is_folder);
		assert_int_equal(t.is_canonical, rows[i].is_canonical);
	}
}

static void wrong_encoding_and_what_is_never_served_are_told_apart(void **state)
{
	static const struct {
		const char *given;
		int err;
	} rows[] = {
		{ "", -EBADMSG },
		{ "a", -EBADMSG },
		{ "/%", -EBADMSG },
		{ "/%4", -EBADMSG },
		{ "/%4g", -EBADMSG },
		{ "/%-1", -EBADMSG },
		{ "/%00", -EBADMSG },
		{ "/a%00.txt", -EBADMSG },
		{ "/%u002e", -EBADMSG },
		{ "/.", -ENOENT },
		{ "/..", -ENOENT },
		{ "/a/../b", -ENOENT },
		{ "/a/..%2fb", -ENOENT },
		{ "/%2e%2E/", -ENOENT },
		{ "/.hidden", -ENOENT },
		{ "/a/.hidden/b", -ENOENT },
		{ "/%2ehidden", -ENOENT },
		{ "/a%0ab", -ENOENT },
		{ "/a%7f", -ENOENT },
		{ "/a/.well-known", -ENOENT },
		{ "/.well-knownx", -ENOENT },
		{ "/.well-known/.x", -ENOENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct target t;

		assert_int_equal(target_parse(text_of(rows[i].given), &t), rows[i].err);
	}
}

static void expect_inside(const struct target *t)
{
	const char *segment = t->path;

	assert_true(*segment != '/');
	while (segment) {
		assert_false(*segment == '.' && strcmp(t->path, ".well-known") != 0);
		segment = strchr(segment, '/');
		segment = segment ? segment + 1 : NULL;
	}
}

static void no_known_trick_leads_out(void **state)
{
	FILE *f = fopen("tests/data/http/traversal", "r");
	unsigned count = 0;
	char line[256];

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		struct target t;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (!target_parse(text_of(line), &t))
			expect_inside(&t);
		count++;
	}
	fclose(f);
	assert_true(count > 80);
}

static void a_path_of_any_length_is_safe(void **state)
{
	static char path[3 * HTTP_LINE_MAX];
	struct target t;

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	for (size_t len = HTTP_LINE_MAX - 3; len < sizeof(path); len++) {
		int err = target_parse((struct text){ path, len }, &t);

		assert_int_equal(err, len <= HTTP_LINE_MAX ? 0 : -ENOENT);
	}
}

static void what_is_formatted_is_parsed_back(void **state)
{
	static const char path[] = "a b/\"<>&'%?#;:@\x80\xff/~c-d_e.f";
	char storage[128] = "/";
	struct buf url = BUF_OVER(storage);
	struct target t;

	(void)state;
	buf_puts(&url, "/");
	target_format(path, &url);
	assert_string_equal(url.data,
			    "/a%20b/%22%3C%3E%26%27%25%3F%23%3B%3A%40%80%FF/~c-d_e.f");
	assert_int_equal(target_parse(text_of(url.data), &t), 0);
	assert_string_equal(t.path, path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_mean_files),
		cmocka_unit_test(wrong_encoding_and_what_is_never_served_are_told_apart),
		cmocka_unit_test(no_known_trick_leads_out),
		cmocka_unit_test(a_path_of_any_length_is_safe),
		cmocka_unit_test(what_is_formatted_is_parsed_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
