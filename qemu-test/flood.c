/* Makes uevents as fast as the kernel takes them, until SIGTERM: flood FILE... where each FILE is the
 * uevent file of a device in sysfs. They stay open, so it goes on while /sys is moved elsewhere. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#define FILES_MAX 8

static volatile sig_atomic_t is_over;

static void end(int number)
{
	(void)number;
	is_over = 1;
}

int main(int argc, char **argv)
{
	long made = 0;
	int fds[FILES_MAX], count = 0;
	struct timeval start, stop;

	for (int i = 1; i < argc && count < FILES_MAX; i++)
		fds[count++] = open(argv[i], O_WRONLY);
	signal(SIGTERM, end);
	gettimeofday(&start, NULL);
	while (count && !is_over)
		if (write(fds[made++ % count], "change", 6) != 6)
			return 1;
	gettimeofday(&stop, NULL);
	printf("flood: %ld events in %ld s\n", made, (long)(stop.tv_sec - start.tv_sec));
	return 0;
}
