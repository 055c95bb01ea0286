/* Microcode for the first archive, out of the firmware of the system. */
#include "initramfs/build.h"
#include "initramfs/compress.h"
#include "initramfs/file.h"
#include "initramfs/microcode.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/program.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT  16 /* the processor wants it */
#define UPDATE_MAX ((size_t)64 << 20)

enum choice { CHOICE_AUTO, CHOICE_HOST, CHOICE_ALL, CHOICE_NO, CHOICES };

static const char *const choices[CHOICES] = {
	[CHOICE_AUTO] = "auto",
	[CHOICE_HOST] = "host",
	[CHOICE_ALL] = "all",
	[CHOICE_NO] = "no",
};

struct selection {
	enum choice choice;	  /* not auto any more */
	bool asked;		  /* by the flag: then there has to be some */
	struct microcode_cpu cpu; /* with CHOICE_HOST */
	size_t files;
};

static bool is_for_x86(const struct build *b)
{
	struct program program;

	for (size_t i = 0; i < b->tree.count; i++) {
		const struct tree_entry *e = &b->tree.entries[i];

		if (str_equal(e->path, "init") &&
		    !program_parse(e->contents.data, e->contents.len, &program))
			return program.machine == EM_X86_64 || program.machine == EM_386;
	}
	return false;
}

static int choose(struct build *b, struct selection *s)
{
	const struct build_options *o = b->options;
	size_t i = 0;

	/* the flag takes no other words */
	while (o->microcode && i + 1 < CHOICES && !str_equal(o->microcode, choices[i]))
		i++;
	s->choice = (enum choice)i;
	s->asked = s->choice != CHOICE_AUTO;
	if (s->choice == CHOICE_NO)
		return 0;
	if (s->asked)
		return build_need_kernel(b, "microcode", "MICROCODE");
	if (!is_for_x86(b) || !build_kernel_has(b, "MICROCODE") || b->mode == MODE_LISTED)
		s->choice = CHOICE_NO;
	else if (b->mode == MODE_HOST && !o->modules_from_host)
		s->choice = CHOICE_HOST;
	else
		s->choice =
			CHOICE_ALL; /* nothing says what processor the other machine has */
	return 0;
}

static int read_cpu(struct selection *s)
{
	struct bytes text = { 0 };
	int err = file_read("/proc/cpuinfo", &text);

	bytes_put(&text, "", 1);
	if (!err && !microcode_cpu_parse((const char *)text.data, &s->cpu))
		err = -ENODATA;
	if (err && s->asked)
		log_err("build: --microcode host: /proc/cpuinfo: %s", strerror(-err));
	if (err && !s->asked) {
		s->choice = CHOICE_NO;
		err = 0;
	}
	bytes_free(&text);
	return err;
}

/* ---- the files */

/* The name without what says how the file is packed; the caller frees. */
static char *plain_name(const char *name)
{
	static const char *const suffixes[] = { ".xz", ".zst", ".gz" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t suffix = strlen(suffixes[i]);

		if (len > suffix && str_equal(name + len - suffix, suffixes[i]))
			return mem_printf("%.*s", (int)(len - suffix), name);
	}
	return mem_strdup(name);
}

static int read_update(const char *path, struct bytes *out)
{
	struct bytes file = { 0 };
	const struct compression *c;
	size_t used;
	int err = file_read(path, &file);

	c = err ? NULL : compression_by_magic(file.data, file.len);
	if (c)
		err = c->unpack(file.data, file.len, out, &used);
	else
		bytes_put(out, file.data, file.len);
	bytes_free(&file);
	return err;
}

/* One damaged file is no reason to have no image. */
static void add_update(const struct microcode_kind *kind, const char *folder,
		       const char *name, struct selection *s, struct bytes *updates)
{
	const struct microcode_cpu *cpu = s->choice == CHOICE_HOST ? &s->cpu : NULL;
	char *plain = plain_name(name), *path = mem_printf("%s/%s", folder, name);
	struct bytes update = { .limit = UPDATE_MAX };
	int err;

	if (kind->matches(plain, cpu)) {
		err = read_update(path, &update);
		if (err || !kind->is_whole(update.data, update.len)) {
			log_warning("build: %s: left out: %s", path,
				    err ? strerror(-err) : "no microcode, or damaged");
		} else {
			bytes_put(updates, update.data, update.len);
			s->files++;
		}
	}
	bytes_free(&update);
	free(plain);
	free(path);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_kind(struct build *b, const struct microcode_kind *kind,
		    struct selection *s)
{
	char *within = mem_printf("/lib/firmware/%s", kind->folder),
	     *folder = sysroot_path(b->options->sysroot, within);
	struct bytes updates = { 0 };
	struct dirent **names = NULL;
	int count = folder ? scandir(folder, &names, NULL, by_name) : 0, err = 0;

	for (int i = 0; i < count; i++) {
		add_update(kind, folder, names[i]->d_name, s, &updates);
		free(names[i]);
	}
	if (updates.len)
		err = build_put_early(b, kind->path, ALIGNMENT, &updates);
	free(names);
	bytes_free(&updates);
	free(folder);
	free(within);
	return err;
}

int build_add_microcode(struct build *b)
{
	const struct microcode_kind *kind;
	struct selection s = { 0 };
	int err = choose(b, &s);

	if (!err && s.choice == CHOICE_HOST)
		err = read_cpu(&s);
	for (size_t i = 0; !err && s.choice != CHOICE_NO && (kind = microcode_kind_at(i));
	     i++)
		if (s.choice == CHOICE_ALL || str_equal(kind->vendor, s.cpu.vendor))
			err = add_kind(b, kind, &s);
	if (!err && s.choice != CHOICE_NO && s.asked && s.files == 0) {
		log_err("build: --microcode %s: none in /lib/firmware (Debian: the packages intel-microcode and amd64-microcode)",
			choices[s.choice]);
		err = -ENOENT;
	}
	return err;
}
