#include "lib/str.h"

#include <errno.h>
#include <string.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int str_parse_u64(const char *s, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		unsigned digit = (unsigned)digit_value(*s);

		if (digit >= base)
			return -EINVAL;
		if (value > (UINT64_MAX - digit) / base)
			return -ERANGE;
		value = value * base + digit;
	}
	*out = value;
	return 0;
}

int str_parse_u32(const char *s, unsigned base, uint32_t *out)
{
	uint64_t value;
	int err = str_parse_u64(s, base, &value);

	if (err)
		return err;
	if (value > UINT32_MAX)
		return -ERANGE;
	*out = (uint32_t)value;
	return 0;
}

bool str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool str_equal_nocase(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

const char *str_after(const char *s, const char *prefix)
{
	/* asked very often, and mostly out at the first byte */
	for (; *prefix; s++, prefix++)
		if (*s != *prefix)
			return NULL;
	return s;
}

int str_copy(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src);

	if (len >= size) {
		if (size)
			dst[0] = '\0';
		return -ENAMETOOLONG;
	}
	memcpy(dst, src, len + 1);
	return 0;
}

static char dash_to_underscore(char c)
{
	return c == '-' ? '_' : c;
}

bool str_name_equal(const char *a, size_t len, const char *b)
{
	for (size_t i = 0; i < len; i++)
		if (!b[i] || dash_to_underscore(a[i]) != dash_to_underscore(b[i]))
			return false;
	return b[len] == '\0';
}

#define DISTANCE_MAX 63

/* Levenshtein, one row at a time. */
unsigned str_distance(const char *a, const char *b, unsigned limit)
{
	unsigned row[DISTANCE_MAX + 1];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > DISTANCE_MAX || b_len > DISTANCE_MAX)
		return limit + 1;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned replace = diagonal + (a[i - 1] != b[j - 1]);
			unsigned shorter = row[j - 1] < row[j] ? row[j - 1] : row[j];

			diagonal = row[j];
			row[j] = replace < shorter + 1 ? replace : shorter + 1;
		}
	}
	return row[b_len] > limit ? limit + 1 : row[b_len];
}
