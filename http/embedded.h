/* Answers from the files inside the program (http/web.h), as http/files.h does from a folder. */
#ifndef HTTP_EMBEDDED_H
#define HTTP_EMBEDDED_H

#include "http/exchange.h"

/* Answers a GET or HEAD. False: there is no such file, and @response is as it was. */
bool embedded_answer(const struct http_exchange *exchange, struct response *response);

#endif
