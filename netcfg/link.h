/* One interface on its way to an address: raised, with carrier, asking, configured. */
#ifndef NETCFG_LINK_H
#define NETCFG_LINK_H

#include "netcfg/dhcp4.h"
#include "netcfg/inet6.h"
#include "netcfg/plan.h"
#include "netcfg/rtnl.h"
#include "netcfg/rtnl_parse.h"

#include "lib/clock.h"

#include <stdbool.h>
#include <stdint.h>

#define LINK_NEVER CLOCK_NEVER /* milliseconds */

/* Where the addresses of an interface come from: each row of the plan may give one, then one each
 * comes by DHCP and by what IPv6 has for it. */
enum {
	LINK_DHCP4 = NETCFG_IP_MAX,
	LINK_ROUTER, /* what it says, and whether IPv6 is followed at all */
	LINK_DHCP6,
	LINK_SOURCES,
};

enum link_source_state {
	LINK_IDLE,
	LINK_ASKING,
	LINK_PROBING, /* set, not yet known to be free */
	LINK_HELD,
	LINK_FAILED, /* said once, not tried again until the carrier returns */
};

struct link_source {
	enum link_source_state state;
	struct rtnl_address address; /* while PROBING or HELD and set by us; else none */
};

struct link {
	struct rtnl_link seen; /* index 0: a free slot */
	uint8_t rows;	       /* set of rows of the plan, bit 0 the first; 0: not ours */
	bool is_raised;	       /* by us */
	bool is_port;	   /* of a bond or bridge, or to become one: gets no address */
	bool is_refused;   /* the kernel did not take what device.c wanted of it */
	bool is_kernels;   /* the kernel configured it before us: only looked at */
	bool is_overdue;   /* said that its state lasts too long */
	uint32_t last_be;  /* what a worker before this one set; DHCP asks for it first */
	uint32_t state;	   /* enum netcfg_state as last reported, 0: none yet */
	uint64_t since_ms; /* of that */
	struct link_source sources[LINK_SOURCES];
	struct lease probed; /* of DHCP6, while PROBING */
	struct dhcp4_client dhcp4;
	struct inet6 inet6;
};

/* What every link needs of its worker. */
struct link_context {
	int report_fd;
	struct netlink *requests;
	int conf_fd;	       /* inet6_conf_open(), or -1 */
	struct netlink *lists; /* another one, since what is listed leads to requests */
	const struct plan *plan;
	const struct netcfg_request *request;
	const struct pxe_client *pxe; /* NULL: nobody is to be told */
};

/* Fills a free slot, which must not move while it is in use. */
void link_add(struct link *link, const struct rtnl_link *seen);
/* Takes over what the kernel says now; tells PID 1 when a carrier appears. */
void link_update(struct link *link, const struct link_context *context,
		 const struct rtnl_link *seen);
/* Frees the slot; tells PID 1 if the link was configured. */
void link_remove(struct link *link, const struct link_context *context);

/* It is configured, with @lease: nothing is asked and nothing set. */
void link_take_over(struct link *link, const struct link_context *context,
		    const struct lease *lease);

/* Next step towards an address, if the link is ours and one can be taken now. */
void link_pursue(struct link *link, const struct link_context *context, uint64_t now_ms);
/* Another interface serves the rows: stops asking, and puts down what was raised for it. Returns
 * true in that case. */
bool link_yield(struct link *link, const struct link_context *context, uint64_t now_ms);
/* Raises a link that is needed for another. */
void link_raise(struct link *link, const struct link_context *context);

bool link_is_configured(const struct link *link);

/* Each returns true when the link has been configured or lost its configuration. */
bool link_message(struct link *link, const struct link_context *context,
		  const struct netlink_message *message, uint64_t now_ms);
bool link_timer(struct link *link, const struct link_context *context, uint64_t now_ms);
bool link_input(struct link *link, const struct link_context *context, uint64_t now_ms);

/* Messages for link_message() were lost. */
void link_resync(struct link *link, uint64_t now_ms);

uint64_t link_wake_ms(const struct link *link, const struct link_context *context);

#endif
