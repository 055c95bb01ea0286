#include "initramfs/elf_deps.h"
#include "initramfs/file.h"
#include "tests/unit/cmocka_all.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS "tests/data/fuzz/elf_deps/"

static struct bytes file;

static int read_seed(const char *name, struct elf_deps *deps)
{
	file.len = 0;
	assert_int_equal(file_read(name, &file), 0);
	return elf_deps_read(file.data, file.len, deps);
}

static int free_file(void **state)
{
	(void)state;
	bytes_free(&file);
	return 0;
}

static void expect_kind(const struct elf_deps *deps, uint8_t class, uint16_t machine)
{
	struct elf_kind kind = { class, ELFDATA2LSB, machine };

	assert_true(elf_same_kind(&deps->kind, &kind));
}

static void test_a_library_says_what_it_needs(void **state)
{
	struct elf_deps deps;

	(void)state;
	assert_int_equal(read_seed(SEEDS "library-runpath-note", &deps), 0);
	expect_kind(&deps, ELFCLASS64, EM_X86_64);
	assert_null(deps.interpreter);
	assert_null(deps.rpath);
	assert_string_equal(deps.runpath, "$ORIGIN/../lib");
	assert_string_equal(deps.soname, "libn.so.1");
	assert_int_equal(deps.needed.count, 1);
	assert_string_equal(deps.needed.items[0], "libg.so");
	elf_deps_free(&deps);
}

/* Its note, and what pthread_cancel() of glibc loads. */
static void test_a_library_says_what_it_opens(void **state)
{
	struct elf_deps deps;

	(void)state;
	assert_int_equal(read_seed(SEEDS "library-runpath-note", &deps), 0);
	assert_int_equal(deps.wants.count, 2);
	assert_int_equal(deps.wants.items[0].priority, DLOPEN_REQUIRED);
	assert_string_equal(deps.wants.items[0].names.items[0], "libz.so.1");
	assert_int_equal(deps.wants.items[1].priority, DLOPEN_RECOMMENDED);
	assert_string_equal(deps.wants.items[1].names.items[0], "libgcc_s.so.1");
	elf_deps_free(&deps);
}

static void test_programs_of_other_machines(void **state)
{
	struct elf_deps deps;

	(void)state;
	assert_int_equal(read_seed(SEEDS "program-rpath", &deps), 0);
	assert_string_equal(deps.interpreter, "/lib/ld.so");
	assert_string_equal(deps.rpath, "/opt/lib");
	assert_null(deps.runpath);
	elf_deps_free(&deps);
	assert_int_equal(read_seed(SEEDS "program-32", &deps), 0);
	expect_kind(&deps, ELFCLASS32, EM_386);
	assert_string_equal(deps.interpreter, "/lib/ld32.so");
	elf_deps_free(&deps);
	assert_int_equal(read_seed(SEEDS "program-arm64", &deps), 0);
	expect_kind(&deps, ELFCLASS64, EM_AARCH64);
	assert_string_equal(deps.interpreter, "/lib/ld64.so");
	elf_deps_free(&deps);
}

/* Every field the other way round. */
static void test_a_big_endian_header(void **state)
{
	static const uint8_t head[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2MSB, 1,
					0,    0,   0,	0,   0,		 0,	      0,
					0,    0,   0,	2,   0,		 EM_S390 };
	struct elf_kind kind;

	(void)state;
	assert_true(elf_kind_read(head, sizeof(head), &kind));
	assert_int_equal(kind.machine, EM_S390);
	assert_false(elf_kind_read(head, sizeof(head) - 1, &kind));
}

static void test_what_is_no_program(void **state)
{
	struct elf_deps deps;

	(void)state;
	assert_int_equal(read_seed(SEEDS "object", &deps), -ENOEXEC);
	elf_deps_free(&deps);
	assert_int_equal(elf_deps_read((const uint8_t *)"#!/bin/sh", 9, &deps), -ENOEXEC);
	elf_deps_free(&deps);
	assert_int_equal(elf_deps_read(NULL, 0, &deps), -ENOEXEC);
	elf_deps_free(&deps);
}

/* Never more than an error, wherever the file is cut. */
static void test_a_file_that_is_cut(void **state)
{
	struct elf_deps deps;
	size_t whole;

	(void)state;
	assert_int_equal(read_seed(SEEDS "library-runpath-note", &deps), 0);
	elf_deps_free(&deps);
	whole = file.len;
	for (size_t len = 0; len < whole; len++) {
		uint8_t *cut = mem_alloc(len);
		int err;

		memcpy(cut, file.data, len);
		err = elf_deps_read(cut, len, &deps);
		assert_true(err == 0 || err == -EUCLEAN || err == -ENOEXEC);
		elf_deps_free(&deps);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_library_says_what_it_needs),
		cmocka_unit_test(test_a_library_says_what_it_opens),
		cmocka_unit_test(test_programs_of_other_machines),
		cmocka_unit_test(test_a_big_endian_header),
		cmocka_unit_test(test_what_is_no_program),
		cmocka_unit_test(test_a_file_that_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, free_file);
}
