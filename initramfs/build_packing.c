/* How the image is packed, so that the kernel it is for can unpack it. */
#include "initramfs/build.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Names of what packs: with levels, or only what the kernel unpacks. */
static char *names(const struct build *b, bool levels)
{
	const struct compression *c;
	struct bytes text = { 0 };

	for (size_t i = 0; (c = compression_at(i)); i++) {
		if (!c->pack || (!levels && !build_kernel_has(b, c->kernel_option)))
			continue;
		bytes_printf(&text, "%s%s", text.len ? ", " : "", c->name);
		if (levels && c->level_max)
			bytes_printf(&text, "[:1-%u]", c->level_max);
	}
	bytes_put(&text, "", 1);
	return (char *)text.data;
}

static int unknown(const struct build *b, const char *word)
{
	char *known = names(b, true);

	log_err("build: --compress %s: not one of %s", word, known);
	free(known);
	return -EINVAL;
}

static int none_left(const struct build *b)
{
	char *good = names(b, false);

	log_err("build: --compress %s: the kernel cannot unpack it, %s lacks CONFIG_%s; it can: %s",
		b->packing.compression->name, b->kernel_config.path,
		b->packing.compression->kernel_option, good);
	free(good);
	return -EOPNOTSUPP;
}

int build_choose_packing(struct build *b)
{
	char *list = mem_strdup(b->options->compress ? b->options->compress : "gzip");
	char *rest = list, *word;
	bool found = false;
	int err = 0;

	while (!found && !err && (word = strsep(&rest, ","))) {
		if (packing_parse(word, &b->packing))
			err = unknown(b, word);
		else if (build_kernel_has(b, b->packing.compression->kernel_option))
			found = true;
		else if (rest)
			log_warning("build: --compress %s left out: %s lacks CONFIG_%s",
				    word, b->kernel_config.path,
				    b->packing.compression->kernel_option);
	}
	if (!found && !err)
		err = none_left(b);
	free(list);
	return err;
}
