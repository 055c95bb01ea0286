#include "netcfg/link_state.h"

#include "netcfg/report.h"

#include "lib/log.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define ANY LINK_SOURCES

/* How long a state may last until somebody is told. */
static const struct patience {
	uint8_t state;	  /* enum netcfg_state */
	uint8_t source;	  /* that is asked */
	uint16_t timeout; /* of struct netcfg_request */
	uint16_t usual_s;
	int16_t err;
	const char *text;
} patience[] = {
	{ NETCFG_NO_CARRIER, ANY, offsetof(struct netcfg_request, timeout_carrier_s), 10,
	  -ENETDOWN, "no carrier" },
	{ NETCFG_ASKING, LINK_DHCP4, offsetof(struct netcfg_request, timeout_dhcp_s), 30,
	  -ETIMEDOUT, "no answer to DHCP" },
	{ NETCFG_ASKING, LINK_ROUTER, offsetof(struct netcfg_request, timeout_ipv6auto_s),
	  30, -ETIMEDOUT, "no answer to IPv6" },
	{ NETCFG_PROBING, ANY, offsetof(struct netcfg_request, timeout_ipv6dad_s), 10,
	  -ETIMEDOUT, "the address is still being checked" },
};

static const struct patience *find_patience(const struct link *link)
{
	for (size_t i = 0; i < sizeof(patience) / sizeof(*patience); i++) {
		const struct patience *p = &patience[i];

		if (p->state == link->state &&
		    (p->source == ANY || link->sources[p->source].state == LINK_ASKING))
			return p;
	}
	return NULL;
}

static uint32_t patience_s(const struct patience *p, const struct netcfg_request *request)
{
	uint32_t seconds;

	memcpy(&seconds, (const char *)request + p->timeout, sizeof(seconds));
	if (!seconds)
		seconds = p->usual_s;
	if (p->source == LINK_DHCP4 && request->dhcp_retry)
		seconds *= request->dhcp_retry;
	return seconds;
}

bool link_has_source(const struct link *link, enum link_source_state state)
{
	for (unsigned i = 0; i < LINK_SOURCES; i++)
		if (link->sources[i].state == state)
			return true;
	return false;
}

bool link_is_configured(const struct link *link)
{
	return link->is_kernels || link_has_source(link, LINK_HELD);
}

static enum netcfg_state find_state(const struct link *link)
{
	if (link_is_configured(link))
		return NETCFG_READY;
	if (!link->is_raised)
		return NETCFG_DOWN;
	if (!link->seen.has_carrier)
		return NETCFG_NO_CARRIER;
	if (link_has_source(link, LINK_PROBING))
		return NETCFG_PROBING;
	return link_has_source(link, LINK_ASKING) ? NETCFG_ASKING : NETCFG_DOWN;
}

void link_state_tell(struct link *link, const struct link_context *context,
		     uint64_t now_ms)
{
	uint32_t state = find_state(link);
	struct netcfg_report report;

	if (state == link->state)
		return;
	link->state = state;
	link->since_ms = now_ms;
	link->is_overdue = false;
	report = report_start(NETCFG_STATE, &link->seen);
	report.state = state;
	report_send(context->report_fd, &report);
}

uint64_t link_state_deadline_ms(const struct link *link,
				const struct link_context *context)
{
	const struct patience *p = find_patience(link);

	if (!p || link->is_overdue)
		return LINK_NEVER;
	return link->since_ms + patience_s(p, context->request) * 1000ull;
}

void link_state_check(struct link *link, const struct link_context *context,
		      uint64_t now_ms)
{
	const struct patience *p = find_patience(link);

	if (now_ms < link_state_deadline_ms(link, context))
		return;
	link->is_overdue = true;
	log_warning("%s: %s for %u s", link->seen.name, p->text,
		    patience_s(p, context->request));
	report_failure(context->report_fd, &link->seen, p->err);
}
