#include "init/stage_modules.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "netcfg/netcfg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static void print_address(struct buf *b, uint32_t address_be)
{
	const uint8_t *byte = (const uint8_t *)&address_be;

	buf_printf(b, "%u.%u.%u.%u", byte[0], byte[1], byte[2], byte[3]);
}

/* Where resolv.conf(5) is looked for when the image links it there. */
static void write_resolv_conf(const struct netcfg_report *lease)
{
	char text[512];
	struct buf b = BUF_OVER(text);
	int err;

	if (*lease->domain)
		buf_printf(&b, "search %s\n", lease->domain);
	for (int i = 0; i < NETCFG_NAMESERVERS; i++) {
		if (!lease->dns_be[i])
			continue;
		buf_puts(&b, "nameserver ");
		print_address(&b, lease->dns_be[i]);
		buf_puts(&b, "\n");
	}
	err = fd_replace_file(BOOT_STATE_DIR "/resolv.conf", 0644, text, b.len);
	if (err)
		log_warning("%s/resolv.conf: %s", BOOT_STATE_DIR, strerror(-err));
}

static void message(void *ctx, const void *data)
{
	struct boot *boot = ctx;
	struct netcfg_report report = *(const struct netcfg_report *)data;
	char address[32];
	struct buf b = BUF_OVER(address);

	report.ifname[sizeof(report.ifname) - 1] = '\0';
	report.domain[sizeof(report.domain) - 1] = '\0';
	switch (report.kind) {
	case NETCFG_LINK_UP:
		log_info("network: %s: link up", report.ifname);
		break;
	case NETCFG_CONFIGURED:
		print_address(&b, report.address_be);
		log_info("network: %s: %s/%u", report.ifname, address, report.prefix_len);
		boot->lease = report;
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
		.ctx = boot,
	};
	/* the fast path knows the root's drivers, not the network's */
	if (IS_ENABLED(CONFIG_COLDPLUG))
		modules_coldplug(boot);
	stage_note(boot, "worker started");
	return worker_start(&boot->loop, &boot->network);
}
