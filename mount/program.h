/* Could the kernel execute this file? Its first bytes say which machine it is for and which
 * other program it needs: the interpreter of a script or the dynamic loader of an ELF file
 * (execve(2), elf(5); fs/binfmt_script.c and fs/binfmt_elf.c of the kernel). Pure. */
#ifndef MOUNT_PROGRAM_H
#define MOUNT_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#define PROGRAM_HEAD_SIZE 4096 /* what follows is not looked at */
#define PROGRAM_PATH_SIZE 256

enum program_kind {
	PROGRAM_ELF,
	PROGRAM_SCRIPT,
};

struct program {
	enum program_kind kind;
	uint16_t machine;		     /* EM_…, 0 for a script */
	char interpreter[PROGRAM_PATH_SIZE]; /* "": none, or not within @head */
};

/* Reads the first @len bytes of a file, in the byte order of little-endian machines. NULL, or
 * what is wrong with it (static storage). */
const char *program_parse(const uint8_t *head, size_t len, struct program *out);

#endif
