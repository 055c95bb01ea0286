/* What clients of the HTTP worker ask of process 1. The worker has seen who they are; whether it may be
 * is decided here, by what the options allow and by where the boot stands. */
#ifndef INIT_HTTP_ACTION_H
#define INIT_HTTP_ACTION_H

#include "init/boot.h"

/* rd.http.actions= as a bit for each enum http_action_kind; says what is none. */
uint32_t http_action_policy(const struct config *config);

/* For the worker: a struct http_action that came from it. Decides, logs, tells it, obeys; may not
 * return, because it may end the machine. */
void http_action_take(void *boot, const void *message);

#endif
