/* The console in the browser: xterm.js out of its npm package, and our page around it, among the
 * files that the HTTP worker serves. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "lib/log.h"

#include <errno.h>
#include <generated/console.h>
#include <stdlib.h>
#include <string.h>

#define PLACE "/srv/www/console"

/* Of the package; its licence asks to come along. */
static const struct {
	const char *path, *place;
} files[] = {
	{ "lib/xterm.js", PLACE "/xterm.js" },
	{ "css/xterm.css", PLACE "/xterm.css" },
	{ "LICENSE", PLACE "/xterm-LICENSE.txt" },
};

static const struct {
	const char *place, *text;
} own[] = {
	{ PLACE "/index.html", web_index_html },
	{ PLACE "/console.css", web_console_css },
	{ PLACE "/console.js", web_console_js },
};

static int add_file(struct build *b, const char *folder, size_t i)
{
	char *path = mem_printf("%s/%s", folder, files[i].path);
	struct bytes contents = { 0 };
	int err = file_read(path, &contents);

	if (err)
		log_err("build: --http-console: %s: %s: not the package @xterm/xterm of "
			"npm",
			path, strerror(-err));
	else
		tree_add_file(&b->tree, files[i].place, &contents);
	bytes_free(&contents);
	free(path);
	return err;
}

int build_add_console(struct build *b)
{
	const char *folder = b->options->http_console;
	int err = 0;

	if (!folder)
		return 0;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++)
		err = add_file(b, folder, i);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && !err; i++) {
		struct bytes contents = { 0 };

		bytes_put(&contents, own[i].text, strlen(own[i].text));
		tree_add_file(&b->tree, own[i].place, &contents);
	}
	return err;
}
