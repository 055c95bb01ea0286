/* Dates as fields of HTTP have them (RFC 9110, 5.6.7). Pure. */
#ifndef HTTP_HTTPDATE_H
#define HTTP_HTTPDATE_H

#include "http/text.h"

#include "lib/date.h"

#define HTTPDATE_SIZE sizeof("Sun, 06 Nov 1994 08:49:37 GMT")

/* @seconds since 1970, of the years up to 9999. */
void httpdate_format(int64_t seconds, char out[HTTPDATE_SIZE]);

/* Any of its three forms. A year of two digits is the one nearest to @now_s, at most 50 years
 * ahead. 0 or -EINVAL. */
int httpdate_parse(struct text value, int64_t now_s, struct date *out);

#endif
