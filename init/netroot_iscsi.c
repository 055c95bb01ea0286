#include "init/boot.h"
#include "init/devices.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/ip.h"
#include "lib/klibc.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define PROGRAM	     "/sbin/iscsistart"
#define NOT_EXECUTED 127
#define LOGIN_MS     90000 /* it tries by itself for a while */
#define DISK_MS	     10000 /* the session is there, and the disk should be */
#define PORT	     3260  /* RFC 7143 */
#define ARGS_MAX     48

struct login {
	char initiator[256], server[IP_TEXT_SIZE + 2], port[8];
	char *argv[ARGS_MAX + 1];
	unsigned argc;
};

/* ---- who we are */

/* RFC 3720, 3.2.6.3.2: the hardware address as an EUI-64. */
static void name_by_mac(const struct boot *boot, char *out, size_t size)
{
	const struct netcfg_report *report = network_first(&boot->known);
	static const uint8_t none[6];
	const uint8_t *mac = report ? report->mac : none;

	buf_format(out, size, "eui.%02X%02X%02XFFFE%02X%02X%02X", mac[0], mac[1], mac[2],
		   mac[3], mac[4], mac[5]);
}

static bool read_line(const char *path, const char *prefix, char *out, size_t size)
{
	char text[512];
	const char *value;

	if (fd_read_file(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	value = str_after(text, prefix);
	return value && *value && str_copy(out, size, value) == 0;
}

static void find_initiator(const struct boot *boot, char *out, size_t size)
{
	if (boot->config.iscsi_initiator &&
	    str_copy(out, size, boot->config.iscsi_initiator) == 0)
		return;
	if (read_line("/etc/iscsi/initiatorname.iscsi", "InitiatorName=", out, size) ||
	    read_line("/sys/firmware/ibft/initiator/initiator-name", "", out, size))
		return;
	name_by_mac(boot, out, size);
}

/* ---- logging in */

static void add(struct login *l, const char *option, const char *value)
{
	if (!value || !*value || l->argc + 2 > ARGS_MAX)
		return;
	l->argv[l->argc++] = (char *)option;
	l->argv[l->argc++] = (char *)value;
}

static int prepare(struct boot *boot, struct login *l)
{
	const struct netroot_spec *spec = &boot->netroot.spec;
	const struct config_list *params = &boot->config.iscsi_param;
	struct ip server;
	int err;

	*l = (struct login){ .argv[0] = (char *)PROGRAM, .argc = 1 };
	for (unsigned i = 0; i < params->count; i++)
		add(l, "-P", params->item[i]);
	if (!*spec->path) {
		l->argv[l->argc++] = (char *)"-b"; /* what the firmware used */
		return 0;
	}
	err = netroot_resolve(boot, &server);
	if (err)
		return err;
	find_initiator(boot, l->initiator, sizeof(l->initiator));
	(void)ip_format(l->server, &server);
	FORMAT(l->port, "%u", spec->port ? spec->port : PORT);
	add(l, "-i", l->initiator);
	add(l, "-t", spec->path);
	add(l, "-g", "1");
	add(l, "-a", l->server);
	add(l, "-p", l->port);
	add(l, "-u", spec->user);
	add(l, "-w", spec->password);
	add(l, "-U", spec->target_user);
	add(l, "-W", spec->target_password);
	return 0;
}

static int become_iscsistart(int fd, const void *args)
{
	static char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	const struct login *l = args;

	(void)fd; /* closed by execve() */
	execve(PROGRAM, l->argv, envp);
	return NOT_EXECUTED;
}

static int log_in(struct boot *boot)
{
	const struct netroot_spec *spec = &boot->netroot.spec;
	struct login login;
	unsigned tries = 0;
	int status = prepare(boot, &login);

	if (status)
		return status;
	netroot_waits_for(boot, "iSCSI %s: the login", spec->host);
	do {
		status = netroot_child(boot, "iscsistart", become_iscsistart, &login,
				       LOGIN_MS);
		if (status == NOT_EXECUTED) {
			stage_verdict(boot, "no root: iSCSI: " PROGRAM
					    " cannot be executed: add it to the image");
			return -ENOEXEC;
		}
		if (status == -ETIME)
			return status;
		/* 15 is ISCSI_ERR_SESS_EXISTS: an earlier try came through after all */
		if (status == 0 || status == 15)
			return 0;
		netroot_waits_for(boot, "iSCSI %s: iscsistart: %s", spec->host,
				  status < 0 ? "no answer"
					     : "no session, the log says more");
	} while (netroot_pause(boot, netroot_pause_ms(++tries)));
	return -ETIME;
}

/* ---- the disk */

/* …/hostH/sessionS/targetH:B:T/H:B:T:LUN/block/NAME */
static bool is_lun(const struct blockdev *dev, unsigned lun)
{
	char path[128], target[512], end[96];
	ssize_t len;

	FORMAT(path, "/sys/class/block/%s", dev->name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	FORMAT(end, ":%u/block/%s", lun, dev->name);
	return strstr(target, "/session") && strlen(target) > strlen(end) &&
	       str_equal(target + strlen(target) - strlen(end), end);
}

static const struct blockdev *find_disk(const struct boot *boot)
{
	for (unsigned i = 0; i < boot->device_count; i++)
		if (is_lun(&boot->devices[i], boot->netroot.spec.lun))
			return &boot->devices[i];
	return NULL;
}

static int find_root(struct boot *boot)
{
	uint64_t until_ms = clock_monotonic_ms() + DISK_MS;
	struct netroot *n = &boot->netroot;
	const struct blockdev *disk;

	netroot_waits_for(boot, "iSCSI %s: LUN %u", n->spec.host, n->spec.lun);
	while (!(disk = find_disk(boot)) && clock_monotonic_ms() < until_ms)
		if (!netroot_round(boot, until_ms))
			return -ETIME;
	if (!disk) {
		stage_verdict(
			boot,
			"no root: iSCSI %s: the target %s has no disk as LUN %u, or "
			"the module sd_mod is missing in the image",
			n->spec.host, n->spec.path, n->spec.lun);
		return -ENODEV;
	}
	FORMAT(n->device, "/dev/%s", disk->name);
	return 0;
}

int netroot_iscsi(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	int err = log_in(boot);

	if (!err && n->own_root)
		err = find_root(boot);
	if (!err)
		stage_note(boot, "logged in to %s%s%s",
			   *n->spec.path ? n->spec.path : "what the firmware used",
			   *n->device ? ", " : "", n->device);
	return err;
}
