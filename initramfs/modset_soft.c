/* Soft and weak dependencies, which modules.dep does not know. */
#include "initramfs/file.h"
#include "initramfs/modset.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/modconf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_SIZE 512
#define BLANKS	  " \t"

static void add_line(struct modset *set, const char *owner, const char *words, bool weak)
{
	char name[WORD_SIZE];

	if (!modconf_normal_alias(owner, name, sizeof(name)))
		return; /* no module has such a name */
	set->softdeps =
		mem_grow(set->softdeps, set->softdep_count, sizeof(*set->softdeps));
	set->softdeps[set->softdep_count++] = (struct softdep){
		.owner = mem_strdup(name), .words = mem_strdup(words), .weak = weak
	};
}

/* Every line `VERB NAME WORDS` of @text, which is cut up. */
static void add_lines(struct modset *set, char *text, const char *verb, bool weak)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		const char *first = strsep(&line, BLANKS);
		const char *owner = line ? strsep(&line, BLANKS) : NULL;

		if (line && str_equal(first, verb))
			add_line(set, owner, line, weak);
	}
}

/* Optional files. */
static int read_lines(struct modset *set, const char *verb, bool weak)
{
	char *name = mem_printf("modules.%s", verb),
	     *path = modset_path(set, name, strlen(name));
	struct bytes text = { 0 };
	int err = path ? file_read(path, &text) : -errno;

	bytes_put(&text, "", 1);
	if (!err)
		add_lines(set, (char *)text.data, verb, weak);
	else if (err == -ENOENT)
		err = 0;
	else
		log_err("%s/%s: %s", set->folder, name, strerror(-err));
	bytes_free(&text);
	free(path);
	free(name);
	return err;
}

int modset_open_softdeps(struct modset *set)
{
	int err = read_lines(set, "softdep", false);

	return err ? err : read_lines(set, "weakdep", true);
}

void modset_add_conf(struct modset *set, const struct bytes *text)
{
	char *copy = mem_printf("%.*s", (int)text->len, (const char *)text->data);
	struct modconf_reader reader = { .rest = copy };
	struct modconf_entry entry;

	while (modconf_next(&reader, &entry))
		if (entry.kind == MODCONF_SOFTDEP)
			add_line(set, entry.name, entry.value, false);
	free(copy);
}

static int add_soft(struct modset *set, const char *name, bool builtin, void *ctx)
{
	struct strings *names = ctx;

	if (builtin)
		return 0;
	strings_add_once(names, name);
	return modset_add_module(set, name);
}

/* What is not there is left out, as modprobe does; aliases are resolved, as /init would else need
 * those of the whole kernel. Before the first `pre:` or `post:` a line says nothing. */
static int follow(struct modset *set, size_t line)
{
	const char *rest = set->softdeps[line].words;
	bool weak = set->softdeps[line].weak, open = weak;
	struct bytes text = { 0 };
	char word[WORD_SIZE];
	size_t found = 0;
	int err = 0;

	while (err >= 0 && (rest = modconf_word(rest, word, sizeof(word)))) {
		struct strings names = { 0 };

		if (str_equal(word, "pre:") || str_equal(word, "post:")) {
			bytes_printf(&text, " %s", word);
			open = true;
		} else if (open) {
			err = modset_resolve(set, word, add_soft, &names);
		}
		for (size_t i = 0; i < names.count; i++)
			bytes_printf(&text, " %s", names.items[i]);
		found += names.count;
		strings_free(&names);
	}
	if (found && !weak)
		set->softdeps[line].resolved =
			mem_printf("%.*s", (int)text.len, (const char *)text.data);
	bytes_free(&text);
	return err < 0 ? err : 0;
}

/* They form loops, and lines concern modules that came by later ones. */
int modset_close(struct modset *set)
{
	bool more = true;
	int err = 0;

	while (more && !err) {
		more = false;
		for (size_t i = 0; i < set->softdep_count && !err; i++) {
			struct softdep *s = &set->softdeps[i];

			if (s->done || !modset_find(set, s->owner))
				continue;
			more = s->done = true;
			err = follow(set, i);
		}
	}
	return err;
}
