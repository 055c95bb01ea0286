#include "netcfg/bond_options.h"

#include "lib/ip.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

#define MIIMON_MS 100u

/* @words: values by name, the first is 0; numbers do as well. */
static const struct option {
	const char *name;
	uint8_t type;
	uint8_t size;
	const char *words;
} table[] = {
	{ "mode", IFLA_BOND_MODE, 1,
	  "balance-rr active-backup balance-xor broadcast 802.3ad balance-tlb balance-alb " },
	{ "miimon", IFLA_BOND_MIIMON, 4, "" },
	{ "updelay", IFLA_BOND_UPDELAY, 4, "" },
	{ "downdelay", IFLA_BOND_DOWNDELAY, 4, "" },
	{ "use_carrier", IFLA_BOND_USE_CARRIER, 1, "" },
	{ "arp_interval", IFLA_BOND_ARP_INTERVAL, 4, "" },
	{ "arp_validate", IFLA_BOND_ARP_VALIDATE, 4,
	  "none active backup all filter filter_active filter_backup " },
	{ "arp_all_targets", IFLA_BOND_ARP_ALL_TARGETS, 4, "any all " },
	{ "primary_reselect", IFLA_BOND_PRIMARY_RESELECT, 1, "always better failure " },
	{ "fail_over_mac", IFLA_BOND_FAIL_OVER_MAC, 1, "none active follow " },
	{ "xmit_hash_policy", IFLA_BOND_XMIT_HASH_POLICY, 1,
	  "layer2 layer3+4 layer2+3 encap2+3 encap3+4 vlan+srcmac " },
	{ "resend_igmp", IFLA_BOND_RESEND_IGMP, 4, "" },
	{ "num_grat_arp", IFLA_BOND_NUM_PEER_NOTIF, 1, "" },
	{ "num_unsol_na", IFLA_BOND_NUM_PEER_NOTIF, 1, "" },
	{ "all_slaves_active", IFLA_BOND_ALL_SLAVES_ACTIVE, 1, "" },
	{ "min_links", IFLA_BOND_MIN_LINKS, 4, "" },
	{ "lp_interval", IFLA_BOND_LP_INTERVAL, 4, "" },
	{ "packets_per_slave", IFLA_BOND_PACKETS_PER_SLAVE, 4, "" },
	{ "lacp_rate", IFLA_BOND_AD_LACP_RATE, 1, "slow fast " },
	{ "ad_select", IFLA_BOND_AD_SELECT, 1, "stable bandwidth count " },
	{ "tlb_dynamic_lb", IFLA_BOND_TLB_DYNAMIC_LB, 1, "" },
};

static const struct option *find(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (str_equal(table[i].name, name))
			return &table[i];
	return NULL;
}

static int parse_value(const struct option *option, const char *value, uint32_t *out)
{
	size_t len = strlen(value);
	uint32_t n = 0;

	for (const char *word = option->words; *word; word = strchr(word, ' ') + 1, n++) {
		if (strncmp(word, value, len) == 0 && word[len] == ' ') {
			*out = n;
			return 0;
		}
	}
	if (str_parse_u32(value, 10, out))
		return -EINVAL;
	return option->size == 1 && *out > UINT8_MAX ? -EINVAL : 0;
}

/* "192.0.2.1;192.0.2.2": a nest of numbered addresses. */
static int put_targets(struct netlink_request *r, const char *value)
{
	size_t nest = netlink_nest_start(r, IFLA_BOND_ARP_IP_TARGET);
	uint16_t number = 0;

	while (*value) {
		size_t len = strcspn(value, ";");
		char text[IP_TEXT_SIZE];
		struct ip ip;

		if (len >= sizeof(text))
			return -EINVAL;
		memcpy(text, value, len);
		text[len] = '\0';
		if (ip_parse(text, &ip) || ip.family != IP_V4)
			return -EINVAL;
		netlink_put(r, number++, ip.bytes, 4);
		value += len + (value[len] == ';');
	}
	netlink_nest_end(r, nest);
	return number ? 0 : -EINVAL;
}

static int put_option(struct netlink_request *r, const char *name, const char *value)
{
	const struct option *option = find(name);
	uint32_t number;
	uint8_t byte;

	if (str_equal(name, "primary"))
		return 0;
	if (str_equal(name, "arp_ip_target"))
		return put_targets(r, value);
	if (!option || parse_value(option, value, &number))
		return -EINVAL;
	byte = (uint8_t)number;
	netlink_put(r, option->type, option->size == 1 ? (void *)&byte : (void *)&number,
		    option->size);
	return 0;
}

struct word {
	char name[32];
	char value[96];
};

/* Moves @rest behind the next NAME=VALUE, and its comma. False: there is none, as *rest tells, or
 * it is not of that form. */
static bool next_word(const char **rest, struct word *out)
{
	size_t len = strcspn(*rest, ","), name_len = strcspn(*rest, "=");
	size_t value_len = len - name_len - 1;

	if (name_len >= len || name_len >= sizeof(out->name) ||
	    value_len >= sizeof(out->value))
		return false;
	memcpy(out->name, *rest, name_len);
	out->name[name_len] = '\0';
	memcpy(out->value, *rest + name_len + 1, value_len);
	out->value[value_len] = '\0';
	*rest += len + ((*rest)[len] == ',');
	return true;
}

int bond_options_put(const char *options, struct netlink_request *r, const char **bad)
{
	bool is_watched = false;
	uint32_t miimon = MIIMON_MS;
	struct word word;

	*bad = options;
	while (next_word(&options, &word)) {
		if (put_option(r, word.name, word.value))
			return -EINVAL;
		is_watched |= str_equal(word.name, "miimon") ||
			      str_equal(word.name, "arp_interval");
		*bad = options;
	}
	if (*options)
		return -EINVAL;
	if (!is_watched)
		netlink_put(r, IFLA_BOND_MIIMON, &miimon, sizeof(miimon));
	return 0;
}

bool bond_options_primary(const char *options, char *port, size_t size)
{
	struct word word;

	while (next_word(&options, &word))
		if (str_equal(word.name, "primary"))
			return str_copy(port, size, word.value) == 0;
	return false;
}
