#include "netroot/spec_field.h"

#include "lib/ip.h"
#include "lib/str.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

bool spec_is_plain(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"'\\", *s))
			return false;
	return true;
}

int spec_copy(char *out, size_t size, const char *s, size_t len)
{
	if (len >= size)
		return -EINVAL;
	memcpy(out, s, len);
	out[len] = '\0';
	return 0;
}

size_t spec_host_length(const char *s)
{
	size_t len = *s == '[' ? strcspn(s, "]") : 0;

	return len + strcspn(s + len, ":/");
}

static bool is_name(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-._", *s))
			return false;
	return true;
}

int spec_host(struct netroot_spec *out, const char *s, size_t len)
{
	struct ip address;
	bool bracketed = len > 2 && s[0] == '[' && s[len - 1] == ']';

	if (len == 0 || spec_copy(out->host, sizeof(out->host), s + bracketed,
				  len - 2 * (size_t)bracketed))
		return -EINVAL;
	if (bracketed)
		return ip_parse(out->host, &address) || address.family != IP_V6 ? -EINVAL
										: 0;
	return is_name(out->host) ? 0 : -EINVAL;
}

static int parse_port(const char *s, size_t len, uint16_t *out)
{
	char text[8];
	uint32_t port;

	if (spec_copy(text, sizeof(text), s, len) || str_parse_u32(text, 10, &port) ||
	    port == 0 || port > UINT16_MAX)
		return -EINVAL;
	*out = (uint16_t)port;
	return 0;
}

int spec_authority(struct netroot_spec *out, const char **rest)
{
	size_t len = spec_host_length(*rest);
	int err = spec_host(out, *rest, len);

	*rest += len;
	if (err || **rest != ':')
		return err;
	len = strcspn(++*rest, "/");
	err = len ? parse_port(*rest, len, &out->port) : 0; /* RFC 3986: may be empty */
	*rest += len;
	return err;
}

int spec_next(const char **rest, char *out, size_t size)
{
	size_t len;

	out[0] = '\0';
	if (**rest != ':')
		return 0;
	len = strcspn(++*rest, ":");
	if (spec_copy(out, size, *rest, len))
		return -EINVAL;
	*rest += len;
	return 0;
}

/* ---- iSCSI */

/* USER:PASSWORD[:USER:PASSWORD]@: an @ that no such fields stand before is part of the target. */
static int parse_login(const char **value, struct netroot_spec *out)
{
	const char *at = strchr(*value, '@');
	char text[4 * sizeof(out->user)];
	const char *rest = text;

	if (!at || at > *value + strcspn(*value, "["))
		return 0;
	text[0] = ':';
	if (spec_copy(text + 1, sizeof(text) - 1, *value, (size_t)(at - *value)))
		return -EINVAL;
	/* HOST:PROTOCOL:PORT:LUN:TARGET must still follow */
	for (int colons = 0; colons < 4; colons++) {
		const char *colon = strchr(colons ? rest : at, ':');

		if (!colon)
			return 0;
		rest = colon + 1;
	}
	rest = text;
	*value = at + 1;
	return spec_next(&rest, out->user, sizeof(out->user)) ||
			       spec_next(&rest, out->password, sizeof(out->password)) ||
			       spec_next(&rest, out->target_user,
					 sizeof(out->target_user)) ||
			       spec_next(&rest, out->target_password,
					 sizeof(out->target_password)) ||
			       *rest
		       ? -EINVAL
		       : 0;
}

/* RFC 4173 says that it is hexadecimal in four groups, of which all but the first are 0; without
 * groups people mean a decimal number. */
static int parse_lun(const char *text, uint8_t *out)
{
	bool grouped = strchr(text, '-');
	char first[8];
	uint32_t lun = 0;
	size_t len = strcspn(text, "-");

	if (*text && (spec_copy(first, sizeof(first), text, len) ||
		      str_parse_u32(first, grouped ? 16 : 10, &lun) || lun > UINT8_MAX ||
		      text[len + strspn(text + len, "-0")]))
		return -EINVAL;
	*out = (uint8_t)lun;
	return 0;
}

static const char *find_target(const char *value)
{
	static const char *const types[] = { ":iqn.", ":eui.", ":naa." };
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !found; i++)
		found = strstr(value, types[i]);
	return found;
}

/* [PROTOCOL]:[PORT][:[INTERFACE]:[DEVICE]]:[LUN], behind a colon. */
static int parse_middle(const char *text, struct netroot_spec *out)
{
	char fields[5][32];
	const char *rest = text;
	unsigned count = 0;

	while (*rest == ':') {
		if (count == 5 || spec_next(&rest, fields[count], sizeof(fields[0])))
			return -EINVAL;
		count++;
	}
	if (count != 3 && count != 5)
		return -EINVAL;
	if (*fields[0] && !str_equal(fields[0], "6")) /* TCP, the only one there is */
		return -EINVAL;
	if (*fields[1] && parse_port(fields[1], strlen(fields[1]), &out->port))
		return -EINVAL;
	return parse_lun(fields[count - 1], &out->lun);
}

int spec_parse_iscsi(const char *value, struct netroot_spec *out, const char **reason)
{
	const char *rest = strchr(value, ':') + 1, *target;
	char middle[160];
	size_t len;

	*reason = "iscsi:[HOST]:[PROTOCOL]:[PORT]:[LUN]:TARGET is what is understood";
	if (!*rest)
		return 0; /* the firmware knows */
	if (!spec_is_plain(value) || parse_login(&rest, out))
		return -EINVAL;
	len = spec_host_length(rest);
	if (len && spec_host(out, rest, len))
		return -EINVAL;
	rest += len;
	*reason = "the target must begin with iqn., eui. or naa.";
	target = find_target(rest);
	if (!target || str_copy(out->path, sizeof(out->path), target + 1))
		return -EINVAL;
	*reason =
		"between host and target stand [PROTOCOL]:[PORT]:[LUN], the protocol is 6";
	if (spec_copy(middle, sizeof(middle), rest, (size_t)(target - rest)))
		return -EINVAL;
	return parse_middle(middle, out);
}
