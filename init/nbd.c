#include "init/nbd.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/nbd-netlink.h>
#include <string.h>

static int open_generic(struct netlink *nl)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	fd_auto int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*nl = (struct netlink){ .fd = fd_take(&fd) };
	return 0;
}

/* Sends @r and finds the attribute @type of the answer, of @len bytes, in @out. Generic netlink
 * answers before send() returns. 0; the error of the kernel; -ENODATA: not in the answer. */
static int ask(struct netlink *nl, struct netlink_request *r, uint16_t type, void *out,
	       size_t len)
{
	static uint8_t data[4096];
	struct netlink_attribute attribute;
	struct netlink_message message;
	struct cursor datagram;
	ssize_t size;
	int err = netlink_send(nl, r);

	if (err)
		return err;
	size = netlink_receive(nl, data, sizeof(data));
	if (size < 0)
		return (int)size;
	datagram = cursor_over(data, (size_t)size);
	if (!netlink_next(&datagram, &message))
		return -EPROTO;
	if (message.type == NLMSG_ERROR) {
		const uint8_t *bytes = cursor_bytes(&message.body, sizeof(err));

		if (bytes)
			memcpy(&err, bytes, sizeof(err));
		return err ? err : -ENODATA;
	}
	cursor_skip(&message.body, GENL_HDRLEN);
	while (netlink_next_attribute(&message.body, &attribute))
		if (attribute.type == type && attribute.len == len) {
			memcpy(out, attribute.data, len);
			return 0;
		}
	return -ENODATA;
}

static void start(struct netlink_request *r, uint16_t family, uint8_t command)
{
	const struct genlmsghdr header = { .cmd = command, .version = 1 };

	netlink_start(r, family, 0, &header, sizeof(header));
}

static int find_family(struct netlink *nl, uint16_t *out)
{
	struct netlink_request r;

	start(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	netlink_put(&r, CTRL_ATTR_FAMILY_NAME, NBD_GENL_FAMILY_NAME,
		    sizeof(NBD_GENL_FAMILY_NAME));
	return ask(nl, &r, CTRL_ATTR_FAMILY_ID, out, sizeof(*out));
}

/* NBD_ATTR_SOCKETS { NBD_SOCK_ITEM { NBD_SOCK_FD } } */
static void put_socket(struct netlink_request *r, int socket)
{
	const struct {
		struct nlattr item, fd;
		uint32_t value;
	} sockets = {
		.item = { .nla_len = sizeof(sockets),
			  .nla_type = NBD_SOCK_ITEM | NLA_F_NESTED },
		.fd = { .nla_len = sizeof(sockets) - sizeof(sockets.item),
			.nla_type = NBD_SOCK_FD },
		.value = (uint32_t)socket,
	};

	netlink_put(r, NBD_ATTR_SOCKETS | NLA_F_NESTED, &sockets, sizeof(sockets));
}

static void put_u64(struct netlink_request *r, uint16_t type, uint64_t value)
{
	netlink_put(r, type, &value, sizeof(value));
}

bool nbd_is_there(void)
{
	struct netlink nl = { .fd = -1 };
	uint16_t family;
	int err = open_generic(&nl);

	if (!err)
		err = find_family(&nl, &family);
	fd_close(&nl.fd);
	return !err;
}

int nbd_connect(const struct nbd_disk *disk)
{
	struct netlink nl = { .fd = -1 };
	struct netlink_request r;
	uint16_t family;
	uint32_t index;
	int err = open_generic(&nl);

	if (!err)
		err = find_family(&nl, &family);
	if (!err) {
		start(&r, family, NBD_CMD_CONNECT);
		put_u64(&r, NBD_ATTR_SIZE_BYTES, disk->bytes);
		put_u64(&r, NBD_ATTR_BLOCK_SIZE_BYTES, disk->block_bytes);
		put_u64(&r, NBD_ATTR_SERVER_FLAGS, disk->flags);
		put_u64(&r, NBD_ATTR_TIMEOUT, disk->timeout_s);
		put_u64(&r, NBD_ATTR_DEAD_CONN_TIMEOUT, disk->dead_conn_s);
		put_socket(&r, disk->socket);
		err = ask(&nl, &r, NBD_ATTR_INDEX, &index, sizeof(index));
	}
	fd_close(&nl.fd);
	return err ? err : (int)index;
}
