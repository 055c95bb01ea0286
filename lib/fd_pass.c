#include "lib/fd_pass.h"

#include "lib/klibc.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#define FDS_MAX 4 /* of a message, to see and close what was not asked for */

union control {
	struct cmsghdr align;
	char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

int fd_send(int socket, const void *data, size_t len, int fd)
{
	struct iovec part = { (void *)data, len };
	union control control;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	memset(&control, 0, sizeof(control));
	if (fd >= 0) {
		control.align.cmsg_len = CMSG_LEN(sizeof(fd));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(sizeof(fd));
	}
	return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

ssize_t fd_receive(int socket, void *data, size_t size, int *fd)
{
	struct iovec part = { data, size };
	union control control;
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = len < 0 ? NULL : CMSG_FIRSTHDR(&message);

	*fd = -1;
	for (; head; head = CMSG_NXTHDR(&message, head)) {
		size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int got;

			memcpy(&got, (char *)CMSG_DATA(head) + i * sizeof(got),
			       sizeof(got));
			if (*fd < 0)
				*fd = got;
			else
				close(got);
		}
	}
	return len < 0 ? -errno : len;
}
