/* Who may ask for what changes something? Pure: the time is the exchange's.
 *
 * It must come over TLS, or over a listener that only this machine and its host reach. It must not
 * be another site's page that asks: there are no cookies, and a local listener must be called by an
 * address or as localhost, so that no name of a stranger leads there (DNS rebinding). And whoever
 * asks shows a client certificate that we trust, or the token of the image, of which only the
 * SHA-256 is known here. In an image without a token, who comes from the machine itself is believed.
 *
 * Wrong tokens cost time: after five, one peer waits, twice as long after each that follows; after
 * many from anywhere all wait but those that have shown the right one. Who waits is not listened to,
 * whatever it brings. What is remembered has a fixed size, and IPv6 counts by its /64. */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "http/exchange.h"
#include "lib/ip.h"
#include "lib/sha256.h"

#define AUTH_PEERS	32
#define AUTH_TOKEN_SIZE HTTP_TOKEN_SIZE
#define AUTH_TOKEN_MIN	16

struct auth_count {
	unsigned wrong;	   /* tokens, until a right one or a long silence */
	uint64_t last_ms;  /* when the last one came */
	uint64_t until_ms; /* nobody is listened to before */
};

struct auth_peer {
	char key[IP_TEXT_SIZE]; /* "": free */
	bool is_known;		/* has shown the right token */
	struct auth_count count;
};

/* All zeroes is one without a token. */
struct auth {
	bool has_token;
	bool is_broken; /* there is one, but not in a form that could be read: nobody has it */
	uint8_t token_sha256[SHA256_SIZE];
	struct auth_count all;
	struct auth_peer peers[AUTH_PEERS];
};

struct auth_refusal {
	unsigned status;
	unsigned retry_after_s; /* 0: not by waiting */
	bool wrong_token;   /* worth a line of the log: the limits hold for these alone */
	const char *reason; /* static storage */
};

/* The file /etc/rootling/http/token.sha256 of the image: 64 hexadecimal digits. */
void auth_read(struct auth *auth, struct text file);

/* May it? With the token of the field Authorization, or of the field "token" of a form. */
bool auth_admit(struct auth *auth, const struct http_exchange *exchange,
		struct auth_refusal *out);

/* Is that the token? Whatever it is, it takes as long; nothing is counted. */
bool auth_is_token(const struct auth *auth, struct text token);

/* The token alone, s is NULL: none came: for who has it in another way and has looked at the rest.
 * Counts it if it is wrong. */
bool auth_check_token(struct auth *auth, const struct http_peer *peer, uint64_t now_ms,
		      struct text token, struct auth_refusal *out);

#endif
