/* What a program loads by dlopen(), as it says itself in notes of its ELF file: a JSON array of
 * objects (https://uapi-group.org/specifications/specs/elf_dlopen_metadata/). Pure. */
#ifndef INITRAMFS_DLOPEN_NOTE_H
#define INITRAMFS_DLOPEN_NOTE_H

#include "initramfs/mem.h"

#define DLOPEN_NOTE_TYPE  0x407c0c0a
#define DLOPEN_NOTE_OWNER "FDO"

enum dlopen_priority { DLOPEN_SUGGESTED, DLOPEN_RECOMMENDED, DLOPEN_REQUIRED };

struct dlopen_want {
	enum dlopen_priority priority;
	struct strings names; /* any of them will do, the first one best */
};

struct dlopen_wants {
	struct dlopen_want *items;
	size_t count;
};

/* Appends what @json of @len bytes says; a NUL ends it. 0; -EUCLEAN: not such a note, what stood
 * before that is in @out. */
int dlopen_note_read(const char *json, size_t len, struct dlopen_wants *out);

void dlopen_wants_free(struct dlopen_wants *wants);

#endif
