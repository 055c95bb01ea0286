/* What an interface waits for, as PID 1 is told, and for how long that is all right. */
#ifndef NETCFG_LINK_STATE_H
#define NETCFG_LINK_STATE_H

#include "netcfg/link.h"

bool link_has_source(const struct link *link, enum link_source_state state);

/* Tells PID 1 if the state is another than before. */
void link_state_tell(struct link *link, const struct link_context *context,
		     uint64_t now_ms);

/* Says once that the state lasts longer than rd.net.timeout.* allows; nothing else happens. */
void link_state_check(struct link *link, const struct link_context *context,
		      uint64_t now_ms);
/* When it is time for that, or LINK_NEVER. */
uint64_t link_state_deadline_ms(const struct link *link,
				const struct link_context *context);

#endif
