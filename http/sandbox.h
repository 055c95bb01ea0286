/* What is left to the worker once it listens and holds its folders. */
#ifndef HTTP_SANDBOX_H
#define HTTP_SANDBOX_H

/* For ever: a user of its own, no capability, no new process, the empty folder @nowhere as "/", and
 * no system call but those of an answer. What is open stays open; folders must be held by
 * privilege_hold(), or they lead out of it. 0 or -errno; after an error the process must not go on. */
int http_sandbox_enter(const char *nowhere);

#endif
