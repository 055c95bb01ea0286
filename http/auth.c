#include "http/auth.h"

#include "http/form.h"

#include "lib/buf.h"
#include "lib/str.h"

#include <string.h>

/* How wrong tokens are counted. */
struct rule {
	unsigned free;	     /* so many cost nothing but themselves */
	unsigned first_ms;   /* the pause after the next one, twice as long after each */
	unsigned longest_ms; /* … up to this */
	unsigned forget_ms;  /* so long after the last one all is forgotten */
};

static const struct rule one_peer = { 5, 4000, 15 * 60 * 1000, 60 * 60 * 1000 };
static const struct rule all_peers = { 100, 1000, 30 * 1000, 10 * 60 * 1000 };

static bool refuse(struct auth_refusal *out, unsigned status, const char *reason)
{
	*out = (struct auth_refusal){ .status = status, .reason = reason };
	return false;
}

/* ---- the token */

void auth_read(struct auth *auth, struct text file)
{
	auth->has_token = true;
	while (file.len && (file.s[file.len - 1] == '\n' || file.s[file.len - 1] == '\r'))
		file.len--;
	auth->is_broken = file.len != 2 * sizeof(auth->token_sha256);
	for (size_t i = 0; i < sizeof(auth->token_sha256) && !auth->is_broken; i++) {
		char digits[3] = { file.s[2 * i], file.s[2 * i + 1], '\0' };
		uint32_t byte = 0;

		auth->is_broken = str_parse_u32(digits, 16, &byte) != 0;
		auth->token_sha256[i] = (uint8_t)byte;
	}
}

bool auth_is_token(const struct auth *auth, struct text token)
{
	uint8_t digest[SHA256_SIZE];
	/* every byte is looked at: how long it takes tells nothing of them */
	volatile uint8_t differ = !auth->has_token || auth->is_broken;
	struct sha256 s;

	sha256_start(&s);
	sha256_add(&s, token.s, token.len);
	sha256_end(&s, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		differ |= digest[i] ^ auth->token_sha256[i];
	return !differ;
}

/* ---- counting wrong ones */

static void forget(struct auth_count *count, const struct rule *rule, uint64_t now_ms)
{
	if (now_ms >= count->until_ms && now_ms - count->last_ms >= rule->forget_ms)
		*count = (struct auth_count){ 0 };
}

static void count_wrong(struct auth_count *count, const struct rule *rule,
			uint64_t now_ms)
{
	uint64_t pause_ms = rule->first_ms;

	count->last_ms = now_ms;
	if (++count->wrong < rule->free)
		return;
	for (unsigned i = rule->free; i < count->wrong; i++) {
		pause_ms *= 2;
		if (pause_ms >= rule->longest_ms)
			break;
	}
	count->until_ms =
		now_ms + (pause_ms < rule->longest_ms ? pause_ms : rule->longest_ms);
}

static unsigned seconds_to_wait(const struct auth_count *count, uint64_t now_ms)
{
	return count->until_ms > now_ms
		       ? (unsigned)((count->until_ms - now_ms + 999) / 1000)
		       : 0;
}

/* Somebody's whole network of IPv6 is one peer; a name that is no address counts as it is. */
static void make_key(char key[IP_TEXT_SIZE], const char *name)
{
	struct ip ip;

	if (ip_parse(name, &ip)) {
		(void)buf_format(key, IP_TEXT_SIZE, "%s", name);
		return;
	}
	if (ip.family == IP_V6)
		ip_mask(&ip, 64);
	(void)ip_format(key, &ip);
}

static struct auth_peer *find_peer(struct auth *auth, const char *key)
{
	for (unsigned i = 0; i < AUTH_PEERS; i++)
		if (str_equal(auth->peers[i].key, key))
			return &auth->peers[i];
	return NULL;
}

/* May @a be forgotten rather than @b? One that waits stays longest, then one that is known. */
static bool goes_before(const struct auth_peer *a, const struct auth_peer *b,
			uint64_t now_ms)
{
	bool a_waits = a->count.until_ms > now_ms, b_waits = b->count.until_ms > now_ms;

	if (a_waits != b_waits)
		return b_waits;
	if (a->is_known != b->is_known)
		return b->is_known;
	return a->count.last_ms < b->count.last_ms;
}

/* A place in the table, that of @key or of whoever is missed least. */
static struct auth_peer *note_peer(struct auth *auth, const char *key, uint64_t now_ms)
{
	struct auth_peer *peer = find_peer(auth, key);

	if (peer)
		return peer;
	peer = find_peer(auth, "");
	for (unsigned i = 0; i < AUTH_PEERS && (!peer || *peer->key); i++)
		if (!peer || goes_before(&auth->peers[i], peer, now_ms))
			peer = &auth->peers[i];
	*peer = (struct auth_peer){ .is_known = false };
	(void)str_copy(peer->key, sizeof(peer->key), key); /* same size */
	return peer;
}

/* ---- where it comes from */

/* "localhost", "x.localhost" or an address, each with a port perhaps. */
static bool names_this_machine(struct text host)
{
	static const char suffix[] = ".localhost";
	char name[IP_TEXT_SIZE + 2];
	struct text t = host, port = host;
	struct ip ip;

	if (t.len && *t.s == '[') {
		t = text_take_until(&port, ']');
		t.len += port.s > t.s + t.len; /* with the bracket */
	} else {
		t = text_take_until(&port, ':');
	}
	if (text_is_nocase(t, suffix + 1) ||
	    (t.len >= strlen(suffix) &&
	     text_is_nocase((struct text){ t.s + t.len - strlen(suffix), strlen(suffix) },
			    suffix)))
		return true;
	return buf_format(name, sizeof(name), "%.*s", (int)t.len, t.s) &&
	       ip_parse(name, &ip) == 0;
}

/* Is @origin the page's own, as far as the client says? */
static bool is_own_origin(struct text origin, struct text host, bool tls)
{
	const char *scheme = tls ? "https://" : "http://";
	size_t len = strlen(scheme);

	return origin.len == len + host.len && host.len &&
	       strncasecmp(origin.s, scheme, len) == 0 &&
	       strncasecmp(origin.s + len, host.s, host.len) == 0;
}

static bool is_reachable(const struct http_exchange *exchange, struct auth_refusal *out)
{
	const struct text *fields = exchange->request->fields;
	struct text site = fields[HTTP_SEC_FETCH_SITE];
	const struct http_peer *peer = exchange->peer;

	if (site.s && !text_is(site, "same-origin") && !text_is(site, "none"))
		return refuse(out, 403, "a page of another site asks");
	if (fields[HTTP_ORIGIN].s &&
	    !is_own_origin(fields[HTTP_ORIGIN], fields[HTTP_HOST], peer->tls))
		return refuse(out, 403, "a page of another site asks");
	if (peer->local && fields[HTTP_HOST].s && !names_this_machine(fields[HTTP_HOST]))
		return refuse(out, 403,
			      "Host is neither an address nor localhost: call this "
			      "listener by one of them");
	if (!peer->tls && !peer->local)
		return refuse(out, 403,
			      "needs TLS: use https:// (rd.https=), or a listener on "
			      "loopback, vsock or a UNIX socket");
	return true;
}

/* ---- all together */

bool auth_check_token(struct auth *auth, const struct http_peer *from, uint64_t now_ms,
		      struct text token, struct auth_refusal *out)
{
	char key[IP_TEXT_SIZE];
	struct auth_peer *peer;
	unsigned wait_s = 0;

	make_key(key, from->name);
	peer = find_peer(auth, key);
	forget(&auth->all, &all_peers, now_ms);
	if (peer) {
		forget(&peer->count, &one_peer, now_ms);
		wait_s = seconds_to_wait(&peer->count, now_ms);
	}
	if (!wait_s && !(peer && peer->is_known))
		wait_s = seconds_to_wait(&auth->all, now_ms);
	if (wait_s) {
		refuse(out, 429, "too many wrong tokens: wait");
		out->retry_after_s = wait_s;
		return false;
	}
	if (!token.s)
		return refuse(out, 401, "needs the token of this image");
	peer = note_peer(auth, key, now_ms);
	if (auth_is_token(auth, token)) {
		peer->is_known = true;
		peer->count = (struct auth_count){ .last_ms = now_ms };
		return true;
	}
	count_wrong(&peer->count, &one_peer, now_ms);
	count_wrong(&auth->all, &all_peers, now_ms);
	refuse(out, 401, "wrong token");
	out->wrong_token = true;
	return false;
}

/* RFC 6750, 2.1 and 2.2 */
static struct text find_token(const struct http_exchange *exchange,
			      char storage[AUTH_TOKEN_SIZE])
{
	struct text given = exchange->request->fields[HTTP_AUTHORIZATION];
	struct form form;

	if (given.s) {
		struct text scheme = text_take_until(&given, ' ');

		return text_is_nocase(scheme, "Bearer") ? text_trim(given)
							: (struct text){ NULL, 0 };
	}
	if (form_open(exchange, &form) == 0 && !form.is_json &&
	    form_value(&form, "token", storage, AUTH_TOKEN_SIZE) == 0)
		return text_of(storage);
	return (struct text){ NULL, 0 };
}

bool auth_admit(struct auth *auth, const struct http_exchange *exchange,
		struct auth_refusal *out)
{
	const struct http_peer *peer = exchange->peer;
	char storage[AUTH_TOKEN_SIZE];

	if (!is_reachable(exchange, out))
		return false;
	if (peer->certified || (!auth->has_token && peer->local))
		return true;
	if (!auth->has_token)
		return refuse(
			out, 403,
			"this image has no token (rootling build --http-token), and "
			"you have no certificate it trusts");
	return auth_check_token(auth, peer, exchange->now_ms,
				find_token(exchange, storage), out);
}
