#include "init/http_action.h"

#include "http/auth.h"
#include "init/events.h"
#include "init/recovery.h"
#include "init/root_choice.h"
#include "init/shell_remote.h"
#include "init/status.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/klibc.h"
#include "lib/str.h"
#include "lib/tls.h"

#include <errno.h>
#include <linux/reboot.h>
#include <string.h>

#define EVERYTHING ((1u << HTTP_ACTION_COUNT) - 1)

uint32_t http_action_policy(const struct config *config)
{
	const struct config_list *given = &config->http_actions;
	uint32_t allowed = 0;

	if (given->source == CONFIG_SOURCES)
		return EVERYTHING;
	for (unsigned i = 0; i < given->count; i++) {
		int kind = http_action_find(text_of(given->item[i]));

		if (str_equal(given->item[i], "0"))
			allowed = 0;
		else if (kind < 0)
			log_warning("rd.http.actions=%s: ignored: not an action",
				    given->item[i]);
		else
			allowed |= 1u << kind;
	}
	return allowed;
}

/* The worker talks to strangers: what comes from it is looked at again. */
static bool is_sound(const struct http_action *action)
{
	size_t len = strnlen(action->peer, sizeof(action->peer));

	if (action->kind >= HTTP_ACTION_REPORT || len == sizeof(action->peer) ||
	    strnlen(action->root, sizeof(action->root)) == sizeof(action->root) ||
	    strnlen(action->token, sizeof(action->token)) == sizeof(action->token))
		return false;
	for (const char *p = action->peer; *p; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	for (const char *p = action->root; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return len && (action->kind != HTTP_ACTION_ROOT) == !*action->root;
}

/* ---- deciding */

static enum http_verdict refuse(struct http_decision *out, enum http_verdict verdict,
				const char *reason)
{
	struct buf b = BUF_OVER(out->reason);

	buf_printable(&b, reason);
	return verdict;
}

static enum http_verdict choose_root(struct boot *boot, const char *value,
				     struct http_decision *out)
{
	const char *reason;

	if (root_choice_is_sealed(boot))
		return refuse(out, HTTP_FORBIDDEN,
			      "this image has sealed what its root is");
	if (!root_choice_fits(boot))
		return refuse(out, HTTP_NOT_NOW, "the boot does not look for a root");
	reason = root_choice_refusal(boot, value);
	if (reason)
		return refuse(out, HTTP_NOT_A_ROOT, reason);
	root_choice_take(boot, value);
	return HTTP_ACCEPTED;
}

static enum http_verdict decide(struct boot *boot, const struct http_action *action,
				struct http_decision *out)
{
	if (!(boot->http_config.actions & 1u << action->kind))
		return refuse(out, HTTP_FORBIDDEN,
			      "rd.http.actions= does not allow that");
	if (action->kind == HTTP_ACTION_ROOT)
		return choose_root(boot, action->root, out);
	if (action->kind == HTTP_ACTION_RETRY && !recovery_retry(boot))
		return refuse(out, HTTP_NOT_NOW, "the boot has not failed");
	if (action->kind == HTTP_ACTION_CONTINUE && !recovery_continue(boot))
		return refuse(out, HTTP_NOT_NOW, "the boot does not stand at rd.break=");
	return HTTP_ACCEPTED;
}

/* ---- saying so */

/* Somebody may sit at the console, and wants to know what happens to the machine. */
static void note(struct boot *boot, const struct http_action *action,
		 const struct http_decision *decision)
{
	const char *root = status_holds_login(action->root) ? "iscsi:***" : action->root;
	struct buf b = BUF_OVER(boot->last_action);

	buf_printf(&b, "%s%s", http_action_name(action->kind), *root ? " " : "");
	buf_printable(&b, root);
	buf_printf(&b, " asked for by %s: %s%s", action->peer,
		   decision->verdict == HTTP_ACCEPTED ? "accepted" : "refused: ",
		   decision->reason);
	if (decision->verdict == HTTP_ACCEPTED)
		log_info("http: %s", boot->last_action);
	else
		log_warning("http: %s", boot->last_action);
}

/* A shell is all that the worker's walls are for, so its word alone is not enough: a worker that a
 * stranger has taken over does not know the token. Who trusts client certificates has nothing but
 * that word for them. NULL, or what is wrong. */
static const char *console_refusal(const struct boot *boot,
				   const struct http_action *action)
{
	struct auth auth = { .has_token = false };
	char text[256];
	ssize_t len;

	if (!(boot->http_config.actions & 1u << HTTP_ACTION_CONSOLE))
		return "rd.http.actions= does not allow that";
	if (!*action->token)
		return access(TLS_IDENTITY_CLIENT_CA, F_OK) == 0
			       ? NULL
			       : "no token, and certificates of clients are not trusted";
	len = fd_read_file(AT_FDCWD, boot->http_config.token_path, text, sizeof(text));
	if (len >= 0)
		auth_read(&auth, (struct text){ text, (size_t)len });
	return auth_is_token(&auth, text_of(action->token)) ? NULL : "not the token";
}

/* The shell, for a client that has shown who it is. */
static void give_shell(struct boot *boot, const struct http_action *action)
{
	const char *refusal = console_refusal(boot, action);
	struct http_shell answer = { .id = action->id, .err = -EPERM };
	fd_auto int terminal = -1;

	if (refusal)
		log_warning("console: %s: refused: %s", action->peer, refusal);
	else
		answer.err = shell_remote_start(boot, action->peer, &terminal);
	/* a worker that has no room for it, or is gone: closing hangs up */
	if (worker_send_fd(&boot->http, &answer, sizeof(answer), terminal))
		shell_remote_end(boot);
}

void http_action_take(void *ctx, const void *message)
{
	static const unsigned ends[HTTP_ACTION_COUNT] = {
		[HTTP_ACTION_REBOOT] = LINUX_REBOOT_CMD_RESTART,
		[HTTP_ACTION_POWEROFF] = LINUX_REBOOT_CMD_POWER_OFF,
	};
	const struct http_action *action = message;
	struct http_decision decision = { .id = action->id };
	struct boot *boot = ctx;

	if (!is_sound(action)) {
		log_warning("http: the worker sent a request that is none");
		return;
	}
	if (action->kind == HTTP_ACTION_CONSOLE) {
		if (IS_ENABLED(CONFIG_HTTP_CONSOLE))
			give_shell(boot, action);
		return;
	}
	decision.verdict = decide(boot, action, &decision);
	note(boot, action, &decision);
	/* without an answer the client is told that it has been asked for */
	(void)worker_send(&boot->http, &decision, sizeof(decision));
	if (IS_ENABLED(CONFIG_STATUS))
		status_write(boot);
	if (decision.verdict == HTTP_ACCEPTED && ends[action->kind])
		events_request(boot, ends[action->kind]);
}
