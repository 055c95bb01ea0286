/* Days of the calendar and times of the day, in UTC. Pure. */
#ifndef LIB_DATE_H
#define LIB_DATE_H

#include <stdint.h>

/* The fields in the order in which dates compare: month and day from 1. */
struct date {
	int64_t year;
	int month, day, hour, minute, second;
};

/* @seconds since 1970-01-01 00:00 (Gregorian calendar, no leap seconds). */
struct date date_of(int64_t seconds);

/* Below, equal or above zero, as strcmp(). */
int date_compare(const struct date *a, const struct date *b);

#endif
