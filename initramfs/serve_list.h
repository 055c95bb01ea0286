/* What is in a folder as a web page, for `rootling serve --list`. */
#ifndef INITRAMFS_SERVE_LIST_H
#define INITRAMFS_SERVE_LIST_H

#include "http/files.h"

/* As struct files wants it: names that files_answer() would serve, folders first. */
void serve_list(int fd, const struct target *target, struct response *response);

#endif
