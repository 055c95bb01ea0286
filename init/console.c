#include "init/console.h"

#include "init/stages.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define ACTIVE_CONSOLES "/sys/class/tty/console/active"

void console_secure_fds(void)
{
	struct stat st;

	for (int fd = 0; fd < 3; fd++) {
		int placeholder;

		if (fstat(fd, &st) == 0)
			continue;
		/* the lowest free number is @fd itself; a memfd needs no file system */
		placeholder = open("/dev/console", O_RDWR | O_NOCTTY);
		if (placeholder < 0)
			placeholder = memfd_create("console", 0);
		if (placeholder > fd)
			close(placeholder);
	}
}

int console_reopen(void)
{
	int console = open("/dev/console", O_RDWR | O_NOCTTY), err;

	if (console < 0)
		return -errno;
	err = fd_make_stdio(console);
	if (console > 2)
		close(console);
	return err;
}

/* The last word of the list is the one /dev/console stands for; tty0 is whatever virtual
 * terminal is in front. */
int console_open_terminal(void)
{
	char active[256], path[64];
	struct buf b = BUF_OVER(path);
	const char *name = "console", *blank;
	int fd;

	if (fd_read_file(AT_FDCWD, ACTIVE_CONSOLES, active, sizeof(active)) > 0) {
		active[strcspn(active, "\n")] = '\0';
		blank = strrchr(active, ' ');
		name = blank ? blank + 1 : active;
	}
	buf_printf(&b, "/dev/%s", str_equal(name, "tty0") ? "tty1" : name);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* printk's console_loglevel is the first number; the console shows what is below it. */
static bool console_shows_errors(void)
{
	char levels[64];
	uint32_t level;

	if (fd_read_file(AT_FDCWD, "/proc/sys/kernel/printk", levels, sizeof(levels)) <=
	    0)
		return false;
	levels[strcspn(levels, "\t ")] = '\0';
	return str_parse_u32(levels, 10, &level) == 0 && level > LOG_ERR;
}

void console_say(const char *line)
{
	char text[1024];
	struct buf b = BUF_OVER(text);

	if (console_shows_errors())
		return;
	buf_printf(&b, "rootling: %s\n", line);
	/* a console on a port that is not there */
	(void)!write(STDOUT_FILENO, text, b.len);
}

int stage_console(struct boot *boot)
{
	/* the kernel drops all but ten lines in five seconds otherwise; refused when
	 * pinned */
	(void)fd_write_file("/proc/sys/kernel/printk_devkmsg", "on\n", 3);
	stage_note(boot, "/dev/console");
	return console_reopen();
}
