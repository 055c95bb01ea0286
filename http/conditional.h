/* Does a request still want what there is (RFC 9110, 13)? Pure. */
#ifndef HTTP_CONDITIONAL_H
#define HTTP_CONDITIONAL_H

#include "http/parse.h"

/* What tells one state of a file from another. */
struct validators {
	const char *etag; /* with its quotes; a strong one */
	bool is_dated;
	int64_t modified_s; /* since 1970; if @is_dated */
};

/* For a GET or HEAD of what is there, by the order of RFC 9110, 13.2.2. 0: answer it; 304: it has
 * it; 412: it wanted another. @now_s is needed for dates with a year of two digits alone. */
unsigned conditional_judge(const struct http_request *request, const struct validators *v,
			   int64_t now_s);

/* May the answer to a request with Range be a part: is it of the same state as what the client has
 * (If-Range)? */
bool conditional_allows_range(const struct http_request *request,
			      const struct validators *v, int64_t now_s);

#endif
