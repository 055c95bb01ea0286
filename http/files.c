#include "http/files.h"

#include "http/coding.h"
#include "http/mime.h"
#include "http/recent.h"
#include "http/representation.h"

#include "lib/fd.h"
#include "lib/klibc.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define ETAG_SIZE     64
#define LOCATION_SIZE 400 /* leaves room for the other fields */

/* O_NONBLOCK: a FIFO must not hold up everybody. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)

/* Without openat2() (Linux before 5.6) segment by segment, none of which is "..". */
static int walk(int root, char *path)
{
	fd_auto int folder = -1;
	int fd;

	for (char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		*slash = '\0';
		fd = openat(folder < 0 ? root : folder, path,
			    O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
		*slash = '/';
		if (fd < 0)
			return -errno;
		fd_close(&folder);
		folder = fd;
	}
	fd = openat(folder < 0 ? root : folder, path, OPEN_FLAGS);
	return fd < 0 ? -errno : fd;
}

/* A descriptor or -errno. @path is as it was afterwards. */
static int open_below(int root, char *path)
{
	struct open_how how = {
		.flags = OPEN_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	char here[] = ".";
	char *at = *path ? path : here;
	int fd = openat2(root, at, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS)
		return walk(root, at);
	return fd < 0 ? -errno : fd;
}

/* A regular file or a folder, or -errno. */
static int open_known(int root, char *path, struct stat *st)
{
	fd_auto int fd = open_below(root, path);

	if (fd < 0)
		return fd;
	if (fstat(fd, st) < 0)
		return -errno;
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return -ENOENT;
	return fd_take(&fd);
}

static bool append(struct target *target, const char *more)
{
	size_t len = strlen(target->path), more_len = strlen(more);

	if (len + more_len >= sizeof(target->path))
		return false;
	memcpy(target->path + len, more, more_len + 1);
	return true;
}

static void answer_redirect(const struct target *target, struct response *response)
{
	char storage[LOCATION_SIZE];
	struct buf location = BUF_OVER(storage);

	/* one '/' in front: two would name another host */
	buf_puts(&location, "/");
	target_format(target->path, &location);
	if (target->is_folder && *target->path)
		buf_puts(&location, "/");
	response_set_status(response, location.truncated ? 404 : 301);
	if (!location.truncated)
		response_add_field(response, "Location", "%s", location.data);
}

/* The twin NAME.gz in place of @fd, if the client would rather have it and it is no older. */
static bool take_twin(const struct files *files, struct target *target, int *fd,
		      struct stat *st)
{
	size_t len = strlen(target->path);
	struct stat twin_st;
	fd_auto int twin = -1;

	if (!append(target, ".gz"))
		return false;
	twin = open_known(files->root, target->path, &twin_st);
	target->path[len] = '\0';
	if (twin < 0 || !S_ISREG(twin_st.st_mode) || twin_st.st_mtime < st->st_mtime)
		return false;
	fd_close(fd);
	*fd = fd_take(&twin);
	*st = twin_st;
	return true;
}

/* Takes over @fd. */
static void answer_file(const struct files *files, struct target *target, int fd,
			struct stat *st, const struct http_exchange *exchange,
			struct response *response)
{
	const struct mime *mime = mime_of(target->path);
	const struct text accept = exchange->request->fields[HTTP_ACCEPT_ENCODING];
	char etag[ETAG_SIZE];
	struct representation r = {
		.type = mime->type,
		.varies = mime->is_text,
	};

	if (mime->is_text && coding_prefers_gzip(accept))
		r.is_gzip = take_twin(files, target, &fd, st);
	FORMAT(etag, "\"%lx-%lx-%lx.%lx\"", (unsigned long)st->st_ino,
	       (unsigned long)st->st_size, (unsigned long)st->st_mtim.tv_sec,
	       (unsigned long)st->st_mtim.tv_nsec);
	r.validators = (struct validators){ etag, true, st->st_mtim.tv_sec };
	r.len = (uint64_t)st->st_size;
	if (files->recent && recent_keep(files->recent, exchange, &r, fd)) {
		close(fd);
		(void)recent_answer(files->recent, exchange, response);
		return;
	}
	response->file = fd;
	representation_answer(&r, exchange, response);
}

/* False: it has neither an index nor may it be listed. */
static bool answer_folder(const struct files *files, struct target *target, int folder,
			  const struct http_exchange *exchange, struct response *response)
{
	size_t len = strlen(target->path);
	struct stat st;
	int fd = -1;

	if (append(target, len ? "/index.html" : "index.html"))
		fd = open_known(files->root, target->path, &st);
	if (fd >= 0 && S_ISREG(st.st_mode)) {
		answer_file(files, target, fd, &st, exchange, response);
		return true;
	}
	fd_close(&fd);
	target->path[len] = '\0';
	if (!files->list)
		return false;
	files->list(folder, target, response);
	return true;
}

/* Whatever else it is, it is not found. */
static unsigned status_of(int err)
{
	switch (err) {
	case -EACCES:
		return 403;
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return 503;
	case -EIO:
		return 500;
	default:
		return 404;
	}
}

static bool answer(const struct files *files, struct target *target,
		   const struct http_exchange *exchange, struct response *response)
{
	struct stat st;
	fd_auto int fd = open_known(files->root, target->path, &st);
	unsigned status = fd < 0 ? status_of(fd) : 0;
	bool is_folder = fd >= 0 && S_ISDIR(st.st_mode);

	if (status && status != 404) {
		response_set_status(response, status);
		return true;
	}
	if (status || (target->is_folder && !is_folder))
		return false;
	if (!target->is_canonical || target->is_folder != is_folder) {
		target->is_folder = is_folder;
		answer_redirect(target, response);
		return true;
	}
	if (is_folder)
		return answer_folder(files, target, fd, exchange, response);
	answer_file(files, target, fd_take(&fd), &st, exchange, response);
	return true;
}

bool files_answer(const struct files *files, const struct http_exchange *exchange,
		  struct response *response)
{
	const struct http_request *request = exchange->request;
	struct target target;
	int err;

	if (files->recent && recent_answer(files->recent, exchange, response))
		return true;
	err = target_parse(request->path, &target);
	if (err == -EBADMSG)
		response_set_status(response, 400);
	if (err)
		return err == -EBADMSG;
	return answer(files, &target, exchange, response);
}
