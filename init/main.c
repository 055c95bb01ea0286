/* /init: PID 1 of an initramfs, and under the name of modprobe the kernel's helper. */
#include "init/boot.h"
#include "init/console.h"
#include "init/control.h"
#include "init/events.h"
#include "init/place.h"
#include "init/recovery.h"
#include "init/stage_modules.h"
#include "init/stages.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/modprobe.h"

#include <string.h>
#include <unistd.h>

static const char *program_name(int argc, char **argv)
{
	const char *slash;

	if (argc < 1)
		return "";
	slash = strrchr(argv[0], '/');
	return slash ? slash + 1 : argv[0];
}

/* Zero pages that nobody touches cost nothing here; on the stack each would be cleared. */
static void run_boot(void)
{
	static struct boot boot;

	boot.uevent_fd = -1;
	boot.control_fd = -1;
	config_init(&boot.config); /* apifs may fail before the stage that reads it */
	if (events_open(&boot))
		log_err("signals: children will not be reaped");
	for (;;) {
		stages_run(&boot);
		do {
			boot.failed = true;
			recovery_run(&boot);
		} while (!IS_ENABLED(CONFIG_HTTP) || !boot.root_changed);
	}
}

/* What is wrong with the options has been said by PID 1. */
static void say_nothing(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static int run_modprobe(int argc, char **argv)
{
	static struct config config;
	struct modules_config modules;

	(void)log_open_kmsg(); /* stderr then */
	/* without /proc it is run by hand, and knows no options */
	(void)stage_config_read(&config, say_nothing);
	modules = modules_config(&config);
	return modprobe_main(argc, argv, &modules);
}

/* A first process that ends is a panic, and nothing here is ours to touch. */
static void stay_out(void)
{
	log_err("/ is not an initramfs: give the kernel another init=, or this program in "
		"an image; see rootling-init(8)");
	for (;;)
		(void)pause();
}

int main(int argc, char **argv)
{
	enum place place = place_find();

	if (place == PLACE_BOOT) {
		console_secure_fds();
		run_boot();
	}
	if (place == PLACE_ROOT)
		stay_out();
	if (IS_ENABLED(CONFIG_MODULES) && str_equal(program_name(argc, argv), "modprobe"))
		return run_modprobe(argc, argv);
	if (IS_ENABLED(CONFIG_CONTROL) && place == PLACE_HAND &&
	    control_is_client(program_name(argc, argv)))
		return control_client(program_name(argc, argv), argc, argv);
	log_err("the first process of an initramfs does nothing when run by hand or in a "
		"container; see rootling-init(8)");
	return 1;
}
