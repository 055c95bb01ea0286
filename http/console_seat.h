/* One client of the console: what comes of its messages, and what it is sent. */
#ifndef HTTP_CONSOLE_SEAT_H
#define HTTP_CONSOLE_SEAT_H

#include "http/console.h"

/* Its ctx is the seat. */
extern const struct http_tunnel console_tunnel;

/* The terminal is the seat's from now on. */
void console_seat_open(struct console_seat *seat, int fd);

/* Hangs up and says why. @reason is static storage. */
void console_seat_shut(struct console_seat *seat, uint16_t code, const char *reason);

/* The client may have the console, unless another one has it. */
void console_ask(struct console_seat *seat, struct text token, uint64_t now_ms);

#endif
