#include "netcfg/hostname.h"
#include "netcfg/inet6_view.h"
#include "netcfg/ndopt.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct inet6_view *view)
{
	struct lease lease;
	uint64_t wake_ms = inet6_view_wake_ms(view);

	inet6_view_lease(view, &lease);
	if (strnlen(lease.domain, sizeof(lease.domain)) == sizeof(lease.domain))
		abort();
	for (const char *s = lease.domain; *s; s++)
		if (*s != ' ' && *s != '.' && !hostname_is_valid(s, 1) && *s != '-')
			abort();
	if (wake_ms == INET6_NEVER)
		return;
	if (!inet6_view_expire(view, wake_ms) || inet6_view_wake_ms(view) <= wake_ms)
		abort();
}

/* The input is a datagram of rtnetlink about interface 3, or one option of a router. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor datagram = cursor_over(data, size);
	struct nduseroptmsg head = { .nduseropt_family = AF_INET6,
				     .nduseropt_opts_len = (uint16_t)size,
				     .nduseropt_ifindex = 3 };
	struct netlink_message message;
	struct inet6_view view;
	uint8_t body[4096];

	inet6_view_init(&view, 3);
	while (cursor_left(&datagram) && netlink_next(&datagram, &message))
		(void)inet6_view_message(&view, &message, 1000);
	if (size <= sizeof(body) - sizeof(head)) {
		memcpy(body, &head, sizeof(head));
		memcpy(body + sizeof(head), data, size);
		message.type = RTM_NEWNDUSEROPT;
		message.body = cursor_over(body, sizeof(head) + size);
		(void)inet6_view_message(&view, &message, 2000);
	}
	check(&view);
	return 0;
}
