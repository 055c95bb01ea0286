#include "modules/modgraph.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

void modgraph_reset(struct modgraph *g)
{
	g->count = g->edge_count = g->unfinished = g->running = 0;
	g->closed = g->barrier = 0;
}

int modgraph_add(struct modgraph *g)
{
	if (g->count == MODGRAPH_NODES_MAX)
		return -ENOSPC;
	g->nodes[g->count] = (struct modgraph_node){ .rank = UINT16_MAX, .cause = -1 };
	g->unfinished++;
	return (int)g->count++;
}

void modgraph_close(struct modgraph *g, int node)
{
	struct modgraph_node *n = &g->nodes[node];

	if (n->state == MODGRAPH_OPEN)
		n->state = MODGRAPH_WAITING;
	n->rank = (uint16_t)++g->closed;
}

static bool is_finished(const struct modgraph_node *n)
{
	return n->state == MODGRAPH_DONE || n->state == MODGRAPH_FAILED;
}

/* Does @node wait for @other, directly or by way of others? */
static bool waits_for(const struct modgraph *g, int node, int other)
{
	bool seen[MODGRAPH_NODES_MAX] = { false }, more = true;

	seen[node] = true;
	while (more && !seen[other]) {
		more = false;
		for (unsigned i = 0; i < g->edge_count; i++) {
			const struct modgraph_edge *e = &g->edges[i];

			if (seen[e->node] && !seen[e->needs])
				seen[e->needs] = more = true;
		}
	}
	return seen[other];
}

static bool is_needed(const struct modgraph *g, int node)
{
	for (unsigned i = 0; i < g->edge_count; i++)
		if (g->edges[i].needs == node)
			return true;
	return false;
}

int modgraph_need(struct modgraph *g, int node, int needs, bool must)
{
	struct modgraph_node *n = &g->nodes[node], *other = &g->nodes[needs];

	if (must && other->state == MODGRAPH_FAILED)
		n->cause = (int16_t)needs;
	if (is_finished(other) || is_finished(n) || n->state == MODGRAPH_RUNNING)
		return 0;
	/* behind the barrier waits for what is before it, though no edge says so */
	if (node == needs || (n->rank <= g->barrier && other->rank > g->barrier) ||
	    (is_needed(g, node) && waits_for(g, needs, node)))
		return -ELOOP;
	if (g->edge_count == MODGRAPH_EDGES_MAX)
		return -ENOSPC;
	g->edges[g->edge_count++] =
		(struct modgraph_edge){ (uint16_t)node, (uint16_t)needs, must };
	n->blockers++;
	return 0;
}

void modgraph_barrier(struct modgraph *g)
{
	g->barrier = g->closed;
}

/* Is anything before the barrier still on its way? */
static bool barrier_is_down(const struct modgraph *g)
{
	for (unsigned i = 0; g->barrier && i < g->count; i++) {
		const struct modgraph_node *n = &g->nodes[i];

		if (n->rank <= g->barrier && !is_finished(n) && !n->slow)
			return true;
	}
	return false;
}

int modgraph_next(struct modgraph *g, int *cause)
{
	unsigned best = barrier_is_down(g) ? g->barrier + 1 : UINT_MAX;
	int next = -1;

	for (unsigned i = 0; i < g->count; i++) {
		const struct modgraph_node *n = &g->nodes[i];

		if (n->state == MODGRAPH_WAITING && !n->blockers && n->rank < best) {
			best = n->rank;
			next = (int)i;
		}
	}
	if (next < 0)
		return -1;
	g->nodes[next].state = MODGRAPH_RUNNING;
	g->running++;
	*cause = g->nodes[next].cause;
	return next;
}

void modgraph_finish(struct modgraph *g, int node, int err)
{
	struct modgraph_node *n = &g->nodes[node];

	if (n->state == MODGRAPH_RUNNING && !n->slow)
		g->running--;
	n->state = err ? MODGRAPH_FAILED : MODGRAPH_DONE;
	n->err = err;
	g->unfinished--;
	for (unsigned i = 0; i < g->edge_count; i++) {
		const struct modgraph_edge *e = &g->edges[i];

		if (e->needs != node)
			continue;
		g->nodes[e->node].blockers--;
		if (err && e->must)
			g->nodes[e->node].cause = (int16_t)node;
	}
}

void modgraph_slow(struct modgraph *g, int node)
{
	g->nodes[node].slow = true;
	g->running--;
}
