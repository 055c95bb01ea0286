#include "initramfs/check.h"
#include "initramfs/file.h"
#include "initramfs/image_file.h"
#include "initramfs/json.h"
#include "initramfs/show.h"
#include "initramfs/verb.h"
#include "lib/cursor.h"
#include "lib/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINE, WOULD_NOT_BOOT, TROUBLE };

struct check_options {
	struct image_flags image;
	char *version, *vmlinuz, *config, *sysroot;
	bool json;
};

static const struct flag flags[] = {
	{ 'k', "kernel", FLAG_STRING, "VERSION", "the kernel that shall boot it",
	  offsetof(struct check_options, version) },
	{ 0, "vmlinuz", FLAG_STRING, "FILE", "the same, its version from its file (x86)",
	  offsetof(struct check_options, vmlinuz) },
	{ 0, "kernel-config", FLAG_STRING, "FILE",
	  "its configuration (/boot/config-VERSION)",
	  offsetof(struct check_options, config) },
	{ 0, "sysroot", FLAG_STRING, "DIR", "look for it below DIR",
	  offsetof(struct check_options, sysroot) },
	{ 0, "json", FLAG_SWITCH, NULL, "the same as JSON",
	  offsetof(struct check_options, json) },
	IMAGE_FLAG_MAX_SIZE(struct check_options, image),
	{ 0 },
};

/* ---- the kernel */

/* Documentation/arch/x86/boot.rst: kernel_version is counted from 0x200. */
#define BOOT_MAGIC_AT	0x202
#define BOOT_MAGIC	"HdrS"
#define BOOT_VERSION_AT 0x20e
#define BOOT_BASE	0x200

/* For the caller to free. NULL: it was logged why not. */
static char *version_of(const char *path)
{
	struct bytes file = { 0 };
	int err = file_read(path, &file);
	struct cursor c = cursor_over(file.data, file.len);
	const uint8_t *magic;
	const char *text = NULL;
	char *version = NULL;

	cursor_seek(&c, BOOT_MAGIC_AT);
	magic = cursor_bytes(&c, strlen(BOOT_MAGIC));
	cursor_seek(&c, BOOT_VERSION_AT);
	cursor_seek(&c, (size_t)cursor_le16(&c) + BOOT_BASE);
	if (magic && memcmp(magic, BOOT_MAGIC, strlen(BOOT_MAGIC)) == 0)
		text = cursor_string(&c);
	if (text)
		version = mem_printf("%.*s", (int)strcspn(text, " "), text);
	else
		log_err("check: %s: %s", path,
			err ? strerror(-err)
			    : "not the kernel of a PC: --kernel names its version");
	bytes_free(&file);
	return version;
}

/* ---- */

static const char *const severities[] = {
	[CHECK_WARNING] = "warning", [CHECK_ERROR] = "error"
};

static void print_finding(const struct finding *f)
{
	char *path = f->path ? show_name(f->path) : NULL, *text = show_name(f->text);

	printf("%s: %s%s%s\n", severities[f->severity], path ? path : "",
	       path ? ": " : "", text);
	free(path);
	free(text);
}

static void put_findings(const struct checkup *c)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_number(&j, "errors", c->errors);
	json_number(&j, "warnings", c->count - c->errors);
	json_array(&j, "findings");
	for (size_t i = 0; i < c->count; i++) {
		const struct finding *f = &c->findings[i];

		json_object(&j, NULL);
		json_string(&j, "severity", severities[f->severity]);
		json_string(&j, "check", f->check);
		if (f->path)
			json_string(&j, "path", f->path);
		json_string(&j, "text", f->text);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	json_print(&j, stdout);
}

static void print_findings(const struct checkup *c)
{
	for (int severity = CHECK_ERROR; severity >= CHECK_WARNING; severity--)
		for (size_t i = 0; i < c->count; i++)
			if ((int)c->findings[i].severity == severity)
				print_finding(&c->findings[i]);
	if (c->count)
		printf("%zu errors, %zu warnings\n", c->errors, c->count - c->errors);
}

static int check_image(const struct check_options *options, const struct image_file *f,
		       const char *version)
{
	struct kernel_config config = { 0 };
	struct checkup c = { .image = &f->image,
			     .data = f->data,
			     .len = f->len,
			     .st = &f->st,
			     .version = version };
	int err = -ENOENT, status;

	if (version || options->config)
		err = kernel_config_open(&config, options->sysroot, version, NULL,
					 options->config);
	if (err && options->config)
		return TROUBLE;
	c.config = err ? NULL : &config;
	check_run(&c);
	status = c.errors ? WOULD_NOT_BOOT : FINE;
	(options->json ? put_findings : print_findings)(&c);
	if (show_end("check"))
		status = TROUBLE;
	check_free(&c);
	kernel_config_free(&config);
	return status;
}

static int check_verb_run(void *given, char **operands)
{
	const struct check_options *options = given;
	char *version = options->vmlinuz ? version_of(options->vmlinuz) : NULL;
	struct image_file f = { 0 };
	int status = TROUBLE, err;

	if (options->vmlinuz && !version)
		return TROUBLE;
	err = image_file_open(&f, "check", operands[0], &options->image);
	if (!err || f.image.entry_count) /* the checks may say why it is damaged */
		status = check_image(options, &f, version ? version : options->version);
	if (err)
		status = TROUBLE;
	image_file_close(&f);
	free(version);
	return status;
}

const struct verb verb_check = {
	.name = "check",
	.help = "tell whether an image would boot, and what is wrong with it",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct check_options),
	.wrong_usage = TROUBLE,
	.run = check_verb_run,
};
