#include "initramfs/mapped.h"

#include "lib/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

int mapped_open(struct mapped *m, const char *path)
{
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	void *data;

	*m = (struct mapped){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size == 0)
		return 0;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	*m = (struct mapped){ data, (size_t)st.st_size };
	return 0;
}

void mapped_close(struct mapped *m)
{
	if (m->data)
		(void)munmap((void *)m->data, m->len); /* its own map: cannot fail */
	*m = (struct mapped){ 0 };
}
