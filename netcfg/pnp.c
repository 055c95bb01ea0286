#include "netcfg/pnp.h"

#include "lib/str.h"
#include "netcfg/hostname.h"

#include <string.h>

static void add_dns(struct lease *out, const char *value)
{
	unsigned i = 0;

	while (i < LEASE_DNS_MAX && out->dns[i].family)
		i++;
	if (i < LEASE_DNS_MAX)
		(void)ip_parse(value, &out->dns[i]); /* what is none is left out */
}

static void parse_line(const char *line, struct lease *out)
{
	const char *value;

	if ((value = str_after(line, "nameserver ")))
		add_dns(out, value);
	else if ((value = str_after(line, "bootserver ")))
		(void)ip_parse(value, &out->boot_server); /* the same */
	else if ((value = str_after(line, "domain ")) &&
		 hostname_is_valid(value, strlen(value)))
		(void)str_copy(out->domain, sizeof(out->domain), value); /* the same */
}

void pnp_parse(const char *text, struct lease *out)
{
	char line[128];

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len < sizeof(line)) {
			memcpy(line, text, len);
			line[len] = '\0';
			parse_line(line, out);
		}
		text += len + (text[len] == '\n');
	}
}
