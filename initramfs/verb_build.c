#include "initramfs/build.h"
#include "initramfs/verb.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(struct build_options, name)

enum { EITHER_KERNEL = 1, EITHER_MODE, EITHER_IDENTITY };

static const struct flag flags[] = {
	{ 0, "Kernel modules", FLAG_GROUP },
	{ 'k', "kernel", FLAG_STRING, "VERSION",
	  "take modules from /lib/modules/VERSION (the running kernel's)", FIELD(kernel),
	  .either = EITHER_KERNEL },
	{ 0, "modules-dir", FLAG_STRING, "DIR",
	  "take modules from DIR, whose name is the version", FIELD(modules_dir),
	  .either = EITHER_KERNEL },
	{ 0, "kernel-config", FLAG_STRING, "FILE",
	  "what the kernel was built with (/boot/config-VERSION)", FIELD(kernel_config) },
	{ 'm', "module", FLAG_WORDS, "NAME",
	  "pack the module or alias, with dependencies", FIELD(modules) },
	{ 'l', "load", FLAG_WORDS, "NAME", "pack it, and load it at once in this order",
	  FIELD(loads) },
	{ 0, "hostonly", FLAG_SWITCH, NULL,
	  "pack and load what the root of this machine needs", FIELD(hostonly),
	  .either = EITHER_MODE },
	{ 0, "modules-from-host", FLAG_STRING, "FILE",
	  "the same for the machine FILE describes (rootling host)",
	  FIELD(modules_from_host), .either = EITHER_MODE },
	{ 0, "universal", FLAG_SWITCH, NULL,
	  "pack the modules most machines need, by subsystem", FIELD(universal),
	  .either = EITHER_MODE },
	{ 0, "listed", FLAG_SWITCH, NULL,
	  "pack no other modules than those of --module and --load", FIELD(listed),
	  .either = EITHER_MODE },
	{ 0, "subsystem", FLAG_WORDS, "NAME",
	  "with --universal: add what is optional, such as fibre-channel",
	  FIELD(subsystems) },
	{ 0, "no-subsystem", FLAG_WORDS, "NAME",
	  "with --universal: leave out, such as network, or all but --subsystem",
	  FIELD(no_subsystems) },
	{ 0, "universal-set", FLAG_STRING, "FILE",
	  "with --universal: FILE says what the subsystems are", FIELD(universal_set) },
	{ 0, "firmware", FLAG_SWITCH, NULL,
	  "whether to pack the firmware that modules name", FIELD(firmware),
	  .otherwise = "yes" },
	{ 0, "add-firmware", FLAG_WORDS, "NAME",
	  "pack this firmware too: NAME or a pattern", FIELD(add_firmware) },
	{ 0, "firmware-dir", FLAG_STRING, "DIR", "take firmware from DIR (/lib/firmware)",
	  FIELD(firmware_dir), .otherwise = "/lib/firmware" },
	{ 0, "strip", FLAG_SWITCH, NULL,
	  "whether to cut debug data off programs and unsigned modules", FIELD(strip),
	  .otherwise = "yes" },
	{ 0, "unsigned-modules", FLAG_SWITCH, NULL,
	  "cut signatures: boots faster, taints the kernel", FIELD(unsigned_modules) },
	{ 0, "Contents", FLAG_GROUP },
	{ 0, "init", FLAG_STRING, "FILE", "pack FILE as /init (the installed one)",
	  FIELD(init) },
	{ 'a', "add", FLAG_LIST, "SRC[:DST]",
	  "pack a file, link or folder (as its own path), with what programs need",
	  FIELD(adds) },
	{ 0, "add-cmd", FLAG_WORDS, "NAME",
	  "pack a program by its name, with all it needs", FIELD(commands) },
	{ 0, "add-klibc", FLAG_SWITCH, NULL,
	  "pack klibc's shell and tools in /bin (Debian: klibc-utils)", FIELD(klibc) },
	{ 0, "cmdline", FLAG_LIST, "OPTIONS",
	  "options the kernel command line can override", FIELD(cmdline) },
	{ 0, "sealed", FLAG_LIST, "OPTIONS",
	  "options the kernel command line cannot override", FIELD(sealed) },
	{ 0, "ca", FLAG_STRING, "FILE|system",
	  "certificates of authorities to trust when the root is fetched", FIELD(ca) },
	{ 0, "fetch-key", FLAG_STRING, "FILE",
	  "the public key (PEM) that a fetched root must be signed with",
	  FIELD(fetch_key) },
	{ 0, "https-cert", FLAG_STRING, "FILE",
	  "the certificate (PEM) of the HTTPS service, its issuers behind it",
	  FIELD(https_cert), .either = EITHER_IDENTITY },
	{ 0, "https-key", FLAG_STRING, "FILE", "its private key (PEM)",
	  FIELD(https_key) },
	{ 0, "https-self-signed", FLAG_STRING, "DIR",
	  "take both from DIR; what is not there yet is made, signed by itself",
	  FIELD(https_self_signed), .either = EITHER_IDENTITY },
	{ 0, "https-name", FLAG_WORDS, "NAME",
	  "with --https-self-signed: a name or address it is for (rootling)",
	  FIELD(https_names) },
	{ 0, "https-client-ca", FLAG_STRING, "FILE",
	  "who signed the certificates of clients that may do what needs a token",
	  FIELD(https_client_ca) },
	{ 0, "http-console", FLAG_STRING, "DIR",
	  "the page of the console in the browser, with xterm.js (npm: @xterm/xterm) of DIR",
	  FIELD(http_console) },
	{ 0, "http-token", FLAG_STRING, "FILE|auto",
	  "who has the token in FILE, or one that is made and said now, may act over HTTPS",
	  FIELD(http_token) },
	{ 0, "Image", FLAG_GROUP },
	{ 'o', "output", FLAG_STRING, "FILE",
	  "the image (/boot/initrd.img-VERSION); - is standard output", FIELD(output) },
	{ 'z', "compress", FLAG_STRING, "HOW",
	  "gzip (the default), zstd, lz4, xz, none; with a level: gzip:7; a,b: b if the kernel lacks a",
	  FIELD(compress), .otherwise = "gzip" },
	{ 0, "microcode", FLAG_CHOICE, "auto|host|all|no",
	  "of this processor or of all of a universal image, in an archive of its own",
	  FIELD(microcode), .otherwise = "auto" },
	{ 0, "acpi-table", FLAG_LIST, "FILE",
	  "an ACPI table (AML) that replaces or joins those of the firmware",
	  FIELD(acpi_tables) },
	{ 0, "prepend-archive", FLAG_LIST, "FILE",
	  "put the archives of this image before ours", FIELD(prepends) },
	{ 0, "append-archive", FLAG_LIST, "FILE",
	  "put them behind it: their files replace ours", FIELD(appends) },
	{ 0, "bootconfig", FLAG_STRING, "FILE",
	  "the boot configuration, at the end of the image", FIELD(bootconfig) },
	{ 'v', "verbose", FLAG_SWITCH, NULL, "list what is packed", FIELD(verbose) },
	{ 'q', "quiet", FLAG_SWITCH, NULL, "say nothing but errors", FIELD(quiet) },
	{ 0, "This call", FLAG_GROUP },
	{ 0, "sysroot", FLAG_STRING, "DIR", "take everything from the system in DIR",
	  FIELD(sysroot), .no_key = true },
	{ 0, "json", FLAG_SWITCH, NULL, "report as one JSON object", FIELD(json),
	  .no_key = true },
	{ 0 },
};

int build_check_options(struct build *b)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");

	if (epoch && str_parse_u32(epoch, 10, &b->mtime)) {
		log_err("build: SOURCE_DATE_EPOCH=%s: not seconds since 1970", epoch);
		return -EINVAL;
	}
	return 0;
}

static int build_run(void *options, char **operands)
{
	(void)operands; /* it takes none */
	return build_image(options);
}

static char *otherwise(const void *given, const char *key)
{
	const struct build_options *o = given;
	char *kernel = NULL, *output = NULL;

	if (str_equal(key, "kernel"))
		return build_kernel(o);
	if (!str_equal(key, "output"))
		return NULL;
	kernel = build_kernel(o);
	output = build_output(o, kernel);
	free(kernel);
	return output;
}

const struct verb verb_build = {
	.name = "build",
	.help = "build an image",
	.operands = "",
	.flags = flags,
	.options_size = sizeof(struct build_options),
	.configured = true,
	.otherwise = otherwise,
	.run = build_run,
};
