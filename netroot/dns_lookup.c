#include "netroot/dns_lookup.h"

#include "lib/buf.h"

#include <errno.h>
#include <string.h>

#define ROUNDS		3
#define WAIT_MS		1000 /* doubles with each round */
#define OTHER_FAMILY_MS 200
#define BLANKS		" \t"

enum dns_type dns_question_type(enum dns_question q)
{
	return q == DNS_QUESTION_A ? DNS_A : DNS_AAAA;
}

/* The domain number @index of the search list. */
static const char *search_domain(const char *search, unsigned index, size_t *len)
{
	while (search && *(search += strspn(search, BLANKS))) {
		*len = strcspn(search, BLANKS);
		if (index-- == 0)
			return search;
		search += *len;
	}
	return NULL;
}

/* The name itself comes first when it has a dot, last when it has none. False: all were tried. */
static bool take_candidate(struct dns_lookup *l)
{
	size_t name_len = strlen(l->name), len = 0;
	bool has_dot = strchr(l->name, '.');
	bool is_absolute = has_dot && l->name[name_len - 1] == '.';
	unsigned index = l->candidate++;
	const char *domain = NULL;
	struct buf b = BUF_OVER(l->asked);

	if (index >= (has_dot ? 1 : 0) && !is_absolute)
		domain = search_domain(l->search, index - (has_dot ? 1 : 0), &len);
	if (!domain && (has_dot ? index > 0 : l->was_plain))
		return false;
	buf_puts(&b, l->name);
	if (domain) {
		buf_puts(&b, ".");
		buf_put(&b, domain, len);
	} else {
		l->was_plain = true;
	}
	return true;
}

/* The next name that can be asked for. */
static bool next_name(struct dns_lookup *l)
{
	while (take_candidate(l)) {
		if (!dns_name_is_valid(l->asked))
			continue;
		l->attempts = 0;
		l->wake_ms = 0;
		memset(l->state, 0, sizeof(l->state));
		return true;
	}
	return false;
}

void dns_lookup_start(struct dns_lookup *l, const char *name, const char *search,
		      unsigned server_count)
{
	*l = (struct dns_lookup){
		.name = name,
		.search = search,
		.server_count = server_count,
	};
	if (!next_name(l))
		l->state[DNS_QUESTION_A] = l->state[DNS_QUESTION_AAAA] = DNS_ANSWERED;
}

static unsigned count(const struct dns_lookup *l, enum dns_state state)
{
	unsigned n = 0;

	for (unsigned q = 0; q < DNS_QUESTIONS; q++)
		n += l->state[q] == state;
	return n;
}

static enum dns_action ask_next_server(struct dns_lookup *l, uint64_t now_ms)
{
	l->server = l->attempts % l->server_count;
	l->wake_ms = now_ms + (WAIT_MS << l->attempts / l->server_count);
	l->attempts++;
	for (unsigned q = 0; q < DNS_QUESTIONS; q++)
		if (l->state[q] != DNS_ANSWERED)
			l->state[q] = DNS_PENDING;
	return DNS_ASK;
}

enum dns_action dns_lookup_step(struct dns_lookup *l, uint64_t now_ms)
{
	bool is_due;

	if (count(l, DNS_ANSWERED) == DNS_QUESTIONS && !l->found.count && !next_name(l))
		return l->rcode ? DNS_NO_ANSWER : DNS_NOT_FOUND;
	is_due = now_ms >= l->wake_ms; /* as it is before the first question */
	if (count(l, DNS_TRUNCATED)) {
		l->tcp = l->state[DNS_QUESTION_AAAA] == DNS_TRUNCATED ? DNS_QUESTION_AAAA
								      : DNS_QUESTION_A;
		return DNS_ASK_TCP;
	}
	if (l->found.count && (is_due || !count(l, DNS_PENDING)))
		return DNS_FOUND;
	if (!is_due && count(l, DNS_PENDING))
		return DNS_WAIT;
	/* a server may refuse names outside of its domain: those of the search list are others */
	if (l->attempts == ROUNDS * l->server_count && (!l->rcode || !next_name(l)))
		return DNS_NO_ANSWER;
	return ask_next_server(l, now_ms);
}

void dns_lookup_failed(struct dns_lookup *l, enum dns_question q)
{
	if (l->state[q] != DNS_ANSWERED)
		l->state[q] = DNS_FAILED;
}

void dns_lookup_answer(struct dns_lookup *l, enum dns_question q,
		       const struct dns_answer *answer, uint64_t now_ms)
{
	if (l->state[q] != DNS_PENDING && l->state[q] != DNS_TRUNCATED)
		return;
	if (answer->truncated) {
		/* over TCP that would be an answer without sense */
		l->state[q] = l->state[q] == DNS_PENDING ? DNS_TRUNCATED : DNS_FAILED;
		return;
	}
	if (answer->rcode != DNS_NOERROR && answer->rcode != DNS_NXDOMAIN) {
		l->rcode = answer->rcode;
		l->state[q] = DNS_FAILED;
		return;
	}
	l->state[q] = DNS_ANSWERED;
	for (unsigned i = 0; i < answer->addresses.count; i++)
		addresses_add(&l->found, &answer->addresses.ip[i]);
	if (l->found.count && l->wake_ms > now_ms + OTHER_FAMILY_MS)
		l->wake_ms = now_ms + OTHER_FAMILY_MS;
}
