#include "lib/netlink.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

int netlink_open(struct netlink *nl, uint32_t groups)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	fd_auto int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*nl = (struct netlink){ .fd = fd_take(&fd) };
	return 0;
}

void netlink_start(struct netlink_request *r, uint16_t type, uint16_t flags,
		   const void *body, size_t len)
{
	memset(r, 0, sizeof(*r));
	r->header.nlmsg_type = type;
	r->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	r->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	memcpy(NLMSG_DATA(&r->header), body, len);
}

void netlink_put(struct netlink_request *r, uint16_t type, const void *data, size_t len)
{
	struct nlattr head = { .nla_type = type,
			       .nla_len = (uint16_t)(NLA_HDRLEN + len) };
	size_t at = NLMSG_ALIGN(r->header.nlmsg_len);

	if (len > sizeof(r->bytes) || at + NLA_HDRLEN + len > sizeof(r->bytes)) {
		r->truncated = true;
		return;
	}
	memcpy(r->bytes + at, &head, sizeof(head));
	if (len)
		memcpy(r->bytes + at + NLA_HDRLEN, data, len);
	r->header.nlmsg_len = (uint32_t)(at + NLA_HDRLEN + len);
}

void netlink_put_string(struct netlink_request *r, uint16_t type, const char *s)
{
	netlink_put(r, type, s, strlen(s) + 1);
}

size_t netlink_nest_start(struct netlink_request *r, uint16_t type)
{
	size_t at = NLMSG_ALIGN(r->header.nlmsg_len);

	netlink_put(r, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void netlink_nest_end(struct netlink_request *r, size_t nest)
{
	struct nlattr head;

	if (r->truncated)
		return;
	memcpy(&head, r->bytes + nest, sizeof(head));
	head.nla_len = (uint16_t)(r->header.nlmsg_len - nest);
	memcpy(r->bytes + nest, &head, sizeof(head));
}

int netlink_send(struct netlink *nl, struct netlink_request *r)
{
	if (r->truncated)
		return -EMSGSIZE;
	r->header.nlmsg_seq = ++nl->sequence;
	if (send(nl->fd, r->bytes, r->header.nlmsg_len, 0) < 0)
		return -errno;
	return 0;
}

static ssize_t receive(struct netlink *nl, void *data, size_t size, int flags)
{
	struct sockaddr_nl from = { 0 };
	struct iovec part = { .iov_base = data, .iov_len = size };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
	};

	for (;;) {
		ssize_t len = recvmsg(nl->fd, &message, flags);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		/* any process may send to our port (CVE-2009-1185) */
		if (from.nl_pid != 0)
			continue;
		return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : len;
	}
}

ssize_t netlink_receive(struct netlink *nl, void *data, size_t size)
{
	return receive(nl, data, size, MSG_DONTWAIT);
}

/* True when @datagram holds the acknowledgement of @sequence, whose error goes to
 * @result. */
static bool find_acknowledgement(struct cursor datagram, uint32_t sequence, int *result)
{
	while (cursor_left(&datagram) >= NLMSG_HDRLEN) {
		struct nlmsghdr header;
		struct netlink_message message;
		const uint8_t *bytes;

		memcpy(&header, datagram.data + datagram.off, sizeof(header));
		if (!netlink_next(&datagram, &message))
			return false;
		if (header.nlmsg_type != NLMSG_ERROR || header.nlmsg_seq != sequence)
			continue;
		bytes = cursor_bytes(&message.body, sizeof(*result));
		if (!bytes)
			return false;
		memcpy(result, bytes, sizeof(*result));
		return true;
	}
	return false;
}

int netlink_call(struct netlink *nl, struct netlink_request *r)
{
	uint8_t answer[NETLINK_REQUEST_SIZE * 2]; /* an error repeats the request */
	int err;

	r->header.nlmsg_flags |= NLM_F_ACK;
	err = netlink_send(nl, r);
	if (err)
		return err;
	for (;;) {
		ssize_t len = receive(nl, answer, sizeof(answer), 0);
		int result;

		if (len < 0)
			return (int)len;
		if (find_acknowledgement(cursor_over(answer, (size_t)len), nl->sequence,
					 &result))
			return result;
	}
}

/* The end of a dump, or the error that takes its place, goes to @result. */
static bool is_dump_end(const struct netlink_message *message, int *result)
{
	struct cursor body = message->body;
	const uint8_t *bytes;

	if (message->type != NLMSG_DONE && message->type != NLMSG_ERROR)
		return false;
	bytes = cursor_bytes(&body, sizeof(*result));
	*result = 0;
	if (bytes)
		memcpy(result, bytes, sizeof(*result));
	return true;
}

int netlink_dump(struct netlink *nl, struct netlink_request *r,
		 void (*see)(void *ctx, const struct netlink_message *message), void *ctx)
{
	uint8_t data[NETLINK_RECEIVE_SIZE];
	int err, result;

	r->header.nlmsg_flags |= NLM_F_DUMP;
	err = netlink_send(nl, r);
	if (err)
		return err;
	for (;;) {
		ssize_t len = receive(nl, data, sizeof(data), 0);
		struct cursor datagram = cursor_over(data, len < 0 ? 0 : (size_t)len);
		struct netlink_message message;

		if (len < 0)
			return (int)len;
		while (cursor_left(&datagram) && netlink_next(&datagram, &message)) {
			if (is_dump_end(&message, &result))
				return result;
			see(ctx, &message);
		}
	}
}

/* The last message or attribute of a datagram may come without its padding. */
static void skip_padding(struct cursor *c, size_t padding)
{
	cursor_skip(c, padding < cursor_left(c) ? padding : cursor_left(c));
}

bool netlink_next(struct cursor *datagram, struct netlink_message *out)
{
	struct nlmsghdr header;
	const uint8_t *bytes = cursor_bytes(datagram, sizeof(header));

	if (!bytes)
		return false;
	memcpy(&header, bytes, sizeof(header));
	if (header.nlmsg_len < NLMSG_HDRLEN)
		return false;
	bytes = cursor_bytes(datagram, header.nlmsg_len - NLMSG_HDRLEN);
	if (!bytes)
		return false;
	skip_padding(datagram, NLMSG_ALIGN(header.nlmsg_len) - header.nlmsg_len);
	*out = (struct netlink_message){
		.type = header.nlmsg_type,
		.body = cursor_over(bytes, header.nlmsg_len - NLMSG_HDRLEN),
	};
	return true;
}

bool netlink_next_attribute(struct cursor *body, struct netlink_attribute *out)
{
	struct nlattr head;
	const uint8_t *bytes = cursor_bytes(body, sizeof(head));

	if (!bytes)
		return false;
	memcpy(&head, bytes, sizeof(head));
	if (head.nla_len < NLA_HDRLEN)
		return false;
	bytes = cursor_bytes(body, head.nla_len - NLA_HDRLEN);
	if (!bytes)
		return false;
	skip_padding(body, (size_t)NLA_ALIGN(head.nla_len) - head.nla_len);
	*out = (struct netlink_attribute){
		.type = head.nla_type & NLA_TYPE_MASK,
		.data = bytes,
		.len = head.nla_len - NLA_HDRLEN,
	};
	return true;
}
