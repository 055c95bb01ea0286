#include "lib/buf.h"

#include <stdint.h>
#include <string.h>

/* A number of 64 bits has 20 digits and a sign; more zeroes than that nobody asks for. */
#define NUMBER_SIZE 24

/* A conversion of printf(3) between its '%' and its letter. */
struct directive {
	bool left, zero, star, is_long;
	unsigned width, precision;
};

static const char *read_number(const char *p, unsigned *value)
{
	for (*value = 0; *p >= '0' && *p <= '9'; p++)
		*value = *value * 10 + (unsigned)(*p - '0');
	return p;
}

static void put_padded(struct buf *b, const struct directive *d, const char *text,
		       size_t len)
{
	if (d->left)
		buf_put(b, text, len);
	for (size_t i = len; i < d->width; i++)
		buf_put(b, " ", 1);
	if (!d->left)
		buf_put(b, text, len);
}

static void put_string(struct buf *b, const struct directive *d, const char *s)
{
	s = s ? s : "(null)";
	put_padded(b, d, s, strnlen(s, d->precision));
}

static void put_number(struct buf *b, const struct directive *d, char letter,
		       uint64_t value)
{
	const char *digits = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	bool negative = letter == 'd' && (int64_t)value < 0;
	unsigned base = letter == 'd' || letter == 'u' ? 10 : 16;
	char text[NUMBER_SIZE], *end = text + sizeof(text), *p = end;

	if (negative)
		value = -value;
	do
		*--p = digits[value % base];
	while (value /= base);
	while (d->zero && p > text + 1 && end - p + negative < (ptrdiff_t)d->width)
		*--p = '0';
	if (negative)
		*--p = '-';
	put_padded(b, d, p, (size_t)(end - p));
}

/* All but the letter. */
static const char *read_directive(const char *p, struct directive *d)
{
	*d = (struct directive){ .precision = UINT32_MAX };
	for (; *p == '-' || *p == '0'; p++)
		*(*p == '-' ? &d->left : &d->zero) = true;
	p = read_number(p, &d->width);
	d->star = *p == '.' && p[1] == '*';
	if (d->star)
		p += 2;
	else if (*p == '.')
		p = read_number(p + 1, &d->precision);
	for (; *p == 'l' || *p == 'z'; p++)
		d->is_long = true;
	return p;
}

void buf_vprintf(struct buf *b, const char *fmt, va_list args)
{
	_Static_assert(sizeof(long) == sizeof(uint64_t), "%zu and %llu are read as long");
	struct directive d;
	size_t plain;

	for (;; fmt++) {
		for (plain = 0; fmt[plain] && fmt[plain] != '%';)
			plain++;
		buf_put(b, fmt, plain);
		fmt += plain;
		if (!*fmt)
			return;
		fmt = read_directive(fmt + 1, &d);
		if (d.star)
			d.precision = va_arg(args, unsigned);
		switch (*fmt) {
		case 's':
			put_string(b, &d, va_arg(args, const char *));
			break;
		case 'c':
			buf_put(b, &(char){ (char)va_arg(args, int) }, 1);
			break;
		case 'd':
			put_number(b, &d, 'd',
				   d.is_long ? va_arg(args, uint64_t)
					     : (uint64_t)va_arg(args, int));
			break;
		case 'u':
		case 'x':
		case 'X':
			put_number(b, &d, *fmt,
				   d.is_long ? va_arg(args, uint64_t)
					     : va_arg(args, unsigned));
			break;
		default: /* "%%", and what the unit tests would have shown */
			buf_put(b, "%", 1);
			fmt -= *fmt == '\0';
		}
	}
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vprintf(b, fmt, args);
	va_end(args);
}

bool buf_vformat(char *out, size_t size, const char *fmt, va_list args)
{
	struct buf b = buf_init(out, size);

	buf_vprintf(&b, fmt, args);
	return !b.truncated;
}

bool buf_format(char *out, size_t size, const char *fmt, ...)
{
	va_list args;
	bool whole;

	va_start(args, fmt);
	whole = buf_vformat(out, size, fmt, args);
	va_end(args);
	return whole;
}
