/* A descriptor on its way to another process: SCM_RIGHTS over a UNIX socket that keeps the bounds of
 * messages. */
#ifndef LIB_FD_PASS_H
#define LIB_FD_PASS_H

#include <stddef.h>
#include <sys/types.h>

/* Sends a message without waiting; @fd, or none with -1, stays open here. 0 or -errno. */
int fd_send(int socket, const void *data, size_t len, int fd);

/* Receives one without waiting. Its length, 0 at the end, or -errno; *@fd is the caller's then,
 * close-on-exec, or -1. Further descriptors are closed. */
ssize_t fd_receive(int socket, void *data, size_t size, int *fd);

#endif
