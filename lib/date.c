#include "lib/date.h"

#define DAY_S		  86400
#define DAYS_OF_4_YEARS	  (4 * 365 + 1)
#define DAYS_OF_CENTURY	  (25 * DAYS_OF_4_YEARS - 1)
#define DAYS_OF_400_YEARS (4 * DAYS_OF_CENTURY + 1)
/* From 2000-03-01, the first day of such a period when years begin in March, to 1970. */
#define DAYS_TO_MARCH_2000 11017

/* How often @unit fits into @days, at most @max times; @days becomes the rest. */
static int64_t take(int64_t *days, int64_t unit, int64_t max)
{
	int64_t n = *days / unit;

	if (n > max)
		n = max;
	*days -= n * unit;
	return n;
}

/* With the leap day at the end of the year, every month but the last has its length in a fixed
 * place. */
static void month_of(int64_t day, struct date *d)
{
	static const uint8_t lengths[] = {
		31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29
	};
	int month = 0;

	for (; day >= lengths[month]; month++)
		day -= lengths[month];
	d->day = (int)day + 1;
	d->month = month + 3;
	if (d->month > 12) {
		d->month -= 12;
		d->year++;
	}
}

struct date date_of(int64_t seconds)
{
	int64_t time = seconds % DAY_S, days = seconds / DAY_S - DAYS_TO_MARCH_2000;
	struct date d = { 0 };

	if (time < 0) {
		time += DAY_S;
		days--;
	}
	d.year = 2000 + days / DAYS_OF_400_YEARS * 400;
	days %= DAYS_OF_400_YEARS;
	if (days < 0) {
		days += DAYS_OF_400_YEARS;
		d.year -= 400;
	}
	d.year += take(&days, DAYS_OF_CENTURY, 3) * 100;
	d.year += take(&days, DAYS_OF_4_YEARS, 24) * 4;
	d.year += take(&days, 365, 3);
	month_of(days, &d);
	d.hour = (int)(time / 3600);
	d.minute = (int)(time / 60 % 60);
	d.second = (int)(time % 60);
	return d;
}

int date_compare(const struct date *a, const struct date *b)
{
	const int64_t order[] = { a->year - b->year,	 a->month - b->month,
				  a->day - b->day,	 a->hour - b->hour,
				  a->minute - b->minute, a->second - b->second };

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i])
			return order[i] < 0 ? -1 : 1;
	return 0;
}
