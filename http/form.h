/* The body of a request as strings with names: a form (application/x-www-form-urlencoded), or an
 * object of JSON with nothing but strings in it. Pure. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "http/exchange.h"

struct form {
	bool is_json;
	struct text body;
};

/* 0; -EPROTONOSUPPORT: there is a body, and its Content-Type is neither of both. The bytes stay the
 * exchange's. */
int form_open(const struct http_exchange *exchange, struct form *out);

/* The value of @name, decoded and NUL-terminated. 0; -ENOENT: there is none; -EBADMSG: the body is
 * not well-formed, @name stands there twice, or its value has a control character; -ENAMETOOLONG.
 * After an error @out is "". */
int form_value(const struct form *form, const char *name, char *out, size_t size);

#endif
