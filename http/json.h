/* Reads the JSON that PID 1 writes: values as pieces of its text. Pure; what is not JSON ends early
 * and yields nothing. */
#ifndef HTTP_JSON_H
#define HTTP_JSON_H

#include "http/text.h"

#include "lib/buf.h"

/* The value of a member of the object, as it stands there; s is NULL: it has none of that name. Names
 * with escapes in them are not found. */
struct text json_member(struct text object, const char *name);

/* Takes the next element from @array, which begins as the whole value. False: there is none left. */
bool json_take(struct text *array, struct text *element);

/* Is it a string? Then its characters go to @out, escapes resolved. */
bool json_put_string(struct text value, struct buf *out);

/* A number without sign, fraction and exponent; 0 when it is none. */
uint64_t json_u64(struct text value);

#endif
