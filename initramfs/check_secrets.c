/* What should be nobody else's business: keys, passwords, ways to become root. */
#include "initramfs/check.h"

#include <fnmatch.h>
#include <string.h>

#define OTHERS	 0077
#define LOOK_AT	 4096 /* a private key begins within so many bytes */
#define KEY_MARK "PRIVATE KEY-----"

static bool is_key(const struct newc_entry *e)
{
	size_t len = e->len < LOOK_AT ? e->len : LOOK_AT;

	return memmem(e->data, len, KEY_MARK, strlen(KEY_MARK));
}

/* shadow(5): an account whose second field could be the hash of a password. */
static bool has_password(const struct newc_entry *e)
{
	const char *line = (const char *)e->data, *end = line + e->len, *hash;

	while (line < end) {
		hash = memchr(line, ':', (size_t)(end - line));
		if (hash && end - hash > 2 && hash[1] == '$')
			return true;
		line = memchr(line, '\n', (size_t)(end - line));
		if (!line++)
			return false;
	}
	return false;
}

static bool always(const struct newc_entry *e)
{
	return e->len > 0;
}

static const struct {
	const char *pattern; /* of paths; '*' matches '/' too */
	bool (*is_secret)(const struct newc_entry *e);
} secrets[] = {
	{ "etc/shadow", has_password },
	{ "etc/dropbear*host_key*", always },
	{ "etc/initramfs/*host_key*", always },
	{ "etc/cryptsetup-keys.d/*", always },
	{ "cryptroot/keyfiles/*", always },
	{ "crypto_keyfile.bin", always },
	{ "etc/krb5.keytab", always },
	{ "etc/wireguard/*.conf", always },
	{ "etc/rootling/*.key", always },
	{ "etc/rootling/http/*", always },
	{ "*", is_key },
};

static bool is_secret(const struct image_entry *e)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (fnmatch(secrets[i].pattern, e->path, 0) == 0 &&
		    secrets[i].is_secret(&e->as))
			return true;
	return false;
}

void check_secrets(struct checkup *c)
{
	bool open_to_others = S_ISREG(c->st->st_mode) && (c->st->st_mode & OTHERS);

	for (size_t i = 0; i < c->image->entry_count; i++) {
		const struct image_entry *e = &c->image->entries[i];

		if (!S_ISREG(e->as.mode) || !is_secret(e))
			continue;
		if (open_to_others)
			check_add(c, CHECK_ERROR, e->path,
				  "is secret, and others may read the image (mode %04o): "
				  "chmod 0600 it",
				  c->st->st_mode & 07777);
		if (e->as.mode & OTHERS)
			check_add(c, CHECK_WARNING, e->path,
				  "is secret, and its mode is %04o: pack it with 0600",
				  e->as.mode & 07777);
	}
}

void check_setuid(struct checkup *c)
{
	for (size_t i = 0; i < c->image->tree_count; i++) {
		const struct image_entry *e = c->image->tree[i];

		if (S_ISREG(e->as.mode) && (e->as.mode & (S_ISUID | S_ISGID)) &&
		    (e->as.mode & 0111))
			check_add(c, CHECK_WARNING, e->path,
				  "is set-%s, which nothing in an initramfs needs: pack "
				  "it with 0755",
				  e->as.mode & S_ISUID ? "uid" : "gid");
	}
}
