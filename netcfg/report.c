#include "netcfg/report.h"

#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

struct netcfg_report report_start(enum netcfg_report_kind kind,
				  const struct rtnl_link *seen)
{
	struct netcfg_report report = { .kind = kind };

	if (seen) {
		/* same size */
		(void)str_copy(report.ifname, sizeof(report.ifname), seen->name);
		memcpy(report.mac, seen->mac, sizeof(report.mac));
	}
	return report;
}

void report_send(int fd, const struct netcfg_report *report)
{
	ssize_t len;

	do
		len = send(fd, report, sizeof(*report), MSG_NOSIGNAL);
	while (len < 0 && errno == EINTR);
	if (len < 0 && errno != EPIPE) /* without PID 1 the end of file follows */
		log_err("report: %s", strerror(errno));
}

void report_failure(int fd, const struct rtnl_link *seen, int err)
{
	struct netcfg_report report = report_start(NETCFG_FAILED, seen);

	report.err = err;
	report_send(fd, &report);
}
