#include "http/context.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <errno.h>
#include <sys/stat.h>

int context_open(const struct http_context *context, const char *name)
{
	fd_auto int fd = openat(context->state_fd, name,
				O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? fd_take(&fd) : -EINVAL;
}
