#include "initramfs/elf_deps.h"

#include "lib/cursor.h"
#include "lib/str.h"

#include <errno.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NEEDED_MAX 1024
#define LIST_MAX   65536 /* of an RPATH */

struct elf_file {
	const uint8_t *data;
	size_t len;
	Elf *elf;
	size_t headers;		   /* program headers */
	uint64_t names, names_len; /* the strings of the dynamic section, in the file */
	struct elf_deps *out;
};

bool elf_kind_read(const uint8_t *head, size_t len, struct elf_kind *out)
{
	size_t at = offsetof(Elf64_Ehdr, e_machine); /* the same place in 32-bit files */
	struct cursor c = cursor_over(head, len);

	cursor_seek(&c, at);
	if (cursor_left(&c) < 2 || memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	out->class = head[EI_CLASS];
	out->order = head[EI_DATA];
	out->machine = out->order == ELFDATA2MSB ? cursor_be16(&c) : cursor_le16(&c);
	return true;
}

bool elf_same_kind(const struct elf_kind *a, const struct elf_kind *b)
{
	return a->class == b->class && a->order == b->order && a->machine == b->machine;
}

static bool inside(const struct elf_file *f, uint64_t offset, uint64_t len)
{
	return offset <= f->len && len <= f->len - offset;
}

/* A copy of the string at @offset of the file, which ends before @end and within @max bytes. */
static int read_string(const struct elf_file *f, uint64_t offset, uint64_t end,
		       size_t max, char **out)
{
	size_t room;

	if (*out || end > f->len || offset >= end)
		return -EUCLEAN;
	room = end - offset < max ? (size_t)(end - offset) : max;
	if (!memchr(f->data + offset, '\0', room))
		return -EUCLEAN;
	*out = mem_strdup((const char *)f->data + offset);
	return 0;
}

static int dynamic_string(const struct elf_file *f, uint64_t at, size_t max, char **out)
{
	return at < f->names_len
		       ? read_string(f, f->names + at, f->names + f->names_len, max, out)
		       : -EUCLEAN;
}

/* Where the byte at the address @address of the loaded file is in the file; UINT64_MAX: nowhere. */
static uint64_t offset_of(const struct elf_file *f, uint64_t address)
{
	GElf_Phdr h;

	for (size_t i = 0; i < f->headers && gelf_getphdr(f->elf, (int)i, &h); i++)
		if (h.p_type == PT_LOAD && address >= h.p_vaddr &&
		    address - h.p_vaddr < h.p_filesz)
			return h.p_offset + (address - h.p_vaddr);
	return UINT64_MAX;
}

static int add_needed(struct elf_file *f, uint64_t at)
{
	char *name = NULL;
	int err = dynamic_string(f, at, NAME_MAX + PATH_MAX, &name);

	if (!err && f->out->needed.count == NEEDED_MAX)
		err = -EUCLEAN;
	if (!err)
		strings_add(&f->out->needed, name);
	free(name);
	return err;
}

static int read_tag(struct elf_file *f, const GElf_Dyn *d)
{
	switch (d->d_tag) {
	case DT_NEEDED:
		return add_needed(f, d->d_un.d_val);
	case DT_SONAME:
		return dynamic_string(f, d->d_un.d_val, PATH_MAX, &f->out->soname);
	case DT_RPATH:
		return dynamic_string(f, d->d_un.d_val, LIST_MAX, &f->out->rpath);
	case DT_RUNPATH:
		return dynamic_string(f, d->d_un.d_val, LIST_MAX, &f->out->runpath);
	case DT_FLAGS_1:
		f->out->no_default_folders = d->d_un.d_val & DF_1_NODEFLIB;
		return 0;
	default:
		return 0;
	}
}

/* The last of a tag counts, as in ld.so. */
static void find_names(struct elf_file *f, Elf_Data *chunk)
{
	GElf_Dyn d;

	for (int i = 0; gelf_getdyn(chunk, i, &d) && d.d_tag != DT_NULL; i++) {
		if (d.d_tag == DT_STRTAB)
			f->names = offset_of(f, d.d_un.d_ptr);
		if (d.d_tag == DT_STRSZ)
			f->names_len = d.d_un.d_val;
	}
	if (!inside(f, f->names, f->names_len))
		f->names_len = 0;
}

static int read_dynamic(struct elf_file *f, const GElf_Phdr *h)
{
	Elf_Data *chunk = elf_getdata_rawchunk(f->elf, (int64_t)h->p_offset, h->p_filesz,
					       ELF_T_DYN);
	GElf_Dyn d;
	int err = 0;

	if (!chunk)
		return -EUCLEAN;
	find_names(f, chunk);
	for (int i = 0; !err && gelf_getdyn(chunk, i, &d) && d.d_tag != DT_NULL; i++)
		err = read_tag(f, &d);
	return err;
}

static int read_notes(struct elf_file *f, const GElf_Phdr *h)
{
	Elf_Data *chunk =
		elf_getdata_rawchunk(f->elf, (int64_t)h->p_offset, h->p_filesz,
				     h->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	size_t at = 0, name, text;
	GElf_Nhdr n;

	/* notes are remarks: one that is damaged stops no program, so nor does it here */
	while (chunk && (at = gelf_getnote(chunk, at, &n, &name, &text)) > 0)
		if (n.n_type == DLOPEN_NOTE_TYPE &&
		    n.n_namesz == sizeof(DLOPEN_NOTE_OWNER) &&
		    memcmp((char *)chunk->d_buf + name, DLOPEN_NOTE_OWNER,
			   sizeof(DLOPEN_NOTE_OWNER)) == 0)
			(void)dlopen_note_read((char *)chunk->d_buf + text, n.n_descsz,
					       &f->out->wants);
	return 0;
}

static int read_header(struct elf_file *f, const GElf_Phdr *h)
{
	if (h->p_type != PT_DYNAMIC && h->p_type != PT_NOTE && h->p_type != PT_INTERP)
		return 0;
	if (!inside(f, h->p_offset, h->p_filesz))
		return -EUCLEAN;
	if (h->p_type == PT_DYNAMIC)
		return read_dynamic(f, h);
	if (h->p_type == PT_NOTE)
		return read_notes(f, h);
	return read_string(f, h->p_offset, h->p_offset + h->p_filesz, PATH_MAX,
			   &f->out->interpreter);
}

/* glibc loads this one by itself when a thread is cancelled or ends, and says so nowhere. */
static void want_unwinder(struct elf_file *f)
{
	static const char cancel[] = "\0pthread_cancel", leave[] = "\0pthread_exit";
	const uint8_t *names = f->data + f->names;
	const char *own = f->out->soname ? f->out->soname : "";
	struct dlopen_want want = { .priority = DLOPEN_RECOMMENDED };

	if (str_after(own, "libc.so") || str_after(own, "libpthread.so") ||
	    (!memmem(names, f->names_len, cancel, sizeof(cancel)) &&
	     !memmem(names, f->names_len, leave, sizeof(leave))))
		return;
	strings_add(&want.names, "libgcc_s.so.1");
	f->out->wants.items = mem_grow(f->out->wants.items, f->out->wants.count,
				       sizeof(*f->out->wants.items));
	f->out->wants.items[f->out->wants.count++] = want;
}

static int read_file(struct elf_file *f)
{
	GElf_Ehdr header;
	GElf_Phdr h;
	int err = 0;

	if (!gelf_getehdr(f->elf, &header) || elf_getphdrnum(f->elf, &f->headers) < 0)
		return -EUCLEAN;
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return -ENOEXEC;
	for (size_t i = 0; i < f->headers && !err; i++)
		err = gelf_getphdr(f->elf, (int)i, &h) ? read_header(f, &h) : -EUCLEAN;
	if (!err && f->names_len)
		want_unwinder(f);
	if (f->out->runpath) {
		free(f->out->rpath);
		f->out->rpath = NULL;
	}
	return err;
}

int elf_deps_read(const uint8_t *data, size_t len, struct elf_deps *out)
{
	struct elf_file f = { .data = data, .len = len, .out = out };
	int err;

	*out = (struct elf_deps){ 0 };
	if (!elf_kind_read(data, len, &out->kind))
		return -ENOEXEC;
	elf_version(EV_CURRENT);
	/* it is only read, whatever the prototype says */
	f.elf = elf_memory((char *)(uintptr_t)data, len);
	err = f.elf && elf_kind(f.elf) == ELF_K_ELF ? read_file(&f) : -EUCLEAN;
	(void)elf_end(f.elf);
	return err;
}

void elf_deps_free(struct elf_deps *deps)
{
	free(deps->interpreter);
	free(deps->soname);
	free(deps->rpath);
	free(deps->runpath);
	strings_free(&deps->needed);
	dlopen_wants_free(&deps->wants);
	*deps = (struct elf_deps){ 0 };
}
