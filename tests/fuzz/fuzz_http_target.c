#include "http/mime.h"
#include "http/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What an open() below the root is given. */
static void check_inside(const char *path)
{
	size_t len = strlen(path);

	if (path[0] == '/' || (len && path[len - 1] == '/') || strstr(path, "//"))
		abort();
	if (strstr(path, "/.") || (path[0] == '.' && strcmp(path, ".well-known") != 0 &&
				   strncmp(path, ".well-known/", 12) != 0))
		abort();
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 0x7f)
			abort();
}

/* A canonical URL leads to the same file. */
static void check_round(const struct target *t)
{
	static char storage[3 * HTTP_LINE_MAX];
	struct buf url = BUF_OVER(storage);
	static struct target again;
	int err;

	buf_puts(&url, "/");
	target_format(t->path, &url);
	if (t->is_folder && *t->path)
		buf_puts(&url, "/");
	if (url.truncated || strpbrk(url.data, " \"'<>&?#\\"))
		abort();
	err = target_parse(text_of(url.data), &again);
	if (err == -ENOENT && url.len >= HTTP_LINE_MAX)
		return;
	if (err || strcmp(again.path, t->path) != 0 || !again.is_canonical ||
	    again.is_folder != t->is_folder)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target t;
	int err = target_parse((struct text){ (const char *)data, size }, &t);

	if (err == -EBADMSG || err == -ENOENT)
		return 0;
	if (err)
		abort();
	check_inside(t.path);
	check_round(&t);
	(void)mime_of(t.path);
	return 0;
}
