/* Who /init is to those that come over HTTPS: a certificate and its key, and who vouches for clients. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "initramfs/public_key.h"
#include "initramfs/self_signed.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_DEFAULT "rootling"

struct pair {
	char *cert, *key; /* files */
};

/* ---- what is asked for */

static int check_flags(const struct build_options *o)
{
	bool some = o->https_cert || o->https_self_signed;
	const char *problem = NULL;

	/* the key of a certificate in a file that --https-self-signed overrides stays behind */
	if (!o->https_cert != !o->https_key && !o->https_self_signed)
		problem = "--https-cert and --https-key belong together";
	else if (o->https_names.count && !o->https_self_signed)
		problem = "--https-name goes with --https-self-signed";
	else if (o->https_client_ca && !some)
		problem = "--https-client-ca needs a certificate of the server: "
			  "--https-cert or --https-self-signed";
	if (problem)
		log_err("build: %s", problem);
	return problem ? -EINVAL : 0;
}

/* ---- one that is signed by itself */

static int write_pair(const struct pair *pair, const struct strings *names)
{
	struct self_signed made;
	const char *file = pair->key;
	int err = self_signed_make(names, &made);

	if (err) {
		log_err("build: --https-self-signed: %s", strerror(-err));
		return err;
	}
	err = file_replace(pair->key, made.key.data, made.key.len);
	if (!err) {
		file = pair->cert;
		err = file_replace(pair->cert, made.cert.data, made.cert.len);
	}
	if (err)
		log_err("build: %s: %s", file, strerror(-err));
	self_signed_wipe(&made);
	return err;
}

static int check_names(const struct strings *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (!self_signed_may_name(names->items[i])) {
			log_err("build: --https-name %s: neither the name of a host nor "
				"an address",
				names->items[i]);
			return -EINVAL;
		}
	return 0;
}

/* Once: with a new one each time no image would be like the one before, and no pin would last. */
static int make_pair(const struct build *b, const struct pair *pair)
{
	const char *folder = b->options->https_self_signed;
	struct strings names = { 0 };
	bool has_cert = access(pair->cert, F_OK) == 0,
	     has_key = access(pair->key, F_OK) == 0;
	int err = check_names(&b->options->https_names);

	if (err || (has_cert && has_key))
		return err;
	if (has_cert || has_key) {
		log_err("build: %s: is without its %s: remove it for a new pair",
			has_cert ? pair->cert : pair->key,
			has_cert ? "key" : "certificate");
		return -ENOENT;
	}
	if (mkdir(folder, 0700) && errno != EEXIST) {
		err = -errno;
		log_err("build: %s: %s", folder, strerror(-err));
		return err;
	}
	if (b->options->https_names.count)
		return write_pair(pair, &b->options->https_names);
	strings_add(&names, NAME_DEFAULT);
	err = write_pair(pair, &names);
	strings_free(&names);
	return err;
}

/* ", " is between those of the certificate. */
static bool is_for(const struct tls_identity_facts *facts, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = facts->names; (p = strstr(p, name)); p++)
		if ((p == facts->names || p[-1] == ' ') && strchr(",", p[len]))
			return true;
	return false;
}

static int compare_names(const struct build *b, const struct pair *pair)
{
	const struct strings *names = &b->options->https_names;

	for (size_t i = 0; i < names->count; i++)
		if (!is_for(&b->https, names->items[i])) {
			log_err("build: %s: is for %s and not for %s: remove it and its key "
				"for a new pair",
				pair->cert, b->https.names, names->items[i]);
			return -EEXIST;
		}
	return 0;
}

/* ---- */

/* As /init will, but today. */
static int check_pair(struct build *b, const struct pair *pair)
{
	const struct tls_identity_config config = {
		.cert_path = pair->cert,
		.key_path = pair->key,
		.client_ca_path = b->options->https_client_ca,
		.now_s = time(NULL),
	};
	struct tls_identity *identity = NULL;
	char why[512];
	int err = tls_identity_load(&config, &identity, why, sizeof(why));

	if (err) {
		log_err("build: %s", why);
		return err;
	}
	tls_identity_describe(identity, &b->https);
	b->has_https = true;
	tls_identity_free(identity);
	return 0;
}

static int pack(struct build *b, const char *file, const char *place, mode_t mode)
{
	bool is_key = !(mode & 0077);
	struct bytes text = { 0 };
	int err = file ? file_read(file, &text) : 0;

	if (!err && file && !is_key && public_key_is_private(text.data, text.len))
		err = -EPERM;
	if (err)
		log_err("build: %s: %s", file,
			err == -EPERM
				? "holds a private key: that belongs into a file of "
				  "its own"
				: strerror(-err));
	else if (file)
		tree_add(&b->tree, place, S_IFREG | mode, &text);
	bytes_free(&text);
	return err;
}

static int add_pair(struct build *b, const struct pair *pair)
{
	int err = b->options->https_self_signed ? make_pair(b, pair) : 0;

	if (!err)
		err = check_pair(b, pair);
	if (!err)
		err = compare_names(b, pair);
	if (!err)
		err = pack(b, pair->cert, TLS_IDENTITY_CERT, 0644);
	if (!err)
		err = pack(b, pair->key, TLS_IDENTITY_KEY, 0600);
	if (!err)
		err = pack(b, b->options->https_client_ca, TLS_IDENTITY_CLIENT_CA, 0644);
	return err;
}

int build_add_https(struct build *b)
{
	const struct build_options *o = b->options;
	const char *folder = o->https_self_signed;
	struct pair pair;
	int err = check_flags(o);

	if (err || (!o->https_cert && !folder))
		return err;
	pair.cert =
		folder ? mem_printf("%s/cert.pem", folder) : mem_strdup(o->https_cert);
	pair.key = folder ? mem_printf("%s/key.pem", folder) : mem_strdup(o->https_key);
	err = add_pair(b, &pair);
	free(pair.cert);
	free(pair.key);
	return err;
}
