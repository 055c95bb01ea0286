#include "netcfg/ip_method.h"

#include <stddef.h>
#include <string.h>

#define METHODS_IP4 IP_METHOD_DHCP4
#define METHODS_IP6 (IP_METHOD_AUTO6 | IP_METHOD_DHCP6 | IP_METHOD_LINK6)

struct method {
	char word[12];
	uint8_t methods;
	bool is_refused;
};

static const struct method words[] = {
	{ "off", 0, false },
	{ "none", 0, false },
	{ "dhcp", IP_METHOD_DHCP4, false },
	{ "on", IP_METHOD_DHCP4, false },
	{ "any", IP_METHOD_DHCP4, false },
	{ "both", IP_METHOD_DHCP4, false }, /* to all but the kernel: whatever there is */
	{ "single-dhcp", IP_METHOD_DHCP4, false },
	{ "dhcp6", IP_METHOD_DHCP6, false },
	{ "auto6", IP_METHOD_AUTO6, false },
	{ "either6", IP_METHOD_AUTO6 | IP_METHOD_DHCP6, false },
	{ "link6", IP_METHOD_LINK6, false },
	{ "ibft", IP_METHOD_IBFT, false },
	{ "bootp", 0, true },
	{ "rarp", 0, true },
};

static const struct method *find(const char *text)
{
	size_t len = strcspn(text, ",");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (len < sizeof(words[i].word) && !words[i].word[len] &&
		    memcmp(words[i].word, text, len) == 0)
			return &words[i];
	return NULL;
}

const char *ip_methods_parse(const char *text, uint8_t *methods)
{
	for (;;) {
		const struct method *method = find(text);

		if (!method)
			return "none of dhcp, on, any, both, single-dhcp, dhcp6, auto6, either6, "
			       "link6, ibft, off, none";
		if (method->is_refused)
			return "not spoken here: write dhcp";
		*methods |= method->methods;
		text = strchr(text, ',');
		if (!text)
			return NULL;
		text++;
	}
}

bool ip_methods_begin(const char *text)
{
	return find(text) != NULL;
}

uint8_t ip_methods_beside(const struct ip *client)
{
	return client->family == IP_V6 ? (uint8_t)~METHODS_IP6 : (uint8_t)~METHODS_IP4;
}
