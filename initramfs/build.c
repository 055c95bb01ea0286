#include "initramfs/build.h"

#include "initramfs/progress.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <stdlib.h>

static const struct {
	const char *doing;
	int (*run)(struct build *);
} steps[] = {
	{ "checking the options", build_check_options },
	{ "looking for a kernel", build_choose_kernel },
	{ "reading the kernel's configuration", build_read_kconfig },
	{ "choosing a compression", build_choose_packing },
	{ "waiting for another build", build_claim_output },
	{ "looking at this machine", build_choose_mode },
	{ "adding the base", build_add_base },
	{ "adding /init", build_add_init },
	{ "choosing modules", build_add_modules },
	{ "choosing modules of the machine", build_add_host },
	{ "choosing modules by subsystem", build_add_universal },
	{ "adding options", build_add_options },
	{ "adding keys", build_add_trust },
	{ "adding the certificate", build_add_https },
	{ "adding the token", build_add_http },
	{ "adding the console", build_add_console },
	{ "adding files", build_add_extra },
	{ "adding commands", build_add_commands },
	{ "adding klibc", build_add_klibc },
	{ "looking for libraries", build_add_needs },
	{ "packing modules", build_pack_modules },
	{ "packing firmware", build_pack_firmware },
	{ "packing microcode", build_add_microcode },
	{ "packing ACPI tables", build_add_acpi_tables },
	{ "compressing and writing", build_write },
};

static int run_steps(struct build *b)
{
	const struct build_options *o = b->options;
	struct progress progress;
	int err = 0;

	progress_start(&progress, !o->quiet && !o->json);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++) {
		progress_step(&progress, steps[i].doing);
		err = steps[i].run(b);
	}
	progress_end(&progress);
	return err;
}

int build_image(const struct build_options *options)
{
	bool to_stdout = options->output && str_equal(options->output, "-");
	struct build b = { .options = options,
			   .report = to_stdout ? stderr : stdout,
			   .lock_fd = -1 };
	uint64_t started_ms = clock_monotonic_ms();
	int err;

	if (options->quiet)
		log_set_level(LOG_ERR);
	err = run_steps(&b);
	err = build_report(&b, err, clock_monotonic_ms() - started_ms);
	tree_free(&b.tree);
	bytes_free(&b.early);
	fwset_free(&b.firmware);
	modset_free(&b.modset);
	host_free(&b.host);
	bytes_free(&b.image);
	kernel_config_free(&b.kernel_config);
	fd_close(&b.lock_fd);
	free(b.kernel);
	free(b.modules_dir);
	free(b.output);
	free(b.http_token);
	return err ? 1 : 0;
}
