/* /init: PID 1 of an initramfs, and under the name of modprobe the kernel's helper. */
#include "init/boot.h"
#include "init/console.h"
#include "init/events.h"
#include "init/recovery.h"
#include "init/stages.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/modprobe.h"

#include <stdio.h>
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

/* The boot lives on the stack of a function that does not return. */
static void run_boot(void)
{
	struct boot boot = { .uevent_fd = -1 };

	config_init(
		&boot.config); /* until the stage that reads it: apifs may fail before */
	if (events_open(&boot))
		log_err("signals: children will not be reaped");
	stages_run(&boot);
	for (;;) {
		boot.failed = true;
		recovery_run(&boot);
	}
}

int main(int argc, char **argv)
{
	if (getpid() == 1) {
		console_secure_fds();
		run_boot();
	}
	if (IS_ENABLED(CONFIG_MODULES) && str_equal(program_name(argc, argv), "modprobe"))
		return modprobe_main(argc, argv);
	fprintf(stderr, "rootling init: this is the first process of an initramfs; it is "
			"not to be "
			"run by hand\n");
	return 1;
}
