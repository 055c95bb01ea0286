/* The options that are in the image, as /init will read them. */
#include "initramfs/check.h"
#include "init/config.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	struct checkup *checkup;
	const char *path;
	enum severity severity;
};

static void add_warning(void *ctx, const char *line)
{
	const struct reading *r = ctx;

	check_add(r->checkup, r->severity, r->path,
		  "%s: build the image again without it", line);
}

static void check_file(struct checkup *c, const char *path, enum config_source source)
{
	const struct image_entry *e = image_find(c->image, path, true);
	/* what is sealed keeps somebody out, so it must count */
	struct reading r = { c, path,
			     source == CONFIG_SEALED ? CHECK_ERROR : CHECK_WARNING };
	struct config *config;
	char *text;

	if (!e || !S_ISREG(e->as.mode))
		return;
	config = mem_alloc(sizeof(*config));
	text = mem_alloc(e->as.len + 1);
	memcpy(text, e->as.data, e->as.len);
	config_init(config);
	(void)config_read(config, source, text, add_warning,
			  &r); /* too long: it says so */
	free(text);
	free(config);
}

void check_options(struct checkup *c)
{
	check_file(c, "etc/rootling/cmdline", CONFIG_IMAGE);
	check_file(c, "etc/rootling/sealed", CONFIG_SEALED);
}
