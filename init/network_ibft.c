#include "init/network_ibft.h"

#include "init/boot.h"
#include "init/stage_modules.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#define FOLDER	       "/sys/firmware/ibft"
#define MODULE_WAIT_MS 5000
#define NUMBERS_MAX    16 /* firmware leaves gaps */

static bool is_ibft(const char *value)
{
	return str_equal(value, "ibft");
}

/* Takes ip=ibft out. Was there any? */
static bool take_out(struct netcfg_request *request)
{
	unsigned left = 0, count = request->ip_count;

	for (unsigned i = 0; i < count; i++)
		if (!is_ibft(request->ip[i]))
			request->ip[left++] = request->ip[i];
	request->ip_count = left;
	return left < count;
}

static void load_module(struct boot *boot)
{
	uint64_t until_ms = clock_monotonic_ms() + MODULE_WAIT_MS;

	if (!IS_ENABLED(CONFIG_MODULES) || access(FOLDER, F_OK) == 0)
		return;
	modules_request(boot, MODULES_NAME, "iscsi_ibft");
	while (access(FOLDER, F_OK) < 0 && boot->modules_pending &&
	       clock_monotonic_ms() < until_ms)
		(void)loop_round(&boot->loop, until_ms);
}

static void read_cards(struct network_ibft *ibft)
{
	char path[64];

	ibft->count = 0;
	for (unsigned i = 0; i < NUMBERS_MAX && ibft->count < NETWORK_IBFT_CARDS; i++) {
		fd_auto int dir = -1;

		FORMAT(path, FOLDER "/ethernet%u", i);
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0 && ibft_read(dir, i, &ibft->cards[ibft->count]) == 0)
			ibft->count++;
	}
}

static void add(struct netcfg_list *list, const char *value)
{
	if (*value && list->count < NETCFG_LIST_MAX)
		list->item[list->count++] = value;
}

static void add_card(struct netcfg_request *request, const struct ibft_card *card)
{
	if (request->ip_count == NETCFG_IP_MAX)
		return;
	request->ip[request->ip_count++] = card->ip;
	add(&request->ifname, card->ifname);
	add(&request->vlan, card->vlan);
	log_info("network: iBFT: ip=%s ifname=%s%s%s", card->ip, card->ifname,
		 *card->vlan ? " vlan=" : "", card->vlan);
}

void network_ibft(struct boot *boot, struct netcfg_request *request)
{
	bool is_asked = take_out(request);

	if (!is_asked && (request->ip_count || !boot->config.iscsi_firmware))
		return;
	load_module(boot);
	read_cards(&boot->ibft);
	for (unsigned i = 0; i < boot->ibft.count; i++)
		add_card(request, &boot->ibft.cards[i]);
	if (!boot->ibft.count)
		log_warning("network: iBFT: the firmware left no card in " FOLDER "%s%s",
			    access(FOLDER, F_OK) ? ", or the module iscsi_ibft is "
						   "missing in the image"
						 : "",
			    request->ip_count ? "" : ": asking DHCP");
}
