#include "init/stages.h"

#include "lib/clock_floor.h"
#include "lib/cmdline.h"
#include "lib/fd.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static void say(void *ctx, const char *line)
{
	(void)ctx;
	log_warning("%s", line);
}

/* A file of the image that is absent is the normal case. */
static int read_image_file(struct config *config, enum config_source source,
			   const char *path, config_warn warn)
{
	char text[CONFIG_TEXT_SIZE];
	int len = cmdline_read_file(path, text, sizeof(text));

	if (len == -ENOENT)
		return 0;
	if (len < 0) {
		log_err("%s: %s", path, strerror(-len));
		return len;
	}
	return config_read(config, source, text, warn, NULL);
}

/* When what locks the appliance cannot be read, it stays locked. */
static void lock_down(struct config *config, config_warn warn)
{
	static const char always[] = "rd.shell=0 rd.emergency=reboot rd.break=";
	static const char http[] = "rd.shell=0 rd.emergency=reboot rd.break= rd.http= "
				   "rd.https= rd.http.actions=";

	(void)config_read(config, CONFIG_SEALED, IS_ENABLED(CONFIG_HTTP) ? http : always,
			  warn, NULL);
}

int stage_config_read(struct config *config, config_warn warn)
{
	ssize_t len;
	int err;

	config_init(config);
	err = read_image_file(config, CONFIG_IMAGE, "/etc/rootling/cmdline", warn);
	len = fd_read_file(AT_FDCWD, "/proc/cmdline", config->plain_cmdline,
			   sizeof(config->plain_cmdline));
	if (len < 0)
		err = (int)len;
	else
		config->plain_cmdline[strcspn(config->plain_cmdline, "\n")] = '\0';
	if (len > 0)
		(void)config_read(config, CONFIG_CMDLINE, config->plain_cmdline, warn,
				  NULL);
	if (read_image_file(config, CONFIG_SEALED, "/etc/rootling/sealed", warn))
		lock_down(config, warn);
	log_set_level(config_log_level(config));
	return err;
}

/* Before anything that is of a date: log lines of workers, certificates. */
static void set_clock(void)
{
	int err = clock_floor_raise();

	if (err > 0)
		log_info("clock: it was before the build of this program and is set to "
			 "that");
	else if (err)
		log_warning("clock: %s", strerror(-err));
}

int stage_config(struct boot *boot)
{
	struct config *config = &boot->config;
	int err = stage_config_read(config, say);

	if (IS_ENABLED(CONFIG_TLS))
		set_clock();
	stage_note(boot, "%s%s",
		   config->root ? "root=" : "no root=", config->root ? config->root : "");
	return err;
}
