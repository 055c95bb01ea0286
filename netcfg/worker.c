#include "netcfg/netcfg.h"

#include "netcfg/leave.h"
#include "netcfg/inet6_conf.h"
#include "netcfg/links.h"
#include "netcfg/pnp.h"
#include "netcfg/pxe.h"
#include "netcfg/report.h"
#include "netcfg/sandbox.h"

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/kconfig.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum {
	POLL_PID1,
	POLL_EVENTS,
	POLL_LINKS, /* two for each */
	POLL_MAX = POLL_LINKS + 2 * LINKS_MAX,
};

struct worker {
	struct plan plan;
	struct netlink requests;
	struct netlink lists;
	struct netlink events;
	struct links links;
	struct pxe_client pxe;
};

static void list_links(struct worker *w, uint64_t now_ms)
{
	int err = links_list(&w->links, now_ms);

	if (err)
		log_err("links: %s", strerror(-err));
}

static void read_events(struct worker *w, uint64_t now_ms)
{
	uint8_t data[NETLINK_RECEIVE_SIZE];
	struct netlink_message message;
	ssize_t len;

	while ((len = netlink_receive(&w->events, data, sizeof(data))) >= 0) {
		struct cursor datagram = cursor_over(data, (size_t)len);

		while (cursor_left(&datagram) && netlink_next(&datagram, &message))
			links_message(&w->links, &message, now_ms);
	}
	if (len == -ENOBUFS)
		list_links(w, now_ms);
	links_pursue(&w->links, now_ms);
}

static void read_clients(struct worker *w, const struct pollfd *fds, uint64_t now_ms)
{
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *link = &w->links.rows[i];
		bool is_ready = fds[2 * i].revents || fds[2 * i + 1].revents;

		if (is_ready && link->seen.index &&
		    link_input(link, &w->links.context, now_ms))
			links_pursue(&w->links, now_ms);
	}
}

/* What PID 1 says before it is done with us; end of file says nothing. */
static void leave(struct worker *w)
{
	uint32_t command;

	if (recv(w->links.context.report_fd, &command, sizeof(command), MSG_DONTWAIT) !=
	    sizeof(command))
		return;
	if (IS_ENABLED(CONFIG_HANDOVER) && command == NETCFG_HOLD)
		leave_held(&w->links);
	else if (command == NETCFG_PUT_DOWN)
		leave_down(&w->links, clock_monotonic_ms());
}

/* False when PID 1 is done with us. */
static bool run_once(struct worker *w)
{
	struct pollfd fds[POLL_MAX] = {
		[POLL_PID1] = { .fd = w->links.context.report_fd, .events = POLLIN },
		[POLL_EVENTS] = { .fd = w->events.fd, .events = POLLIN },
	};
	uint64_t now_ms;

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		const struct link *link = &w->links.rows[i];
		struct pollfd *pair = &fds[POLL_LINKS + 2 * i];

		pair[0].fd = link->seen.index ? link->dhcp4.fd : -1;
		pair[1].fd = link->seen.index ? link->inet6.fd : -1;
		pair[0].events = pair[1].events = POLLIN;
	}
	if (poll(fds, POLL_MAX, clock_poll_ms(links_wake_ms(&w->links))) < 0)
		return errno == EINTR;
	if (fds[POLL_PID1].revents) {
		leave(w);
		return false;
	}
	now_ms = clock_monotonic_ms();
	if (fds[POLL_EVENTS].revents)
		read_events(w, now_ms);
	read_clients(w, fds + POLL_LINKS, now_ms);
	if (links_timers(&w->links, now_ms))
		links_pursue(&w->links, now_ms);
	return true;
}

/* "#MANUAL" and nothing else, or no such file: the kernel set nothing. */
static void read_pnp(struct lease *out)
{
	char text[1024];

	memset(out, 0, sizeof(*out));
	if (fd_read_file(AT_FDCWD, "/proc/net/pnp", text, sizeof(text)) > 0)
		pnp_parse(text, out);
}

static uint32_t groups(void)
{
	uint32_t groups = RTMGRP_LINK | RTMGRP_IPV6_IFADDR;

	if (IS_ENABLED(CONFIG_NETCFG_IPV6))
		groups |= inet6_groups();
	return groups;
}

static int start(struct worker *w, const struct netcfg_request *request)
{
	struct lease boot_lease;
	int err = netlink_open(&w->requests, 0);

	if (!err)
		err = netlink_open(&w->lists, 0);
	if (!err)
		err = netlink_open(&w->events, groups());
	read_pnp(&boot_lease);
	if (IS_ENABLED(CONFIG_NETCFG_PXE) && pxe_is_asked(request->dhcp_vendor_class)) {
		pxe_read(&w->pxe);
		w->links.context.pxe = &w->pxe;
	}
	if (!err)
		err = sandbox_enter();
	if (err)
		return err;
	if (IS_ENABLED(CONFIG_NETCFG_IPV6))
		w->links.context.conf_fd = inet6_conf_open(); /* -ENOENT: no IPv6 */
	err = plan_make(request, &w->plan);
	if (err)
		report_failure(w->links.context.report_fd, NULL, err);
	err = links_start(&w->links, &boot_lease, clock_monotonic_ms());
	if (err)
		log_err("links: %s", strerror(-err));
	links_pursue(&w->links, clock_monotonic_ms());
	return 0;
}

int netcfg_worker(int fd, const struct netcfg_request *request)
{
	struct worker w;
	int err;

	log_set_name("netcfg");
	memset(&w, 0, sizeof(w));
	w.requests.fd = w.lists.fd = w.events.fd = -1;
	w.links.context = (struct link_context){
		.report_fd = fd,
		.conf_fd = -1,
		.requests = &w.requests,
		.lists = &w.lists,
		.plan = &w.plan,
		.request = request,
	};
	err = start(&w, request);
	if (err)
		log_err("start: %s", strerror(-err));
	while (!err && run_once(&w))
		;
	fd_close(&w.links.context.conf_fd);
	fd_close(&w.events.fd);
	fd_close(&w.lists.fd);
	fd_close(&w.requests.fd);
	return err ? 1 : 0;
}
