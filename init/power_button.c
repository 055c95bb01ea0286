#include "init/power_button.h"

#include "init/events.h"
#include "lib/buf.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <linux/input.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/ioctl.h>

static void receive(void *ctx)
{
	struct power_button *button = ctx;
	struct input_event event;
	ssize_t len;

	while ((len = read(button->fd, &event, sizeof(event))) == (ssize_t)sizeof(event))
		if (event.type == EV_KEY && event.code == KEY_POWER && event.value == 1) {
			log_info("power button");
			events_request(button->boot, LINUX_REBOOT_CMD_POWER_OFF);
		}
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	loop_remove(&button->boot->loop, button->fd); /* unplugged */
	close(button->fd);
	button->name[0] = '\0';
}

static bool has_power_key(int fd)
{
	uint8_t keys[KEY_POWER / 8 + 1] = { 0 };

	return ioctl(fd, EVIOCGBIT(EV_KEY, sizeof(keys)), keys) >= 0 &&
	       (keys[KEY_POWER / 8] & 1U << KEY_POWER % 8);
}

void power_button_add(struct boot *boot, const char *devname)
{
	struct power_button *free = NULL;
	char path[64];
	struct buf b = BUF_OVER(path);
	int fd;

	if (!str_after(devname, "input/event"))
		return;
	for (unsigned i = 0; i < BOOT_BUTTONS_MAX; i++) {
		if (str_equal(boot->buttons[i].name, devname))
			return;
		if (!*boot->buttons[i].name)
			free = &boot->buttons[i];
	}
	buf_printf(&b, "/dev/%s", devname);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return; /* gone again */
	if (!free || !has_power_key(fd) || loop_add(&boot->loop, fd, receive, free)) {
		close(fd);
		return;
	}
	(void)str_copy(free->name, sizeof(free->name),
		       devname); /* event numbers are short */
	free->boot = boot;
	free->fd = fd;
	log_debug("power button: %s", path);
}

void power_button_scan(struct boot *boot)
{
	DIR *dir = opendir("/dev/input");
	struct dirent *entry;
	char name[64];

	if (!dir)
		return; /* no such device yet */
	while ((entry = readdir(dir))) {
		struct buf b = BUF_OVER(name);

		buf_printf(&b, "input/%s", entry->d_name);
		power_button_add(boot, name);
	}
	closedir(dir);
}
