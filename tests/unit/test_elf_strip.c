#include "initramfs/elf_strip.h"
#include "initramfs/file.h"
#include "tests/unit/cmocka_all.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What comes out of a compiler: `.debug` lies between what has to stay. */
struct object64 {
	Elf64_Ehdr header;
	char text[5], debug[300], data[8];
	char names[64] __attribute__((aligned(4)));
	Elf64_Shdr sections[5];
};

static const char names[] = "\0.text\0.debug_info\0.data\0.shstrtab";

#define PLACE(type, field) offsetof(type, field), sizeof(((type *)0)->field)

static struct object64 object(void)
{
	struct object64 o = {
		.header = { .e_type = ET_REL, .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT, .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_shoff = offsetof(struct object64, sections),
			    .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 5,
			    .e_shstrndx = 4 },
		.text = "text", .debug = "debug", .data = "data...",
		.sections = {
			[1] = { 1, SHT_PROGBITS, SHF_ALLOC, 0,
				PLACE(struct object64, text), 0, 0, 1, 0 },
			[2] = { 7, SHT_PROGBITS, 0, 0, PLACE(struct object64, debug), 0,
				0, 1, 0 },
			[3] = { 19, SHT_PROGBITS, SHF_ALLOC, 0,
				PLACE(struct object64, data), 0, 0, 1, 0 },
			[4] = { 25, SHT_STRTAB, 0, 0, PLACE(struct object64, names), 0,
				0, 4, 0 },
		},
	};

	memcpy(o.header.e_ident, ELFMAG, SELFMAG);
	o.header.e_ident[EI_CLASS] = ELFCLASS64;
	o.header.e_ident[EI_DATA] = ELFDATA2LSB;
	o.header.e_ident[EI_VERSION] = EV_CURRENT;
	memcpy(o.names, names, sizeof(names));
	return o;
}

static struct bytes bytes_of(const struct object64 *o)
{
	struct bytes file = { 0 };

	bytes_put(&file, o, sizeof(*o));
	return file;
}

static void expect_section(const struct bytes *file, size_t number, const char *text,
			   size_t len)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)file->data;
	const Elf64_Shdr *s = (const Elf64_Shdr *)(file->data + header->e_shoff) + number;

	assert_int_equal(s->sh_size, len);
	assert_true(s->sh_offset + len <= file->len);
	assert_memory_equal(file->data + s->sh_offset, text, len);
}

static void test_debug_sections_become_empty(void **state)
{
	struct object64 o = object();
	struct bytes file = bytes_of(&o);

	(void)state;
	assert_int_equal(elf_strip_debug(&file), 0);
	assert_true(file.len <= sizeof(o) - sizeof(o.debug) + 8);
	expect_section(&file, 1, "text", 5);
	expect_section(&file, 2, "", 0);
	expect_section(&file, 3, "data...", 8);
	expect_section(&file, 4, o.names, sizeof(o.names));
	assert_int_equal(((Elf64_Ehdr *)file.data)->e_shnum, 5);
	bytes_free(&file);
}

/* What a program loads is found by its place in the file. */
static void test_what_is_loaded_stays_where_it_is(void **state)
{
	struct object64 o = object();
	Elf64_Phdr *segment = (Elf64_Phdr *)(o.debug + 3);
	struct bytes file;

	(void)state;
	o.header.e_type = ET_EXEC;
	o.header.e_phoff = (size_t)((char *)segment - (char *)&o);
	o.header.e_phentsize = sizeof(*segment);
	o.header.e_phnum = 1;
	memcpy(segment,
	       &(Elf64_Phdr){ .p_type = PT_LOAD,
			      .p_filesz = sizeof(o) - sizeof(o.sections) },
	       sizeof(*segment));
	file = bytes_of(&o);
	assert_int_equal(elf_strip_debug(&file), 0);
	assert_int_equal(file.len, sizeof(o));
	assert_memory_equal(file.data, &o, sizeof(o));
	bytes_free(&file);
}

static void test_without_debug_data_nothing_changes(void **state)
{
	struct object64 o = object();
	struct bytes file;

	(void)state;
	o.sections[2].sh_flags = SHF_ALLOC;
	file = (struct bytes){ .data = (uint8_t *)&o, .len = sizeof(o) };
	assert_int_equal(elf_strip_debug(&file), 0);
	assert_ptr_equal(file.data, &o);
}

static void test_what_is_signed_stays(void **state)
{
	static const char signature[] = "sss\0\0\2\0\0\0\0\0\0\0\0\3"
					"~Module signature appended~\n";
	struct object64 o = object();
	struct bytes file = bytes_of(&o);

	(void)state;
	bytes_put(&file, signature, sizeof(signature) - 1);
	assert_int_equal(elf_strip_debug(&file), 0);
	assert_int_equal(file.len, sizeof(o) + sizeof(signature) - 1);
	assert_memory_equal(file.data, &o, sizeof(o));
	bytes_free(&file);
}

static void refuse(const struct object64 *o)
{
	struct bytes file = { .data = (uint8_t *)o, .len = sizeof(*o) };

	assert_int_equal(elf_strip_debug(&file), -ENOEXEC);
	assert_ptr_equal(file.data, o);
	assert_int_equal(file.len, sizeof(*o));
}

static void test_damaged_files_are_left_alone(void **state)
{
	struct object64 o = object();

	(void)state;
	o.sections[3].sh_offset -= 1; /* overlaps with what is cut */
	refuse(&o);
	o = object();
	o.sections[3].sh_size = UINT64_MAX;
	refuse(&o);
	o = object();
	o.sections[3].sh_name = 4711;
	refuse(&o);
	o = object();
	o.header.e_ident[EI_CLASS] = 7;
	refuse(&o);
	memset(&o, 0, sizeof(o));
	refuse(&o);
}

/* The headers of 32-bit machines of the other byte order. */
static void test_foreign_machines(void **state)
{
	struct {
		Elf32_Ehdr header;
		char debug[64], names[36];
		Elf32_Shdr sections[3];
	} o = { 0 };
	const Elf32_Shdr *row;
	struct bytes file = { 0 };

	(void)state;
	memcpy(o.header.e_ident, ELFMAG, SELFMAG);
	o.header.e_ident[EI_CLASS] = ELFCLASS32;
	o.header.e_ident[EI_DATA] = ELFDATA2MSB;
	o.header.e_ident[EI_VERSION] = EV_CURRENT;
	o.header.e_type = htobe16(ET_REL);
	o.header.e_version = htobe32(EV_CURRENT);
	o.header.e_ehsize = htobe16(sizeof(o.header));
	o.header.e_shoff = htobe32((uint32_t)((char *)o.sections - (char *)&o));
	o.header.e_shentsize = htobe16(sizeof(Elf32_Shdr));
	o.header.e_shnum = htobe16(3);
	o.header.e_shstrndx = htobe16(2);
	memcpy(o.names, names, sizeof(names));
	o.sections[1].sh_name = htobe32(7);
	o.sections[1].sh_type = htobe32(SHT_PROGBITS);
	o.sections[1].sh_offset = htobe32((uint32_t)(o.debug - (char *)&o));
	o.sections[1].sh_size = htobe32(sizeof(o.debug));
	o.sections[2].sh_name = htobe32(25);
	o.sections[2].sh_type = htobe32(SHT_STRTAB);
	o.sections[2].sh_offset = htobe32((uint32_t)(o.names - (char *)&o));
	o.sections[2].sh_size = htobe32(sizeof(o.names));
	bytes_put(&file, &o, sizeof(o));
	assert_int_equal(elf_strip_debug(&file), 0);
	assert_true(file.len < sizeof(o));
	row = (const Elf32_Shdr *)(file.data +
				   be32toh(((Elf32_Ehdr *)file.data)->e_shoff));
	assert_int_equal(row[1].sh_size, 0);
	assert_int_equal(be32toh(row[2].sh_size), sizeof(o.names));
	assert_memory_equal(file.data + be32toh(row[2].sh_offset), names, sizeof(names));
	bytes_free(&file);
}

/* This program, which was built with debug data, still runs without. */
static void test_a_stripped_program_runs(void **state)
{
	char path[] = "/tmp/rootling-strip-XXXXXX";
	int fd = mkstemp(path), status;
	struct bytes file = { 0 };
	size_t before;

	(void)state;
	assert_int_equal(file_read("/proc/self/exe", &file), 0);
	before = file.len;
	assert_int_equal(elf_strip_debug(&file), 0);
	assert_true(file.len < before);
	assert_int_equal(write(fd, file.data, file.len), file.len);
	assert_int_equal(fchmod(fd, 0700), 0);
	close(fd);
	bytes_free(&file);
	if (fork() == 0)
		_exit(execl(path, path, "stripped", (char *)NULL));
	assert_int_not_equal(wait(&status), -1);
	unlink(path);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debug_sections_become_empty),
		cmocka_unit_test(test_what_is_loaded_stays_where_it_is),
		cmocka_unit_test(test_without_debug_data_nothing_changes),
		cmocka_unit_test(test_what_is_signed_stays),
		cmocka_unit_test(test_damaged_files_are_left_alone),
		cmocka_unit_test(test_foreign_machines),
		cmocka_unit_test(test_a_stripped_program_runs),
	};

	(void)argv;
	if (argc > 1)
		return 42;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
