#include "netroot/stream.h"

#include "lib/clock.h"

#include <errno.h>
#include <string.h>

#define HANDSHAKE_MS 20000

static int64_t now_s(const struct netroot_request *request)
{
	int64_t now = (int64_t)(clock_realtime_us() / 1000000);

	return now < request->clock_floor_s ? request->clock_floor_s : now;
}

static int shake_hands(struct task *t, struct stream *s)
{
	uint64_t until_ms = clock_monotonic_ms() + HANDSHAKE_MS;
	int err;

	while ((err = tls_handshake(s->tls)) == -EAGAIN) {
		err = task_wait_fd(t, s->fd, tls_wants(s->tls), until_ms);
		if (err)
			break;
	}
	if (err == -EKEYREJECTED)
		return task_refuse(t, err, "%s", tls_error(s->tls));
	return err ? stream_fail(t, s, err) : 0;
}

int stream_start_tls(struct task *t, struct stream *s, const struct url *url)
{
	const struct netroot_request *request = t->request;
	struct tls_client config = {
		.fd = s->fd,
		.host = url->host,
		.ca_path = request->ca_path,
		.ca_bundle = t->ca.text ? &t->ca : NULL,
		.pins = request->pins,
		.now_s = now_s(request),
	};
	char why[TASK_WHY_SIZE] = "";
	int err = tls_client_new(&config, &s->tls, why, sizeof(why));

	if (err == -ENOMEM || err == -EAGAIN)
		return task_fail(t, err, "TLS: %s", *why ? why : strerror(-err));
	if (err)
		return task_refuse(t, err, "%s", why);
	return shake_hands(t, s);
}
