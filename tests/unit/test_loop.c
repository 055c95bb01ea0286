/* The loop and the workers of PID 1, with real processes and pipes. */
#include "init/loop.h"
#include "init/worker.h"
#include "lib/clock.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_MS 10000

struct note {
	char text[32];
	struct loop *loop;
	int fd;
};

static void write_a(void *ctx)
{
	strcat(((struct note *)ctx)->text, "a");
}

static void write_b_and_drain(void *ctx)
{
	struct note *note = ctx;
	char byte;

	strcat(note->text, "b");
	assert_int_equal(read(note->fd, &byte, 1), 1);
}

static void write_c_and_leave(void *ctx)
{
	struct note *note = ctx;

	strcat(note->text, "c");
	loop_remove(note->loop, note->fd);
}

static void timers_come_once_and_can_be_moved_and_taken_back(void **state)
{
	struct loop loop = { 0 };
	struct note moved = { "" }, taken = { "" };
	uint64_t now_ms = clock_monotonic_ms();

	(void)state;
	assert_int_equal(loop_set_timer(&loop, now_ms + 60000, write_a, &moved), 0);
	assert_int_equal(loop_set_timer(&loop, now_ms, write_a, &moved), 0);
	assert_int_equal(loop_set_timer(&loop, now_ms, write_a, &taken), 0);
	loop_clear_timer(&loop, write_a, &taken);
	assert_true(loop_round(&loop, now_ms + LIMIT_MS));
	assert_string_equal(moved.text, "a");
	assert_string_equal(taken.text, "");
	assert_false(loop_round(&loop, clock_monotonic_ms()));
}

static void sources_are_served_in_order_and_may_leave(void **state)
{
	struct loop loop = { 0 };
	int first[2], second[2];
	struct note note = { "" }, leaver = { "" };

	(void)state;
	assert_int_equal(pipe(first), 0);
	assert_int_equal(pipe(second), 0);
	note = (struct note){ .loop = &loop, .fd = first[0] };
	leaver = (struct note){ .loop = &loop, .fd = second[0] };
	assert_int_equal(loop_add(&loop, first[0], write_b_and_drain, &note), 0);
	assert_int_equal(loop_add(&loop, second[0], write_c_and_leave, &leaver), 0);
	assert_int_equal(write(second[1], "x", 1), 1);
	assert_int_equal(write(first[1], "x", 1), 1);
	assert_true(loop_round(&loop, clock_monotonic_ms() + LIMIT_MS));
	assert_string_equal(note.text, "b");
	assert_string_equal(leaver.text, "c");
	assert_false(loop_round(&loop, clock_monotonic_ms()));
	close(second[0]);
	close(second[1]);
	close(first[1]);
	loop_close_all(&loop);
	assert_int_equal(close(first[0]), -1);
}

static void a_full_loop_says_so(void **state)
{
	struct loop loop = { 0 };

	(void)state;
	for (int i = 0; i < LOOP_SOURCES_MAX; i++)
		assert_int_equal(loop_add(&loop, 1000 + i, write_a, NULL), 0);
	assert_int_equal(loop_add(&loop, 2000, write_a, NULL), -ENOSPC);
}

/* ---- workers */

struct story {
	int started, ended, last;
};

static void started(void *ctx)
{
	((struct story *)ctx)->started++;
}

static void ended(void *ctx, int status)
{
	((struct story *)ctx)->ended = status;
}

static void message(void *ctx, const void *data)
{
	memcpy(&((struct story *)ctx)->last, data, sizeof(int));
}

/* Answers each number with the next one; dies of 13. */
static int count_up(int fd, const void *args)
{
	int number;

	(void)args;
	while (recv(fd, &number, sizeof(number), 0) == (ssize_t)sizeof(number)) {
		if (number == 13)
			kill(getpid(), SIGKILL);
		number++;
		(void)!send(fd, &number, sizeof(number), 0);
	}
	return 7;
}

static struct worker make_worker(struct story *story, enum worker_policy policy)
{
	return (struct worker){
		.name = "counter",
		.run = count_up,
		.policy = policy,
		.message_size = sizeof(int),
		.message = message,
		.started = started,
		.ended = ended,
		.ctx = story,
	};
}

static void ask(struct loop *loop, struct worker *worker, struct story *story, int number)
{
	uint64_t until_ms = clock_monotonic_ms() + LIMIT_MS;

	assert_int_equal(worker_send(worker, &number, sizeof(number)), 0);
	while (story->last != number + 1 && clock_monotonic_ms() < until_ms)
		(void)loop_round(loop, until_ms);
	assert_int_equal(story->last, number + 1);
}

static void wait_for_the_end(struct worker *worker)
{
	int status;
	pid_t pid = waitpid(worker->pid, &status, 0);

	assert_false(worker_reap(worker, pid + 1, status));
	assert_true(worker_reap(worker, pid, status));
}

static void a_worker_answers_and_goes_when_told(void **state)
{
	struct loop loop = { 0 };
	struct story story = { 0 };
	struct worker worker = make_worker(&story, WORKER_RESTART);
	int number = 1;

	(void)state;
	assert_int_equal(worker_send(&worker, &number, sizeof(number)), -EPIPE);
	assert_int_equal(worker_start(&loop, &worker), 0);
	ask(&loop, &worker, &story, 1);
	ask(&loop, &worker, &story, 41);
	worker_stop(&worker);
	wait_for_the_end(&worker);
	assert_int_equal(WEXITSTATUS(story.ended), 7);
	assert_int_equal(story.started, 1);
	assert_int_equal(worker.pid, 0);
	assert_int_equal(loop.source_count, 0);
	assert_false(loop_round(&loop, clock_monotonic_ms()));
}

static void a_worker_that_dies_is_started_again(void **state)
{
	struct loop loop = { 0 };
	struct story story = { 0 };
	struct worker worker = make_worker(&story, WORKER_RESTART);
	uint64_t until_ms = clock_monotonic_ms() + LIMIT_MS;
	int number = 13;

	(void)state;
	assert_int_equal(worker_start(&loop, &worker), 0);
	assert_int_equal(worker_send(&worker, &number, sizeof(number)), 0);
	wait_for_the_end(&worker);
	assert_int_equal(WTERMSIG(story.ended), SIGKILL);
	while (!worker.pid && clock_monotonic_ms() < until_ms)
		(void)loop_round(&loop, until_ms);
	assert_int_equal(story.started, 2);
	ask(&loop, &worker, &story, 2);
	worker_stop(&worker);
	wait_for_the_end(&worker);
}

static void a_worker_for_once_stays_away(void **state)
{
	struct loop loop = { 0 };
	struct story story = { 0 };
	struct worker worker = make_worker(&story, WORKER_ONCE);
	int number = 13;

	(void)state;
	assert_int_equal(worker_start(&loop, &worker), 0);
	assert_int_equal(worker_send(&worker, &number, sizeof(number)), 0);
	wait_for_the_end(&worker);
	assert_false(loop_round(&loop, clock_monotonic_ms()));
	assert_int_equal(worker_send(&worker, &number, sizeof(number)), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_come_once_and_can_be_moved_and_taken_back),
		cmocka_unit_test(sources_are_served_in_order_and_may_leave),
		cmocka_unit_test(a_full_loop_says_so),
		cmocka_unit_test(a_worker_answers_and_goes_when_told),
		cmocka_unit_test(a_worker_that_dies_is_started_again),
		cmocka_unit_test(a_worker_for_once_stays_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
