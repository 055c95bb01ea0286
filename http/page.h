/* The web page, complete as the server writes it: http/page.html with what PID 1 says of the boot.
 * The script of the page fetches it again when there is news, so that all is rendered here. */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "http/context.h"
#include "http/exchange.h"

void page_answer(const struct http_context *context, const struct http_exchange *exchange,
		 struct response *response);

#endif
