#include "modules/uevent.h"

#include "lib/klibc.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <string.h>

#define GROUP_KERNEL	       1
#define FOUR_BYTES(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define RECEIVE_BUFFER_BYTES   (8 * 1024 * 1024)

/* The header is `action@devpath`; both come again as keys, so it is only checked. */
static size_t header_length(const char *message, size_t len)
{
	const char *end = len ? memchr(message, '\0', len) : NULL;

	if (!end || end == message || !memchr(message, '@', (size_t)(end - message)))
		return 0;
	return (size_t)(end - message) + 1;
}

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
	{ "FIRMWARE=", offsetof(struct uevent, firmware) },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void set_field(struct uevent *event, size_t key, const char *value)
{
	*(const char **)((char *)event + keys[key].offset) = value;
}

int uevent_parse(const char *message, size_t len, struct uevent *out)
{
	size_t off = header_length(message, len);

	if (!off || message[len - 1] != '\0')
		return -EINVAL;
	for (size_t i = 0; i < KEY_COUNT; i++)
		set_field(out, i, "");
	while (off < len) {
		const char *pair = message + off;

		for (size_t i = 0; i < KEY_COUNT; i++) {
			const char *value = str_after(pair, keys[i].key);

			if (value)
				set_field(out, i, value);
		}
		off += strlen(pair) + 1;
	}
	return *out->action && *out->devpath ? 0 : -EINVAL;
}

/* Most events of a boot are of modules, buses and drivers, or say that a driver was bound to a
 * device. Nobody asks for these, and each would wake PID 1: the socket takes what concerns
 * /devices, and what it cannot judge by its first bytes. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FOUR_BYTES('b', 'i', 'n', 'd'), 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FOUR_BYTES('a', 'd', 'd', '@'), 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FOUR_BYTES('/', 'd', 'e', 'v'), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UEVENT_MESSAGE_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
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
	(void)attach_filter(fd); /* without it more is heard than is needed */
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int sent_by_root(struct msghdr *header)
{
	struct ucred who;
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
		_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
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
		if (sender.nl_pid == 0 && sent_by_root(&header))
			return header.msg_flags & MSG_TRUNC ? -ENOBUFS : (int)len;
	}
}
