#include "modules/modplan.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

#define ALIAS_SIZE  512
#define NESTING_MAX 64 /* the generic kernel's dependencies are 12 deep */

/* `kernel/fs/ext4/ext4.ko.xz` or `ext4` to `ext4`, with the `_` of the index files. */
static int module_name(const char *path, char name[MODULE_NAME_SIZE])
{
	const char *slash = strrchr(path, '/');
	size_t len = 0;

	for (const char *p = slash ? slash + 1 : path; *p && !str_after(p, ".ko"); p++) {
		if (len == MODULE_NAME_SIZE - 1)
			return -EINVAL;
		name[len++] = *p == '-' ? '_' : *p;
	}
	name[len] = '\0';
	return len ? 0 : -EINVAL;
}

/* Its folder alone says nothing: parameters of a built-in have one, and so has a failed load.
 * One that is still "coming" has not made its devices yet. */
static bool is_live(const char *name)
{
	char path[MODULE_NAME_SIZE + 32], state[16];

	FORMAT(path, "/sys/module/%s/initstate", name);
	return fd_read_file(AT_FDCWD, path, state, sizeof(state)) > 0 &&
	       str_equal(state, "live\n");
}

static int find_node(const struct modload *m, const char *name)
{
	for (unsigned i = 0; i < m->graph.count; i++)
		if (str_equal(m->nodes[i].name, name))
			return (int)i;
	return -1;
}

/* ---- the graph */

static int plan(struct modload *m, const char *name, unsigned depth);

/* A line of modules.dep: `PATH: NEAREST … FARTHEST`, so it is worked off from its end. */
static int plan_hard(struct modload *m, int node, unsigned depth)
{
	const char *line = m->nodes[node].line, *colon = strchr(line, ':');
	const char *end = line + strlen(line);

	while (colon && end > colon + 1) {
		char word[256];
		struct buf b = BUF_OVER(word);
		const char *start = end;
		int other;

		while (start > colon + 1 && start[-1] != ' ')
			start--;
		buf_put(&b, start, (size_t)(end - start));
		end = start > colon + 1 ? start - 1 : start;
		other = b.len ? plan(m, word, depth + 1) : -EALREADY;
		if (other >= 0)
			other = modgraph_need(&m->graph, node, other, true);
		if (other == -ENOSPC)
			return other;
		if (other < 0 && other != -EALREADY)
			log_err("module %s: needs %s, which is not in this image",
				m->nodes[node].name, word);
	}
	return 0;
}

/* What cannot be loaded is left out, as kmod does. Loops are common. */
static int plan_soft(struct modload *m, int node, const char *value, const char *when,
		     unsigned depth)
{
	char word[MODULE_NAME_SIZE];
	bool wanted = false;

	while ((value = modconf_word(value, word, sizeof(word)))) {
		int other;

		if (word[strlen(word) - 1] == ':') {
			wanted = str_equal(word, when);
			continue;
		}
		other = wanted ? plan(m, word, depth + 1) : -ENOENT;
		if (other >= 0 && *when == 'p' && when[1] == 'o')
			other = modgraph_need(&m->graph, other, node, false);
		else if (other >= 0 && m->graph.nodes[other].state != MODGRAPH_OPEN)
			other = modgraph_need(&m->graph, node, other, false);
		if (other == -ENOSPC)
			return other;
	}
	return 0;
}

static int plan_softdeps(struct modload *m, int node, const char *when, unsigned depth)
{
	int err = 0;

	for (unsigned i = 0; i < m->conf_count && !err; i++)
		if (m->conf[i].kind == MODCONF_SOFTDEP &&
		    str_equal(m->conf[i].name, m->nodes[node].name))
			err = plan_soft(m, node, m->conf[i].value, when, depth);
	return err;
}

/* The driver of a bus makes its devices while it is being loaded. A driver of such devices that
 * comes in the middle of that would take the rest of them first, and what is /dev/vda would be
 * a matter of luck; so it comes after. */
static int plan_after_bus(struct modload *m, int node)
{
	static const char *const buses[] = { "virtio_pci", "virtio_mmio" };
	int err = 0;

	if (!str_after(m->nodes[node].name, "virtio_"))
		return 0;
	for (unsigned i = 0; i < sizeof(buses) / sizeof(*buses) && err != -ENOSPC; i++) {
		int bus = find_node(m, buses[i]);

		/* what is open is still finding out what it needs, maybe this node */
		if (bus >= 0 && m->graph.nodes[bus].state != MODGRAPH_OPEN)
			err = modgraph_need(&m->graph, node, bus, false);
	}
	return err == -ENOSPC ? err : 0;
}

static int plan_line(struct modload *m, const char *name, const char *line,
		     unsigned depth)
{
	const struct modconf_entry *refused = modload_entry(m, name, MODCONF_REFUSE);
	int node = modgraph_add(&m->graph), err = 0;

	if (node < 0)
		return node;
	m->nodes[node].line = line;
	m->nodes[node].asked = false;
	(void)str_copy(m->nodes[node].name, MODULE_NAME_SIZE,
		       name); /* as long as it may be */
	if (refused) {
		err = -EPERM;
		modload_say(m, err, "module %s: not loaded: install /bin/false in %s:%u",
			    name, refused->file, refused->line);
	}
	if (!err)
		err = plan_hard(m, node, depth);
	if (!err)
		err = plan_softdeps(m, node, "pre:", depth);
	if (!err && IS_ENABLED(CONFIG_MODULES_PARALLEL))
		err = plan_after_bus(m, node);
	modgraph_close(&m->graph, node);
	if (!err)
		err = plan_softdeps(m, node, "post:", depth);
	if (err)
		modgraph_finish(&m->graph, node, err);
	return err == -ENOSPC ? err : node;
}

static int plan(struct modload *m, const char *given, unsigned depth)
{
	char name[MODULE_NAME_SIZE];
	const char *line;
	int node;

	if (depth > NESTING_MAX || module_name(given, name))
		return -EINVAL;
	node = find_node(m, name);
	if (node >= 0)
		return node;
	line = modload_lookup(m, &m->dep, name);
	if (line && !is_live(name) && !modload_entry(m, name, MODCONF_PRETEND))
		return plan_line(m, name, line, depth);
	if (!line &&
	    !modload_lookup(m, modload_index(m, &m->builtin, "modules.builtin.bin"),
			    name))
		return -ENOENT;
	return -EALREADY;
}

int modplan_name(struct modload *m, const char *name)
{
	int node = strchr(name, '/') ? -EINVAL : plan(m, name, 0);

	if (node >= 0)
		m->nodes[node].asked = true;
	return node;
}

/* ---- aliases */

struct alias_walk {
	struct modload *m;
	int matches;
	int previous; /* the match before, or -1 */
};

static bool is_blacklisted(const struct modload *m, const char *module)
{
	const struct modules_config *c = m->config;

	for (unsigned i = 0; i < c->blacklist_count; i++)
		if (str_name_equal(c->blacklist[i], strlen(c->blacklist[i]), module))
			return true;
	return modload_entry(m, module, MODCONF_BLACKLIST) != NULL;
}

static int plan_match(void *ctx, const char *module)
{
	struct alias_walk *walk = ctx;
	int node =
		is_blacklisted(walk->m, module) ? -EPERM : modplan_name(walk->m, module);

	if (node == -ENOSPC)
		return node;
	if (node != -EPERM)
		walk->matches++;
	if (node < 0)
		return 0;
	/* two drivers of one device must not race for it */
	if (walk->previous >= 0)
		(void)modgraph_need(&walk->m->graph, node, walk->previous, false);
	walk->previous = node;
	return 0;
}

static int count_match(void *ctx, const char *module)
{
	(void)module;
	(*(int *)ctx)++;
	return 0;
}

/* What modprobe.d says goes before all else. */
static int plan_conf_alias(struct modload *m, const char *alias)
{
	struct alias_walk walk = { .m = m, .previous = -1 };
	int err = 0;

	for (unsigned i = 0; IS_ENABLED(CONFIG_MODPROBE_D) && i < m->conf_count && !err;
	     i++) {
		char module[MODULE_NAME_SIZE];

		if (m->conf[i].kind == MODCONF_ALIAS &&
		    fnmatch(m->conf[i].name, alias, 0) == 0 &&
		    module_name(m->conf[i].value, module) == 0)
			err = plan_match(&walk, module);
	}
	return err ? err : walk.matches;
}

static int plan_index_alias(struct modload *m, const char *alias)
{
	struct alias_walk walk = { .m = m, .previous = -1 };
	const struct modindex *index = modload_index(m, &m->alias, "modules.alias.bin");
	int err = modindex_match(index, alias, plan_match, &walk);

	if (err == -ENOSPC)
		return err;
	if (err == -EUCLEAN && !m->damaged) {
		m->damaged = true;
		modload_say(m, err, "%s/modules.alias.bin: damaged", m->folder);
	}
	if (!walk.matches) /* damaged counts as absent */
		(void)modindex_match(modload_index(m, &m->builtin_alias,
						   "modules.builtin.alias.bin"),
				     alias, count_match, &walk.matches);
	return walk.matches;
}

int modplan_alias(struct modload *m, const char *given)
{
	char alias[ALIAS_SIZE];
	int matches = 0;

	if (!modconf_normal_alias(given, alias, sizeof(alias)))
		return 0;
	matches = plan_conf_alias(m, alias);
	return matches ? matches : plan_index_alias(m, alias);
}

int modplan_any(struct modload *m, const char *given)
{
	char alias[ALIAS_SIZE];
	int matches;

	if (!modconf_normal_alias(given, alias, sizeof(alias)))
		return 0;
	matches = plan_conf_alias(m, alias);
	if (!matches) {
		int node = modplan_name(m, given);

		matches = node >= 0 || node == -EALREADY ? 1 : node;
	}
	return matches == -ENOENT || matches == -EINVAL ? plan_index_alias(m, alias)
							: matches;
}
