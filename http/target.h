/* Which file a request asks for, by the path of its URL (RFC 3986, 2.1 and 3.3), and back. Pure.
 * Decoded once: what is still encoded then is part of a name. */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include "http/parse.h"

#include "lib/buf.h"

struct target {
	char path
		[HTTP_LINE_MAX]; /* below the root, without '/' at either end; "": the root */
	bool is_folder;		 /* it ended with '/' */
	bool is_canonical;	 /* false: empty segments were left out */
};

/* No segment of the outcome begins with a dot (but for /.well-known, RFC 8615) and none has a '/'
 * or control character in it, however encoded. 0; -EBADMSG: wrong encoding, or a NUL; -ENOENT: names
 * what is never served. */
int target_parse(struct text path, struct target *out);

/* @path encoded for a URL; in an attribute of HTML too. */
void target_format(const char *path, struct buf *out);

#endif
