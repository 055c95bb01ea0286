#include "initramfs/bootconfig.h"

#include "lib/cursor.h"

#include <errno.h>
#include <string.h>

#define MAGIC	    "#BOOTCONFIG\n"
#define MAGIC_LEN   (sizeof(MAGIC) - 1)
#define TRAILER_LEN (2 * sizeof(uint32_t) + MAGIC_LEN)
#define ALIGNMENT   4

static uint32_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += data[i];
	return sum;
}

/* The length of @image up to and with the magic; 0: it has none. */
static size_t end_of_magic(const uint8_t *image, size_t len)
{
	for (size_t after = 0; after < ALIGNMENT && len >= TRAILER_LEN + after; after++) {
		size_t end = len - after;

		if (memcmp(image + end - MAGIC_LEN, MAGIC, MAGIC_LEN) == 0)
			return end;
	}
	return 0;
}

int bootconfig_find(const uint8_t *image, size_t len, struct bootconfig *out)
{
	size_t end = end_of_magic(image, len), at;
	uint32_t size, sum;
	struct cursor c;

	if (end == 0)
		return -ENOENT;
	at = end - TRAILER_LEN;
	c = cursor_over(image + at, TRAILER_LEN);
	size = cursor_le32(&c);
	sum = cursor_le32(&c);
	if (size > at || checksum(image + at - size, size) != sum)
		return -EUCLEAN;
	out->start = at - size;
	out->text = image + out->start;
	out->text_len = strnlen((const char *)out->text, size);
	return 0;
}

const char *bootconfig_check(const uint8_t *text, size_t len)
{
	if (len == 0)
		return "empty";
	if (len > BOOTCONFIG_TEXT_MAX)
		return "longer than the 32762 bytes the kernel takes";
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' && (text[i] < '\t' || text[i] > '\r'))
			return "not a text";
	return NULL;
}

/* The length counts the NULs, of which the kernel needs one. */
void bootconfig_put(struct bytes *image, const uint8_t *text, size_t len)
{
	size_t start = image->len, size;

	bytes_put(image, text, len);
	bytes_put(image, "", 1);
	while ((image->len + TRAILER_LEN) % ALIGNMENT)
		bytes_put(image, "", 1);
	size = image->len - start;
	bytes_le32(image, (uint32_t)size);
	bytes_le32(image, checksum(text, len));
	bytes_put(image, MAGIC, MAGIC_LEN);
}
