/* Service files: what systemd.service(5) lets people write, within our subset. */
#include "appliance/unit.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>

static void a_whole_file(void **state)
{
	static struct unit u;
	struct unit_error e;

	(void)state;
	assert_int_equal(
		unit_parse(
			"# comment\n[Unit]\nDescription=a page\n\n[Service]\n"
			"ExecStart = /bin/serve  -p 80 \"two words\" it\\'s\n"
			"Environment=A=1 'B=2 3'\nEnvironment=C=\nRestart=always\n"
			"RestartSec=2\nTimeoutStopSec=7\n[Install]\nWantedBy=multi-user.target\n",
			&u, &e),
		0);
	assert_string_equal(u.argv[0], "/bin/serve");
	assert_string_equal(u.argv[3], "two words");
	assert_string_equal(u.argv[4], "it's");
	assert_null(u.argv[5]);
	assert_int_equal(u.environment_count, 3);
	assert_string_equal(u.environment[1], "B=2 3");
	assert_string_equal(u.environment[2], "C=");
	assert_int_equal(u.restart, UNIT_RESTART_ALWAYS);
	assert_int_equal(u.restart_ms, 2000);
	assert_int_equal(u.stop_ms, 7000);
}

static void errors_name_line_and_cause(void **state)
{
	static const struct {
		const char *file;
		unsigned line;
		const char *what;
	} vectors[] = {
		{ "", 0, "no ExecStart= in [Service]" },
		{ "[Service]\nExecStart=serve\n", 2,
		  "ExecStart= wants an absolute path" },
		{ "[Service]\nExecStart=/a\nExecStart=/b\n", 3,
		  "more than one ExecStart=" },
		{ "[Service]\nExecStart=/a \"b\n", 2, "unbalanced quotes" },
		{ "[Service]\nExecStart=/a\nUser=nobody\n", 3,
		  "a key that is not known here" },
		{ "[Service]\nExecStart=/a\nRestart=sometimes", 3,
		  "Restart= knows no, on-failure and always" },
		{ "[Service]\nExecStart=/a\nRestartSec=-1", 3,
		  "RestartSec= wants seconds up to a day" },
		{ "[Service]\nEnvironment==x\n", 2, "Environment= wants NAME=VALUE" },
		{ "[Service]\nhello\n", 2, "neither a section nor KEY=VALUE" },
	};
	static struct unit u;
	struct unit_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(unit_parse(vectors[i].file, &u, &e), -EINVAL);
		assert_string_equal(e.what, vectors[i].what);
		if (vectors[i].line)
			assert_int_equal(e.line, vectors[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file),
		cmocka_unit_test(errors_name_line_and_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
