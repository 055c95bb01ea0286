#include "netcfg/netcfg.h"

#include "netcfg/link.h"
#include "netcfg/plan.h"
#include "netcfg/rtnl.h"

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/privilege.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <string.h>

#define LINKS_MAX 16
/* Nobody else's, so that no other worker may signal this one. */
#define UID_NETCFG 65533
#define CAPABILITIES \
	(1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW | 1u << CAP_NET_BIND_SERVICE)

enum {
	POLL_PID1,
	POLL_EVENTS,
	POLL_LINKS,
	POLL_MAX = POLL_LINKS + LINKS_MAX,
};

struct worker {
	struct plan plan;
	struct netlink requests;
	struct netlink events;
	struct link_context context;
	struct link links[LINKS_MAX];
};

static struct link *find_link(struct worker *w, int index)
{
	for (unsigned i = 0; i < LINKS_MAX; i++)
		if (w->links[i].seen.index == index)
			return &w->links[i];
	return NULL;
}

static bool is_served_by_another(const struct worker *w, const struct link *link)
{
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		const struct link *other = &w->links[i];

		if (other != link && other->seen.index && other->row == link->row &&
		    other->is_configured)
			return true;
	}
	return false;
}

/* Each row wants one interface: who has not got it stops asking, and asks again when who
 * has it loses it. */
static void pursue_all(struct worker *w)
{
	uint64_t now_ms = clock_monotonic_ms();

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *link = &w->links[i];

		if (!link->seen.index)
			continue;
		if (is_served_by_another(w, link))
			link_yield(link);
		else
			link_pursue(link, &w->context, now_ms);
	}
}

static void raise_loopback(struct worker *w, const struct rtnl_link *seen)
{
	int err = seen->has_carrier ? 0 : rtnl_link_up(&w->requests, seen->index);

	if (err)
		log_err("%s: link up: %s", seen->name, strerror(-err));
}

static void see_link(struct worker *w, const struct rtnl_link *seen)
{
	struct link *link = find_link(w, seen->index);

	if (seen->is_loopback && !seen->is_gone) {
		raise_loopback(w, seen);
		return;
	}
	if (link && (seen->is_gone || !seen->is_ethernet)) {
		link_remove(link, &w->context);
		return;
	}
	if (seen->is_gone || !seen->is_ethernet)
		return;
	if (!link) {
		link = find_link(w, 0);
		if (!link) {
			log_warning("%s: ignored: more than %u interfaces", seen->name,
				    LINKS_MAX);
			return;
		}
		link_add(link, seen);
	}
	link_update(link, &w->context, seen);
}

static void request_links(struct worker *w)
{
	int err = rtnl_links_request(&w->events);

	if (err)
		log_err("links: %s", strerror(-err));
}

static void read_events(struct worker *w)
{
	uint8_t data[NETLINK_RECEIVE_SIZE];
	struct netlink_message message;
	struct rtnl_link seen;
	ssize_t len;

	while ((len = netlink_receive(&w->events, data, sizeof(data))) >= 0) {
		struct cursor datagram = cursor_over(data, (size_t)len);

		while (cursor_left(&datagram) && netlink_next(&datagram, &message))
			if (rtnl_link_parse(&message, &seen) == 0)
				see_link(w, &seen);
	}
	if (len == -ENOBUFS)
		request_links(w);
	pursue_all(w);
}

static int poll_timeout(const struct worker *w)
{
	uint64_t now_ms = clock_monotonic_ms(), wake_ms = DHCP4_NEVER;

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		const struct link *link = &w->links[i];

		if (link->seen.index && link_wake_ms(link) < wake_ms)
			wake_ms = link_wake_ms(link);
	}
	if (wake_ms == DHCP4_NEVER)
		return -1;
	if (wake_ms <= now_ms)
		return 0;
	return wake_ms - now_ms > INT_MAX ? INT_MAX : (int)(wake_ms - now_ms);
}

static void serve_links(struct worker *w, const struct pollfd *fds)
{
	uint64_t now_ms = clock_monotonic_ms();
	bool is_news = false;

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		struct link *link = &w->links[i];

		if (!link->seen.index || link->dhcp.fd < 0)
			continue;
		if (fds[i].revents && fds[i].fd == link->dhcp.fd)
			is_news |= link_input(link, &w->context, now_ms);
		if (link_wake_ms(link) <= now_ms)
			is_news |= link_timer(link, &w->context, now_ms);
		if (is_news)
			pursue_all(w);
	}
}

/* False when PID 1 is done with us. */
static bool run_once(struct worker *w)
{
	struct pollfd fds[POLL_MAX] = {
		[POLL_PID1] = { .fd = w->context.report_fd, .events = POLLIN },
		[POLL_EVENTS] = { .fd = w->events.fd, .events = POLLIN },
	};

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		const struct link *link = &w->links[i];

		fds[POLL_LINKS + i].fd = link->seen.index ? link->dhcp.fd : -1;
		fds[POLL_LINKS + i].events = POLLIN;
	}
	if (poll(fds, POLL_MAX, poll_timeout(w)) < 0)
		return errno == EINTR;
	if (fds[POLL_PID1].revents)
		return false;
	if (fds[POLL_EVENTS].revents)
		read_events(w);
	serve_links(w, fds + POLL_LINKS);
	return true;
}

static void report_bad_request(const struct worker *w, int err)
{
	struct netcfg_report report = { .kind = NETCFG_FAILED, .err = err };

	(void)send(w->context.report_fd, &report, sizeof(report), MSG_NOSIGNAL);
}

static int start(struct worker *w, const struct netcfg_request *request)
{
	int err = netlink_open(&w->requests, 0);

	if (!err)
		err = netlink_open(&w->events, RTNL_LINK_GROUP);
	if (!err)
		err = privilege_drop(UID_NETCFG, CAPABILITIES);
	if (err)
		return err;
	err = plan_make(request, &w->plan);
	if (err)
		report_bad_request(w, err);
	request_links(w);
	return 0;
}

int netcfg_worker(int fd, const struct netcfg_request *request)
{
	struct worker w;
	int err;

	log_set_name("netcfg");
	memset(&w, 0, sizeof(w));
	w.requests.fd = w.events.fd = -1;
	w.context = (struct link_context){
		.report_fd = fd,
		.requests = &w.requests,
		.plan = &w.plan,
	};
	err = start(&w, request);
	if (err)
		log_err("start: %s", strerror(-err));
	while (!err && run_once(&w))
		;
	fd_close(&w.events.fd);
	fd_close(&w.requests.fd);
	return err ? 1 : 0;
}
