#include "lib/fd_pass.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int pair[2];

static int set_up(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
}

static int tear_down(void **state)
{
	(void)state;
	close(pair[0]);
	return pair[1] >= 0 ? close(pair[1]) : 0;
}

static void a_descriptor_comes_with_its_message(void **state)
{
	char text[16] = "";
	int ends[2], fd;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fd_send(pair[0], "with", 4, ends[1]), 0);
	assert_int_equal(fd_send(pair[0], "without", 7, -1), 0);
	close(ends[1]);
	assert_int_equal(fd_receive(pair[1], text, sizeof(text), &fd), 4);
	assert_string_equal(text, "with");
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_int_equal(read(ends[0], text, sizeof(text)), 1);
	assert_int_equal(read(ends[0], text, sizeof(text)),
			 0); /* nobody has it any more */
	close(ends[0]);
	assert_int_equal(fd_receive(pair[1], text, sizeof(text), &fd), 7);
	assert_int_equal(fd, -1);
}

static void nothing_is_waited_for(void **state)
{
	static const char full[65536];
	char text[16];
	int fd, err;

	(void)state;
	assert_int_equal(fd_receive(pair[1], text, sizeof(text), &fd), -EAGAIN);
	do
		err = fd_send(pair[0], full, sizeof(full), -1);
	while (!err);
	assert_int_equal(err, -EAGAIN);
}

static void the_end_is_seen(void **state)
{
	char text[16];
	int fd;

	(void)state;
	assert_int_equal(shutdown(pair[0], SHUT_WR), 0);
	assert_int_equal(fd_receive(pair[1], text, sizeof(text), &fd), 0);
	close(pair[1]);
	pair[1] = -1;
	assert_int_equal(fd_send(pair[0], "x", 1, -1), -EPIPE);
}

/* Two in one message, as our own side never sends them. */
static void what_was_not_asked_for_is_closed(void **state)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(2 * sizeof(int))];
	} control = { .head = { CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec part = { "x", 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int ends[2], fd;
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	memcpy(CMSG_DATA(&control.head), (int[]){ ends[0], ends[1] }, sizeof(ends));
	assert_int_equal(sendmsg(pair[0], &message, 0), 1);
	close(ends[1]);
	assert_int_equal(fd_receive(pair[1], &byte, 1, &fd), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(fd);
	close(ends[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_descriptor_comes_with_its_message),
		TEST(nothing_is_waited_for),
		TEST(the_end_is_seen),
		TEST(what_was_not_asked_for_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
