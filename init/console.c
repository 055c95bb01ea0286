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

void console_limit_kmsg(bool limited)
{
	const char *rule = limited ? "ratelimit\n" : "on\n";

	/* refused when the command line pins it */
	(void)fd_write_file("/proc/sys/kernel/printk_devkmsg", rule, strlen(rule));
}

int stage_console(struct boot *boot)
{
	console_limit_kmsg(false);
	stage_note(boot, "/dev/console");
	return console_reopen();
}
