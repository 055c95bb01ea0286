/* A connection after a 101: bytes both ways between it and a struct http_tunnel. */
#ifndef HTTP_TUNNEL_H
#define HTTP_TUNNEL_H

#include "http/connection.h"

/* Moves what can be moved at once, and sets when it wants to be called again. False: enough for now;
 * the connection may be closed then. */
bool tunnel_step(struct connection *c, uint64_t now_ms);

#endif
