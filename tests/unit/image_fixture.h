/* A folder to work in, with an init and the modules of a kernel that never was; builds in
 * it, and looks into what was built. */
#ifndef TESTS_UNIT_IMAGE_FIXTURE_H
#define TESTS_UNIT_IMAGE_FIXTURE_H

#include "initramfs/file.h"
#include "initramfs/image_read.h"
#include "initramfs/modindex_write.h"
#include "initramfs/verb.h"
#include "lib/buf.h"
#include "modules/modindex.h"
#include "tests/unit/cmocka_all.h"

#include <dirent.h>
#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What every image begins with. */
#define BASE	   ". etc init dev etc/initrd-release "

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

static char *folder;

static inline char *in_folder(const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned next;
	struct buf b = buf_init(paths[next++ % 8], PATH_MAX);

	buf_printf(&b, "%s/%s", folder, name);
	return b.data;
}

static inline void put_file(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(in_folder(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static inline void put_text(const char *name, const char *text)
{
	put_file(name, text, strlen(text));
}

/* The least that is a module: an ELF file with a section .modinfo. */
static inline void put_module(const char *name, const char *modinfo, size_t len)
{
	static const char section_names[] = "\0.modinfo\0.shstrtab";
	struct {
		Elf64_Ehdr header;
		Elf64_Shdr sections[3];
		char names[sizeof(section_names)];
		char modinfo[256];
	} elf = {
		.header = { .e_type = ET_REL,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_shoff = sizeof(Elf64_Ehdr),
			    .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_shentsize = sizeof(Elf64_Shdr),
			    .e_shnum = 3,
			    .e_shstrndx = 2 },
	};

	memcpy(elf.header.e_ident, ELFMAG, SELFMAG);
	elf.header.e_ident[EI_CLASS] = ELFCLASS64;
	elf.header.e_ident[EI_DATA] =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	elf.header.e_ident[EI_VERSION] = EV_CURRENT;
	elf.sections[1] =
		(Elf64_Shdr){ .sh_name = 1,
			      .sh_type = SHT_PROGBITS,
			      .sh_offset = (size_t)((char *)elf.modinfo - (char *)&elf),
			      .sh_size = len };
	elf.sections[2] =
		(Elf64_Shdr){ .sh_name = 10,
			      .sh_type = SHT_STRTAB,
			      .sh_offset = (size_t)((char *)elf.names - (char *)&elf),
			      .sh_size = sizeof(section_names) };
	memcpy(elf.names, section_names, sizeof(section_names));
	memcpy(elf.modinfo, modinfo, len);
	put_file(name, &elf, sizeof(elf));
}

static inline void put_index(const char *name, struct modindex_row *rows, size_t count)
{
	struct bytes out = { 0 };

	assert_int_equal(modindex_write(&out, rows, count), 0);
	put_file(name, out.data, out.len);
	bytes_free(&out);
}

#define MODULE(name, info) put_module("6.9-x/kernel/" name ".ko", info, sizeof(info))

/* disk-a needs bus, has the soft dependencies sum (through its alias) and one that is
 * nowhere; sum wants disk-a back, so there is a loop. */
static inline int make_folder(void **state)
{
	struct modindex_row dep[] = {
		{ "disk_a", "kernel/disk-a.ko: kernel/bus.ko", 3 },
		{ "bus", "kernel/bus.ko:", 1 },
		{ "sum", "kernel/sum.ko:", 0 },
		{ "disk_b", "kernel/disk-b.ko:", 2 },
	};
	struct modindex_row alias[] = {
		{ "pci:v00001AF4d*", "disk_a", 3 },
		{ "pci:v*d00001001", "disk_b", 2 },
		{ "crypto_sum", "sum", 0 },
	};
	struct modindex_row builtin[] = { { "inside", "", 0 } };

	(void)state;
	folder = mem_strdup("/tmp/rootling-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	mkdir(in_folder("6.9-x"), 0755);
	mkdir(in_folder("6.9-x/kernel"), 0755);
	MODULE("disk-a", "alias=pci:v00001AF4d*\0alias=of:N*T*Cdisk-[a-c]");
	MODULE("disk-b", "alias=pci:v*d00001001");
	MODULE("bus", "license=GPL");
	MODULE("sum", "alias=crypto-sum");
	put_index("6.9-x/modules.dep.bin", dep, 4);
	put_index("6.9-x/modules.alias.bin", alias, 3);
	put_index("6.9-x/modules.builtin.bin", builtin, 1);
	put_text("6.9-x/modules.softdep",
		 "# comment\nsoftdep sum post: disk-a\n"
		 "softdep disk-a pre: crypto-sum nowhere inside\n"
		 "softdep bus pre: nowhere\nsoftdep bus sum\n");
	put_text("init", "#!/x\n");
	return 0;
}

static inline int remove_folder(void **state)
{
	char *command = mem_printf("rm -rf %s", folder);
	int status = system(command);

	(void)state;
	free(command);
	free(folder);
	return status;
}

/* ---- building and looking inside */

#define ARGUMENTS_MAX 24

static inline int build(const char *const *more)
{
	char *argv[ARGUMENTS_MAX] = { "build",
				      "--modules-dir",
				      in_folder("6.9-x"),
				      "--init",
				      in_folder("init"),
				      "-o",
				      in_folder("out"),
				      "-c",
				      "tests/data/listed.conf" };
	int argc = 9;

	for (; more && *more; more++)
		argv[argc++] = (char *)*more;
	assert_true(argc < ARGUMENTS_MAX);
	return verb_main(&verb_build, argc, argv);
}

#define BUILD(...) build((const char *const[]){ __VA_ARGS__, NULL })

struct built_image {
	struct bytes file;
	struct image_reader reader;
};

static inline void open_image(struct built_image *i)
{
	*i = (struct built_image){ 0 };
	assert_int_equal(file_read(in_folder("out"), &i->file), 0);
	i->reader = image_reader_over(i->file.data, i->file.len);
}

static inline void close_image(struct built_image *i)
{
	image_reader_free(&i->reader);
	bytes_free(&i->file);
}

static inline void expect_names(const char *names)
{
	char text[4096];
	struct buf b = BUF_OVER(text);
	struct newc_entry e;
	struct built_image i;

	open_image(&i);
	while (image_read(&i.reader, &e) > 0)
		buf_printf(&b, "%s ", e.name);
	assert_null(i.reader.problem);
	assert_string_equal(text, names);
	close_image(&i);
}

/* The contents of one file in the image as a string, for the caller to free; NULL: none.
 */
static inline char *contents(const char *name, uint32_t *mode)
{
	char *found = NULL;
	struct newc_entry e;
	struct built_image i;

	open_image(&i);
	while (!found && image_read(&i.reader, &e) > 0) {
		if (strcmp(e.name, name) != 0)
			continue;
		found = mem_alloc(e.len + 1);
		memcpy(found, e.data, e.len);
		*mode = e.mode;
	}
	close_image(&i);
	return found;
}

static inline void expect_file(const char *name, uint32_t mode, const char *text)
{
	uint32_t got_mode = 0;
	char *got = contents(name, &got_mode);

	assert_non_null(got);
	assert_string_equal(got, text);
	assert_int_equal(got_mode, mode);
	free(got);
}

static inline int join(void *ctx, const char *value)
{
	buf_printf(ctx, "%s ", value);
	return 0;
}

static inline void expect_index(const char *name, const char *key, bool match,
				const char *values)
{
	char text[512];
	struct buf b = BUF_OVER(text);
	struct modindex index;
	struct newc_entry e;
	struct built_image i;

	open_image(&i);
	do {
		assert_int_equal(image_read(&i.reader, &e), 1);
	} while (strcmp(e.name, name) != 0);
	assert_int_equal(modindex_open(&index, e.data, e.len), 0);
	assert_int_equal((match ? modindex_match : modindex_lookup)(&index, key, join,
								    &b),
			 0);
	assert_string_equal(text, values);
	close_image(&i);
}

static inline void expect_only_in_folder(const char *names)
{
	struct dirent **found;
	int count = scandir(folder, &found, NULL, alphasort);
	char text[512];
	struct buf b = BUF_OVER(text);

	for (int i = 0; i < count; i++) {
		if (strcmp(found[i]->d_name, ".") && strcmp(found[i]->d_name, ".."))
			buf_printf(&b, "%s ", found[i]->d_name);
		free(found[i]);
	}
	free(found);
	assert_string_equal(text, names);
}

#endif
