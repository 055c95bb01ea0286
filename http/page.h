/* The web page, complete as the server writes it: state, verdict and log in
 * http/web/index.html. */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "http/routes.h"

#include "lib/buf.h"

void page_write(const struct http_context *context, struct buf *out);

#endif
