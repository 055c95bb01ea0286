#include "modules/modprobe.h"

#include "lib/fd.h"
#include "lib/log.h"
#include "modules/modload.h"

#include <errno.h>
#include <fcntl.h>

int modprobe_main(int argc, char **argv)
{
	char cmdline[4096];
	struct modload m;
	int status = 0, err;

	log_set_name("modprobe");
	(void)log_open_kmsg(); /* stderr then */
	if (fd_read_file(AT_FDCWD, "/proc/cmdline", cmdline, sizeof(cmdline)) < 0)
		cmdline[0] = '\0';
	if (modload_open(&m, cmdline))
		return 1;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			continue;
		err = modload_name(&m, argv[i]);
		if (err && (err != -ENOENT || modload_alias(&m, argv[i]) == 0))
			status = 1;
	}
	return status;
}
