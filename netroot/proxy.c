#include "netroot/proxy.h"

#include "lib/ip.h"
#include "lib/str.h"

#include <string.h>

#define SEPARATORS ", \t"

static bool is_in_network(char *entry, const char *host)
{
	char *slash = strchr(entry, '/');
	struct ip network, ip;
	uint32_t prefix_len;

	if (slash)
		*slash = '\0';
	if (ip_parse(entry, &network) || ip_parse(host, &ip))
		return false;
	if (!slash)
		return ip_equal(&network, &ip);
	return str_parse_u32(slash + 1, 10, &prefix_len) == 0 &&
	       ip_same_network(&network, &ip, prefix_len);
}

static bool is_in_domain(const char *domain, const char *host)
{
	size_t host_len = strlen(host), len;

	if (*domain == '.')
		domain++;
	len = strlen(domain);
	if (!len || len > host_len || !str_equal_nocase(host + host_len - len, domain))
		return false;
	return len == host_len || host[host_len - len - 1] == '.';
}

bool proxy_is_excepted(const char *list, const char *host)
{
	char entry[256];

	while (list && *(list += strspn(list, SEPARATORS))) {
		size_t len = strcspn(list, SEPARATORS);

		if (len < sizeof(entry)) {
			memcpy(entry, list, len);
			entry[len] = '\0';
			if (str_equal(entry, "*") || is_in_domain(entry, host) ||
			    is_in_network(entry, host))
				return true;
		}
		list += len;
	}
	return false;
}
