#include "modules/modinsert.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/module.h>
#include <string.h>

#define PARAMETERS_MAX 4096

static const struct {
	const char *suffix, *name, *unpack;
} compressions[] = {
	{ ".xz", "xz", "xz -d" },
	{ ".zst", "zstd", "zstd -d" },
	{ ".gz", "gzip", "gzip -d" },
};

#define COMPRESSION_COUNT (sizeof(compressions) / sizeof(compressions[0]))

/* The row of the file's compression, COMPRESSION_COUNT: none. */
static size_t compression_of(const struct modload *m, int node)
{
	const char *line = m->nodes[node].line;
	size_t len = strcspn(line, ":"), i;

	for (i = 0; i < COMPRESSION_COUNT; i++) {
		size_t suffix_len = strlen(compressions[i].suffix);

		if (len > suffix_len && memcmp(line + len - suffix_len,
					       compressions[i].suffix, suffix_len) == 0)
			break;
	}
	return i;
}

/* A kernel knows one way of compression or none, and then says EINVAL or what its unpacker
 * thinks of the bytes. */
static bool kernel_unpacks(size_t compression)
{
	char known[16];

	return fd_read_file(AT_FDCWD, "/sys/module/compression", known, sizeof(known)) >
		       0 &&
	       str_name_equal(known, strcspn(known, "\n"),
			      compressions[compression].name);
}

static void put_blank(struct buf *out)
{
	if (out->len)
		buf_puts(out, " ");
}

/* The kernel splits the string again by the same rules, so a value with blanks needs
 * quotes. */
static void put_parameter(struct buf *out, const char *name, const char *value)
{
	const char *quote = value && strpbrk(value, " \t\n") ? "\"" : "";

	put_blank(out);
	buf_puts(out, name);
	if (value)
		buf_printf(out, "=%s%s%s", quote, value, quote);
}

static void put_parameters(const struct modload *m, const char *module, struct buf *out)
{
	const struct modules_config *config = m->config;

	for (unsigned i = 0; IS_ENABLED(CONFIG_MODPROBE_D) && i < m->conf_count; i++) {
		const struct modconf_entry *e = &m->conf[i];

		if (e->kind != MODCONF_OPTIONS || !str_equal(e->name, module))
			continue;
		put_blank(out);
		buf_puts(out, e->value);
	}
	for (unsigned i = 0; i < config->param_count; i++) {
		const char *name = config->params[i].name, *dot = strchr(name, '.');

		if (dot && str_name_equal(name, (size_t)(dot - name), module))
			put_parameter(out, dot + 1, config->params[i].value);
	}
}

int modinsert(const struct modload *m, int node)
{
	const struct modload_node *n = &m->nodes[node];
	char file[320], parameters[PARAMETERS_MAX];
	struct buf p = BUF_OVER(parameters);
	size_t compression = compression_of(m, node);
	bool packed = compression < COMPRESSION_COUNT;
	fd_auto int fd = -1;
	int err = 0;

	FORMAT(file, "%s/%.*s", m->folder, (int)strcspn(n->line, ":"), n->line);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODATA : -errno;
	put_parameters(m, n->name, &p);
	if (p.truncated)
		return -E2BIG;
	if (finit_module(fd, parameters, packed ? MODULE_INIT_COMPRESSED_FILE : 0) < 0)
		err = errno == EEXIST ? 0 : -errno;
	if (err && packed && !kernel_unpacks(compression))
		err = -EOPNOTSUPP;
	if (!err)
		log_debug("module %s: loaded%s%s", n->name, p.len ? " with " : "",
			  parameters);
	return err;
}

void modinsert_explain(const struct modload *m, int node, int err, struct buf *out)
{
	static const struct {
		int err;
		const char *text;
	} meanings[] = {
		{ -ENOENT, "unknown symbol: see the kernel log" },
		{ -ENOEXEC, "built for another kernel" },
		{ -EKEYREJECTED, "its signature is not one this kernel trusts" },
		{ -EPERM, "forbidden by lockdown or module_blacklist=" },
		{ -ENODEV, "no such hardware" },
		{ -EBUSY, "failed in another process" },
		{ -ENODATA, "its file is not in this image" },
		{ -E2BIG, "too many parameters" },
		{ -EINTR, "the process that loaded it was killed" },
		{ -ETIMEDOUT, "still loading after 3 minutes: given up" },
	};
	size_t compression = compression_of(m, node), i = 0;

	if (err == -EOPNOTSUPP && compression < COMPRESSION_COUNT) {
		buf_printf(
			out,
			"compressed with %s, which this kernel cannot unpack: put it into "
			"the image after %s and depmod",
			compressions[compression].name, compressions[compression].unpack);
		return;
	}
	while (i < sizeof(meanings) / sizeof(meanings[0]) && meanings[i].err != err)
		i++;
	buf_puts(out, i < sizeof(meanings) / sizeof(meanings[0]) ? meanings[i].text
								 : strerror(-err));
}
