/* What may start when: a graph worked off as a transcript of numbers. */
#include "modules/modgraph.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdlib.h>

static struct modgraph g;

static int set_up(void **state)
{
	(void)state;
	modgraph_reset(&g);
	return 0;
}

static int node(void)
{
	int n = modgraph_add(&g);

	assert_true(n >= 0);
	modgraph_close(&g, n);
	return n;
}

static void expect_next(int expected, int expected_cause)
{
	int cause = -1;

	assert_int_equal(modgraph_next(&g, &cause), expected);
	if (expected >= 0)
		assert_int_equal(cause, expected_cause);
}

static void what_is_free_starts_at_once_by_rank(void **state)
{
	int a = modgraph_add(&g), b = modgraph_add(&g);

	(void)state;
	expect_next(-1, -1); /* both are open */
	modgraph_close(&g, b);
	modgraph_close(&g, a);
	expect_next(b, -1);
	expect_next(a, -1);
	expect_next(-1, -1);
	assert_int_equal(g.running, 2);
	modgraph_finish(&g, a, 0);
	modgraph_finish(&g, b, -EIO);
	assert_int_equal(g.running, 0);
	assert_int_equal(g.unfinished, 0);
}

static void a_node_waits_for_all_it_needs(void **state)
{
	int disk = node(), bus = node(), crc = node();

	(void)state;
	assert_int_equal(modgraph_need(&g, disk, bus, true), 0);
	assert_int_equal(modgraph_need(&g, disk, crc, false), 0);
	expect_next(bus, -1);
	expect_next(crc, -1);
	modgraph_finish(&g, bus, 0);
	expect_next(-1, -1);
	modgraph_finish(&g, crc, 0);
	expect_next(disk, -1);
}

static void a_failure_reaches_those_that_must_have_it(void **state)
{
	int top = node(), disk = node(), soft = node(), bus = node();

	(void)state;
	assert_int_equal(modgraph_need(&g, top, disk, true), 0);
	assert_int_equal(modgraph_need(&g, disk, bus, true), 0);
	assert_int_equal(modgraph_need(&g, soft, bus, false), 0);
	expect_next(bus, -1);
	modgraph_finish(&g, bus, -ENOEXEC);
	expect_next(disk, bus);
	modgraph_finish(&g, disk, -ENOEXEC);
	expect_next(top, disk);
	modgraph_finish(&g, top, -ENOEXEC);
	expect_next(soft, -1);
	assert_int_equal(g.nodes[top].err, -ENOEXEC);
}

/* Planning goes on while others run. */
static void what_has_ended_before_it_is_needed_counts(void **state)
{
	int good = node(), bad = node(), a, b, c;

	(void)state;
	expect_next(good, -1);
	expect_next(bad, -1);
	modgraph_finish(&g, good, 0);
	modgraph_finish(&g, bad, -EIO);
	a = node();
	b = node();
	c = node();
	assert_int_equal(modgraph_need(&g, a, good, true), 0);
	assert_int_equal(modgraph_need(&g, b, bad, true), 0);
	assert_int_equal(modgraph_need(&g, c, bad, false), 0);
	expect_next(a, -1);
	expect_next(b, bad);
	expect_next(c, -1);
}

static void loops_are_refused(void **state)
{
	int a = node(), b = node(), c = node();

	(void)state;
	assert_int_equal(modgraph_need(&g, a, a, true), -ELOOP);
	assert_int_equal(modgraph_need(&g, a, b, false), 0);
	assert_int_equal(modgraph_need(&g, b, c, false), 0);
	assert_int_equal(modgraph_need(&g, c, a, true), -ELOOP);
	expect_next(c, -1);
	modgraph_finish(&g, c, 0);
	expect_next(b, -1);
	modgraph_finish(&g, b, 0);
	expect_next(a, -1);
}

static void behind_the_barrier_waits_for_before_it(void **state)
{
	int first = node(), second, third;

	(void)state;
	modgraph_barrier(&g);
	second = node();
	assert_int_equal(modgraph_need(&g, first, second, true), -ELOOP);
	expect_next(first, -1);
	expect_next(-1, -1);
	modgraph_finish(&g, first, -EIO);
	expect_next(second, -1);
	modgraph_barrier(&g);
	third = node();
	expect_next(-1, -1);
	modgraph_slow(&g, second); /* whoever is that slow is not waited for */
	assert_int_equal(g.running, 0);
	expect_next(third, -1);
	modgraph_finish(&g, second, 0);
	modgraph_finish(&g, third, 0);
	assert_int_equal(g.unfinished, 0);
	assert_int_equal(g.running, 0);
}

static void a_slow_node_still_holds_up_those_that_need_it(void **state)
{
	int slow = node(), user = node();

	(void)state;
	assert_int_equal(modgraph_need(&g, user, slow, true), 0);
	expect_next(slow, -1);
	modgraph_slow(&g, slow);
	expect_next(-1, -1);
	modgraph_finish(&g, slow, -ETIMEDOUT);
	expect_next(user, slow);
}

static void full_is_said_and_a_reset_makes_room(void **state)
{
	(void)state;
	for (int i = 0; i < MODGRAPH_NODES_MAX; i++)
		assert_int_equal(node(), i);
	assert_int_equal(modgraph_add(&g), -ENOSPC);
	modgraph_reset(&g);
	assert_int_equal(node(), 0);
	assert_int_equal(node(), 1);
	for (int i = 0; i < MODGRAPH_EDGES_MAX; i++)
		assert_int_equal(modgraph_need(&g, 0, 1, true), 0);
	assert_int_equal(modgraph_need(&g, 0, 1, true), -ENOSPC);
}

/* Whatever edges are asked for, all nodes come to an end, none before what it needs. */
static void every_graph_comes_to_an_end(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 300; round++) {
		int running[4], count = 0, cause, n;

		modgraph_reset(&g);
		for (int i = 0; i < 30; i++) {
			(void)node();
			if (rand() % 10 == 0)
				modgraph_barrier(&g);
			for (int k = 0; k < 3; k++)
				(void)modgraph_need(&g, rand() % (i + 1),
						    rand() % (i + 1), rand() % 2);
		}
		while (g.unfinished) {
			while (count < 4 && (n = modgraph_next(&g, &cause)) >= 0) {
				for (unsigned e = 0; e < g.edge_count; e++)
					if (g.edges[e].node == n)
						assert_true(
							g.nodes[g.edges[e].needs].state >=
							MODGRAPH_DONE);
				running[count++] = n;
			}
			assert_true(count > 0);
			n = rand() % count;
			modgraph_finish(&g, running[n], rand() % 4 ? 0 : -EIO);
			running[n] = running[--count];
		}
	}
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_free_starts_at_once_by_rank),
		TEST(a_node_waits_for_all_it_needs),
		TEST(a_failure_reaches_those_that_must_have_it),
		TEST(what_has_ended_before_it_is_needed_counts),
		TEST(loops_are_refused),
		TEST(behind_the_barrier_waits_for_before_it),
		TEST(a_slow_node_still_holds_up_those_that_need_it),
		TEST(full_is_said_and_a_reset_makes_room),
		TEST(every_graph_comes_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
