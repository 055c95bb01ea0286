/* Stands for the recovery shell: hands out /proc/1/status on the debug port and ends QEMU. */
#include "bench/sys.h"

#include <fcntl.h>

static char text[4096];

void start(void)
{
	long fd = sys2(__NR_open, "/proc/1/status", O_RDONLY);
	long len = sys3(__NR_read, fd, text, sizeof(text));

	leave_with(text, len);
}
