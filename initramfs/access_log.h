/* A line for each answer on standard output, in the Common Log Format that tools know. */
#ifndef INITRAMFS_ACCESS_LOG_H
#define INITRAMFS_ACCESS_LOG_H

#include "http/exchange.h"

void access_log_print(const struct http_peer *peer, const struct http_request *request,
		      const struct response *response, int64_t now_s);

#endif
