#include "initramfs/serve_list.h"

#include "initramfs/mem.h"
#include "initramfs/show.h"
#include "lib/date.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ENTRIES_MAX 10000 /* others want to be served too */

struct entry {
	char *name;
	bool is_folder;
	uint64_t size;
	int64_t modified_s;
};

struct entries {
	struct entry *items;
	size_t count;
	bool is_cut;
};

static bool is_served(const char *name)
{
	if (name[0] == '.' && !str_equal(name, ".well-known"))
		return false;
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

static void add(struct entries *entries, int folder, const char *name)
{
	struct stat st;

	if (!is_served(name) || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return;
	entries->is_cut = entries->count == ENTRIES_MAX;
	if (entries->is_cut)
		return;
	entries->items = mem_grow(entries->items, entries->count, sizeof(struct entry));
	entries->items[entries->count++] = (struct entry){
		.name = mem_strdup(name),
		.is_folder = S_ISDIR(st.st_mode),
		.size = (uint64_t)st.st_size,
		.modified_s = st.st_mtim.tv_sec,
	};
}

/* 0 or -errno. */
static int read_folder(int fd, struct entries *entries)
{
	fd_auto int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	const struct dirent *d;

	if (!dir)
		return -errno;
	(void)fd_take(&own);
	while (!entries->is_cut && (d = readdir(dir)))
		add(entries, fd, d->d_name);
	closedir(dir);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->is_folder != right->is_folder)
		return left->is_folder ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void put_escaped(struct bytes *out, const char *s)
{
	for (; *s; s++)
		if (strchr("&<>\"'", *s))
			bytes_printf(out, "&#%d;", *s);
		else
			bytes_put(out, s, 1);
}

static void put_entry(struct bytes *out, const struct entry *e)
{
	const char *slash = e->is_folder ? "/" : "";
	struct date d = date_of(e->modified_s);
	char storage[3 * NAME_MAX + 1], size[16] = "";
	struct buf url = BUF_OVER(storage);

	target_format(e->name, &url);
	if (!e->is_folder)
		show_size(e->size, size);
	bytes_printf(out, "<tr><td><a href=\"%s%s\">", url.data, slash);
	put_escaped(out, e->name);
	bytes_printf(out, "%s</a><td>%s<td>%04d-%02d-%02d %02d:%02d\n", slash, size,
		     (int)d.year, d.month, d.day, d.hour, d.minute);
}

static void put_page(struct bytes *out, const char *path, const struct entries *entries)
{
	bytes_printf(out,
		     "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width\">\n"
		     "<meta name=\"color-scheme\" content=\"light dark\">\n<title>/");
	put_escaped(out, path);
	bytes_printf(out, "</title>\n<h1>/");
	put_escaped(out, path);
	bytes_printf(out, "</h1>\n<table>\n<tr><th>Name<th>Size<th>Modified, UTC\n");
	if (*path)
		bytes_printf(out, "<tr><td><a href=\"../\">../</a>\n");
	for (size_t i = 0; i < entries->count; i++)
		put_entry(out, &entries->items[i]);
	bytes_printf(out, "</table>\n%s</html>\n",
		     entries->is_cut ? "<p>There is more.\n" : "");
}

/* As a file without a name: the answer outlives this call. 0 or -errno. */
static int set_page(struct response *response, const struct bytes *page)
{
	fd_auto int fd = memfd_create("list", MFD_CLOEXEC);
	int err = fd < 0 ? -errno : fd_write_all(fd, page->data, page->len);

	if (err)
		return err;
	response->status = 200;
	response->type = "text/html; charset=utf-8";
	response->own = true;
	response->file = fd_take(&fd);
	(void)response_add_file(response, 0, page->len); /* the only piece */
	return 0;
}

void serve_list(int fd, const struct target *target, struct response *response)
{
	struct entries entries = { 0 };
	struct bytes page = { 0 };
	int err = read_folder(fd, &entries);

	if (!err) {
		if (entries.count)
			qsort(entries.items, entries.count, sizeof(struct entry),
			      compare);
		put_page(&page, target->path, &entries);
		err = set_page(response, &page);
	}
	if (err)
		response_set_status(response, err == -EACCES ? 403 : 503);
	for (size_t i = 0; i < entries.count; i++)
		free(entries.items[i].name);
	free(entries.items);
	bytes_free(&page);
}
