#include "http/httpdate.h"

#include "lib/buf.h"

#include <errno.h>
#include <string.h>

static const char days[7][10] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char months[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

void httpdate_format(int64_t seconds, char out[HTTPDATE_SIZE])
{
	struct date d = date_of(seconds);
	int64_t day = seconds / 86400 - (seconds % 86400 < 0);
	int weekday = (int)((day % 7 + 7 + 4) % 7); /* 1970 began on a Thursday */

	(void)buf_format(out, HTTPDATE_SIZE, "%.3s, %02d %s %04d %02d:%02d:%02d GMT",
			 days[weekday], d.day, months[d.month - 1], (int)d.year, d.hour,
			 d.minute, d.second);
}

/* ---- the forms, as patterns: what is no letter of these stands for itself
 *
 *	w  short name of a day	W  its long name	m  name of a month
 *	d  day, two digits	D  the same, with a blank in front if it is only one
 *	h  hour			i  minute		s  second
 *	Y  year			y  its last two digits */
static const char *const forms[] = {
	"w, d m Y h:i:s GMT",
	"W, d-m-y h:i:s GMT",
	"w m D h:i:s Y",
};

static bool take_number(struct text *t, size_t digits, int *out)
{
	struct text number = { t->s, digits };
	uint64_t value;

	if (t->len < digits || text_parse_u64(number, &value))
		return false;
	t->s += digits;
	t->len -= digits;
	*out = (int)value;
	return true;
}

static bool take_word(struct text *t, const char *word, size_t len)
{
	if (t->len < len || memcmp(t->s, word, len) != 0)
		return false;
	t->s += len;
	t->len -= len;
	return true;
}

/* Which day it was is told by the rest. */
static bool take_day_name(struct text *t, bool is_long)
{
	for (unsigned i = 0; i < 7; i++)
		if (take_word(t, days[i], is_long ? strlen(days[i]) : 3))
			return true;
	return false;
}

static bool take_month(struct text *t, int *out)
{
	for (*out = 1; *out <= 12; ++*out)
		if (take_word(t, months[*out - 1], 3))
			return true;
	return false;
}

static bool take_year(struct text *t, size_t digits, int64_t *out)
{
	int year;

	if (!take_number(t, digits, &year))
		return false;
	*out = year;
	return true;
}

static bool take(struct text *t, char what, struct date *d)
{
	switch (what) {
	case 'w':
	case 'W':
		return take_day_name(t, what == 'W');
	case 'm':
		return take_month(t, &d->month);
	case 'd':
		return take_number(t, 2, &d->day);
	case 'D':
		return take_number(t, take_word(t, " ", 1) ? 1 : 2, &d->day);
	case 'h':
		return take_number(t, 2, &d->hour);
	case 'i':
		return take_number(t, 2, &d->minute);
	case 's':
		return take_number(t, 2, &d->second);
	case 'Y':
		return take_year(t, 4, &d->year);
	case 'y':
		return take_year(t, 2, &d->year);
	default:
		return take_word(t, &what, 1);
	}
}

/* The century: not more than 50 years ahead. */
static void complete_year(struct date *d, int64_t now_s)
{
	struct date limit = date_of(now_s);

	limit.year += 50;
	d->year += limit.year - limit.year % 100;
	if (date_compare(d, &limit) > 0)
		d->year -= 100;
}

static bool is_possible(const struct date *d)
{
	return d->day >= 1 && d->day <= 31 && d->hour < 24 && d->minute < 60 &&
	       d->second <= 60; /* a leap second */
}

int httpdate_parse(struct text value, int64_t now_s, struct date *out)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *form = forms[i];
		struct text rest = value;
		struct date d = { 0 };

		while (*form && take(&rest, *form, &d))
			form++;
		if (*form || rest.len || !is_possible(&d))
			continue;
		if (strchr(forms[i], 'y'))
			complete_year(&d, now_s);
		*out = d;
		return 0;
	}
	return -EINVAL;
}
