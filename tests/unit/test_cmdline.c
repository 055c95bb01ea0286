/* Vectors: the kernel's next_arg() was run over each line by hand (lib/cmdline.c). */
#include "lib/cmdline.h"

#include "tests/unit/cmocka_all.h"
#include <string.h>

#define NONE NULL

static const struct {
	const char *line;
	struct {
		const char *name, *value;
	} words[5];
} vectors[] = {
	{ "", { { NONE } } },
	{ "   ", { { NONE } } },
	{ "quiet", { { "quiet", NONE } } },
	{ "root=/dev/vda ro", { { "root", "/dev/vda" }, { "ro", NONE } } },
	{ "\troot=a\n\x0b\x0c rw\r", { { "root", "a" }, { "rw", NONE } } },
	{ "foo= foo", { { "foo", "" }, { "foo", NONE } } },
	{ "a=b=c", { { "a", "b=c" } } },
	{ "=foo", { { "=foo", NONE } } },
	{ "root=\"LABEL=a b\"", { { "root", "LABEL=a b" } } },
	{ "\"root=LABEL=a b\"", { { "root", "LABEL=a b" } } },
	{ "root=LABEL=\"a b\"", { { "root", "LABEL=\"a b\"" } } },
	{ "ro\"ot=a b\"c d", { { "ro\"ot", "a b\"c" }, { "d", NONE } } },
	{ "a=\"b c", { { "a", "b c" } } },
	{ "a=\"", { { "a", "" } } },
	{ "\"", { { "", NONE } } },
	{ "\"\" x", { { "", NONE }, { "x", NONE } } },
	{ "a=\"b\\\" c\" d", { { "a", "b\\" }, { "c\" d", NONE } } },
	{ "a=b\xa0"
	  "c",
	  { { "a", "b" }, { "c", NONE } } },
	{ "-- one", { { "--", NONE }, { "one", NONE } } },
};

static void splits_as_the_kernel_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		char line[64];
		char *rest = line;
		struct cmdline_word word;
		size_t n = 0;

		strcpy(line, vectors[i].line);
		while (cmdline_next(&rest, &word)) {
			assert_non_null(vectors[i].words[n].name);
			assert_string_equal(word.name, vectors[i].words[n].name);
			if (vectors[i].words[n].value)
				assert_string_equal(word.value,
						    vectors[i].words[n].value);
			else
				assert_null(word.value);
			n++;
		}
		assert_null(vectors[i].words[n].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_as_the_kernel_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
