/* The connections of a server: made when they are needed, up to a limit, and given back some time
 * after they were. Where a limit is reached, a connection gives way to the new client: of who has most
 * of them, the one that has kept the server waiting for longest. A flood of the slow then displaces
 * itself, and who asks and listens without delay is served in between. */
#ifndef HTTP_SLOTS_H
#define HTTP_SLOTS_H

#include "http/connection.h"

struct slots {
	struct connection **all; /* room for @max; the first @count are there */
	unsigned count, max;
	uint64_t trim_at_ms; /* call slots_trim() then */
};

/* Is there a place for a new client? */
bool slots_have_room(const struct slots *slots, uint64_t now_ms);

/* A free one for the client @name, of whom there may be @per_peer_max (0: any number). NULL: all are
 * busy, or there is no memory. */
struct connection *slots_take(struct slots *slots, const char *name,
			      unsigned per_peer_max, uint64_t now_ms);

/* Closes the one that would give way. False: nobody keeps us waiting. */
bool slots_close_one(struct slots *slots, uint64_t now_ms);

/* Gives back the memory of those that have been free for a while. */
void slots_trim(struct slots *slots, uint64_t now_ms);

/* Closes all. */
void slots_free(struct slots *slots);

#endif
