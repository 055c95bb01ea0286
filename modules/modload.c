#include "modules/modload.h"

#include "lib/buf.h"
#include "lib/cmdline.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/module.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define COMMAND_LINE_MAX 4096
#define PARAMETERS_MAX	 1024
#define NESTING_MAX	 8 /* softdeps form loops in the wild */

/* Maps @name of the modules folder with a NUL behind it. NULL when it is absent or empty.
 */
static const char *map_file(const struct modload *m, const char *name, size_t *len)
{
	char path[192];
	struct buf b = BUF_OVER(path);
	struct stat st;
	fd_auto int fd = -1;
	char *data;

	buf_printf(&b, "%s/%s", m->folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0)
		return NULL;
	/* an anonymous map is zero behind the text, which a file map of whole pages is
	 * not */
	data = mmap(NULL, (size_t)st.st_size + 1, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return NULL;
	*len = (size_t)st.st_size;
	return fd_read_full(fd, data, *len) == st.st_size ? data : NULL;
}

static int map_index(const struct modload *m, const char *name, struct modindex *index)
{
	size_t len = 0;
	const char *data = map_file(m, name, &len);

	*index = (struct modindex){ 0 };
	return data ? modindex_open(index, data, len) : 0;
}

int modload_open(struct modload *m, const char *cmdline)
{
	struct utsname kernel;
	struct buf folder;
	size_t ignored;
	int err;

	*m = (struct modload){ .cmdline = cmdline };
	if (uname(&kernel) < 0)
		return -errno;
	folder = BUF_OVER(m->folder);
	buf_printf(&folder, "/lib/modules/%s", kernel.release);
	err = map_index(m, "modules.dep.bin", &m->dep);
	if (err) {
		log_err("%s/modules.dep.bin: not an index of kmod", m->folder);
		return err;
	}
	if (map_index(m, "modules.alias.bin", &m->alias))
		log_err("%s/modules.alias.bin: not an index of kmod", m->folder);
	if (map_index(m, "modules.builtin.bin", &m->builtin))
		log_err("%s/modules.builtin.bin: not an index of kmod", m->folder);
	m->softdep = map_file(m, "modules.softdep", &ignored);
	return 0;
}

/* ---- names */

/* `kernel/fs/ext4/ext4.ko.xz` or `ext4` to `ext4`, with the `_` of the index files. */
static int module_name(const char *path, char name[MODULE_NAME_SIZE])
{
	const char *slash = strrchr(path, '/');
	size_t len = 0;

	for (const char *p = slash ? slash + 1 : path; *p && *p != '.'; p++) {
		if (len == MODULE_NAME_SIZE - 1)
			return -EINVAL;
		name[len++] = *p == '-' ? '_' : *p;
	}
	name[len] = '\0';
	return len ? 0 : -EINVAL;
}

static bool is_loaded(const char *name)
{
	char path[MODULE_NAME_SIZE + 32];
	struct buf b = BUF_OVER(path);

	/* not the folder alone: parameters of a built-in have one, and so has a failed
	 * load */
	buf_printf(&b, "/sys/module/%s/initstate", name);
	return access(path, F_OK) == 0;
}

/* ---- parameters */

/* The kernel splits the string again by the same rules, so a value with blanks needs
 * quotes. */
static void add_parameter(struct buf *out, const char *name, const char *value)
{
	const char *quote = value && strpbrk(value, " \t\n") ? "\"" : "";

	buf_printf(out, "%s%s", out->len ? " " : "", name);
	if (value)
		buf_printf(out, "=%s%s%s", quote, value, quote);
}

/* NAME.PARAM=VALUE of the kernel command line; the kernel serves only built-in modules.
 */
static void cmdline_parameters(const struct modload *m, const char *module,
			       struct buf *out)
{
	char copy[COMMAND_LINE_MAX];
	char *rest = copy;
	struct cmdline_word word;

	if (!m->cmdline || !strchr(m->cmdline, '.') ||
	    str_copy(copy, sizeof(copy), m->cmdline))
		return;
	while (cmdline_next(&rest, &word) && !str_equal(word.name, "--")) {
		char *dot = strchr(word.name, '.');

		if (dot && str_name_equal(word.name, (size_t)(dot - word.name), module))
			add_parameter(out, dot + 1, word.value);
	}
}

/* ---- loading */

static int insert_file(struct modload *m, const char *path, const char *name)
{
	static const char *const compressed[] = { ".xz", ".zst", ".gz" };
	char file[320], parameters[PARAMETERS_MAX];
	struct buf b = BUF_OVER(file), p = BUF_OVER(parameters);
	const char *suffix = strrchr(path, '.');
	int flags = 0;
	fd_auto int fd = -1;

	buf_printf(&b, "%s/%s", m->folder, path);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (size_t i = 0; suffix && i < sizeof(compressed) / sizeof(compressed[0]); i++)
		if (str_equal(suffix, compressed[i]))
			flags = MODULE_INIT_COMPRESSED_FILE;
	cmdline_parameters(m, name, &p);
	if (finit_module(fd, parameters, flags) < 0 && errno != EEXIST)
		return -errno;
	log_debug("module %s: loaded%s%s", name, p.len ? " with " : "", parameters);
	return 0;
}

static int load(struct modload *m, const char *name, unsigned depth);

/* Lines are `softdep NAME pre: A B post: C`; what they name is loaded if it can be. */
static void load_softdeps(struct modload *m, const char *name, const char *when,
			  unsigned depth)
{
	const char *line = m->softdep;

	for (; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char copy[512];
		size_t len = strcspn(line, "\n");
		char *rest = copy;
		struct cmdline_word word;
		bool wanted = false;

		if (len >= sizeof(copy))
			continue;
		memcpy(copy, line, len);
		copy[len] = '\0';
		if (!cmdline_next(&rest, &word) || !str_equal(word.name, "softdep") ||
		    !cmdline_next(&rest, &word) ||
		    !str_name_equal(word.name, strlen(word.name), name))
			continue;
		while (cmdline_next(&rest, &word)) {
			if (str_equal(word.name, "pre:") || str_equal(word.name, "post:"))
				wanted = str_equal(word.name, when);
			else if (wanted)
				(void)load(m, word.name,
					   depth + 1); /* kmod ignores it too */
		}
	}
}

static int load_file(struct modload *m, const char *path, unsigned depth)
{
	char name[MODULE_NAME_SIZE];
	int err = module_name(path, name);

	if (err || is_loaded(name))
		return err;
	load_softdeps(m, name, "pre:", depth);
	if (is_loaded(name)) /* by way of a loop of softdeps */
		return 0;
	err = insert_file(m, path, name);
	if (err) {
		log_err("module %s: %s", name, strerror(-err));
		return err;
	}
	load_softdeps(m, name, "post:", depth);
	return 0;
}

/* A line of modules.dep: `PATH: NEAREST … FARTHEST`, so it is worked off from its end. */
static int load_line(struct modload *m, const char *line, unsigned depth)
{
	size_t len = strlen(line);
	char copy[2048];
	char *colon;
	int err;

	if (str_copy(copy, sizeof(copy), line))
		return -E2BIG;
	colon = strchr(copy, ':');
	if (!colon)
		return -EUCLEAN;
	*colon = '\0';
	while (copy + len > colon + 1) {
		char *start;

		while (copy + len > colon + 1 && copy[len - 1] == ' ')
			copy[--len] = '\0';
		start = copy + len;
		while (start > colon + 1 && start[-1] != ' ')
			start--;
		if (*start) {
			err = load_file(m, start, depth);
			if (err)
				return err;
		}
		len = (size_t)(start - copy);
	}
	return load_file(m, copy, depth);
}

static int first_value(void *ctx, const char *value)
{
	*(const char **)ctx = value;
	return 1;
}

static int load(struct modload *m, const char *given, unsigned depth)
{
	char name[MODULE_NAME_SIZE];
	const char *line = NULL;

	if (depth > NESTING_MAX || module_name(given, name))
		return -EINVAL;
	if (is_loaded(name))
		return 0;
	/* damaged counts as absent */
	(void)modindex_lookup(&m->dep, name, first_value, &line);
	if (line)
		return load_line(m, line, depth);
	(void)modindex_lookup(&m->builtin, name, first_value, &line);
	return line ? 0 : -ENOENT;
}

int modload_name(struct modload *m, const char *name)
{
	return load(m, name, 0);
}

/* ---- aliases */

struct alias_walk {
	struct modload *m;
	int matches;
};

static bool is_blacklisted(const struct modload *m, const char *module)
{
	for (unsigned i = 0; i < m->blacklist_count; i++)
		if (str_name_equal(m->blacklist[i], strlen(m->blacklist[i]), module))
			return true;
	return false;
}

static int load_match(void *ctx, const char *module)
{
	struct alias_walk *walk = ctx;

	if (!is_blacklisted(walk->m, module)) {
		walk->matches++;
		/* logged; the next match may still drive it */
		(void)load(walk->m, module, 0);
	}
	return 0;
}

/* The index holds aliases with `_` for `-` except inside brackets, as kmod writes them.
 */
static int normalise_alias(const char *alias, char *out, size_t size)
{
	bool bracket = false;

	if (str_copy(out, size, alias))
		return -ENAMETOOLONG;
	for (; *out; out++) {
		if (*out == '[' || *out == ']')
			bracket = *out == '[';
		else if (*out == '-' && !bracket)
			*out = '_';
	}
	return 0;
}

int modload_alias(struct modload *m, const char *given)
{
	struct alias_walk walk = { .m = m };
	char alias[512];

	if (!m->alias.len || normalise_alias(given, alias, sizeof(alias)))
		return 0;
	if (modindex_match(&m->alias, alias, load_match, &walk) < 0)
		log_err("%s/modules.alias.bin: damaged", m->folder);
	return walk.matches;
}
