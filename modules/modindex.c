#include "modules/modindex.h"

#include "lib/cursor.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define INDEX_MAGIC	    0xb007f457
#define INDEX_VERSION_MAJOR 2
#define INDEX_ROOT	    8 /* where the reference to the root node stands */

/* A reference to a node: its offset, and which of its parts are there, in this order. */
#define NODE_PREFIX   0x80000000u
#define NODE_CHILDREN 0x20000000u
#define NODE_VALUES   0x40000000u
#define NODE_OFFSET   0x0fffffffu

/* The generic kernel's modules.alias.bin is 21 deep. */
#define DEPTH_MAX      64
#define POSITION_WORDS ((MODINDEX_STRING_MAX + 1) / 64)
/* Hits are sorted in rounds of this many, so that there may be any number of them. */
#define HITS_PER_ROUND 32
#define ROUNDS_MAX     64

struct node {
	const char *prefix;
	const uint8_t *children; /* one reference for each byte from first to last */
	unsigned first, last;
	uint32_t value_count;
	struct cursor values;
};

/* The patterns of all keys are read byte by byte while the trie is walked; this is what
 * they have matched so far. Bit n of @ends: the pattern may end before byte n of the
 * string. */
struct glob {
	uint64_t ends[POSITION_WORDS];
	uint64_t class[4]; /* bytes named by the [...] that is being read */
	enum { OUTSIDE, CLASS_START, CLASS } state;
	bool negated, range;
	uint8_t previous; /* may become the start of a range */
};

struct match {
	const struct modindex *index;
	const char *string;
	size_t len;
	unsigned words;		  /* of struct glob's @ends in use */
	size_t budget;		  /* steps left in this round: no more than bytes */
	uint64_t after;		  /* the last hit of the round before */
	const char *value_before; /* what was visited last */
	unsigned count;
	uint64_t hits[HITS_PER_ROUND]; /* ascending: priority, then offset of the value */
};

static uint32_t read_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int modindex_open(struct modindex *index, const void *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	uint32_t magic = cursor_be32(&c), version = cursor_be32(&c);

	(void)cursor_be32(&c); /* the root: only that it is there */
	if (c.overrun || magic != INDEX_MAGIC || version >> 16 != INDEX_VERSION_MAJOR)
		return -EINVAL;
	*index = (struct modindex){ .data = data, .len = len };
	return 0;
}

/* A modindex of zeroes has no keys. */
static uint32_t index_root(const struct modindex *index)
{
	return index->len >= INDEX_ROOT + 4 ? read_be32(index->data + INDEX_ROOT) : 0;
}

static int node_read(const struct modindex *index, uint32_t ref, struct node *node)
{
	struct cursor c = cursor_over(index->data, index->len);

	*node = (struct node){ .prefix = "", .first = 1 };
	cursor_seek(&c, ref & NODE_OFFSET);
	if (ref & NODE_PREFIX)
		node->prefix = cursor_string(&c);
	if (ref & NODE_CHILDREN) {
		node->first = cursor_u8(&c);
		node->last = cursor_u8(&c);
		if (node->first > node->last)
			return -EUCLEAN;
		node->children = cursor_bytes(&c, (node->last - node->first + 1) * 4);
	}
	if (ref & NODE_VALUES)
		node->value_count = cursor_be32(&c);
	node->values = c;
	return c.overrun ? -EUCLEAN : 0;
}

/* 0: there is none. */
static uint32_t node_child(const struct node *node, unsigned byte)
{
	uint32_t ref;

	if (byte < node->first || byte > node->last)
		return 0;
	ref = read_be32(node->children + (byte - node->first) * 4);
	return ref & NODE_OFFSET ? ref : 0;
}

static int visit_values(struct node *node, modindex_visit visit, void *ctx)
{
	for (uint32_t i = 0; i < node->value_count; i++) {
		const char *value;
		int err;

		(void)cursor_be32(&node->values); /* the priority they are sorted by */
		value = cursor_string(&node->values);
		if (!value)
			return -EUCLEAN;
		err = visit(ctx, value);
		if (err)
			return err;
	}
	return 0;
}

/* A loop in a damaged index ends with the key: each child takes a byte of it. */
int modindex_lookup(const struct modindex *index, const char *key, modindex_visit visit,
		    void *ctx)
{
	uint32_t ref = index_root(index);

	while (ref) {
		struct node node;
		int err = node_read(index, ref, &node);

		if (err)
			return err;
		for (const char *p = node.prefix; *p; p++, key++)
			if (*p != *key)
				return 0;
		if (!*key)
			return visit_values(&node, visit, ctx);
		ref = node_child(&node, (uint8_t)*key++);
	}
	return 0;
}

static void bits_add(uint64_t *bits, uint8_t byte)
{
	bits[byte / 64] |= UINT64_C(1) << byte % 64;
}

static bool bits_have(const uint64_t *bits, uint8_t byte)
{
	return bits[byte / 64] >> byte % 64 & 1;
}

static bool token_accepts(const struct glob *g, uint8_t token, uint8_t byte)
{
	switch (token) {
	case '?':
		return true;
	case ']':
		return bits_have(g->class, byte) != g->negated;
	default:
		return token == byte;
	}
}

/* Takes one byte of the string wherever @token accepts it: a byte, '?', or ']' for the
 * class that has just been read. */
static bool glob_advance(const struct match *m, struct glob *g, uint8_t token)
{
	uint64_t carry = 0, any = 0;

	for (unsigned i = 0; i < m->words; i++) {
		uint64_t left = g->ends[i], moved = carry;

		carry = 0;
		for (; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			size_t at = i * 64 + bit;

			if (at >= m->len ||
			    !token_accepts(g, token, (uint8_t)m->string[at]))
				continue;
			moved |= UINT64_C(2) << bit;
			carry = bit == 63;
		}
		g->ends[i] = moved;
		any |= moved;
	}
	return any != 0;
}

/* '*': the pattern may end anywhere from the first place on where it may have ended. */
static bool glob_star(const struct match *m, struct glob *g)
{
	unsigned i = 0;

	while (!g->ends[i])
		i++;
	g->ends[i] |= -g->ends[i];
	while (++i < m->words)
		g->ends[i] = ~UINT64_C(0);
	g->ends[m->words - 1] &= ~UINT64_C(0) >> (63 - m->len % 64);
	return true;
}

static void class_add(struct glob *g, uint8_t byte)
{
	if (g->range)
		for (unsigned c = g->previous; c < byte; c++)
			bits_add(g->class, (uint8_t)c);
	bits_add(g->class, byte);
	g->range = false;
	g->previous = byte;
}

/* One byte of what stands between '[' and ']'. The trie may cut it anywhere. */
static bool class_feed(const struct match *m, struct glob *g, uint8_t byte)
{
	if (g->state == CLASS_START && (byte == '!' || byte == '^') && !g->negated) {
		g->negated = true;
		return true;
	}
	if (g->state == CLASS && byte == ']') {
		if (g->range)
			bits_add(g->class, '-');
		g->state = OUTSIDE;
		return glob_advance(m, g, ']');
	}
	if (g->state == CLASS && byte == '-' && !g->range) {
		g->range = true;
		return true;
	}
	g->state = CLASS;
	class_add(g, byte);
	return true;
}

/* One more byte of the pattern. False: nothing that begins like this matches. */
static bool glob_feed(const struct match *m, struct glob *g, uint8_t byte)
{
	if (g->state != OUTSIDE)
		return class_feed(m, g, byte);
	switch (byte) {
	case '*':
		return glob_star(m, g);
	case '[':
		memset(g->class, 0, sizeof(g->class));
		g->state = CLASS_START;
		g->negated = g->range = false;
		return true;
	case ']':
		return false; /* a token of glob_advance(), and depmod refuses it alone */
	default:
		return glob_advance(m, g, byte);
	}
}

static void glob_copy(const struct match *m, struct glob *to, const struct glob *from)
{
	for (unsigned i = 0; i < m->words; i++)
		to->ends[i] = from->ends[i];
	memcpy(to->class, from->class, sizeof(*to) - offsetof(struct glob, class));
}

/* The bytes with which a pattern may go on: children under others need no look. */
static void glob_wanted(const struct match *m, const struct glob *g, uint64_t wanted[4])
{
	const char *string = m->string;

	if (g->state != OUTSIDE) {
		memset(wanted, 0xff, 32);
		return;
	}
	memset(wanted, 0, 32);
	bits_add(wanted, '*');
	bits_add(wanted, '?');
	bits_add(wanted, '[');
	for (unsigned i = 0; i < m->words; i++, string += 64)
		for (uint64_t left = g->ends[i]; left; left &= left - 1)
			bits_add(wanted, (uint8_t)string[__builtin_ctzll(left)]);
}

static void hits_add(struct match *m, uint64_t hit)
{
	unsigned i = m->count;

	if (hit <= m->after)
		return;
	while (i > 0 && m->hits[i - 1] > hit)
		i--;
	if (i == HITS_PER_ROUND || (i > 0 && m->hits[i - 1] == hit))
		return;
	if (m->count < HITS_PER_ROUND)
		m->count++;
	memmove(&m->hits[i + 1], &m->hits[i], (m->count - 1 - i) * sizeof(hit));
	m->hits[i] = hit;
}

static int collect_values(struct match *m, struct node *node)
{
	for (uint32_t i = 0; i < node->value_count; i++) {
		uint64_t priority = cursor_be32(&node->values);
		size_t offset = node->values.off;

		if (!cursor_string(&node->values))
			return -EUCLEAN;
		hits_add(m, priority << 32 | offset);
	}
	return 0;
}

static int walk(struct match *m, uint32_t ref, struct glob *g, unsigned depth)
{
	struct glob next;
	struct node node;
	uint64_t wanted[4];
	size_t last = m->len;
	int err = depth < DEPTH_MAX && m->budget-- > 0 ? node_read(m->index, ref, &node)
						       : -EUCLEAN;

	if (err)
		return err;
	for (const char *p = node.prefix; *p; p++) {
		if (m->budget-- == 0)
			return -EUCLEAN;
		if (!glob_feed(m, g, (uint8_t)*p))
			return 0;
	}
	if (g->state == OUTSIDE && g->ends[last / 64] >> last % 64 & 1)
		err = collect_values(m, &node);
	if (!node.children)
		return err;
	glob_wanted(m, g, wanted);
	for (unsigned c = node.first; c <= node.last && !err; c++) {
		uint32_t child = bits_have(wanted, (uint8_t)c) ? node_child(&node, c) : 0;

		if (!child)
			continue;
		glob_copy(m, &next, g);
		if (glob_feed(m, &next, (uint8_t)c))
			err = walk(m, child, &next, depth + 1);
	}
	return err;
}

static int visit_hits(struct match *m, modindex_visit visit, void *ctx)
{
	int err = 0;

	for (unsigned i = 0; i < m->count && !err; i++) {
		const char *value = (const char *)m->index->data + (uint32_t)m->hits[i];

		if (!m->value_before || strcmp(m->value_before, value) != 0)
			err = visit(ctx, value);
		m->value_before = value;
	}
	return err;
}

int modindex_match(const struct modindex *index, const char *string, modindex_visit visit,
		   void *ctx)
{
	uint32_t root = index_root(index);
	struct match m = { .index = index, .string = string, .len = strlen(string) };
	int err = 0;

	if (m.len > MODINDEX_STRING_MAX)
		return -ENAMETOOLONG;
	m.words = (unsigned)(m.len / 64) + 1;
	for (unsigned round = 0; root && !err; round++) {
		struct glob start = { .ends = { 1 } };

		m.budget = index->len;
		m.count = 0;
		err = round < ROUNDS_MAX ? walk(&m, root, &start, 0) : -EUCLEAN;
		if (!err)
			err = visit_hits(&m, visit, ctx);
		if (m.count < HITS_PER_ROUND)
			break;
		m.after = m.hits[HITS_PER_ROUND - 1];
	}
	return err;
}
