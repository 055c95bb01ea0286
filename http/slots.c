#include "http/slots.h"

#include "lib/str.h"

#include <sys/mman.h>

#define KEPT_MAX 4 /* free ones whose memory stays */
#define TRIM_MS \
	2000 /* the others may stay so long: they are often needed again at once */

static bool is_free(const struct connection *c)
{
	return c->state == CONNECTION_FREE;
}

/* Of 256 kinds, so that clients are counted in one pass; that two share one does little harm. */
static uint8_t kind_of(const struct connection *c)
{
	uint8_t kind = 0;

	for (const char *s = c->peer.name; *s; s++)
		kind = (uint8_t)(kind * 31 + *s);
	return kind;
}

/* Among those of whoever has most places; @name: of this client; NULL: of all. A handshake from afar
 * lasts longer than a flood takes to fill all places. */
static struct connection *find_slowest(const struct slots *slots, const char *name,
				       uint64_t now_ms)
{
	uint16_t places[UINT8_MAX + 1] = { 0 };
	struct connection *slowest = NULL;
	uint64_t longest_ms = 0;
	uint16_t most = 0;

	for (unsigned i = 0; i < slots->count; i++)
		places[kind_of(slots->all[i])] += !is_free(slots->all[i]);
	for (unsigned i = 0; i < slots->count; i++) {
		struct connection *c = slots->all[i];
		uint16_t its = places[kind_of(c)];
		uint64_t waited_ms =
			is_free(c) || (name && !str_equal(c->peer.name, name))
				? 0
				: connection_waited_ms(c, now_ms);

		if (!waited_ms || its < most || (its == most && waited_ms <= longest_ms))
			continue;
		slowest = c;
		longest_ms = waited_ms;
		most = its;
	}
	return slowest;
}

static struct connection *find_free(const struct slots *slots)
{
	for (unsigned i = 0; i < slots->count; i++)
		if (is_free(slots->all[i]))
			return slots->all[i];
	return NULL;
}

/* Whole pages: see struct connection. */
static struct connection *grow(struct slots *slots)
{
	struct connection *c = slots->count < slots->max
				       ? mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE,
					      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
				       : MAP_FAILED;

	if (c == MAP_FAILED)
		return NULL;
	c->state = CONNECTION_FREE;
	slots->all[slots->count++] = c;
	return c;
}

static void release(struct connection *c)
{
	(void)munmap(c, sizeof(*c)); /* fails for what was not mapped, which it was */
}

bool slots_have_room(const struct slots *slots, uint64_t now_ms)
{
	return slots->count < slots->max || find_free(slots) ||
	       find_slowest(slots, NULL, now_ms);
}

static unsigned count_of(const struct slots *slots, const char *name)
{
	unsigned count = 0;

	for (unsigned i = 0; i < slots->count; i++)
		count += !is_free(slots->all[i]) &&
			 str_equal(slots->all[i]->peer.name, name);
	return count;
}

struct connection *slots_take(struct slots *slots, const char *name,
			      unsigned per_peer_max, uint64_t now_ms)
{
	bool is_over = per_peer_max && count_of(slots, name) >= per_peer_max;
	struct connection *c = is_over ? NULL : find_free(slots);

	if (!c && !is_over)
		c = grow(slots);
	if (!c)
		c = find_slowest(slots, is_over ? name : NULL, now_ms);
	if (c && !is_free(c))
		connection_close(c);
	return c;
}

bool slots_close_one(struct slots *slots, uint64_t now_ms)
{
	struct connection *c = find_slowest(slots, NULL, now_ms);

	if (c)
		connection_close(c);
	return c != NULL;
}

static unsigned count_spare(const struct slots *slots)
{
	unsigned count = 0;

	for (unsigned i = 0; i < slots->count; i++)
		count += is_free(slots->all[i]);
	return count > KEPT_MAX ? count - KEPT_MAX : 0;
}

void slots_trim(struct slots *slots, uint64_t now_ms)
{
	unsigned spare = count_spare(slots);

	if (spare && slots->trim_at_ms == UINT64_MAX) {
		slots->trim_at_ms = now_ms + TRIM_MS;
		return;
	}
	if (spare && now_ms < slots->trim_at_ms)
		return;
	slots->trim_at_ms = UINT64_MAX;
	for (unsigned i = slots->count; i-- > 0 && spare;) {
		if (!is_free(slots->all[i]))
			continue;
		release(slots->all[i]);
		slots->all[i] = slots->all[--slots->count];
		spare--;
	}
}

void slots_free(struct slots *slots)
{
	for (unsigned i = 0; i < slots->count; i++) {
		if (!is_free(slots->all[i]))
			connection_close(slots->all[i]);
		release(slots->all[i]);
	}
	slots->count = 0;
}
