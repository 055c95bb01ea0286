/* One image while it comes together. A step is a function of a file build_NOUN.c and a row of
 * build.c; nothing is written before the last one, and that leaves the old image or the new. */
#ifndef INITRAMFS_BUILD_H
#define INITRAMFS_BUILD_H

#include "initramfs/compress.h"
#include "initramfs/fwset.h"
#include "initramfs/kconfig_file.h"
#include "initramfs/host.h"
#include "initramfs/mem.h"
#include "initramfs/modset.h"
#include "initramfs/tree.h"
#include "lib/tls.h"

#include <stdio.h>

/* What the flags of `rootling build` fill in. */
struct build_options {
	char *kernel, *modules_dir, *sysroot, *output, *init, *compress;
	char *kernel_config, *microcode, *bootconfig;
	char *ca, *fetch_key, *http_console, *http_token;
	char *https_cert, *https_key, *https_client_ca, *https_self_signed;
	struct strings https_names;
	struct strings acpi_tables, prepends, appends;
	struct strings modules, loads, adds, commands, cmdline, sealed;
	char *firmware_dir;
	struct strings add_firmware;
	bool firmware, strip, unsigned_modules;
	bool hostonly, universal, listed;
	char *modules_from_host;
	char *universal_set;
	struct strings subsystems, no_subsystems;
	bool klibc, verbose, quiet, json;
};

/* Which modules, besides those that --module and --load name. */
enum build_mode {
	MODE_LISTED, /* no other */
	MODE_HOST,   /* what a machine needs: b->host */
	MODE_UNIVERSAL,
};

struct build {
	const struct build_options *options;
	struct kernel_config kernel_config; /* path NULL: not known */
	FILE *report;	   /* standard output, or error when the image goes there */
	char *kernel;	   /* its version, NULL: there is none */
	char *modules_dir; /* NULL: the same */
	char *output;
	char *http_token; /* that was made for this image; NULL: none was */
	int lock_fd;	  /* keeps other builds of it away */
	enum build_mode mode;
	struct host host;
	struct packing packing;
	uint32_t mtime;
	struct modset modset;
	struct fwset firmware;
	struct tree tree;
	bool has_https;
	struct tls_identity_facts https;
	struct bytes early; /* the first archive, without its trailer; empty: none */
	uint32_t early_files;
	struct bytes image;
};

/* 0, or 1 after what went wrong was logged. */
int build_image(const struct build_options *options);

/* What is meant where nothing is given; the caller frees. NULL: nothing can be. */
char *build_kernel(const struct build_options *options);
char *build_output(const struct build_options *options, const char *kernel);

/* The steps, in their order: each 0 or -errno, logged. */
int build_check_options(struct build *b);
int build_choose_kernel(struct build *b);
int build_read_kconfig(struct build *b);
int build_choose_packing(struct build *b);
int build_claim_output(struct build *b);
int build_choose_mode(struct build *b);
int build_add_base(struct build *b);
int build_add_init(struct build *b);
int build_add_modules(struct build *b);
int build_add_host(struct build *b);
int build_add_universal(struct build *b);
int build_add_options(struct build *b);
int build_add_trust(struct build *b);
int build_add_https(struct build *b);
int build_add_http(struct build *b);
int build_add_console(struct build *b);
int build_add_extra(struct build *b);
int build_add_commands(struct build *b);
int build_add_klibc(struct build *b);
/* Behind all that adds programs: what they need to run. */
int build_add_needs(struct build *b);
/* Late: modprobe.d may come with what is added. */
int build_pack_modules(struct build *b);
int build_add_microcode(struct build *b);
int build_add_acpi_tables(struct build *b);
int build_pack_firmware(struct build *b);
int build_write(struct build *b);

/* Adds a file to the first archive, see newc.h for @alignment. 0 or -errno, logged. */
int build_put_early(struct build *b, const char *path, size_t alignment,
		    const struct bytes *contents);

/* Whether the kernel is built with the option, NULL: none; true when that is not known. */
bool build_kernel_has(const struct build *b, const char *option);
/* The same for what --@flag asks for: 0, or -EOPNOTSUPP, logged. */
int build_need_kernel(const struct build *b, const char *flag, const char *option);

/* Puts the finished image in its place. 0 or -errno, logged. */
int build_put(const struct build *b);

/* After the steps, of which one failed with @err or none. The error, or one of its own. */
int build_report(const struct build *b, int err, uint64_t took_ms);

#endif
