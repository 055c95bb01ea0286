#include "modules/modprobe.h"

#include "lib/cmdline.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/modload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define COMMAND_LINE_MAX 4096
#define BLACKLIST_MAX	 32

/* Names of modprobe.blacklist= and rd.driver.blacklist= in @cmdline, which is cut up. */
static unsigned read_blacklist(char *cmdline, const char *names[BLACKLIST_MAX])
{
	struct cmdline_word word;
	unsigned count = 0;

	while (cmdline_next(&cmdline, &word) && !str_equal(word.name, "--")) {
		if (!str_equal(word.name, "modprobe.blacklist") &&
		    !str_equal(word.name, "rd.driver.blacklist"))
			continue;
		while (word.value && count < BLACKLIST_MAX)
			names[count++] = strsep(&word.value, ",");
	}
	return count;
}

int modprobe_main(int argc, char **argv)
{
	char cmdline[COMMAND_LINE_MAX], words[COMMAND_LINE_MAX];
	const char *blacklist[BLACKLIST_MAX];
	struct modload m;
	int status = 0, err;

	log_set_name("modprobe");
	(void)log_open_kmsg(); /* stderr then */
	if (fd_read_file(AT_FDCWD, "/proc/cmdline", cmdline, sizeof(cmdline)) < 0)
		cmdline[0] = '\0';
	if (modload_open(&m, cmdline))
		return 1;
	(void)str_copy(words, sizeof(words), cmdline); /* same size */
	m.blacklist_count = read_blacklist(words, blacklist);
	m.blacklist = blacklist;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			continue;
		err = modload_name(&m, argv[i]);
		if (err && (err != -ENOENT || modload_alias(&m, argv[i]) == 0))
			status = 1;
	}
	return status;
}
