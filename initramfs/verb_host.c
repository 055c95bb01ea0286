#include "initramfs/file.h"
#include "initramfs/host.h"
#include "initramfs/verb.h"
#include "lib/log.h"

#include <stdio.h>
#include <string.h>

struct options {
	char *output, *sysroot, *recorded;
};

static const struct flag flags[] = {
	{ 'o', "output", FLAG_STRING, "FILE", "write to FILE (standard output)",
	  offsetof(struct options, output) },
	{ 0, "sysroot", FLAG_STRING, "DIR", "the root is what is mounted on DIR",
	  offsetof(struct options, sysroot) },
	{ 0, "recorded", FLAG_STRING, "DIR",
	  "the machine whose /proc, /sys and /dev were copied to DIR",
	  offsetof(struct options, recorded) },
	{ 0 },
};

static int print(const struct bytes *text)
{
	fwrite(text->data, 1, text->len, stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}

static int save(const char *path, const struct bytes *text)
{
	int err = file_replace(path, text->data, text->len);

	if (err)
		log_err("host: %s: %s", path, strerror(-err));
	return err ? 1 : 0;
}

static int host_run(void *options, char **operands)
{
	const struct options *o = options;
	struct host_place place = { .root = o->sysroot, .recorded = o->recorded };
	struct bytes text = { 0 };
	struct host host;
	int status = 1;

	(void)operands; /* it takes none */
	if (host_describe_at(&place, &host)) {
		log_err("host: %s", host.problem);
	} else {
		bytes_printf(&text, "# What the root of this machine needs, for "
				    "rootling build --modules-from-host\n");
		host_print(&host, &text);
		status = o->output ? save(o->output, &text) : print(&text);
	}
	bytes_free(&text);
	host_free(&host);
	return status;
}

const struct verb verb_host = {
	.name = "host",
	.help = "describe which drivers the root of this machine needs",
	.operands = "",
	.flags = flags,
	.options_size = sizeof(struct options),
	.run = host_run,
};
