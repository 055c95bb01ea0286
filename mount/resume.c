#include "mount/resume.h"

#include "lib/buf.h"
#include "lib/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* kernel/power/swap.c: the signature stands where SWAPSPACE2 was, at the end of the first page. */
#define SIGNATURE "S1SUSPEND"

bool resume_is_waiting(const char *device, uint64_t offset)
{
	uint64_t page = (uint64_t)getpagesize();
	char signature[sizeof(SIGNATURE)];
	fd_auto int fd = open(device, O_RDONLY | O_CLOEXEC);

	if (fd < 0 ||
	    lseek(fd, (off_t)((offset + 1) * page - sizeof(signature)), SEEK_SET) < 0)
		return false;
	return fd_read_full(fd, signature, sizeof(signature)) ==
		       (ssize_t)sizeof(signature) &&
	       memcmp(signature, SIGNATURE, sizeof(signature)) == 0;
}

int resume_start(uint32_t major, uint32_t minor, uint64_t offset)
{
	char text[32];
	struct buf b = BUF_OVER(text);
	int err;

	if (offset) {
		buf_printf(&b, "%" PRIu64, offset);
		err = fd_write_file("/sys/power/resume_offset", text, b.len);
		if (err)
			return err;
	}
	b = BUF_OVER(text);
	buf_printf(&b, "%u:%u", major, minor);
	return fd_write_file("/sys/power/resume", text, b.len);
}
