/* Reading folders in one page each. klibc takes 16 KB from malloc() for it, clears them and gives
 * them back to the kernel: 55 thousand instructions a folder, and the code of malloc().
 * Compiled only with LIBC=klibc. */
#include "lib/klibc.h"

#include <dirent.h>
#include <errno.h>
#include <sys/mman.h>

#define PAGE_BYTES 4096

struct folder {
	DIR dir;
	unsigned off, len; /* of what was read into @entries */
	_Alignas(8) char entries[PAGE_BYTES - 16];
};

DIR *fdopendir(int fd)
{
	struct folder *folder = mmap(NULL, sizeof(*folder), PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (folder == MAP_FAILED)
		return NULL;
	folder->dir.__fd = fd;
	return &folder->dir;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved_errno;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
	}
	return dir;
}

struct dirent *readdir(DIR *dir)
{
	struct folder *folder = (struct folder *)dir;
	struct dirent *entry;

	if (folder->off == folder->len) {
		int len = getdents((unsigned)dir->__fd, (struct dirent *)folder->entries,
				   sizeof(folder->entries));

		if (len <= 0)
			return NULL;
		folder->off = 0;
		folder->len = (unsigned)len;
	}
	entry = (struct dirent *)(folder->entries + folder->off);
	folder->off += entry->d_reclen;
	return entry;
}

int closedir(DIR *dir)
{
	int fd = dir->__fd;

	(void)munmap(dir, sizeof(struct folder)); /* mapped above */
	return close(fd);
}
