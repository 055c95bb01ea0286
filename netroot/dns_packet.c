#include "netroot/dns_packet.h"

#include "lib/cursor.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define HEADER_SIZE    12
#define LABEL_MAX      63
#define NAME_LEN_MAX   253
#define CNAMES_MAX     8
#define RECORDS_MAX    256

#define FLAG_RESPONSE  0x8000u
#define MASK_OPCODE    0x7800u
#define FLAG_TRUNCATED 0x0200u
#define FLAG_RECURSE   0x0100u
#define MASK_RCODE     0x000fu

#define TYPE_CNAME     5
#define CLASS_IN       1

struct record {
	char name[DNS_NAME_SIZE];
	uint16_t type, class;
	size_t data, len; /* where in the message */
};

/* Length of the name at @name without a dot at its end; 0: not valid. */
static size_t name_len(const char *name)
{
	size_t len = strlen(name), label = 0;

	if (len && name[len - 1] == '.')
		len--;
	for (size_t i = 0; i < len; i++) {
		label = name[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX ||
		    (name[i] == '.' && (i == 0 || name[i - 1] == '.')))
			return 0;
	}
	return len > NAME_LEN_MAX || label == 0 ? 0 : len;
}

bool dns_name_is_valid(const char *name)
{
	return name_len(name) != 0;
}

static uint8_t *put_be16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
	return p + 2;
}

size_t dns_packet_query(uint8_t out[DNS_QUERY_MAX], uint16_t id, const char *name,
			enum dns_type type)
{
	size_t len = name_len(name);
	uint8_t *p = out;

	if (len == 0)
		return 0;
	p = put_be16(p, id);
	p = put_be16(p, FLAG_RECURSE);
	p = put_be16(p, 1);
	memset(p, 0, 6); /* no answers, authorities, additional records */
	p += 6;
	for (size_t i = 0; i < len;) {
		size_t label = strcspn(name + i, ".");

		*p++ = (uint8_t)label;
		memcpy(p, name + i, label);
		p += label;
		i += label + 1;
	}
	*p++ = 0;
	p = put_be16(p, type);
	p = put_be16(p, CLASS_IN);
	return (size_t)(p - out);
}

static void append_label(char *name, size_t *len, const uint8_t *label, size_t size)
{
	if (*len)
		name[(*len)++] = '.';
	for (size_t i = 0; i < size; i++) /* neither equals what was asked */
		name[(*len)++] =
			label[i] == '.' || label[i] == '\0' ? '?' : (char)label[i];
}

/* RFC 1035, 4.1.4. Each pointer must lead further back than the one before, so there is an end. */
static int read_name(struct cursor *c, char out[DNS_NAME_SIZE])
{
	struct cursor at = *c;
	size_t len = 0, limit = c->off;
	bool jumped = false;

	for (;;) {
		size_t size = cursor_u8(&at), target;

		if ((size & 0xc0) == 0xc0) {
			target = (size & 0x3f) << 8 | cursor_u8(&at);
			if (!jumped)
				*c = at;
			jumped = true;
			if (at.overrun || target >= limit)
				return -EBADMSG;
			limit = target;
			cursor_seek(&at, target);
			continue;
		}
		if (at.overrun || size > LABEL_MAX || len + 1 + size > NAME_LEN_MAX + 1)
			return -EBADMSG;
		if (size == 0)
			break;
		if (cursor_left(&at) < size)
			return -EBADMSG;
		append_label(out, &len, cursor_bytes(&at, size), size);
	}
	out[len] = '\0';
	if (!jumped)
		*c = at;
	return 0;
}

static bool name_is(const char *name, const char *wanted)
{
	size_t len = name_len(wanted);

	return strlen(name) == len && strncasecmp(name, wanted, len) == 0;
}

static int read_record(struct cursor *c, struct record *out)
{
	if (read_name(c, out->name))
		return -EBADMSG;
	out->type = cursor_be16(c);
	out->class = cursor_be16(c);
	cursor_skip(c, 4); /* how long it may be kept */
	out->len = cursor_be16(c);
	out->data = c->off;
	cursor_skip(c, out->len);
	return c->overrun ? -EBADMSG : 0;
}

/* One pass over the answers: the addresses of @name, and the name it stands for if it is an alias
 * ("": it is none). */
static int read_answers(struct cursor c, unsigned count, const char *name,
			enum dns_type type, struct addresses *out,
			char alias[DNS_NAME_SIZE])
{
	struct ip ip = { .family = type == DNS_A ? IP_V4 : IP_V6 };
	struct record record;

	*alias = '\0';
	for (unsigned i = 0; i < count && i < RECORDS_MAX; i++) {
		if (read_record(&c, &record))
			return -EBADMSG;
		if (record.class != CLASS_IN || !name_is(record.name, name))
			continue;
		if (record.type == type && record.len == ip_size(&ip)) {
			memcpy(ip.bytes, c.data + record.data, record.len);
			addresses_add(out, &ip);
		} else if (record.type == TYPE_CNAME) {
			struct cursor at = c;

			cursor_seek(&at, record.data);
			if (read_name(&at, alias))
				return -EBADMSG;
		}
	}
	return 0;
}

int dns_packet_parse(const uint8_t *data, size_t len, uint16_t id, const char *name,
		     enum dns_type type, struct dns_answer *out)
{
	struct cursor c = cursor_over(data, len);
	char asked[DNS_NAME_SIZE], alias[DNS_NAME_SIZE];
	uint16_t got_id = cursor_be16(&c), flags = cursor_be16(&c);
	uint16_t questions = cursor_be16(&c), answers = cursor_be16(&c);
	int err = 0;

	memset(out, 0, sizeof(*out));
	cursor_seek(&c, HEADER_SIZE);
	if (c.overrun || got_id != id || !(flags & FLAG_RESPONSE) ||
	    flags & MASK_OPCODE || questions != 1 || read_name(&c, asked) ||
	    !name_is(asked, name) || cursor_be16(&c) != type ||
	    cursor_be16(&c) != CLASS_IN || c.overrun)
		return -EBADMSG;
	out->rcode = flags & MASK_RCODE;
	out->truncated = flags & FLAG_TRUNCATED;
	if (out->truncated || out->rcode != DNS_NOERROR)
		return 0;
	for (unsigned i = 0; !err && i < CNAMES_MAX; i++) {
		err = read_answers(c, answers, asked, type, &out->addresses, alias);
		if (out->addresses.count || !*alias)
			break;
		memcpy(asked, alias, sizeof(asked));
	}
	return err;
}
