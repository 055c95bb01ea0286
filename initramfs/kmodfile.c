#include "initramfs/kmodfile.h"

#include "lib/cursor.h"
#include "lib/str.h"

#include <errno.h>
#include <gelf.h>
#include <string.h>

static bool is_modinfo(Elf *elf, Elf_Scn *section, size_t names)
{
	GElf_Shdr header;
	const char *name;

	if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
		return false;
	name = elf_strptr(elf, names, header.sh_name);
	return name && str_equal(name, ".modinfo");
}

static int find_modinfo(Elf *elf, struct modinfo *info)
{
	Elf_Scn *section = NULL;
	Elf_Data *data;
	const char *end;
	size_t names;

	if (elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names) < 0)
		return -ENOEXEC;
	do {
		section = elf_nextscn(elf, section);
	} while (section && !is_modinfo(elf, section, names));
	data = section ? elf_rawdata(section, NULL) : NULL;
	end = data && data->d_buf ? memrchr(data->d_buf, '\0', data->d_size) : NULL;
	if (!end)
		return -ENOEXEC;
	info->text = data->d_buf;
	info->len = (size_t)(end + 1 - info->text);
	return 0;
}

int kmodfile_modinfo(const uint8_t *data, size_t len, struct modinfo *info)
{
	Elf *elf;
	int err;

	*info = (struct modinfo){ 0 };
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)data, len); /* opened for reading alone */
	if (!elf)
		return -ENOEXEC;
	err = find_modinfo(elf, info);
	elf_end(elf);
	return err;
}

const char *modinfo_next(struct modinfo *info, const char *key)
{
	while (info->len) {
		const char *row = info->text, *value = str_after(row, key);
		size_t len = strlen(row) + 1;

		info->text += len;
		info->len -= len;
		if (value && *value == '=')
			return value + 1;
	}
	return NULL;
}

/* The kernel's struct module_signature: bytes algo, hash, id_type, signer_len, key_id_len, three of
 * padding, then the length of the signature itself, be32. */
#define SIGNATURE_HEAD	12
#define SIGNATURE_MAGIC "~Module signature appended~\n"

size_t kmodfile_unsigned_len(const uint8_t *data, size_t len)
{
	size_t magic = strlen(SIGNATURE_MAGIC), tail = SIGNATURE_HEAD + magic;
	struct cursor c;

	if (len < tail || memcmp(data + len - magic, SIGNATURE_MAGIC, magic) != 0)
		return len;
	c = cursor_over(data + len - tail, SIGNATURE_HEAD);
	cursor_skip(&c, 3);
	tail += cursor_u8(&c);
	tail += cursor_u8(&c);
	cursor_skip(&c, 3);
	tail += cursor_be32(&c);
	return tail <= len ? len - tail : len;
}
