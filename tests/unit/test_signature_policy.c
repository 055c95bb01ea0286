#include "initramfs/signature_policy.h"
#include "tests/unit/image_fixture.h"

static const char *of_text(const char *text)
{
	struct kernel_config config;
	const char *reason;

	put_text("config", text);
	assert_int_equal(kernel_config_open(&config, NULL, NULL, NULL,
					    in_folder("config")),
			 0);
	reason = signature_policy_of_config(&config);
	kernel_config_free(&config);
	return reason;
}

static void test_of_a_configuration(void **state)
{
	(void)state;
	assert_null(of_text("CONFIG_MODULE_SIG=y\n# CONFIG_MODULE_SIG_FORCE is not set\n"
			    "CONFIG_SECURITY_LOCKDOWN_LSM_EARLY=y\n"));
	assert_string_equal(of_text("CONFIG_MODULE_SIG_FORCE=y\n"), "MODULE_SIG_FORCE");
	assert_string_equal(of_text("CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY=y\n"),
			    "LOCK_DOWN_KERNEL_FORCE_INTEGRITY");
}

static const char *with_file(const char *path, const char *data, size_t len)
{
	char *command = mem_printf("mkdir -p $(dirname %s)", in_folder(path));
	const char *reason;

	assert_int_equal(system(command), 0);
	free(command);
	put_file(path, data, len);
	reason = signature_policy_of_machine(folder);
	unlink(in_folder(path));
	return reason;
}

static void test_of_a_machine(void **state)
{
	static const char enforce[] = "module/module/parameters/sig_enforce",
			  lockdown[] = "kernel/security/lockdown",
			  efi[] = "firmware/efi/efivars/"
				  "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

	(void)state;
	assert_null(signature_policy_of_machine(folder));
	assert_null(with_file(enforce, "N\n", 2));
	assert_string_equal(with_file(enforce, "Y\n", 2), "module.sig_enforce");
	assert_null(with_file(lockdown, "[none] integrity confidentiality\n", 33));
	assert_string_equal(with_file(lockdown, "none [integrity] confidentiality\n", 33),
			    "lockdown");
	assert_string_equal(with_file(lockdown, "none integrity [confidentiality]\n", 33),
			    "lockdown");
	assert_null(with_file(efi, "\6\0\0\0\0", 5));
	assert_null(with_file(efi, "\6", 1));
	assert_string_equal(with_file(efi, "\6\0\0\0\1", 5), "Secure Boot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_of_a_configuration),
		TEST(test_of_a_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
