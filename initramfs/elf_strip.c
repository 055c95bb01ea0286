#include "initramfs/elf_strip.h"

#include "initramfs/kmodfile.h"
#include "lib/str.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_ALIGN 8

struct section {
	size_t number;
	uint64_t offset, size; /* in the new file; @source is where it was */
	uint64_t source, align;
	bool debug;
};

struct file {
	const uint8_t *data;
	size_t len;
	Elf *elf;
	GElf_Ehdr header;
	struct section *sections; /* those with bytes or a place in the file, by offset */
	size_t count;
	size_t table_len;
	uint64_t fixed; /* what is in front of this is loaded by its place */
	bool cut;
};

static bool is_debug(const char *name)
{
	static const char *const beginnings[] = { ".debug",	    ".zdebug",
						  ".rel.debug",	    ".rela.debug",
						  ".rel.zdebug",    ".rela.zdebug",
						  ".gnu_debugdata", ".gdb_index",
						  ".stab" };

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (str_after(name, beginnings[i]))
			return true;
	return false;
}

static bool fits(const struct file *f, uint64_t offset, uint64_t size)
{
	return offset <= f->len && size <= f->len - offset;
}

static int by_source(const void *a, const void *b)
{
	const struct section *x = a, *y = b;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int read_sections(struct file *f)
{
	Elf_Scn *scn = NULL;
	size_t names, count;

	if (elf_getshdrstrndx(f->elf, &names) < 0 || elf_getshdrnum(f->elf, &count) < 0)
		return -ENOEXEC;
	f->table_len = count * f->header.e_shentsize;
	if (f->header.e_shentsize < gelf_fsize(f->elf, ELF_T_SHDR, 1, EV_CURRENT) ||
	    !fits(f, f->header.e_shoff, f->table_len))
		return -ENOEXEC;
	f->sections = mem_alloc(count * sizeof(*f->sections));
	while ((scn = elf_nextscn(f->elf, scn))) {
		const char *name;
		GElf_Shdr h;

		if (!gelf_getshdr(scn, &h))
			return -ENOEXEC;
		if (h.sh_type == SHT_NOBITS || h.sh_size == 0)
			continue;
		name = elf_strptr(f->elf, names, h.sh_name);
		if (!name || !fits(f, h.sh_offset, h.sh_size) || f->count == count)
			return -ENOEXEC;
		f->sections[f->count++] = (struct section){
			.number = elf_ndxscn(scn),
			.offset = h.sh_offset,
			.source = h.sh_offset,
			.size = h.sh_size,
			/* nothing is to move further back than it was */
			.align = h.sh_addralign && h.sh_offset % h.sh_addralign == 0
					 ? h.sh_addralign
					 : 1,
			.debug = !(h.sh_flags & SHF_ALLOC) && is_debug(name),
		};
	}
	if (f->count)
		qsort(f->sections, f->count, sizeof(*f->sections), by_source);
	return 0;
}

static void reach(struct file *f, uint64_t offset, uint64_t size)
{
	if (offset + size > f->fixed)
		f->fixed = offset + size;
}

static int read_segments(struct file *f)
{
	size_t count;

	if (elf_getphdrnum(f->elf, &count) < 0)
		return -ENOEXEC;
	f->fixed = f->header.e_ehsize;
	if (!fits(f, f->header.e_phoff, count * f->header.e_phentsize))
		return -ENOEXEC;
	reach(f, f->header.e_phoff, count * f->header.e_phentsize);
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(f->elf, (int)i, &p) || !fits(f, p.p_offset, p.p_filesz))
			return -ENOEXEC;
		reach(f, p.p_offset, p.p_filesz);
	}
	return 0;
}

/* Sections move together, in their order. Returns where the last one ends. */
static int place_sections(struct file *f, uint64_t *end)
{
	uint64_t at, source_end = 0;

	for (size_t i = 0; i < f->count; i++)
		if (f->sections[i].source < f->fixed)
			reach(f, f->sections[i].source, f->sections[i].size);
	at = f->fixed;
	for (size_t i = 0; i < f->count; i++) {
		struct section *s = &f->sections[i];

		if (s->source < f->fixed)
			continue;
		if (s->source < source_end)
			return -ENOEXEC;
		source_end = s->source + s->size;
		at = (at + s->align - 1) / s->align * s->align;
		s->offset = at;
		if (s->debug)
			s->size = 0;
		f->cut = f->cut || s->debug;
		at += s->size;
	}
	*end = at;
	return 0;
}

/* One number of a header, as wide and in the order of the file. */
static void put_number(const struct file *f, uint8_t *at, uint64_t value)
{
	size_t width = f->header.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	bool big = f->header.e_ident[EI_DATA] == ELFDATA2MSB;

	for (size_t i = 0; i < width; i++)
		at[big ? width - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

#define FIELD(f, type, field)                                                        \
	((f)->header.e_ident[EI_CLASS] == ELFCLASS64 ? offsetof(Elf64_##type, field) \
						     : offsetof(Elf32_##type, field))

static void zeroes_up_to(struct bytes *out, uint64_t len)
{
	uint8_t *room = bytes_room(out, len - out->len);

	memset(room, 0, len - out->len);
	out->len = len;
}

static struct bytes write_file(const struct file *f, uint64_t end)
{
	uint64_t table = (end + TABLE_ALIGN - 1) / TABLE_ALIGN * TABLE_ALIGN;
	struct bytes out = { 0 };

	(void)bytes_room(&out, table + f->table_len);
	bytes_put(&out, f->data, f->fixed);
	for (size_t i = 0; i < f->count; i++) {
		const struct section *s = &f->sections[i];

		if (s->source < f->fixed)
			continue;
		zeroes_up_to(&out, s->offset);
		bytes_put(&out, f->data + s->source, s->size);
	}
	zeroes_up_to(&out, table);
	bytes_put(&out, f->data + f->header.e_shoff, f->table_len);
	for (size_t i = 0; i < f->count; i++) {
		const struct section *s = &f->sections[i];
		uint8_t *row = out.data + table + s->number * f->header.e_shentsize;

		put_number(f, row + FIELD(f, Shdr, sh_offset), s->offset);
		put_number(f, row + FIELD(f, Shdr, sh_size), s->size);
	}
	put_number(f, out.data + FIELD(f, Ehdr, e_shoff), table);
	return out;
}

static int strip(struct file *f, struct bytes *file)
{
	struct bytes out;
	uint64_t end = 0;
	int err;

	if (elf_kind(f->elf) != ELF_K_ELF || !gelf_getehdr(f->elf, &f->header))
		return -ENOEXEC;
	err = read_sections(f);
	if (!err)
		err = read_segments(f);
	if (!err)
		err = place_sections(f, &end);
	if (err || !f->cut)
		return err;
	out = write_file(f, end);
	bytes_free(file);
	*file = out;
	return 0;
}

int elf_strip_debug(struct bytes *file)
{
	struct file f = { .data = file->data, .len = file->len };
	int err;

	if (kmodfile_unsigned_len(f.data, f.len) != f.len)
		return 0;
	elf_version(EV_CURRENT);
	f.elf = elf_memory((char *)file->data, file->len); /* opened for reading alone */
	err = f.elf ? strip(&f, file) : -ENOEXEC;
	elf_end(f.elf);
	free(f.sections);
	return err;
}
