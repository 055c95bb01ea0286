/* ISO 9660 (ECMA-119), with the second name that Joliet adds, and its forerunner. */
#include "mount/fsprobe_format.h"

#include <errno.h>
#include <string.h>

#define FIRST_DESCRIPTOR 0x8000
#define DESCRIPTOR_STEP	 2048
#define DESCRIPTORS	 16
#define DESCRIPTOR_SIZE	 847 /* of it that is looked at */
#define NAME_SIZE	 32
#define DATE_SIZE	 17 /* 16 digits and the time zone */

enum descriptor_type { BOOT = 0, PRIMARY = 1, SUPPLEMENTARY = 2, END = 255 };

struct volume {
	bool boot, primary, joliet;
	uint8_t name[NAME_SIZE], joliet_name[NAME_SIZE];
	uint8_t created[DATE_SIZE], modified[DATE_SIZE];
};

static bool is_joliet(const uint8_t *escape)
{
	return memcmp(escape, "%/", 2) == 0 && escape[2] && strchr("@CE", escape[2]);
}

/* The first of each kind counts. */
static void read_descriptor(struct volume *v, const uint8_t *d)
{
	if (d[0] == BOOT) {
		v->boot = true;
	} else if (d[0] == PRIMARY && !v->primary) {
		v->primary = true;
		memcpy(v->name, d + 40, NAME_SIZE);
		memcpy(v->created, d + 813, DATE_SIZE);
		memcpy(v->modified, d + 830, DATE_SIZE);
	} else if (d[0] == SUPPLEMENTARY && !v->joliet && is_joliet(d + 88)) {
		v->joliet = true;
		memcpy(v->joliet_name, d + 40, NAME_SIZE);
	}
}

static void read_volume(struct fsprobe *p, struct volume *v)
{
	*v = (struct volume){ 0 };
	for (int i = 0; i < DESCRIPTORS && !(v->boot && v->primary && v->joliet); i++) {
		struct cursor c = fsprobe_view(p, FIRST_DESCRIPTOR + i * DESCRIPTOR_STEP,
					       DESCRIPTOR_SIZE);

		if (!c.len || c.data[0] == END)
			return;
		read_descriptor(v, c.data);
	}
}

/* The date, as digits; all '0' means that there is none. */
static bool put_date(struct buf *b, const uint8_t *date)
{
	if (memcmp(date, "0000000000000000", DATE_SIZE) == 0)
		return false;
	for (int i = 0; i < 16; i++) {
		if (i >= 4 && i % 2 == 0)
			buf_puts(b, "-");
		buf_put(b, (const char *)date + i, 1);
	}
	return true;
}

static uint32_t upper(uint32_t c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static bool is_high(uint32_t unit)
{
	return (unit & 0xfc00) == 0xd800;
}

/* Joliet has room for 16 letters of any script, the other name for 32 of ASCII, in which
 * `_` stands for the rest. Where one is the beginning of the other, the two together give
 * the name that was meant, big-endian in @out of at least 3 * NAME_SIZE bytes. Its
 * length; 0: they are two different names. */
static size_t join_names(const struct volume *v, uint8_t *out)
{
	struct cursor joliet = cursor_over(v->joliet_name, NAME_SIZE);
	size_t len = 0;

	for (size_t i = 0; i < NAME_SIZE; i++) {
		uint32_t ascii = v->name[i], unit = ascii;

		if (cursor_left(&joliet) >= 2) {
			struct cursor ahead = joliet;

			(void)cursor_be16(&ahead);
			unit = cursor_be16(&joliet);
			if (is_high(unit) && (cursor_be16(&ahead) & 0xfc00) == 0xdc00) {
				out[len++] = (uint8_t)(unit >> 8);
				out[len++] = (uint8_t)unit;
				unit = cursor_be16(&joliet);
			}
			if (unit == '_' && ascii != '_')
				unit = ascii;
			else if (ascii != '_' && upper(ascii) != upper(unit))
				return 0;
			else if (ascii != '_' && upper(ascii) != ascii)
				unit = ascii;
		}
		out[len++] = (uint8_t)(unit >> 8);
		out[len++] = (uint8_t)unit;
	}
	return len;
}

static int check_iso9660(struct fsprobe *p, struct cursor sb)
{
	struct volume v;
	uint8_t joined[3 * NAME_SIZE];
	size_t len = 0;

	if (memcmp(p->magic->bytes, "CDROM", 5) == 0) { /* High Sierra */
		put_text(&p->label, sb.data + 48, NAME_SIZE);
		return NAMELESS;
	}
	read_volume(p, &v);
	if (!v.primary)
		return -EUCLEAN;
	if (!put_date(&p->uuid, v.modified))
		(void)put_date(&p->uuid, v.created); /* or no UUID */
	if (v.joliet)
		len = join_names(&v, joined);
	if (len)
		put_utf16(&p->label, cursor_over(joined, len), cursor_be16);
	else if (v.joliet)
		put_utf16(&p->label, cursor_over(v.joliet_name, NAME_SIZE), cursor_be16);
	else
		put_text(&p->label, v.name, NAME_SIZE);
	return NAMELESS;
}

const struct fsprobe_format fsprobe_iso9660 = {
	FILESYSTEM("iso9660"),	MAGICS(MAGIC("CD001", 0x8001), MAGIC("CDROM", 0x8009)),
	.tolerant = true,	SUPERBLOCK(0x8000, 80),
	.check = check_iso9660,
};
