#include "mount/rootspec.h"

#include "lib/buf.h"
#include "lib/str.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

/* The first of a kind is how it is printed. */
static const struct {
	const char *prefix;
	enum rootspec_kind kind;
	bool encoded; /* by udev */
} forms[] = {
	{ "UUID=", ROOT_UUID, false },
	{ "LABEL=", ROOT_LABEL, false },
	{ "PARTUUID=", ROOT_PARTUUID, false },
	{ "PARTLABEL=", ROOT_PARTLABEL, false },
	{ "/dev/disk/by-uuid/", ROOT_UUID, true },
	{ "/dev/disk/by-label/", ROOT_LABEL, true },
	{ "/dev/disk/by-partuuid/", ROOT_PARTUUID, true },
	{ "/dev/disk/by-partlabel/", ROOT_PARTLABEL, true },
	{ "/dev/disk/by-id/", ROOT_ID, false },
	{ "/dev/disk/by-path/", ROOT_BUS_PATH, false },
	{ "/dev/", ROOT_PATH, false },
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))
#define GPT_AUTO   "gpt-auto"

/* "LABEL=\"a b\"" reaches us with its inner quotes from files that are not command lines.
 */
static void put_unquoted(struct buf *b, const char *s)
{
	size_t len = strlen(s);

	if (len >= 2 && (*s == '"' || *s == '\'') && s[len - 1] == *s)
		buf_put(b, s + 1, len - 2);
	else
		buf_put(b, s, len);
}

/* udev writes what may not stand in a file name as \xHH. */
static void put_decoded(struct buf *b, const char *s)
{
	while (*s) {
		char hex[3] = "";
		uint32_t byte;

		if (s[0] == '\\' && s[1] == 'x' && s[2])
			memcpy(hex, s + 2, 2);
		if (str_parse_u32(hex, 16, &byte) == 0 && hex[1] && byte) {
			buf_printf(b, "%c", (int)byte);
			s += 4;
		} else {
			buf_put(b, s++, 1);
		}
	}
}

static int parse_major_minor(const char *value, const char *colon, struct rootspec *out)
{
	char major[12] = "";

	if (colon - value >= (ptrdiff_t)sizeof(major))
		return -EINVAL;
	memcpy(major, value, (size_t)(colon - value));
	if (str_parse_u32(major, 10, &out->major) ||
	    str_parse_u32(colon + 1, 10, &out->minor))
		return -EINVAL;
	return out->major < 1 << 12 && out->minor < 1 << 20 ? 0 : -EINVAL;
}

/* The bits of new_decode_dev() in linux/kdev_t.h. */
static int parse_hex(const char *value, struct rootspec *out)
{
	const char *digits = str_after(value, "0x");
	uint32_t dev;

	if (str_parse_u32(digits ? digits : value, 16, &dev))
		return -EINVAL;
	out->major = dev >> 8 & 0xfff;
	out->minor = (dev & 0xff) | (dev >> 12 & 0xfff00);
	return 0;
}

/* The kernel's PARTUUID=…/PARTNROFF=n: a neighbour of the one that is named. */
static int parse_neighbour(struct rootspec *out)
{
	char *slash = strchr(out->value, '/');
	const char *digits;
	uint32_t distance;
	bool down;

	if (!slash)
		return 0;
	digits = str_after(slash, "/PARTNROFF=");
	down = digits && *digits == '-';
	if (!digits || str_parse_u32(digits + down, 10, &distance) || distance > INT_MAX)
		return -EINVAL;
	*slash = '\0';
	out->partnroff = down ? -(int32_t)distance : (int32_t)distance;
	return 0;
}

static int parse_number(const char *value, struct rootspec *out)
{
	const char *colon = strchr(value, ':');

	out->kind = ROOT_DEVNO;
	return colon ? parse_major_minor(value, colon, out) : parse_hex(value, out);
}

int rootspec_parse(const char *value, struct rootspec *out)
{
	struct buf b = BUF_OVER(out->value);

	out->major = out->minor = 0;
	out->partnroff = 0;
	out->swap = false;
	for (size_t i = 0; i < FORM_COUNT; i++) {
		const char *rest = str_after(value, forms[i].prefix);

		if (!rest)
			continue;
		out->kind = forms[i].kind;
		if (forms[i].encoded)
			put_decoded(&b, rest);
		else
			put_unquoted(&b, rest);
		if (b.truncated)
			return -ENAMETOOLONG;
		if (out->kind == ROOT_PARTUUID && parse_neighbour(out))
			return -EINVAL;
		return *out->value ? 0 : -EINVAL;
	}
	if (!str_equal(value, GPT_AUTO))
		return parse_number(value, out);
	out->kind = ROOT_GPT_AUTO;
	return 0;
}

/* ---- several */

static bool begins_a_form(const char *s)
{
	for (size_t i = 0; i < FORM_COUNT; i++)
		if (str_after(s, forms[i].prefix))
			return true;
	return false;
}

/* How much of @s is one candidate. */
static size_t candidate_length(const char *s)
{
	const char *label = str_after(s, "LABEL="), *end = s;

	if (!label)
		label = str_after(s, "PARTLABEL=");
	if (label && (*label == '"' || *label == '\'')) {
		const char *close = strchr(label + 1, *label);

		if (close && (close[1] == ',' || !close[1]))
			return (size_t)(close + 1 - s);
	}
	end += strcspn(end, ",");
	while (label && *end && !begins_a_form(end + 1))
		end += 1 + strcspn(end + 1, ",");
	return (size_t)(end - s);
}

int rootspec_parse_list(const char *value, struct rootspec *specs, unsigned max)
{
	char one[sizeof(specs->value) + 64]; /* the longest prefix is shorter */
	unsigned count = 0;

	for (;;) {
		struct buf b = BUF_OVER(one);
		size_t len = candidate_length(value);
		int err;

		if (count == max)
			return -E2BIG;
		buf_put(&b, value, len);
		err = b.truncated ? -ENAMETOOLONG : rootspec_parse(one, &specs[count]);
		if (err)
			return err;
		count++;
		if (!value[len])
			return (int)count;
		value += len + 1;
	}
}

void rootspec_print(const struct rootspec *spec, struct buf *b)
{
	if (spec->kind == ROOT_DEVNO)
		buf_printf(b, "%u:%u", spec->major, spec->minor);
	if (spec->kind == ROOT_GPT_AUTO)
		buf_puts(b, GPT_AUTO);
	for (size_t i = 0; i < FORM_COUNT; i++) {
		if (forms[i].kind != spec->kind)
			continue;
		buf_puts(b, forms[i].prefix);
		buf_printable(b, spec->value);
		break;
	}
	if (spec->partnroff)
		buf_printf(b, "/PARTNROFF=%d", spec->partnroff);
}

/* ---- comparing */

bool rootspec_needs_superblock(const struct rootspec *spec)
{
	return spec->kind == ROOT_UUID || spec->kind == ROOT_LABEL;
}

bool rootspec_needs_parttable(const struct rootspec *spec)
{
	return spec->kind == ROOT_PARTUUID;
}

bool rootspec_matches(const struct rootspec *spec, const struct rootdev *dev)
{
	const struct {
		const char *known;
		bool (*equal)(const char *a, const char *b);
	} fields[] = {
		[ROOT_PATH] = { dev->name, str_equal },
		[ROOT_UUID] = { dev->fs_uuid, str_equal_nocase },
		[ROOT_LABEL] = { dev->fs_label, str_equal },
		[ROOT_PARTUUID] = { dev->part_uuid, str_equal_nocase },
		[ROOT_PARTLABEL] = { dev->part_label, str_equal },
	};

	if (spec->kind == ROOT_DEVNO)
		return spec->major == dev->major && spec->minor == dev->minor;
	if (spec->kind > ROOT_PARTLABEL || spec->partnroff)
		return false;
	return fields[spec->kind].known && *spec->value &&
	       fields[spec->kind].equal(spec->value, fields[spec->kind].known);
}
