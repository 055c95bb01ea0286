/* The init of a root that says what it was given, then becomes the root's own init. What the
 * kernel alone hands to an init is the measure of what /init of an initramfs must. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Set on each open by a program, not on those of the kernel itself; glibc says it is 0. */
#define LARGEFILE 0100000U

static void show_file(const char *path)
{
	char text[8192];
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	for (size_t i = 0; i < len; i++)
		text[i] = text[i] ? text[i] : '|';
	text[len] = '\0';
	printf("%s: %s%s", path, text, len && text[len - 1] == '\n' ? "" : "\n");
	if (file)
		fclose(file);
}

/* Lines of /proc/self/status whose first word is not a matter of chance. */
static void show_status(void)
{
	static const char *const keys[] = {
		"PPid", "TracerPid", "Uid", "Gid",	  "FDSize",  "Groups",
		"Sig",	"Shd",	     "Cap", "NoNewPrivs", "Seccomp", "Cpus_allowed_list"
	};
	char line[512];
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strncmp(line, keys[i], strlen(keys[i])) == 0)
				fputs(line, stdout);
	if (file)
		fclose(file);
}

static void show_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		char path[32], target[256];
		ssize_t len;

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, target, sizeof(target) - 1);
		printf("fd %d: %.*s, flags %o\n", fd, len < 0 ? 0 : (int)len, target,
		       (unsigned)fcntl(fd, F_GETFL) & ~LARGEFILE);
	}
}

/* The line of the root without the numbers of the mounts. */
static void show_root_mount(void)
{
	char line[512];
	int id, parent, at;
	FILE *file = fopen("/proc/self/mountinfo", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%d %d %*s / / %n", &id, &parent, &at) == 2 &&
		    strstr(line, " / / "))
			printf("root mount:%s", strstr(line, " / / "));
	if (file)
		fclose(file);
}

int main(void)
{
	static const char *const files[] = {
		"/proc/self/cmdline",
		"/proc/self/environ",
		"/proc/self/limits",
		"/proc/self/oom_score_adj",
		"/proc/self/timerslack_ns",
		"/proc/self/personality",
		"/proc/self/autogroup",
		"/proc/sys/kernel/printk",
		"/proc/sys/kernel/modprobe",
		"/proc/sys/kernel/ctrl-alt-del",
		"/proc/sys/kernel/printk_devkmsg",
	};
	char place[256], text[512] = "";
	struct stat st;
	mode_t mask = umask(0);
	FILE *file;

	(void)umask(mask);
	/* the kernel alone mounts no /proc; stat would be another file system's */
	if (stat("/proc/self", &st) < 0)
		(void)mount("proc", "/proc", "proc", 0, NULL);
	puts("SEEN-BEGIN");
	printf("pid %d, umask %o, cwd %s\n", getpid(), mask,
	       getcwd(place, sizeof(place)));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		show_file(files[i]);
	file = fopen("/proc/self/stat", "r");
	if (file && fgets(text, sizeof(text), file)) {
		int group, session, tty, front;

		sscanf(strrchr(text, ')') + 1, " %*c %*d %d %d %d %d", &group, &session,
		       &tty, &front);
		printf("group %d, session %d, tty %d, foreground %d\n", group, session,
		       tty, front);
	}
	if (file)
		fclose(file);
	show_status();
	show_descriptors();
	show_root_mount();
	puts("SEEN-END");
	fflush(stdout);
	execl("/sbin/init", "/sbin/init", (char *)NULL);
	return 1;
}
