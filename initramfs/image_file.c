#include "initramfs/image_file.h"

#include "initramfs/file.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

static int open_file(struct image_file *f)
{
	bool regular;
	int err;

	if (stat(f->path, &f->st) < 0)
		return -errno;
	regular = S_ISREG(f->st.st_mode);
	err = regular ? mapped_open(&f->mapped, f->path) : file_read(f->path, &f->read);
	f->data = regular ? f->mapped.data : f->read.data;
	f->len = regular ? f->mapped.len : f->read.len;
	return err;
}

/* @given NULL: 0. */
static int parse_flag(const char *verb, const char *name, const char *given,
		      uint32_t *out)
{
	*out = 0;
	if (!given || (!str_parse_u32(given, 10, out) && *out))
		return 0;
	log_err("%s: --%s: %s: not a number from 1 on", verb, name, given);
	return -EINVAL;
}

static void log_problem(const struct image_file *f, const char *verb)
{
	const struct image *i = &f->image;
	const struct image_segment *last =
		i->segment_count ? &i->segments[i->segment_count - 1] : NULL;

	if (i->problem_inside && last)
		log_err("%s: %s: segment %u (%s), offset %zu of what it unpacks to: %s",
			verb, f->path, last->number, last->format, i->problem_offset,
			i->problem);
	else
		log_err("%s: %s: offset %zu: %s", verb, f->path, i->problem_offset,
			i->problem);
}

int image_file_open(struct image_file *f, const char *verb, const char *path,
		    const struct image_flags *flags)
{
	uint32_t max_mib;
	int err;

	*f = (struct image_file){ .path = path };
	err = parse_flag(verb, "segment", flags->segment, &f->only);
	if (!err)
		err = parse_flag(verb, "max-size", flags->max_size, &max_mib);
	if (err)
		return err;
	err = open_file(f);
	if (err) {
		log_err("%s: %s: %s", verb, path, strerror(-err));
		return err;
	}
	err = image_load(&f->image, f->data, f->len, f->only, (size_t)max_mib << 20);
	if (err) {
		log_problem(f, verb);
		return err;
	}
	if (f->only <= f->image.segment_count)
		return 0;
	log_err("%s: %s: there is no segment %u of %zu", verb, path, f->only,
		f->image.segment_count);
	return -ENOENT;
}

void image_file_close(struct image_file *f)
{
	image_free(&f->image);
	mapped_close(&f->mapped);
	bytes_free(&f->read);
}
