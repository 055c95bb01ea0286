/* One image for each thing that check finds, and one where there is nothing to find. */
#include "initramfs/check.h"
#include "initramfs/compress.h"
#include "tests/unit/archive_fixture.h"
#include "tests/unit/image_fixture.h"

#define MODULES "lib/modules/6.9-x/"

static struct bytes archive;
static struct stat private = { .st_mode = S_IFREG | 0600 };

static void put_base(void)
{
	put_folder(&archive, "lib");
	put_folder(&archive, "lib/modules");
	put_folder(&archive, "lib/modules/6.9-x");
	put_folder(&archive, "lib/firmware");
	put_folder(&archive, "etc");
	put_folder(&archive, "bin");
	put(&archive, "bin/sh", S_IFREG | 0755,
	    "\x7f"
	    "no ELF");
}

static void put_init(void)
{
	put_base();
	put(&archive, "init", S_IFREG | 0755, "#! /bin/sh -e\n");
}

/* The file @name of the fixture's folder. */
static void put_from_folder(const char *path, const char *name)
{
	struct newc_entry e = { .name = path, .mode = S_IFREG | 0644, .nlink = 1 };
	struct bytes contents = { 0 };

	assert_int_equal(file_read(in_folder(name), &contents), 0);
	e.data = contents.data;
	e.len = contents.len;
	assert_int_equal(newc_put(&archive, &e), 0);
	bytes_free(&contents);
}

#define PUT_MODULE(name, info)                            \
	do {                                              \
		put_module("module", info, sizeof(info)); \
		put_from_folder(MODULES name, "module");  \
	} while (0)

/* What is found in the archive, which is used up: "error PATH TEXT;..." with each text cut at the
 * first ':'. */
static void expect_with(struct checkup *c, const char *wanted)
{
	struct image image;
	char text[4096];
	struct buf b = BUF_OVER(text);

	(void)image_load(&image, archive.data, archive.len, 0,
			 0); /* damaged, one of them */
	c->image = &image;
	c->data = archive.data;
	c->len = archive.len;
	if (!c->st)
		c->st = &private;
	check_run(c);
	for (size_t i = 0; i < c->count; i++) {
		const struct finding *f = &c->findings[i];

		assert_non_null(f->check);
		buf_printf(&b, "%s %s %.*s;",
			   f->severity == CHECK_ERROR ? "error" : "warning",
			   f->path ? f->path : "-", (int)strcspn(f->text, ":"), f->text);
	}
	assert_string_equal(text, wanted);
	check_free(c);
	image_free(&image);
	bytes_free(&archive);
}

static void expect_findings(const char *wanted)
{
	struct checkup c = { 0 };

	expect_with(&c, wanted);
}

static void test_nothing_to_find(void **state)
{
	(void)state;
	put_init();
	expect_findings("");
	assert_int_equal(BUILD("--load", "disk-a"), 0);
	assert_int_equal(file_read(in_folder("out"), &archive), 0);
	expect_findings("error init its interpreter /x is not in the image;");
}

static void test_init(void **state)
{
	(void)state;
	put_base();
	expect_findings("error - there is no /init, so the kernel ignores the image;");
	put_base();
	put_symlink(&archive, "init", "sbin/init");
	expect_findings("error init is a link to what is not there;");
	put_base();
	put_symlink(&archive, "init", "bin");
	expect_findings("error bin is not a file;");
	put_base();
	put(&archive, "init", S_IFREG | 0644, "");
	expect_findings("error init is not executable;error init is empty;");
	put_base();
	put(&archive, "init", S_IFREG | 0755, "#!/bin/bash\n");
	expect_findings("error init its interpreter /bin/bash is not in the image;");
	put_base();
	put(&archive, "init", S_IFREG | 0755, "#!/bin/sh");
	put(&archive, "bin/sh", S_IFREG | 0644, "x");
	expect_findings("error init its interpreter /bin/sh cannot be executed;");
}

static void test_programs_of_another_machine(void **state)
{
	struct bytes elf = { 0 };
	struct newc_entry e = { .name = "bin/tool", .mode = S_IFREG | 0755, .nlink = 1 };

	(void)state;
	put_init();
	PUT_MODULE("a.ko", "license=GPL");
	assert_int_equal(file_read(in_folder("module"), &elf), 0);
	elf.data[EI_NIDENT + 2] = EM_AARCH64; /* e_machine, its first byte */
	e.data = elf.data;
	e.len = elf.len;
	assert_int_equal(newc_put(&archive, &e), 0);
	expect_findings("warning bin/tool is for another machine than the modules (ELF "
			"machine 183, not 62);");
	bytes_free(&elf);
}

static void test_modules(void **state)
{
	struct checkup other = { .version = "6.10-y" };

	(void)state;
	put_init();
	PUT_MODULE("a.ko", "depends=b-c,d\0vermagic=6.9-x SMP");
	PUT_MODULE("b_c.ko", "depends=\0vermagic=6.8 SMP");
	expect_findings(
		"error lib/modules/6.9-x/b_c.ko was built for kernel 6.8, which is "
		"not its folder;"
		"error lib/modules/6.9-x/a.ko needs the module d, which is not "
		"in the image;");
	put_init();
	PUT_MODULE("a.ko", "license=GPL");
	expect_with(&other, "error - its modules are of kernel 6.9-x, where 6.10-y does "
			    "not look;");
}

static void test_indexes(void **state)
{
	struct modindex_row rows[] = { { "a", "a.ko: kernel/gone.ko", 0 },
				       { "b", "kernel/b.ko:", 1 } };

	(void)state;
	put_init();
	PUT_MODULE("a.ko", "license=GPL");
	PUT_MODULE("b.ko", "license=GPL");
	PUT_MODULE("c.ko", "license=GPL");
	put_index("index", rows, 2);
	put_from_folder(MODULES "modules.dep.bin", "index");
	expect_findings("error lib/modules/6.9-x/a.ko modules.dep says that it needs "
			"kernel/gone.ko, which is not in the image;"
			"error lib/modules/6.9-x/b.ko modules.dep has it as kernel/b.ko;"
			"error lib/modules/6.9-x/c.ko modules.dep.bin does not know it;");
	put_init();
	PUT_MODULE("a.ko", "license=GPL");
	put_plain(&archive, MODULES "modules.dep.bin", "text");
	expect_findings("error lib/modules/6.9-x/modules.dep.bin is not an index of "
			"modules;");
}

static void test_loads(void **state)
{
	struct modindex_row alias[] = { { "fs_x", "a", 0 } };
	struct modindex_row builtin[] = { { "ext4", "", 0 } };

	(void)state;
	put_init();
	PUT_MODULE("a_b.ko", "license=GPL");
	put_index("index", alias, 1);
	put_from_folder(MODULES "modules.alias.bin", "index");
	put_index("index", builtin, 1);
	put_from_folder(MODULES "modules.builtin.bin", "index");
	put_folder(&archive, "etc/modules-load.d");
	put_plain(&archive, "etc/modules-load.d/x.conf",
		  "# gone\n; gone\n\n a-b \next4\nfs-x\ngone\nlost");
	put_plain(&archive, "etc/modules-load.d/x.txt", "gone\n");
	expect_findings(
		"warning etc/modules-load.d/x.conf loads gone, which is no module "
		"of the image;"
		"warning etc/modules-load.d/x.conf loads lost, which is no module "
		"of the image;");
}

static void test_firmware(void **state)
{
	(void)state;
	put_init();
	PUT_MODULE("a.ko", "firmware=plain\0firmware=packed\0firmware=f/*.bin");
	PUT_MODULE("b.ko", "firmware=gone\0firmware=lost");
	PUT_MODULE("c.ko", "firmware=g/*");
	put_plain(&archive, "lib/firmware/plain", "x");
	put_plain(&archive, "lib/firmware/packed.xz", "x");
	put_folder(&archive, "lib/firmware/f");
	put_plain(&archive, "lib/firmware/f/1.bin", "x");
	expect_findings(
		"warning lib/modules/6.9-x/b.ko may ask for 2 firmware files that "
		"are not in the image, gone first;"
		"warning lib/modules/6.9-x/c.ko may ask for the firmware g/*, "
		"which is not in the image;");
}

static void test_kernel(void **state)
{
	struct kernel_config config = { .path = "config" };
	struct checkup c = { .config = &config };
	struct packing zstd;
	struct bytes plain;

	(void)state;
	put_init();
	plain = archive;
	archive = (struct bytes){ 0 };
	assert_int_equal(packing_parse("zstd", &zstd), 0);
	assert_int_equal(packing_pack(&zstd, plain.data, plain.len, &archive), 0);
	bytes_free(&plain);
	bytes_put(&config.text, "CONFIG_BLK_DEV_INITRD=y\nCONFIG_RD_GZIP=y\n", 42);
	expect_with(&c, "error - segment 1 is packed by zstd, but config has no "
			"CONFIG_RD_ZSTD;");
	bytes_free(&config.text);
}

static void test_microcode_comes_first(void **state)
{
	(void)state;
	/* the early archives of some have no folders, and it does not matter */
	put_plain(&archive, "kernel/x86/microcode/GenuineIntel.bin", "x");
	newc_put_trailer(&archive);
	put_init();
	expect_findings("");
}

static void test_boot_configuration_comes_last(void **state)
{
	(void)state;
	put_init();
	newc_put_trailer(&archive);
	bootconfig_put(&archive, (const uint8_t *)"a = b\n", 6);
	expect_findings("");
	put_init();
	newc_put_trailer(&archive);
	bootconfig_put(&archive, (const uint8_t *)"a = b\n", 6);
	put_plain(&archive, "more", "x");
	expect_findings("error - its boot configuration is damaged, or does not end the "
			"file;");
}

static void test_names(void **state)
{
	(void)state;
	put_init();
	put_plain(&archive, "etc", "a folder that is empty so far");
	put_plain(&archive, "etc/x", "x");
	put_plain(&archive, "bin", "x");
	expect_findings("error etc/x its folder is not in the archive before it, and so "
			"the kernel leaves it out;"
			"error bin a folder with files is in its place, and so the "
			"kernel leaves it out;");
}

/* The file of tests/data/tls_identity as @path. */
static void put_pem(const char *path, mode_t mode, const char *name)
{
	struct newc_entry e = { .name = path, .mode = S_IFREG | mode, .nlink = 1 };
	struct bytes contents = { 0 };
	char *file = mem_printf("tests/data/tls_identity/%s", name);

	assert_int_equal(file_read(file, &contents), 0);
	e.data = contents.data;
	e.len = contents.len;
	assert_int_equal(newc_put(&archive, &e), 0);
	bytes_free(&contents);
	free(file);
}

static void put_identity(const char *cert, const char *key)
{
	put_init();
	put_folder(&archive, "etc/rootling");
	put_folder(&archive, "etc/rootling/https");
	if (cert)
		put_pem("etc/rootling/https/cert.pem", 0644, cert);
	if (key)
		put_pem("etc/rootling/https/key.pem", 0600, key);
}

static void test_https(void **state)
{
	(void)state;
	put_identity("p256.crt", "p256.key");
	expect_findings("");
	put_identity("p256.crt", "p384.key");
	expect_findings("error - /etc/rootling/https/key.pem;");
	put_identity("old.crt", "old.key");
	expect_findings("error - /etc/rootling/https/cert.pem;");
	put_identity("p256.crt", NULL);
	expect_findings("error /etc/rootling/https/key.pem is not in the image, so that "
			"HTTPS does not start;");
	put_identity(NULL, "p256.key");
	expect_findings("error /etc/rootling/https/cert.pem is not in the image, so that "
			"HTTPS does not start;");
	put_identity("p256.crt", "p256.key");
	put_pem("etc/rootling/https/client-ca.pem", 0600, "p256.key");
	expect_findings("error - /etc/rootling/https/client-ca.pem;");
}

static void test_secrets(void **state)
{
	struct stat open_to_all = { .st_mode = S_IFREG | 0644 };
	struct checkup c = { .st = &open_to_all };

	(void)state;
	put_init();
	put(&archive, "etc/shadow", S_IFREG | 0600, "root:*:1::::::\nx:!:1::::::\n");
	put(&archive, "etc/key", S_IFREG | 0600, "-----BEGIN RSA PRIVATE KEY-----\n");
	expect_findings("");
	put_init();
	put(&archive, "etc/shadow", S_IFREG | 0640, "a:*:\nroot:$y$x:1::::::\n");
	put(&archive, "etc/key", S_IFREG | 0600, "-----BEGIN RSA PRIVATE KEY-----\n");
	expect_with(&c, "error etc/shadow is secret, and others may read the image (mode "
			"0644);warning etc/shadow is secret, and its mode is 0640;"
			"error etc/key is secret, and others may read the image (mode "
			"0644);");
}

static void test_setuid(void **state)
{
	(void)state;
	put_init();
	put(&archive, "bin/su", S_IFREG | 04755, "x");
	put(&archive, "bin/write", S_IFREG | 02755, "x");
	expect_findings("warning bin/su is set-uid, which nothing in an initramfs needs;"
			"warning bin/write is set-gid, which nothing in an initramfs "
			"needs;");
}

static void test_options(void **state)
{
	(void)state;
	put_init();
	put_folder(&archive, "etc/rootling");
	put_plain(&archive, "etc/rootling/cmdline", "root=LABEL=x rd.brake=root\n");
	put_plain(&archive, "etc/rootling/sealed", "rd.shel=0");
	expect_findings("warning etc/rootling/cmdline rd.brake;"
			"error etc/rootling/sealed rd.shel;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_to_find),
		TEST(test_init),
		TEST(test_programs_of_another_machine),
		TEST(test_modules),
		TEST(test_indexes),
		TEST(test_loads),
		TEST(test_firmware),
		TEST(test_kernel),
		TEST(test_microcode_comes_first),
		TEST(test_boot_configuration_comes_last),
		TEST(test_names),
		TEST(test_https),
		TEST(test_secrets),
		TEST(test_setuid),
		TEST(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
