/* Which bytes a request asks for (RFC 9110, 14). Pure. */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include "http/text.h"

/* Of what is asked for in more pieces than this all is sent. */
#define RANGES_MAX 8

struct range {
	uint64_t first, len; /* len is never 0 */
};

struct ranges {
	unsigned count;
	struct range list[RANGES_MAX]; /* in the order asked for; none touches another */
};

/* @value is that of the field Range, @size what there is. 0; -EINVAL: to be ignored, which is also
 * the answer to many small ranges; -ERANGE: nothing of it is there. @out counts only with 0. */
int range_parse(struct text value, uint64_t size, struct ranges *out);

#endif
