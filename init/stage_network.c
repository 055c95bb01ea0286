#include "init/stage_modules.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/ipv4.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "netcfg/netcfg.h"

#include <errno.h>
#include <string.h>

/* Where resolv.conf(5) is looked for when the image links it there. */
static void write_resolv_conf(const struct netcfg_report *lease)
{
	char text[512], address[IPV4_TEXT_SIZE];
	struct buf b = BUF_OVER(text);
	int err;

	if (*lease->domain)
		buf_printf(&b, "search %s\n", lease->domain);
	for (int i = 0; i < NETCFG_NAMESERVERS; i++) {
		if (lease->dns_be[i])
			buf_printf(&b, "nameserver %s\n",
				   ipv4_format(address, lease->dns_be[i]));
	}
	err = fd_replace_file(BOOT_STATE_DIR "/resolv.conf", 0644, text, b.len);
	if (err)
		log_warning("%s/resolv.conf: %s", BOOT_STATE_DIR, strerror(-err));
}

static void message(void *ctx, const void *data)
{
	struct netcfg_report report = *(const struct netcfg_report *)data;
	char address[IPV4_TEXT_SIZE];

	(void)ctx; /* what it tells is for the log and for resolv.conf */
	report.ifname[sizeof(report.ifname) - 1] = '\0';
	report.domain[sizeof(report.domain) - 1] = '\0';
	switch (report.kind) {
	case NETCFG_LINK_UP:
		log_info("network: %s: link up", report.ifname);
		break;
	case NETCFG_CONFIGURED:
		log_info("network: %s: %s/%u", report.ifname,
			 ipv4_format(address, report.address_be), report.prefix_len);
		write_resolv_conf(&report);
		break;
	case NETCFG_FAILED:
		log_err("network: %s: %s", report.ifname, strerror(-report.err));
		break;
	}
}

static int run(int fd, const void *request)
{
	return netcfg_worker(fd, request);
}

/* The network is brought up when somebody needs it: ip= says so, or a service that
 * listens. */
static bool is_wanted(const struct config *config)
{
	return config->ip.count || config->neednet || config->http.count;
}

int stage_network(struct boot *boot)
{
	const struct config *config = &boot->config;
	struct netcfg_request *request = &boot->network_request;

	if (!is_wanted(config))
		return STAGE_SKIPPED;
	*request = (struct netcfg_request){ .bootif = config->bootif };
	while (request->ip_count < config->ip.count &&
	       request->ip_count < NETCFG_IP_MAX) {
		request->ip[request->ip_count] = config->ip.item[request->ip_count];
		request->ip_count++;
	}
	for (unsigned i = 0; i < config->nameserver.count && i < NETCFG_NAMESERVERS; i++)
		request->nameserver[i] = config->nameserver.item[i];
	boot->network = (struct worker){
		.name = "network",
		.run = run,
		.args = request,
		.policy = WORKER_RESTART,
		.message_size = sizeof(struct netcfg_report),
		.message = message,
	};
	/* the fast path knows the root's drivers, not the network's */
	if (IS_ENABLED(CONFIG_COLDPLUG))
		modules_coldplug(boot);
	stage_note(boot, "worker started");
	return worker_start(&boot->loop, &boot->network);
}
