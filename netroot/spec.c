#include "netroot/spec.h"

#include "lib/buf.h"
#include "lib/str.h"
#include "netroot/spec_field.h"

#include <errno.h>
#include <string.h>

#define WRONG_HOST "the server is neither a name nor an address"

/* ---- images */

static int parse_url(const char *value, struct netroot_spec *out, const char **reason)
{
	const char *host = strstr(value, "://") + 3;

	*reason = "the URL names no server or is too long";
	if (!spec_is_plain(value) || strcspn(host, "/") == 0 ||
	    host[strcspn(host, "/")] == '\0')
		return -EINVAL;
	return str_copy(out->url, sizeof(out->url), value) ? -EINVAL : 0;
}

static bool is_url(const char *value)
{
	return str_after(value, "http://") || str_after(value, "https://");
}

/* live:/PATH and live:LABEL=… mean disks. */
static int parse_live(const char *value, struct netroot_spec *out, const char **reason)
{
	value = strchr(value, ':') + 1;
	out->live = true;
	if (is_url(value))
		return parse_url(value, out, reason);
	*reason = "images are loaded over http:// and https:// only";
	out->kind = NETROOT_NONE;
	return strstr(value, "://") ? -EINVAL : 0;
}

/* ---- NFS */

/* PATH[:OPTIONS] or PATH[,OPTIONS]. */
static int parse_nfs_path(const char *path, struct netroot_spec *out, const char **reason)
{
	size_t len = strcspn(path, ":,");

	*reason = "the path must begin with / and fit into 511 bytes";
	if (*path != '/' || spec_copy(out->path, sizeof(out->path), path, len))
		return -EINVAL;
	if (!path[len])
		return 0;
	*reason = "the mount options are too long";
	return str_copy(out->options, sizeof(out->options), path + len + 1) ? -EINVAL : 0;
}

/* Where the host that ends at @colon begins. */
static const char *find_host(const char *value, const char *colon)
{
	const char *host = *value == '[' ? value : colon;

	while (host > value && host[-1] != ':')
		host--;
	return host;
}

/* [HOST:]PATH…, and Anaconda's OPTIONS:HOST:PATH. */
static int parse_nfs(const char *value, struct netroot_spec *out, const char **reason)
{
	const char *colon = strstr(value, ":/"), *host;

	*reason = WRONG_HOST;
	if (!spec_is_plain(value))
		return -EINVAL;
	if (*value == '/' || !colon)
		return parse_nfs_path(value, out, reason);
	host = find_host(value, colon);
	if (spec_host(out, host, (size_t)(colon - host)) ||
	    parse_nfs_path(colon + 1, out, reason))
		return -EINVAL;
	if (host == value)
		return 0;
	*reason = "mount options in two places, or too long";
	return *out->options ? -EINVAL
			     : spec_copy(out->options, sizeof(out->options), value,
					 (size_t)(host - 1 - value));
}

static int parse_nfs_prefixed(const char *value, struct netroot_spec *out,
			      const char **reason)
{
	out->nfs_version = value[3] == '4' ? 4 : 0;
	return parse_nfs(strchr(value, ':') + 1, out, reason);
}

static int parse_nfs_url(const char *value, struct netroot_spec *out, const char **reason)
{
	const char *rest = strstr(value, "://") + 3;

	*reason = "nfs://HOST[:PORT]/PATH is what is understood";
	if (!spec_is_plain(value) || spec_authority(out, &rest))
		return -EINVAL;
	return parse_nfs_path(rest, out, reason);
}

/* ---- NBD */

static int parse_nbd_export(const char *value, size_t len, struct netroot_spec *out)
{
	uint32_t port;
	int err = spec_copy(out->path, sizeof(out->path), value, len);

	if (err || str_parse_u32(out->path, 10, &port))
		return err;
	if (port == 0 || port > UINT16_MAX)
		return -EINVAL;
	out->port = (uint16_t)port;
	out->path[0] = '\0';
	return 0;
}

static int parse_nbd(const char *value, struct netroot_spec *out, const char **reason)
{
	const char *rest = strchr(value, ':') + 1;
	size_t len = spec_host_length(rest);

	*reason = WRONG_HOST;
	if (!spec_is_plain(value) || spec_host(out, rest, len))
		return -EINVAL;
	*reason = "nbd:HOST:PORT-OR-EXPORT is what is understood";
	if (rest[len] != ':')
		return -EINVAL;
	rest += len + 1;
	len = strcspn(rest, ":");
	if (len == 0 || parse_nbd_export(rest, len, out))
		return -EINVAL;
	*reason = "the type or the options are too long";
	rest += len;
	if (spec_next(&rest, out->fstype, sizeof(out->fstype)) ||
	    spec_next(&rest, out->options, sizeof(out->options)))
		return -EINVAL;
	if (str_equal(out->fstype, "auto"))
		out->fstype[0] = '\0';
	return *rest && str_copy(out->nbd_options, sizeof(out->nbd_options), rest + 1)
		       ? -EINVAL
		       : 0;
}

static int parse_nbd_url(const char *value, struct netroot_spec *out, const char **reason)
{
	const char *rest = strstr(value, "://") + 3;

	*reason = "nbd://HOST[:PORT][/EXPORT] is what is understood";
	if (!spec_is_plain(value) || spec_authority(out, &rest))
		return -EINVAL;
	rest += *rest == '/';
	return str_copy(out->path, sizeof(out->path), rest) ? -EINVAL : 0;
}

/* ---- shares of the machine this one runs on */

static int parse_tag(const char *value, struct netroot_spec *out, const char **reason)
{
	*reason = "the tag is empty or too long";
	if (!*value || !spec_is_plain(value))
		return -EINVAL;
	return str_copy(out->path, sizeof(out->path), value) ? -EINVAL : 0;
}

static int parse_share(const char *value, struct netroot_spec *out, const char **reason)
{
	return parse_tag(strchr(value, ':') + 1, out, reason);
}

/* ---- all of them */

typedef int (*parser)(const char *value, struct netroot_spec *out, const char **reason);

/* Longer prefixes first. */
static const struct {
	const char *prefix;
	enum netroot_kind kind;
	parser parse;
} forms[] = {
	{ "http://", NETROOT_IMAGE, parse_url },
	{ "https://", NETROOT_IMAGE, parse_url },
	{ "live:", NETROOT_IMAGE, parse_live },
	{ "livenet:", NETROOT_IMAGE, parse_live },
	{ "nfs://", NETROOT_NFS, parse_nfs_url },
	{ "nfs:", NETROOT_NFS, parse_nfs_prefixed },
	{ "nfs4:", NETROOT_NFS, parse_nfs_prefixed },
	{ "nbd://", NETROOT_NBD, parse_nbd_url },
	{ "nbd:", NETROOT_NBD, parse_nbd },
	{ "iscsi:", NETROOT_ISCSI, spec_parse_iscsi },
	{ "virtiofs:", NETROOT_VIRTIOFS, parse_share },
	{ "9p:", NETROOT_9P, parse_share },
};

/* Words alone: the rest comes from the lease or the firmware. */
static const struct {
	const char *word;
	enum netroot_kind kind;
	uint8_t nfs_version;
} words[] = {
	{ "dhcp", NETROOT_DHCP, 0 },	{ "dhcp6", NETROOT_DHCP, 0 },
	{ "/dev/nfs", NETROOT_NFS, 0 }, { "nfs", NETROOT_NFS, 0 },
	{ "nfs4", NETROOT_NFS, 4 },	{ "iscsi", NETROOT_ISCSI, 0 },
};

static int parse_as(parser parse, enum netroot_kind kind, const char *value,
		    struct netroot_spec *out, struct netroot_error *error)
{
	out->kind = kind;
	return parse(value, out, &error->reason);
}

/* HOST:/PATH, and no label with a colon in it. */
static bool is_bare_nfs(const char *value)
{
	const char *colon = strstr(value, ":/");

	return colon && *value != '/' && colon[2] != '/' &&
	       !memchr(value, '=', (size_t)(colon - value)) && !str_after(value, "file:");
}

int netroot_spec_parse(const char *value, struct netroot_spec *out,
		       struct netroot_error *error)
{
	error->reason = "";
	*out = (struct netroot_spec){ .kind = NETROOT_NONE };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!str_equal(value, words[i].word))
			continue;
		out->kind = words[i].kind;
		out->nfs_version = words[i].nfs_version;
		return 0;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (str_after(value, forms[i].prefix))
			return parse_as(forms[i].parse, forms[i].kind, value, out, error);
	if (is_bare_nfs(value))
		return parse_as(parse_nfs, NETROOT_NFS, value, out, error);
	return 0;
}

int netroot_spec_parse_typed(const char *value, const char *fstype,
			     struct netroot_spec *out, struct netroot_error *error)
{
	static const struct {
		const char *fstype;
		enum netroot_kind kind;
		parser parse;
	} types[] = {
		{ "virtiofs", NETROOT_VIRTIOFS, parse_tag },
		{ "9p", NETROOT_9P, parse_tag },
		{ "nfs", NETROOT_NFS, parse_nfs },
		{ "nfs4", NETROOT_NFS, parse_nfs },
	};
	int err = netroot_spec_parse(value, out, error);

	for (size_t i = 0; fstype && !err && out->kind == NETROOT_NONE &&
			   i < sizeof(types) / sizeof(types[0]);
	     i++) {
		if (str_equal(fstype, types[i].fstype))
			err = parse_as(types[i].parse, types[i].kind, value, out, error);
	}
	if (fstype && str_equal(fstype, "nfs4") && out->kind == NETROOT_NFS)
		out->nfs_version = 4;
	return err;
}

int netroot_spec_parse_nfsroot(const char *value, struct netroot_spec *out,
			       struct netroot_error *error)
{
	error->reason = "";
	*out = (struct netroot_spec){ .kind = NETROOT_NFS };
	return parse_nfs(value, out, &error->reason);
}

int netroot_spec_parse_root_path(const char *root_path, const struct netroot_spec *asked,
				 struct netroot_spec *out, struct netroot_error *error)
{
	int err;

	if (asked->kind == NETROOT_NFS || *root_path == '/')
		err = netroot_spec_parse_nfsroot(root_path, out, error);
	else
		err = netroot_spec_parse(root_path, out, error);
	if (err)
		return err;
	error->reason = "the root path of the lease is no root";
	if (out->kind == NETROOT_NONE || out->kind == NETROOT_DHCP)
		return -EINVAL;
	if (asked->nfs_version)
		out->nfs_version = asked->nfs_version;
	if (*asked->host)
		memcpy(out->host, asked->host, sizeof(out->host));
	return 0;
}

int netroot_spec_name_client(struct netroot_spec *spec, const char *name)
{
	char path[sizeof(spec->path)];
	const char *mark = strstr(spec->path, "%s");

	if (!mark)
		return 0;
	if (!FORMAT(path, "%.*s%s%s", (int)(mark - spec->path), spec->path, name,
		    mark + 2))
		return -ENAMETOOLONG;
	return str_copy(spec->path, sizeof(spec->path), path);
}

bool netroot_spec_needs_network(const struct netroot_spec *spec)
{
	return spec->kind != NETROOT_NONE && spec->kind != NETROOT_VIRTIOFS &&
	       spec->kind != NETROOT_9P;
}
