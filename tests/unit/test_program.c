/* The first bytes of programs, made by hand after elf(5) and execve(2). */
#include "mount/program.h"

#include "tests/unit/cmocka_all.h"
#include <elf.h>
#include <string.h>

static uint8_t head[PROGRAM_HEAD_SIZE];
static struct program p;

static void put(size_t at, const void *data, size_t len)
{
	memcpy(head + at, data, len);
}

/* A second program header names the loader at @offset. */
static void make_64(uint16_t machine, uint64_t table, uint64_t offset, const char *loader)
{
	Elf64_Ehdr e = { .e_ident = ELFMAG,
			 .e_machine = machine,
			 .e_phoff = table,
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 2 };
	Elf64_Phdr ph[2] = { { .p_type = PT_PHDR },
			     { .p_type = PT_INTERP, .p_offset = offset } };

	memset(head, 0, sizeof(head));
	e.e_ident[EI_CLASS] = ELFCLASS64;
	put(0, &e, sizeof(e));
	if (table < sizeof(head) - sizeof(ph))
		put(table, ph, sizeof(ph));
	if (offset < sizeof(head) - strlen(loader))
		put(offset, loader, strlen(loader) + 1);
}

static void elf_files_name_machine_and_loader(void **state)
{
	(void)state;
	make_64(EM_X86_64, 64, 0x318, "/lib64/ld-linux-x86-64.so.2");
	assert_null(program_parse(head, sizeof(head), &p));
	assert_int_equal(p.kind, PROGRAM_ELF);
	assert_int_equal(p.machine, EM_X86_64);
	assert_string_equal(p.interpreter, "/lib64/ld-linux-x86-64.so.2");
}

static void elf_files_of_32_bits_name_their_machine(void **state)
{
	Elf32_Ehdr e = { .e_ident = ELFMAG, .e_machine = EM_ARM };

	(void)state;
	memset(head, 0, sizeof(head));
	e.e_ident[EI_CLASS] = ELFCLASS32;
	put(0, &e, sizeof(e));
	assert_null(program_parse(head, sizeof(e), &p));
	assert_int_equal(p.machine, EM_ARM);
	assert_string_equal(p.interpreter, "");
}

/* It may still be a program: the kernel is asked. */
static void a_loader_out_of_reach_is_not_judged(void **state)
{
	(void)state;
	make_64(EM_X86_64, 64, PROGRAM_HEAD_SIZE, "");
	assert_null(program_parse(head, sizeof(head), &p));
	assert_string_equal(p.interpreter, "");
	make_64(EM_X86_64, UINT64_MAX - 8, 300, "/x");
	assert_null(program_parse(head, sizeof(head), &p));
	assert_string_equal(p.interpreter, "");
	make_64(EM_X86_64, 64, 300, "/loader");
	assert_null(
		program_parse(head, 305, &p)); /* its name ends behind what was read */
	assert_string_equal(p.interpreter, "");
}

static void scripts_name_their_interpreter(void **state)
{
	static const struct {
		const char *text, *interpreter;
	} vectors[] = {
		{ "#!/bin/sh\n", "/bin/sh" },
		{ "#! \t/bin/sh -eu\necho", "/bin/sh" },
		{ "#!/bin/sh", "/bin/sh" },
		{ "#!/bin/sh\r\n", "/bin/sh\r" },
		{ "#!/usr/bin/env a b", "/usr/bin/env" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const char *text = vectors[i].text;

		assert_null(program_parse((const uint8_t *)text, strlen(text), &p));
		assert_int_equal(p.kind, PROGRAM_SCRIPT);
		assert_int_equal(p.machine, 0);
		assert_string_equal(p.interpreter, vectors[i].interpreter);
	}
}

static void what_cannot_be_executed_is_said(void **state)
{
	static const struct {
		const char *text, *wrong;
	} vectors[] = {
		{ "", "an empty file" },
		{ "#", "neither an ELF program nor a script" },
		{ "echo hello\n", "neither an ELF program nor a script" },
		{ "#!\n/bin/sh", "a script that names no interpreter" },
		{ "#! \t ", "a script that names no interpreter" },
		{ ELFMAG, "a program that ends in its first bytes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const char *text = vectors[i].text;

		assert_string_equal(program_parse((const uint8_t *)text, strlen(text),
						  &p),
				    vectors[i].wrong);
	}
	memset(head, 'a', sizeof(head));
	put(0, "#!/", 3);
	assert_string_equal(program_parse(head, sizeof(head), &p),
			    "a script that names no interpreter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_files_name_machine_and_loader),
		cmocka_unit_test(elf_files_of_32_bits_name_their_machine),
		cmocka_unit_test(a_loader_out_of_reach_is_not_judged),
		cmocka_unit_test(scripts_name_their_interpreter),
		cmocka_unit_test(what_cannot_be_executed_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
