#include "netroot/image.h"
#include "netroot/link_scope.h"
#include "netroot/nbd_open.h"
#include "netroot/resolver.h"
#include "netroot/task.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/privilege.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Nobody else's, so that no other worker may signal this one. */
#define UID_NETROOT 65531

/* A folder that is removed while it is the root holds nothing and never will. */
#define EMPTY_FOLDER "/run/netroot.empty"

static int find_server(struct task *t)
{
	struct netroot_report report = { .kind = NETROOT_RESOLVED };
	struct addresses addresses;
	int err;

	if (!*t->request->spec->host)
		return task_refuse(t, -EDESTADDRREQ, "no server is named");
	while ((err = resolver_find(t, t->request->spec->host, &addresses))) {
		if (err != -ECANCELED)
			err = task_pause(t);
		if (err)
			return err;
	}
	report.server = addresses.ip[0];
	task_report(t, &report);
	return 0;
}

static int run(struct task *t)
{
	const struct netroot_spec *spec = t->request->spec;

	if (IS_ENABLED(CONFIG_NETROOT_IMAGE) && spec->kind == NETROOT_IMAGE)
		return image_fetch(t);
	if (IS_ENABLED(CONFIG_NETROOT_NBD) && spec->kind == NETROOT_NBD)
		return nbd_open(t);
	if (spec->kind == NETROOT_NFS || spec->kind == NETROOT_ISCSI)
		return find_server(t);
	return task_refuse(t, -EOPNOTSUPP, "this /init was built without it");
}

/* A key that cannot be read is no reason to do without. */
static int read_key(struct task *t)
{
	const char *path = t->request->key_path;
	ssize_t len =
		path ? fd_read_file(AT_FDCWD, path, t->key, sizeof(t->key)) : -ENOENT;

	if (len == -ENOENT)
		return 0;
	t->has_key = true;
	return len < 0 ? task_refuse(t, (int)len, "%s: %s", path, strerror((int)-len))
		       : 0;
}

static void read_files(struct task *t)
{
	char links[4096];
	ssize_t len = fd_read_file(AT_FDCWD, "/etc/hosts", t->hosts, sizeof(t->hosts));

	if (len == -EFBIG)
		log_warning("/etc/hosts: ignored: larger than %u bytes", TASK_HOSTS_SIZE);
	if (len < 0)
		*t->hosts = '\0';
	if (fd_read_file(AT_FDCWD, "/proc/net/if_inet6", links, sizeof(links)) >= 0)
		t->link = link_scope(links);
	/* one that is missing is missed when there is a certificate to check */
	if (IS_ENABLED(CONFIG_NETROOT_IMAGE) && t->request->ca_path)
		(void)ca_bundle_open(t->request->ca_path, &t->ca);
}

static int see_no_files(void)
{
	int err = 0;

	if (mkdir(EMPTY_FOLDER, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (chdir(EMPTY_FOLDER) < 0 || rmdir(EMPTY_FOLDER) < 0 || chroot(".") < 0)
		err = -errno;
	return err;
}

static void set_limit(int resource, uint64_t value)
{
	struct rlimit limit = { .rlim_cur = value, .rlim_max = value };

	(void)setrlimit(resource,
			&limit); /* a second fence: the first is to have no privilege */
}

static int confine(const struct netroot_request *request)
{
	int err = see_no_files();

	if (err)
		log_debug("%s: %s", EMPTY_FOLDER, strerror(-err));
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_NOFILE, 64);
	set_limit(RLIMIT_FSIZE, request->size_max);
	signal(SIGXFSZ, SIG_IGN); /* write() says it */
	err = privilege_drop(UID_NETROOT, 0);
	set_limit(RLIMIT_NPROC, 0); /* setuid() counts, too */
	return err;
}

int netroot_worker(int fd, const struct netroot_request *request)
{
	struct task task, *t = &task;
	int err;

	log_set_name("netroot");
	memset(t, 0, sizeof(*t));
	t->fd = fd;
	t->request = request;
	memcpy(t->names.dns, request->dns, sizeof(t->names.dns));
	(void)FORMAT(t->names.search, "%s", request->search ? request->search : "");
	read_files(t);
	err = read_key(t);
	if (!err)
		err = confine(request);
	if (err && !t->is_final)
		err = task_refuse(t, err, "giving up privileges: %s", strerror(-err));
	if (!err)
		err = run(t);
	if (err && err != -ECANCELED)
		task_report_refused(t, err);
	return err ? 1 : 0;
}
