#include "mount/rootspec.h"

#include "lib/buf.h"
#include "lib/str.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

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
	{ "/dev/", ROOT_PATH, false },
};

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

int rootspec_parse(const char *value, struct rootspec *out)
{
	struct buf b = BUF_OVER(out->value);
	const char *colon;

	out->major = out->minor = 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
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
		/* The kernel's PARTUUID=…/PARTNROFF=n means a neighbour: not the one it
		 * names. */
		if (out->kind == ROOT_PARTUUID && strchr(out->value, '/'))
			return -EINVAL;
		return b.len > 0 ? 0 : -EINVAL;
	}
	out->kind = ROOT_DEVNO;
	colon = strchr(value, ':');
	return colon ? parse_major_minor(value, colon, out) : parse_hex(value, out);
}

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
	return fields[spec->kind].known && *spec->value &&
	       fields[spec->kind].equal(spec->value, fields[spec->kind].known);
}
