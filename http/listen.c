#include "http/http.h"

#include "lib/ipv4.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define PORT_DEFAULT 80

static int parse_port(const char *s, uint16_t *port)
{
	uint32_t value;

	if (str_parse_u32(s, 10, &value) || value == 0 || value > UINT16_MAX)
		return -EINVAL;
	*port = (uint16_t)value;
	return 0;
}

int http_listen_parse(const char *s, struct http_listen *out)
{
	struct http_listen listen = { .port = PORT_DEFAULT };
	const char *colon = strchr(s, ':');
	char address[IPV4_TEXT_SIZE];

	if (colon) {
		size_t len = (size_t)(colon - s);

		if (len >= sizeof(address))
			return -EINVAL;
		memcpy(address, s, len);
		address[len] = '\0';
		if (ipv4_parse(address, &listen.address_be) ||
		    parse_port(colon + 1, &listen.port))
			return -EINVAL;
	} else if (*s && !str_equal(s, "1") && parse_port(s, &listen.port)) {
		return -EINVAL;
	}
	*out = listen;
	return 0;
}
