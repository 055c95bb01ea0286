/* In which order modules are loaded, and which of them at the same time. Pure: knows nodes and
 * what they wait for, neither names nor files.
 *
 * The graph never has a loop, because what would close one is refused: whatever waits comes
 * free one day. */
#ifndef MODULES_MODGRAPH_H
#define MODULES_MODGRAPH_H

#include <stdbool.h>
#include <stdint.h>

#define MODGRAPH_NODES_MAX 512
#define MODGRAPH_EDGES_MAX 4096

enum modgraph_state {
	MODGRAPH_OPEN, /* what it waits for is still being added */
	MODGRAPH_WAITING,
	MODGRAPH_RUNNING,
	MODGRAPH_DONE,
	MODGRAPH_FAILED,
};

struct modgraph {
	unsigned count, edge_count;
	unsigned unfinished; /* neither done nor failed */
	unsigned running;    /* without those given leave to be slow */
	unsigned closed, barrier;
	struct modgraph_node {
		uint8_t state;
		bool slow;
		uint16_t rank; /* of those that could start, the lowest starts first */
		uint16_t blockers; /* unfinished nodes that it waits for */
		int16_t cause;	   /* a node that it must have and that failed, or -1 */
		int err;
	} nodes[MODGRAPH_NODES_MAX];
	struct modgraph_edge {
		uint16_t node, needs;
		bool must;
	} edges[MODGRAPH_EDGES_MAX];
};

/* Forgets all nodes. A struct of zeroes is empty too. */
void modgraph_reset(struct modgraph *g);

/* A new node, open until modgraph_close(), which is when it gets its rank. Its number;
 * -ENOSPC. */
int modgraph_add(struct modgraph *g);
void modgraph_close(struct modgraph *g, int node);

/* @node starts after @needs has ended; with @must only if that went well. 0; -ENOSPC; -ELOOP:
 * @needs waits for @node already, and nothing has changed. */
int modgraph_need(struct modgraph *g, int node, int needs, bool must);

/* What is closed from now on waits for all that was closed before. */
void modgraph_barrier(struct modgraph *g);

/* The node to start now, which is running then; -1: none. When *@cause is not -1, that node has
 * failed and this one must have it: it is to be finished without a start. */
int modgraph_next(struct modgraph *g, int *cause);

/* @err: 0 or -errno. */
void modgraph_finish(struct modgraph *g, int node, int err);

/* A running node that nobody but those that need it shall wait for any more. */
void modgraph_slow(struct modgraph *g, int node);

#endif
