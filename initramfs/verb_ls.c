#include "initramfs/file.h"
#include "initramfs/image_read.h"
#include "initramfs/verb.h"
#include "lib/buf.h"
#include "lib/log.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct ls_options {
	bool long_format;
};

static const struct flag flags[] = {
	{ 'l', "long", FLAG_SWITCH, NULL,
	  "mode, links, owner, group, size and time too, by segment",
	  offsetof(struct ls_options, long_format) },
	{ 0 },
};

/* The type by its number in S_IFMT, three times rwx, and what stands in the place of x.
 */
static void format_mode(uint32_t mode, char out[11])
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

/* Names come from whoever made the image, and go to a terminal. */
static void print_name(const char *name, size_t len)
{
	char copy[PATH_MAX + 1], text[4 * PATH_MAX + 1];
	struct buf from = BUF_OVER(copy), to = BUF_OVER(text);

	buf_put(&from, name, len);
	buf_printable(&to, copy);
	fputs(text, stdout);
}

static void print_long(const struct newc_entry *e)
{
	char mode[11], when[32], size[32];
	time_t mtime = e->mtime;
	struct tm tm;

	format_mode(e->mode, mode);
	(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M", gmtime_r(&mtime, &tm));
	if (S_ISCHR(e->mode) || S_ISBLK(e->mode))
		snprintf(size, sizeof(size), "%u, %u", e->rdev_major, e->rdev_minor);
	else
		snprintf(size, sizeof(size), "%zu", e->len);
	printf("%s %3u %5u %5u %9s %s ", mode, e->nlink, e->uid, e->gid, size, when);
	print_name(e->name, strlen(e->name));
	if (S_ISLNK(e->mode)) {
		fputs(" -> ", stdout);
		print_name((const char *)e->data, e->len);
	}
}

static void print_entry(const struct ls_options *options, const struct newc_entry *e)
{
	if (options->long_format)
		print_long(e);
	else
		print_name(e->name, strlen(e->name));
	putchar('\n');
}

static int list(const struct ls_options *options, struct image_reader *r)
{
	struct newc_entry entry;
	unsigned segment = 0;
	int found;

	while ((found = image_read(r, &entry)) > 0) {
		if (options->long_format && segment != r->segment.number)
			printf("segment %u: %s at %zu\n", r->segment.number,
			       r->segment.format, r->segment.offset);
		segment = r->segment.number;
		print_entry(options, &entry);
	}
	return found;
}

static int ls_run(void *given, char **operands)
{
	const struct ls_options *options = given;
	struct bytes file = { 0 };
	struct image_reader r;
	int err = file_read(operands[0], &file);

	if (err) {
		log_err("ls: %s: %s", operands[0], strerror(-err));
		return 1;
	}
	r = image_reader_over(file.data, file.len);
	err = list(options, &r);
	if (fflush(stdout) != 0)
		err = -errno;
	if (r.problem)
		log_err("ls: %s: segment %u, offset %zu: %s%s%s", operands[0],
			r.segment.number, r.problem_offset, r.problem,
			r.segment.format ? ": " : "",
			r.segment.format ? r.segment.format : "");
	image_reader_free(&r);
	bytes_free(&file);
	return err ? 1 : 0;
}

const struct verb verb_ls = {
	.name = "ls",
	.help = "list what is in an image",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct ls_options),
	.run = ls_run,
};
