#include "modules/modfile.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

char *modfile_map(const char *path, size_t *len)
{
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data;

	*len = 0;
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || fstat(fd, &st) < 0)
		goto unreadable;
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return NULL; /* a link to /dev/null is how such a file is masked */
	/* an anonymous map is zero behind the text, which a file map of whole pages is
	 * not */
	data = mmap(NULL, (size_t)st.st_size + 1, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED ||
	    fd_read_full(fd, data, (size_t)st.st_size) != st.st_size)
		goto unreadable;
	*len = (size_t)st.st_size;
	return data;

unreadable:
	log_err("%s: cannot be read", path);
	return NULL;
}
