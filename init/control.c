#include "init/control.h"

#include "init/events.h"
#include "init/recovery.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#define SOCKET_PATH  BOOT_STATE_DIR "/control"
#define REQUEST_SIZE 32
#define ANSWER_SIZE  1024

static const struct {
	const char *word;
	unsigned command; /* LINUX_REBOOT_CMD_ */
} ends[] = {
	{ "reboot", LINUX_REBOOT_CMD_RESTART },
	{ "poweroff", LINUX_REBOOT_CMD_POWER_OFF },
	{ "halt", LINUX_REBOOT_CMD_HALT },
	{ "shutdown", LINUX_REBOOT_CMD_POWER_OFF },
};

#define END_COUNT (sizeof(ends) / sizeof(ends[0]))
#define ASK_ANYTHING \
	"initctl" /* the name under which the first argument is the request */

/* ---- what is asked */

static unsigned find_end(const char *word)
{
	for (size_t i = 0; i < END_COUNT; i++)
		if (str_equal(ends[i].word, word))
			return ends[i].command;
	return 0;
}

static void answer_status(const struct boot *boot, struct buf *b)
{
	const char *state = boot->supervisor.count ? "running" : "booting";

	buf_printf(b, "state=%s\nstage=%s\n", boot->failed ? "failed" : state,
		   boot->stage ? boot->stage : "");
	if (boot->failed)
		buf_printf(b, "verdict=%s\n", boot->verdict);
}

/* Fills in the answer; the command to end the machine with, or 0. */
static unsigned obey(struct boot *boot, const char *word, struct buf *b)
{
	bool retry = str_equal(word, "retry");

	if (str_equal(word, "status")) {
		answer_status(boot, b);
		return 0;
	}
	if (retry || str_equal(word, "continue")) {
		bool fits = retry ? recovery_retry(boot) : recovery_continue(boot);

		buf_puts(b,
			 fits ? "ok\n" : "the boot does not wait for that: see status\n");
		return 0;
	}
	buf_puts(b, find_end(word) ? "ok\n"
				   : "not one of reboot, poweroff, halt, retry, "
				     "continue, status\n");
	return find_end(word);
}

static void drop(struct control_client *client)
{
	loop_remove(&client->boot->loop, client->fd);
	close(client->fd);
	client->boot = NULL;
}

static void receive(void *ctx)
{
	struct control_client *client = ctx;
	struct boot *boot = client->boot;
	char word[REQUEST_SIZE], answer[ANSWER_SIZE];
	struct buf b = BUF_OVER(answer);
	ssize_t len = recv(client->fd, word, sizeof(word) - 1, MSG_DONTWAIT);
	unsigned command;

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		drop(client);
		return;
	}
	word[len] = '\0';
	word[strcspn(word, "\n")] = '\0';
	command = obey(boot, word, &b);
	(void)send(client->fd, answer, b.len,
		   MSG_DONTWAIT | MSG_NOSIGNAL); /* or it has gone */
	if (command) {
		log_info("control: %s", word);
		events_request(boot, command);
	}
}

/* The socket's mode keeps others out; this keeps out who was handed a descriptor. */
static bool is_root(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       peer.uid == 0;
}

static void accept_client(void *ctx)
{
	struct boot *boot = ctx;
	struct control_client *client = boot->clients, *end = client + BOOT_CLIENTS_MAX;
	int fd = accept4(boot->control_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	while (client < end && client->boot)
		client++;
	if (client == end || !is_root(fd) || loop_add(&boot->loop, fd, receive, client)) {
		close(fd);
		return;
	}
	client->boot = boot;
	client->fd = fd;
}

/* ---- the socket */

static int open_socket(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

static void make_link(const char *program, const char *name)
{
	char path[32];
	struct buf b = BUF_OVER(path);

	buf_printf(&b, "/sbin/%s", name);
	if (symlink(program, path) < 0 && errno != EEXIST)
		log_warning("%s: %s", path, strerror(errno));
}

static void make_links(void)
{
	char self[128];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[len > 0 ? len : 0] = '\0';
	(void)mkdir("/sbin", 0755); /* there already, or the link says why not */
	for (size_t i = 0; i < END_COUNT; i++)
		make_link(self, ends[i].word);
	make_link(self, ASK_ANYTHING);
}

void control_open(struct boot *boot)
{
	struct sockaddr_un address;
	int fd;

	if (boot->control_fd >= 0)
		return;
	fd = open_socket(&address);
	(void)unlink(SOCKET_PATH); /* of an earlier boot, if any */
	/* the state folder is root's alone to write to: nobody slips in before the chmod */
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(SOCKET_PATH, 0600) < 0 || listen(fd, BOOT_CLIENTS_MAX) < 0 ||
	    loop_add(&boot->loop, fd, accept_client, boot)) {
		log_warning("control: %s", strerror(errno));
		fd_close(&fd);
		return;
	}
	boot->control_fd = fd;
	make_links();
}

void control_close(struct boot *boot)
{
	for (unsigned i = 0; i < BOOT_CLIENTS_MAX; i++)
		if (boot->clients[i].boot)
			drop(&boot->clients[i]);
	if (boot->control_fd < 0)
		return;
	loop_remove(&boot->loop, boot->control_fd);
	fd_close(&boot->control_fd);
	(void)unlink(SOCKET_PATH);
}

/* ---- the client */

bool control_is_client(const char *name)
{
	return find_end(name) || str_equal(name, ASK_ANYTHING);
}

/* `shutdown -r`, `-h`, `-H`, as people type it; `-f` of each: at once. */
static const char *read_options(const char *name, int argc, char **argv, bool *force)
{
	if (str_equal(name, ASK_ANYTHING))
		return argc > 1 ? argv[1] : "";
	for (int i = 1; i < argc; i++) {
		bool any = str_equal(name, "shutdown");

		if (str_equal(argv[i], "-f"))
			*force = true;
		else if (any && str_equal(argv[i], "-r"))
			name = "reboot";
		else if (any && str_equal(argv[i], "-H"))
			name = "halt";
		else if (any && (str_equal(argv[i], "-h") || str_equal(argv[i], "-P")))
			name = "poweroff";
		/* `now` and a warning to the users: there are none */
	}
	return name;
}

/* The length of the answer, or -errno. */
static ssize_t ask(const char *word, char *answer, size_t size)
{
	struct sockaddr_un address;
	fd_auto int fd = open_socket(&address);
	ssize_t len;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(fd, word, strlen(word), MSG_NOSIGNAL) < 0)
		return -errno;
	len = recv(fd, answer, size - 1, 0);
	if (len >= 0)
		answer[len] = '\0';
	return len < 0 ? -errno : len;
}

int control_client(const char *name, int argc, char **argv)
{
	char answer[ANSWER_SIZE];
	bool force = false;
	const char *word = read_options(name, argc, argv, &force);
	ssize_t len;

	log_set_name(name);
	if (force) {
		sync();
		(void)reboot((int)find_end(word));
		log_err("%s", strerror(errno));
		return 1;
	}
	len = ask(word, answer, sizeof(answer));
	if (len < 0) {
		log_err("%s: %s: reboot -f and poweroff -f do not ask process 1",
			SOCKET_PATH, strerror((int)-len));
		return 1;
	}
	(void)!write(STDOUT_FILENO, answer, (size_t)len);
	return str_equal(answer, "ok\n") || str_after(answer, "state=") ? 0 : 1;
}
