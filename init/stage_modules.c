#include "init/stage_modules.h"

#include "init/devices.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void remember_no_driver(struct boot *boot, const char *alias)
{
	for (unsigned i = 0; i < boot->no_driver_count; i++)
		if (str_equal(boot->no_driver[i], alias))
			return;
	if (boot->no_driver_count < BOOT_NO_DRIVER_MAX &&
	    str_copy(boot->no_driver[boot->no_driver_count], sizeof(boot->no_driver[0]),
		     alias) == 0)
		boot->no_driver_count++;
}

static void message(void *ctx, const void *data)
{
	struct boot *boot = ctx;
	const struct modules_report *report = data;

	switch (report->kind) {
	case MODULES_DONE:
		if (boot->modules_pending)
			boot->modules_pending--;
		modules_load_post(boot);
		break;
	case MODULES_NO_DRIVER:
		log_debug("no module for %s", report->text);
		remember_no_driver(boot, report->text);
		break;
	case MODULES_FAILED:
		FORMAT(boot->module_error, "%s", report->text);
		break;
	case MODULES_SLOW:
		(void)str_copy(boot->slow_module, sizeof(boot->slow_module),
			       report->text);
		boot->modules_slow++;
		break;
	case MODULES_SLOW_DONE:
		if (boot->modules_slow)
			boot->modules_slow--;
		break;
	}
}

/* Answers that will not come any more must not be waited for. The loads of the dead
 * worker are lost; coldplug finds what is still needed. */
static void ended(void *ctx, int status)
{
	struct boot *boot = ctx;

	if (status)
		log_err("modules: the loading process ended with status 0x%x",
			(unsigned)status);
	boot->modules_pending = boot->modules_slow = 0;
	boot->coldplug_again = boot->coldplug_started;
}

void modules_request(struct boot *boot, uint32_t kind, const char *text)
{
	struct modules_request request = { .kind = kind };
	int err = str_copy(request.text, sizeof(request.text), text);

	if (!err)
		err = worker_send(&boot->modules, &request, sizeof(request));
	if (!err)
		boot->modules_pending++;
	else if (err == -EAGAIN)
		boot->coldplug_again = true; /* a flood: one look at all makes it good */
	else
		log_debug("modules: request %u %s: %s", kind, text, strerror(-err));
}

void modules_load_post(struct boot *boot)
{
	if (boot->modules_pending || boot->modules_post ||
	    !boot->config.driver_post.count)
		return;
	boot->modules_post = true;
	modules_request(boot, MODULES_LOAD_POST, "");
}

void modules_coldplug(struct boot *boot)
{
	boot->coldplug_started = boot->coldplug_all = true;
	boot->coldplug_again = false;
	modules_request(boot, MODULES_COLDPLUG, "");
}

void modules_coldplug_root(struct boot *boot)
{
	if (boot->coldplug_started) {
		modules_coldplug(boot);
		return;
	}
	boot->coldplug_started = true;
	modules_request(boot, MODULES_COLDPLUG, "pci");
}

/* The kernel calls it for file systems and ciphers. Not in the image, because before /init runs
 * it would be called in vain: six times on Debian's cloud kernel, for crypto self-tests. */
static void make_modprobe(void)
{
	char self[128];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[len > 0 ? len : 0] = '\0';
	(void)mkdir("/sbin", 0755); /* there already, or the link says why not */
	if (symlink(self, "/sbin/modprobe") < 0 && errno != EEXIST)
		log_warning("/sbin/modprobe: %s", strerror(errno));
}

struct modules_config modules_config(const struct config *config)
{
	return (struct modules_config){
		.params = config->params,
		.param_count = config->param_count,
		.driver_pre = config->driver_pre.item,
		.driver_pre_count = config->driver_pre.count,
		.driver_post = config->driver_post.item,
		.driver_post_count = config->driver_post.count,
		.blacklist = config->driver_blacklist.item,
		.blacklist_count = config->driver_blacklist.count,
	};
}

int stage_modules(struct boot *boot)
{
	int err;

	make_modprobe();
	devices_watch(boot); /* before the first driver that makes a device */
	boot->modules_config = modules_config(&boot->config);
	boot->modules = (struct worker){
		.name = "modules",
		.run = modules_worker,
		.args = &boot->modules_config,
		.policy = WORKER_RESTART,
		.message_size = sizeof(struct modules_report),
		.message = message,
		.ended = ended,
		.ctx = boot,
	};
	err = worker_start(&boot->loop, &boot->modules);
	if (!err)
		modules_request(boot, MODULES_LOAD_LIST, "");
	stage_note(boot, "loading starts");
	return err;
}
