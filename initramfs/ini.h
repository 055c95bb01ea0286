/* Configuration files: `key = value` lines, `[section]` lines, `#` and `;` comments. Pure: reads
 * memory.
 *
 * Blanks around keys and values do not count, and ` #` ends a value. A value that begins with a
 * quote goes to the next one of its kind: in '…' every character stands for itself, in "…" \" \\ \n
 * and \t are escapes. A quote inside a value is a character of it, but hides a # behind it until
 * the next one: root="LABEL=a #b". */
#ifndef INITRAMFS_INI_H
#define INITRAMFS_INI_H

#include "initramfs/mem.h"

struct ini_reader {
	char *rest, *end;
	unsigned line;	     /* of what was read last, from 1 */
	const char *section; /* "" before the first */
	const char *problem; /* of that line, NULL: none; static */
};

struct ini_entry {
	const char *key, *value; /* lie in the text */
};

/* @text is changed while it is read; @text[@len] is 0. */
struct ini_reader ini_reader_over(char *text, size_t len);

/* 1: the next entry; 0: the end; -EINVAL: the line is wrong, the next call goes on behind it. */
int ini_next(struct ini_reader *r, struct ini_entry *out);

/* Appends `key = value` so that it is read as the same again, without a newline. */
void ini_put(struct bytes *out, const char *key, const char *value);

#endif
