#include "netroot/image.h"

#include "netroot/fetch.h"
#include "netroot/verify.h"

#include "lib/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct image {
	int file; /* the request's */
	uint64_t size;
	struct sha256 sha256; /* over all that is in the file */
};

static int restart(struct task *t, void *ctx)
{
	struct image *image = ctx;

	image->size = 0;
	sha256_start(&image->sha256);
	if (ftruncate(image->file, 0) < 0)
		return task_refuse(t, -errno, "empty the file: %s", strerror(errno));
	return 0;
}

static int add(struct task *t, void *ctx, const uint8_t *data, size_t len)
{
	struct image *image = ctx;

	sha256_add(&image->sha256, data, len);
	while (len) {
		ssize_t done = pwrite(image->file, data, len, (off_t)image->size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return task_refuse(t, done ? -errno : -ENOSPC, "write: %s",
					   strerror(done ? errno : ENOSPC));
		data += done;
		len -= (size_t)done;
		image->size += (uint64_t)done;
	}
	return 0;
}

static int fetch_and_verify(struct task *t, struct image *image, struct fetch *f,
			    const struct url *url, struct verify *v)
{
	uint8_t digest[SHA256_SIZE];
	int err = verify_fetch_signature(t, url, v);

	if (!err)
		err = fetch_run(t, f, url);
	if (err)
		return err;
	sha256_end(&image->sha256, digest);
	return verify_image(t, v, digest);
}

static void report_done(struct task *t, const struct image *image)
{
	struct netroot_report report = {
		.kind = NETROOT_DONE,
		.bytes = image->size,
		.total = image->size,
	};

	task_report(t, &report);
}

int image_fetch(struct task *t)
{
	struct image image = { .file = t->request->file };
	struct fetch f = {
		.transfer.size_max = t->request->size_max,
		.has_progress = true,
		.restart = restart,
		.add = add,
		.ctx = &image,
	};
	struct verify v = { .signature_len = 0 };
	struct url url;
	const char *why;
	int err;

	if (url_parse(t->request->spec->url, &url, &why))
		return task_refuse(t, -EINVAL, "%s", why);
	err = verify_plan(t, &url, &v);
	if (!err)
		err = fetch_and_verify(t, &image, &f, &url, &v);
	if (err == -EBADMSG && !t->is_final && f.transfer.was_resumed) {
		/* perhaps the server changed the file between the pieces */
		log_info("%s: fetching it in one piece", t->why);
		f.transfer.no_range = true;
		transfer_restart(&f.transfer);
		err = fetch_and_verify(t, &image, &f, &url, &v);
	}
	if (!err)
		report_done(t, &image);
	else
		(void)ftruncate(image.file, 0); /* PID 1 uses nothing of it anyway */
	return err;
}
