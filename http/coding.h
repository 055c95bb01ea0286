/* Which form of a file a client would rather have (RFC 9110, 12.5.3). Pure. */
#ifndef HTTP_CODING_H
#define HTTP_CODING_H

#include "http/text.h"

/* @value is that of the field Accept-Encoding, which may be absent. True only if gzip is named. */
bool coding_prefers_gzip(struct text value);

#endif
