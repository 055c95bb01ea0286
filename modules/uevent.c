#include "modules/uevent.h"

#include "lib/klibc.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#define GROUP_KERNEL	     1
#define RECEIVE_BUFFER_BYTES (8 * 1024 * 1024)

/* The header is `action@devpath`; both come again as keys, so it is only checked. */
static size_t header_length(const char *message, size_t len)
{
	const char *end = len ? memchr(message, '\0', len) : NULL;

	if (!end || end == message || !memchr(message, '@', (size_t)(end - message)))
		return 0;
	return (size_t)(end - message) + 1;
}

int uevent_parse(const char *message, size_t len, struct uevent *out)
{
	static const struct {
		const char *key;
		size_t offset;
	} keys[] = {
		{ "ACTION=", offsetof(struct uevent, action) },
		{ "DEVPATH=", offsetof(struct uevent, devpath) },
		{ "SUBSYSTEM=", offsetof(struct uevent, subsystem) },
		{ "DEVNAME=", offsetof(struct uevent, devname) },
		{ "DEVTYPE=", offsetof(struct uevent, devtype) },
		{ "MODALIAS=", offsetof(struct uevent, modalias) },
		{ "DRIVER=", offsetof(struct uevent, driver) },
	};
	size_t off = header_length(message, len);

	if (!off || message[len - 1] != '\0')
		return -EINVAL;
	*out = (struct uevent){ "", "", "", "", "", "", "" };
	while (off < len) {
		const char *pair = message + off;

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			const char *value = str_after(pair, keys[i].key);

			if (value)
				*(const char **)((char *)out + keys[i].offset) = value;
		}
		off += strlen(pair) + 1;
	}
	return *out->action && *out->devpath ? 0 : -EINVAL;
}

int uevent_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
				       .nl_groups = GROUP_KERNEL };
	int size = RECEIVE_BUFFER_BYTES, on = 1, err;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	/* a smaller buffer still works: lost events are noticed and made good by a scan
	 */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

struct credentials { /* struct ucred of unix(7), which klibc does not declare */
	int32_t pid;
	uint32_t uid, gid;
};

static int sent_by_root(struct msghdr *header)
{
	struct credentials who;
	struct cmsghdr *control = CMSG_FIRSTHDR(header);

	if (!control || control->cmsg_level != SOL_SOCKET ||
	    control->cmsg_type != SCM_CREDENTIALS ||
	    control->cmsg_len < CMSG_LEN(sizeof(who)))
		return 0;
	memcpy(&who, CMSG_DATA(control), sizeof(who));
	return who.uid == 0;
}

int uevent_receive(int fd, char *message)
{
	for (;;) {
		struct sockaddr_nl sender = { 0 };
		_Alignas(struct cmsghdr) char
			control[CMSG_SPACE(sizeof(struct credentials))];
		struct iovec bytes = { message, UEVENT_MESSAGE_MAX };
		struct msghdr header = {
			.msg_name = &sender,
			.msg_namelen = sizeof(sender),
			.msg_iov = &bytes,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t len = recvmsg(fd, &header, 0);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (sender.nl_pid == 0 && !(header.msg_flags & MSG_TRUNC) &&
		    sent_by_root(&header))
			return (int)len;
	}
}
