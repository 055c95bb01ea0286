/* What a file is, by its name. Pure. */
#ifndef HTTP_MIME_H
#define HTTP_MIME_H

#include <stdbool.h>

struct mime {
	const char *
		extension; /* behind the last dot, in any case; NULL: what nothing else is */
	const char *type; /* Content-Type */
	bool is_text;	  /* worth a compressed twin */
};

/* Never NULL; static storage. @path may have folders in front. */
const struct mime *mime_of(const char *path);

#endif
