#include "init/boot.h"
#include "init/filesystem.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/ip.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/mountopts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define TRY_MS	   20000 /* a mount that hangs so long is killed and tried again */
#define ANSWERS_MS 30000 /* a server that says no so long means it */

/* The newest first; locks of NFSv3 would need a daemon. */
static const struct {
	uint8_t major;
	const char *type, *options;
} versions[] = {
	{ 4, "nfs4", "vers=4.2" },
	{ 4, "nfs4", "vers=4.1" },
	{ 4, "nfs4", "vers=4.0" },
	{ 3, "nfs", "vers=3,nolock" },
};

#define VERSION_COUNT (sizeof(versions) / sizeof(versions[0]))

struct nfs_mount {
	char source[800];
	const char *type;
	struct mountopts options;
};

static int mount_it(int fd, const void *args)
{
	const struct nfs_mount *m = args;

	(void)fd;
	return mount(m->source, BOOT_ROOT_MOUNT, m->type, m->options.flags,
		     m->options.data) < 0
		       ? errno
		       : 0;
}

/* Do the options name a version themselves? */
static bool names_version(const char *options)
{
	return strstr(options, "vers=") || mountopts_has(options, "v3") ||
	       mountopts_has(options, "v4");
}

/* 0; -E2BIG: it does not fit into one page of mount(2), of which we use a part. */
static int prepare(const struct boot *boot, const struct ip *server, const char *type,
		   const char *version, struct nfs_mount *m)
{
	const struct netroot_spec *spec = &boot->netroot.spec;
	const struct config *config = &boot->config;
	const char *flags = config->rootflags ? config->rootflags : "";
	bool writable = config->root_rw && !config_overlay(config);
	char text[1024], address[IP_TEXT_SIZE];
	struct buf b = BUF_OVER(text), s = BUF_OVER(m->source);

	m->options = (struct mountopts){ .flags = writable ? 0 : MS_RDONLY };
	m->type = type;
	buf_printf(&s, server->family == IP_V6 ? "[%s]:%s" : "%s:%s",
		   ip_format(address, server), spec->path);
	buf_printf(&b, "addr=%s,%s", address, version);
	if (spec->port)
		buf_printf(&b, ",port=%u", spec->port);
	if (*spec->options)
		buf_printf(&b, ",%s", spec->options);
	if (*flags)
		buf_printf(&b, ",%s", flags);
	return b.truncated || s.truncated ? -E2BIG : mountopts_parse(text, &m->options);
}

/* What the kernel's client means by it. */
static const char *explain(int err)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ ECONNREFUSED, "nobody listens there" },
		{ ETIMEDOUT, "no answer" },
		{ EHOSTUNREACH, "no such machine on the network" },
		{ ENETUNREACH, "no route to it" },
		{ EACCES, "the server does not let this machine mount it" },
		{ EPERM, "the server does not let this machine mount it" },
		{ ENOENT, "the server has no such path" },
		{ EPROTONOSUPPORT,
		  "no version of NFS in common: are nfsv4 and nfsv3 in the image?" },
		{ ENODEV,
		  "no driver: add the modules nfs, nfsv4 and nfsv3 to the image" },
		{ EINVAL, "the kernel does not understand the mount options" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].err == err)
			return texts[i].text;
	return strerror(err);
}

/* Nobody answered, so another version would not be answered either. */
static bool is_silence(int err)
{
	return err == ECONNREFUSED || err == ETIMEDOUT || err == EHOSTUNREACH ||
	       err == ENETUNREACH || err == ENETDOWN || err == EIO;
}

static int try_one(struct boot *boot, const struct ip *server, size_t i, bool given)
{
	/* the type nfs takes any version that its options name */
	const char *type = given ? "nfs" : versions[i].type;
	const char *version = given ? "nolock" : versions[i].options;
	struct nfs_mount m;
	int status = prepare(boot, server, type, version, &m);

	if (status)
		return -status;
	status = netroot_child(boot, "mount", mount_it, &m, TRY_MS);
	if (status == -ETIMEDOUT)
		status = ETIMEDOUT;
	log_debug("netroot: mount %s with %s: %s", m.source, m.options.data,
		  status > 0 ? strerror(status) : "done");
	if (!status)
		stage_note(boot, "%s mounted with %s", m.source, version);
	return status;
}

/* Each version once. 0; an errno, the one that says most; -ETIME as netroot_child(). */
static int try_versions(struct boot *boot, const struct ip *server)
{
	const struct netroot_spec *spec = &boot->netroot.spec;
	const char *flags = boot->config.rootflags;
	int first = 0, err;

	if (names_version(spec->options) || (flags && names_version(flags)))
		return try_one(boot, server, 0, true);
	for (size_t i = 0; i < VERSION_COUNT; i++) {
		if (spec->nfs_version && spec->nfs_version != versions[i].major)
			continue;
		err = try_one(boot, server, i, false);
		if (err <= 0)
			return err;
		if (is_silence(err)) /* NFSv3 asks others than the first three */
			return first ? first : err;
		if (!first || first == EPROTONOSUPPORT)
			first = err;
	}
	return first;
}

static int give_up(struct boot *boot, int err)
{
	const struct netroot_spec *spec = &boot->netroot.spec;

	stage_verdict(boot, "no root: NFS %s:%s: %s: check root= and what is exported",
		      spec->host, spec->path, explain(err));
	return -err;
}

int netroot_nfs(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	uint64_t answered_ms = 0;
	unsigned tries = 0;
	struct ip server;
	int err = netroot_resolve(boot, &server);

	if (err)
		return err;
	(void)mkdir(BOOT_ROOT_MOUNT, 0755); /* the mount says it if this did not work */
	netroot_waits_for(boot, "NFS %s:%s", n->spec.host, n->spec.path);
	while ((err = try_versions(boot, &server)) != 0) {
		if (err == -ETIME || err < 0)
			return err;
		netroot_waits_for(boot, "NFS %s:%s: %s", n->spec.host, n->spec.path,
				  explain(err));
		if (is_silence(err))
			answered_ms = 0;
		else if (!answered_ms)
			answered_ms = clock_monotonic_ms();
		else if (clock_monotonic_ms() - answered_ms > ANSWERS_MS)
			return give_up(boot, err);
		if (err == ENODEV && !boot->modules_pending)
			return give_up(boot, err);
		if (!netroot_pause(boot, netroot_pause_ms(++tries)))
			return -ETIME;
	}
	n->mounted = true;
	return 0;
}
