#include "initramfs/show.h"

#include "initramfs/mem.h"
#include "lib/buf.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LONGEST_ESCAPE 4 /* \xNN */
#define SIZE_TEXT      16

char *show_text(const void *text, size_t len)
{
	char *copy = mem_alloc(len + 1), *shown;
	size_t size = len * LONGEST_ESCAPE + 1;
	struct buf b;

	memcpy(copy, text, len);
	shown = mem_alloc(size);
	b = buf_init(shown, size);
	buf_printable(&b, copy);
	free(copy);
	return shown;
}

char *show_name(const char *name)
{
	return show_text(name, strlen(name));
}

/* The type by its number in S_IFMT, three times rwx, and what stands in the place of x. */
void show_mode(uint32_t mode, char out[11])
{
	static const char types[] = "?pc?d?b?-?l?s???", bits[] = "rwxrwxrwx";
	static const struct {
		uint32_t bit, at;
		char with_x, without_x;
	} specials[] = {
		{ S_ISUID, 3, 's', 'S' },
		{ S_ISGID, 6, 's', 'S' },
		{ S_ISVTX, 9, 't', 'T' },
	};

	out[0] = types[mode >> 12 & 15];
	for (unsigned i = 0; i < 9; i++)
		out[1 + i] = mode >> (8 - i) & 1 ? bits[i] : '-';
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		if (mode & specials[i].bit)
			out[specials[i].at] = out[specials[i].at] == 'x'
						      ? specials[i].with_x
						      : specials[i].without_x;
	out[10] = '\0';
}

void show_size(uint64_t bytes, char out[SIZE_TEXT])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB" };
	size_t unit = 0;
	double value = (double)bytes;

	while (value >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	snprintf(out, SIZE_TEXT, unit && value < 10 ? "%.1f %s" : "%.0f %s", value,
		 units[unit]);
}

int show_end(const char *verb)
{
	int err = fflush(stdout) != 0 || ferror(stdout) ? -errno : 0;

	if (err)
		log_err("%s: standard output: %s", verb, strerror(-err));
	return err;
}
