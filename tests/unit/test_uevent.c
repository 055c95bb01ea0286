/* Messages as the kernel 6.1 sent them, and what is not one. */
/* wrap: recvmsg */
#include "modules/uevent.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

/* What the socket gives, one a call. */
static const struct arrival {
	int err; /* of the call itself */
	uint32_t nl_pid;
	uid_t uid;
	int flags;
	int no_credentials;
} * next;

ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags);

ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags)
{
	const struct arrival *now = next++;
	struct ucred who = { .uid = now->uid };
	struct cmsghdr *control = CMSG_FIRSTHDR(header);

	(void)fd, (void)flags;
	if (now->err) {
		errno = now->err;
		return -1;
	}
	*(struct sockaddr_nl *)header->msg_name =
		(struct sockaddr_nl){ .nl_family = AF_NETLINK, .nl_pid = now->nl_pid };
	memcpy(header->msg_iov->iov_base, "add@/x", 7);
	header->msg_flags = now->flags;
	if (now->no_credentials) {
		header->msg_controllen = 0;
	} else {
		control->cmsg_level = SOL_SOCKET;
		control->cmsg_type = SCM_CREDENTIALS;
		control->cmsg_len = CMSG_LEN(sizeof(who));
		memcpy(CMSG_DATA(control), &who, sizeof(who));
	}
	return 7;
}

static void only_the_kernel_is_believed(void **state)
{
	static const struct {
		struct arrival arrivals[3];
		int result;
	} cases[] = {
		{ { { 0 } }, 7 },
		{ { { .err = EAGAIN } }, 0 },
		{ { { .err = EINTR }, { 0 } }, 7 },
		{ { { .err = ENOBUFS } }, -ENOBUFS },
		{ { { .nl_pid = 123 }, { .err = EAGAIN } }, 0 },
		{ { { .uid = 1000 }, { .err = EAGAIN } }, 0 },
		{ { { .no_credentials = 1 }, { .err = EAGAIN } }, 0 },
		/* cut: what it said is lost, so look at everything; but not for strangers */
		{ { { .flags = MSG_TRUNC } }, -ENOBUFS },
		{ { { .nl_pid = 123, .flags = MSG_TRUNC }, { .err = EAGAIN } }, 0 },
		{ { { .uid = 1000 }, { 0 } }, 7 },
	};
	char message[UEVENT_MESSAGE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		next = cases[i].arrivals;
		assert_int_equal(uevent_receive(0, message), cases[i].result);
	}
}

#define PARSE(text, out) uevent_parse((text), sizeof(text), (out))

static void a_partition_of_the_kernel(void **state)
{
	static const char message[] = "add@/devices/pci0000:00/0000:00:03.0/virtio0/"
				      "block/vda/vda1\0ACTION=add\0"
				      "DEVPATH=/devices/pci0000:00/0000:00:03.0/virtio0/"
				      "block/vda/vda1\0SUBSYSTEM=block\0"
				      "MAJOR=254\0MINOR=1\0DEVNAME=vda1\0DEVTYPE="
				      "partition\0DISKSEQ=9\0PARTN=1\0SEQNUM=891";
	struct uevent event;

	(void)state;
	assert_int_equal(PARSE(message, &event), 0);
	assert_string_equal(event.action, "add");
	assert_string_equal(event.subsystem, "block");
	assert_string_equal(event.devname, "vda1");
	assert_string_equal(event.devtype, "partition");
	assert_string_equal(event.modalias, "");
}

static void a_device_that_wants_a_driver(void **state)
{
	static const char message[] =
		"add@/devices/pci0000:00/0000:00:03.0\0ACTION=add\0DEVPATH=/devices/"
		"pci0000:00/"
		"0000:00:03.0\0SUBSYSTEM=pci\0MODALIAS=pci:"
		"v00001AF4d00001042sv00001AF4sd00001100"
		"bc01sc00i00\0SEQNUM=700";
	struct uevent event;

	(void)state;
	assert_int_equal(PARSE(message, &event), 0);
	assert_string_equal(event.modalias,
			    "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00");
}

static void what_is_not_a_kernel_message_is_refused(void **state)
{
	static const char libudev[] = "libudev\0\xfe\xed\xca\xfe\0\0\0\0";
	static const char no_keys[] = "add@/devices/x";
	static const char no_end[] = { 'a', '@', 'b', '\0', 'A', 'C',
				       'T', 'I', 'O', 'N',  '=', 'a' };
	struct uevent event;

	(void)state;
	assert_int_equal(PARSE(libudev, &event), -EINVAL);
	assert_int_equal(PARSE(no_keys, &event), -EINVAL);
	assert_int_equal(uevent_parse(no_end, sizeof(no_end), &event), -EINVAL);
	assert_int_equal(uevent_parse("", 0, &event), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_of_the_kernel),
		cmocka_unit_test(a_device_that_wants_a_driver),
		cmocka_unit_test(only_the_kernel_is_believed),
		cmocka_unit_test(what_is_not_a_kernel_message_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
