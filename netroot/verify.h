/* May an image be used? What it must match is settled before the first byte of it is fetched. */
#ifndef NETROOT_VERIFY_H
#define NETROOT_VERIFY_H

#include "lib/sha256.h"
#include "lib/signature.h"
#include "netroot/task.h"
#include "netroot/url.h"

struct verify {
	bool has_digest, has_key;
	uint8_t digest[SHA256_SIZE]; /* rd.fetch.sha256= */
	uint8_t signature[SIGNATURE_SIZE_MAX];
	size_t signature_len;
};

/* With a digest or a key the image may come any way, else only over https. 0, or -errno with the
 * reason, for good. */
int verify_plan(struct task *t, const struct url *url, struct verify *v);

/* Fetches the signature if one is needed. 0; -errno with the reason; -ECANCELED. */
int verify_fetch_signature(struct task *t, const struct url *url, struct verify *v);

/* Is @digest that of the image that is meant? 0, or -errno with the reason. */
int verify_image(struct task *t, const struct verify *v,
		 const uint8_t digest[SHA256_SIZE]);

#endif
