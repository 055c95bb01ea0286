#include "mount/program.h"

#include "lib/cursor.h"

#include <linux/elf.h>
#include <stdbool.h>
#include <string.h>

#define SCRIPT_LINE_MAX 256 /* BINPRM_BUF_SIZE */

static bool is_end(uint8_t c)
{
	return c == '\n' || c == '\0';
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The first word behind `#!` on the first line; a path that is cut would be another one. */
static const char *parse_script(const uint8_t *head, size_t len, struct program *out)
{
	size_t start = 2, end;

	if (len > SCRIPT_LINE_MAX)
		len = SCRIPT_LINE_MAX;
	while (start < len && is_blank(head[start]))
		start++;
	for (end = start; end < len && !is_end(head[end]) && !is_blank(head[end]);)
		end++;
	if (end == start || end == SCRIPT_LINE_MAX)
		return "a script that names no interpreter";
	out->kind = PROGRAM_SCRIPT;
	memcpy(out->interpreter, head + start, end - start);
	return NULL;
}

/* PT_INTERP of the program headers. One that lies further back is rare and not looked for, nor
 * is that of a 32-bit program. */
static void find_loader(struct cursor c, struct program *out)
{
	uint64_t table;
	uint16_t count;

	cursor_seek(&c, offsetof(Elf64_Ehdr, e_phoff));
	table = cursor_le64(&c);
	cursor_seek(&c, offsetof(Elf64_Ehdr, e_phnum));
	count = cursor_le16(&c);
	for (uint16_t i = 0; i < count && table < PROGRAM_HEAD_SIZE && !c.overrun; i++) {
		uint64_t offset;
		const char *path;

		cursor_seek(&c, (size_t)table + i * sizeof(Elf64_Phdr));
		if (cursor_le64(&c) << 32 >> 32 != PT_INTERP) /* p_flags above p_type */
			continue;
		offset = cursor_le64(&c);
		cursor_seek(&c, offset < PROGRAM_HEAD_SIZE ? (size_t)offset : SIZE_MAX);
		path = cursor_string(&c);
		if (path && strlen(path) < sizeof(out->interpreter))
			memcpy(out->interpreter, path, strlen(path));
		return;
	}
}

const char *program_parse(const uint8_t *head, size_t len, struct program *out)
{
	struct cursor c =
		cursor_over(head, len < PROGRAM_HEAD_SIZE ? len : PROGRAM_HEAD_SIZE);

	*out = (struct program){ .kind = PROGRAM_ELF };
	if (len == 0)
		return "an empty file";
	if (len >= 2 && memcmp(head, "#!", 2) == 0)
		return parse_script(head, len, out);
	if (len < SELFMAG || memcmp(head, ELFMAG, SELFMAG) != 0)
		return "neither an ELF program nor a script";
	cursor_seek(&c,
		    offsetof(Elf64_Ehdr, e_machine)); /* the same place in 32-bit files */
	out->machine = cursor_le16(&c);
	cursor_seek(&c, sizeof(Elf32_Ehdr));
	if (c.overrun)
		return "a program that ends in its first bytes";
	if (head[EI_CLASS] == ELFCLASS64)
		find_loader(c, out);
	return NULL;
}
