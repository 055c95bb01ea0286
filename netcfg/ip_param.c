#include "netcfg/ip_param.h"

#include "netcfg/hostname.h"

#include "lib/ipv4.h"
#include "lib/str.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PARAM_MAX      255
#define HTYPE_ETHERNET 1

static const char *parse_host_address(const char *text, void *field, size_t size)
{
	uint32_t *address_be = field;

	(void)size;
	if (ipv4_parse(text, address_be))
		return "not an IPv4 address";
	return ipv4_is_host(*address_be) ? NULL : "not the address of a machine";
}

static const char *parse_netmask(const char *text, void *field, size_t size)
{
	uint32_t netmask_be, prefix_len;
	int len;

	(void)size;
	if (str_parse_u32(text, 10, &prefix_len) == 0) {
		if (prefix_len == 0 || prefix_len > 32)
			return "not a prefix length from 1 to 32";
		*(uint8_t *)field = (uint8_t)prefix_len;
		return NULL;
	}
	if (ipv4_parse(text, &netmask_be))
		return "neither a netmask nor a prefix length";
	len = ipv4_prefix_len(netmask_be);
	if (len <= 0)
		return "not a netmask of leading ones";
	*(uint8_t *)field = (uint8_t)len;
	return NULL;
}

static const char *parse_host(const char *text, void *field, size_t size)
{
	if (!hostname_is_valid(text, strlen(text)))
		return "not a host name";
	return str_copy(field, size, text) ? "longer than 63 characters" : NULL;
}

/* The kernel's dev_valid_name(), and nothing that could confuse a log. */
static const char *parse_device(const char *text, void *field, size_t size)
{
	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '/')
			return "not the name of an interface";
	if (str_equal(text, ".") || str_equal(text, ".."))
		return "not the name of an interface";
	return str_copy(field, size, text) ? "longer than 15 characters" : NULL;
}

static const char *parse_autoconf(const char *text, void *field, size_t size)
{
	static const struct {
		const char *word;
		enum ip_method method;
	} words[] = {
		{ "off", IP_METHOD_NONE },
		{ "none", IP_METHOD_NONE },
		{ "on", IP_METHOD_DHCP },
		{ "any", IP_METHOD_DHCP },
		{ "dhcp", IP_METHOD_DHCP },
		{ "both",
		  IP_METHOD_DHCP }, /* any protocol there is, to every userspace parser */
	};

	(void)size;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_equal(text, words[i].word)) {
			*(enum ip_method *)field = words[i].method;
			return NULL;
		}
	}
	return "none of off, none, on, any, dhcp, both";
}

#define FIELD(member) \
	offsetof(struct ip_param, member), sizeof(((struct ip_param *)0)->member)

static const struct field {
	const char *name;
	/* NULL or what is wrong; sees no empty text. */
	const char *(*parse)(const char *text, void *field, size_t size);
	size_t offset, size;
} fields[] = {
	{ "client", parse_host_address, FIELD(client_be) },
	{ "server", parse_host_address, FIELD(server_be) },
	{ "gateway", parse_host_address, FIELD(gateway_be) },
	{ "netmask", parse_netmask, FIELD(prefix_len) },
	{ "host", parse_host, FIELD(host) },
	{ "device", parse_device, FIELD(device) },
	{ "autoconf", parse_autoconf, FIELD(method) },
	{ "dns0", parse_host_address, FIELD(dns_be[0]) },
	{ "dns1", parse_host_address, FIELD(dns_be[1]) },
	{ "ntp0", parse_host_address, FIELD(ntp_be) },
};

#define FIELD_COUNT    (sizeof(fields) / sizeof(fields[0]))
#define FIELD_AUTOCONF 6

static int refuse(struct ip_param_error *error, const char *field, const char *reason)
{
	*error = (struct ip_param_error){ field, reason };
	return -EINVAL;
}

static int parse_field(const struct field *f, const char *text, struct ip_param *param,
		       struct ip_param_error *error)
{
	const char *reason =
		*text ? f->parse(text, (char *)param + f->offset, f->size) : NULL;

	return reason ? refuse(error, f->name, reason) : 0;
}

/* Cuts @text at its colons. */
static int parse_fields(char *text, struct ip_param *param, struct ip_param_error *error)
{
	for (size_t i = 0; text; i++) {
		char *end = strchr(text, ':');
		int err;

		if (i == FIELD_COUNT)
			return refuse(error, "ntp0", "more fields follow it");
		if (end)
			*end++ = '\0';
		err = parse_field(&fields[i], text, param, error);
		if (err)
			return err;
		text = end;
	}
	return 0;
}

/* A lone word is autoconf, a lone address is still the client's. The empty value is
 * "off". */
static int parse_alone(char *text, struct ip_param *param, struct ip_param_error *error)
{
	if (*text >= '0' && *text <= '9')
		return parse_fields(text, param, error);
	if (!*text)
		param->method = IP_METHOD_NONE;
	return parse_field(&fields[FIELD_AUTOCONF], text, param, error);
}

int ip_param_parse(const char *s, struct ip_param *out, struct ip_param_error *error)
{
	struct ip_param param = { .method = IP_METHOD_DHCP };
	char text[PARAM_MAX + 1];
	int err;

	if (str_copy(text, sizeof(text), s))
		return refuse(error, "value", "longer than 255 characters");
	err = strchr(text, ':') ? parse_fields(text, &param, error)
				: parse_alone(text, &param, error);
	if (err)
		return err;
	if (param.client_be) {
		if (!param.prefix_len)
			return refuse(error, "netmask", "missing");
		param.method = IP_METHOD_STATIC;
	}
	*out = param;
	return 0;
}

int ip_param_parse_bootif(const char *s, uint8_t mac[6])
{
	size_t len = strlen(s), count = (len + 1) / 3;
	uint8_t bytes[7];

	if ((len + 1) % 3 || count < 6 || count > 7)
		return -EINVAL;
	for (size_t i = 0; i < count; i++, s += 3) {
		char digits[3] = { s[0], s[1], '\0' };
		bool is_last = i + 1 == count;
		uint32_t value;

		if (str_parse_u32(digits, 16, &value))
			return -EINVAL;
		if (!is_last && s[2] != '-' && s[2] != ':')
			return -EINVAL;
		bytes[i] = (uint8_t)value;
	}
	if (count == 7 && bytes[0] != HTYPE_ETHERNET)
		return -EINVAL;
	if (bytes[count - 6] & 1) /* of a group, so the type came without its address */
		return -EINVAL;
	memcpy(mac, bytes + count - 6, 6);
	return 0;
}
