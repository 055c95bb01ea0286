#include "modules/modrun.h"

#include "lib/buf.h"
#include "lib/log.h"
#include "modules/modinsert.h"
#include "modules/modloader.h"

void modrun_end(struct modrun *run, int node, int err)
{
	const char *name = run->load->nodes[node].name;
	char why[160];
	struct buf b = BUF_OVER(why);

	if (err) {
		modinsert_explain(run->load, node, err, &b);
		modload_say(run->load, err, "module %s: %s", name, why);
	}
	modgraph_finish(&run->load->graph, node, err);
}

/* The cause has been said; this follows from it. */
static void give_up(struct modrun *run, int node, int cause)
{
	const struct modload *m = run->load;

	log_err("module %s: not loaded: it needs %s", m->nodes[node].name,
		m->nodes[cause].name);
	modgraph_finish(&run->load->graph, node, m->graph.nodes[cause].err);
}

static bool wants_process(struct modrun *run)
{
	if (!IS_ENABLED(CONFIG_MODULES_PARALLEL) ||
	    (run->alone && run->load->graph.unfinished == 1))
		return false;
	if (!run->processors)
		run->processors = modloader_processors();
	return run->processors > 1;
}

void modrun_start(struct modrun *run)
{
	struct modgraph *g = &run->load->graph;
	int node, cause;

	while (run->count < MODRUN_LOADERS_MAX &&
	       (!run->count || g->running < run->processors)) {
		node = modgraph_next(g, &cause);
		if (node < 0)
			return;
		if (cause >= 0)
			give_up(run, node, cause);
		else if (!wants_process(run) || !modloader_start(run, node))
			modrun_end(run, node, modinsert(run->load, node));
	}
}

void modrun_finish(struct modrun *run)
{
	modrun_start(run);
	while (IS_ENABLED(CONFIG_MODULES_PARALLEL) && run->load->graph.running) {
		struct pollfd fds[MODRUN_LOADERS_MAX];

		modloader_fds(run, fds);
		if (poll(fds, run->count, modloader_timeout(run)) >= 0)
			modloader_tend(run, fds);
		modrun_start(run);
	}
}
