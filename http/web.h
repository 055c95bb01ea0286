/* The files of http/web/ inside the program, as the build made them with scripts/embed. */
#ifndef HTTP_WEB_H
#define HTTP_WEB_H

#include "http/text.h"

struct web_file {
	const char *path; /* of the URL: "/style.css" */
	const char *type; /* Content-Type */
	const char *
		etag; /* of the contents, without quotes; the twin's has "-gzip" behind it */
	const char *data;
	size_t len;
	const char *gzip; /* the twin; NULL: it would not be smaller */
	size_t gzip_len;
};

/* The file of this path, or NULL. Static storage. */
const struct web_file *web_find(struct text path);

/* The page of "/", with the marks {{NAME}} that page.c fills in; no file of its own. */
extern const struct text web_page;

#endif
