/* Whom /init believes when it fetches a root: certificates of authorities, and the key that images
 * are signed with. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "initramfs/public_key.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CA_PATH	 "/etc/ssl/certs/ca-certificates.crt"
#define KEY_PATH "/etc/rootling/fetch.pem"

static const char *check_certificates(const uint8_t *pem, size_t len)
{
	if (public_key_is_private(pem, len))
		return "holds a private key, and nobody needs one to trust a certificate";
	if (!memmem(pem, len, "-----BEGIN CERTIFICATE-----", 27))
		return "no certificate in PEM in it";
	return NULL;
}

static int add(struct build *b, const char *flag, const char *file, const char *path,
	       const char *(*check)(const uint8_t *pem, size_t len))
{
	struct bytes text = { 0 };
	int err = file_read(file, &text);
	const char *problem = err ? strerror(-err) : check(text.data, text.len);

	if (problem) {
		log_err("build: --%s %s: %s", flag, file, problem);
		err = err ? err : -EINVAL;
	} else {
		tree_add_file(&b->tree, path, &text);
	}
	bytes_free(&text);
	return err;
}

/* Those of the system may be a link. */
static int add_system_ca(struct build *b)
{
	char *file = sysroot_path(b->options->sysroot, CA_PATH);
	int err = file ? 0 : -errno;

	if (err)
		log_err("build: --ca system: %s: %s (Debian: the package ca-certificates)",
			CA_PATH, strerror(-err));
	else
		err = add(b, "ca", file, CA_PATH, check_certificates);
	free(file);
	return err;
}

int build_add_trust(struct build *b)
{
	const char *ca = b->options->ca, *key = b->options->fetch_key;
	int err = 0;

	if (ca && str_equal(ca, "system"))
		err = add_system_ca(b);
	else if (ca)
		err = add(b, "ca", ca, CA_PATH, check_certificates);
	if (!err && key)
		err = add(b, "fetch-key", key, KEY_PATH, public_key_check);
	return err;
}
