/* Words of a kernel command line, split by the kernel's own rules (next_arg() in
 * lib/cmdline.c of the kernel, described in
 * Documentation/admin-guide/kernel-parameters.rst): white space separates, `"` toggles
 * quoting anywhere, there is no escape character, the first
 * `=` splits even inside quotes, and the outer quotes go only when the word or the value
 * starts with one. An unterminated quote runs to the end. */
#ifndef LIB_CMDLINE_H
#define LIB_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

struct cmdline_word {
	char *name;
	char *value; /* NULL without `=`, "" for `name=` */
};

/* The next word of *@rest, which is cut up in place and moves on. False: nothing left. */
bool cmdline_next(char **rest, struct cmdline_word *word);

/* The file @path (command line syntax, `#` starts a comment line) as one line of words.
 * Length, or -errno; -EFBIG when it does not fit. */
int cmdline_read_file(const char *path, char *data, size_t size);

#endif
