#include "appliance/supervise.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define STEADY_MS      10000
#define BACKOFF_MAX_MS 30000
#define FILE_SIZE_MAX  8192
#define KILL_LIMIT_MS  2000 /* a process in the kernel dies when that lets go */

/* ---- reading */

static bool read_service(struct service *service, const char *file, uint64_t now_ms)
{
	char path[128], text[FILE_SIZE_MAX];
	struct buf b = BUF_OVER(path);
	struct unit_error error;
	ssize_t len;

	*service = (struct service){ .start_at_ms = now_ms };
	buf_printf(&b, "%s/%s", SERVICES_DIR, file);
	len = fd_read_file(AT_FDCWD, path, text, sizeof(text));
	if (len < 0) {
		log_err("%s: %s", path, strerror((int)-len));
		return false;
	}
	if (unit_parse(text, &service->unit, &error)) {
		log_err("%s:%u: %s", path, error.line, error.what);
		return false;
	}
	b = BUF_OVER(service->name);
	buf_put(&b, file, strlen(file) - strlen(".service"));
	return true;
}

unsigned supervise_read(struct supervisor *s, uint64_t now_ms)
{
	DIR *dir = opendir(SERVICES_DIR);
	struct dirent *entry;

	s->count = 0;
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || !str_equal(suffix, ".service"))
			continue;
		if (s->count == SERVICES_MAX)
			log_err("%s/%s: more than %d services: ignored", SERVICES_DIR,
				entry->d_name, SERVICES_MAX);
		else if (read_service(&s->services[s->count], entry->d_name, now_ms))
			s->count++;
	}
	closedir(dir);
	return s->count;
}

/* ---- running */

static void become_service(const struct supervisor *s, const struct service *service)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *environment[UNIT_ENVIRONMENT_MAX + 2] = { path };

	for (uint32_t i = 0; i < service->unit.environment_count; i++)
		environment[i + 1] = service->unit.environment[i];
	s->prepare_child(s->ctx);
	(void)setsid();
	execve(service->unit.argv[0], service->unit.argv, environment);
	log_err("service %s: %s: %s", service->name, service->unit.argv[0],
		strerror(errno));
	_exit(127);
}

static uint64_t backoff_ms(const struct service *service)
{
	uint64_t pause = service->unit.restart_ms;

	for (uint32_t i = 1; i < service->failures && pause < BACKOFF_MAX_MS; i++)
		pause = pause ? pause * 2 : 1;
	/* a pause that was asked for is kept, however long */
	if (pause > BACKOFF_MAX_MS && service->unit.restart_ms < BACKOFF_MAX_MS)
		pause = BACKOFF_MAX_MS;
	return pause;
}

static void start(struct supervisor *s, struct service *service, uint64_t now_ms)
{
	pid_t pid = fork();

	if (pid == 0)
		become_service(s, service);
	service->start_at_ms = 0;
	if (pid < 0) {
		log_err("service %s: %s", service->name, strerror(errno));
		service->failures++;
		service->start_at_ms = now_ms + backoff_ms(service) + 1;
		return;
	}
	service->pid = pid;
	service->started_ms = now_ms;
	log_info("service %s: started", service->name);
}

uint64_t supervise_run(struct supervisor *s, uint64_t now_ms)
{
	uint64_t next_ms = 0;

	for (unsigned i = 0; i < s->count && !s->stopping; i++) {
		struct service *service = &s->services[i];

		if (service->start_at_ms && service->start_at_ms <= now_ms)
			start(s, service, now_ms);
		if (service->start_at_ms && (!next_ms || service->start_at_ms < next_ms))
			next_ms = service->start_at_ms;
	}
	return next_ms;
}

static void ended(const struct supervisor *s, struct service *service, int status,
		  uint64_t now_ms)
{
	bool failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;

	service->pid = 0;
	if (WIFSIGNALED(status))
		log_info("service %s: ended by signal %d", service->name,
			 WTERMSIG(status));
	else
		log_info("service %s: ended with status %d", service->name,
			 WEXITSTATUS(status));
	if (s->stopping || service->unit.restart == UNIT_RESTART_NO ||
	    (service->unit.restart == UNIT_RESTART_ON_FAILURE && !failed))
		return;
	service->failures =
		now_ms - service->started_ms < STEADY_MS ? service->failures + 1 : 1;
	service->start_at_ms = now_ms + backoff_ms(service);
}

bool supervise_reap(struct supervisor *s, pid_t pid, int status, uint64_t now_ms)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (s->services[i].pid == pid) {
			ended(s, &s->services[i], status, now_ms);
			return true;
		}
	}
	return false;
}

/* When this one has to be looked at again, 0: not any more. */
static uint64_t stop_one(struct service *service, uint64_t now_ms)
{
	if (!service->stop_at_ms) {
		service->stop_at_ms = now_ms + service->unit.stop_ms + 1;
		(void)kill(-service->pid, SIGTERM); /* gone already is fine */
	} else if (now_ms >= service->stop_at_ms && !service->killed) {
		service->killed = true;
		service->stop_at_ms = now_ms + KILL_LIMIT_MS;
		(void)kill(-service->pid, SIGKILL);
	}
	return now_ms < service->stop_at_ms ? service->stop_at_ms : 0;
}

uint64_t supervise_stop(struct supervisor *s, uint64_t now_ms)
{
	uint64_t next_ms = 0;

	s->stopping = true;
	for (unsigned i = 0; i < s->count; i++) {
		struct service *service = &s->services[i];
		uint64_t at_ms = service->pid ? stop_one(service, now_ms) : 0;

		if (at_ms && (!next_ms || at_ms < next_ms))
			next_ms = at_ms;
	}
	return next_ms;
}
