#include "netcfg/dhcp4.h"

#include "netcfg/dhcp4_socket.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>

#define MESSAGE_SIZE 576
#define INPUT_SIZE   1536

void dhcp4_client_init(struct dhcp4_client *client, int index, const char *ifname,
		       const uint8_t mac[6], const char *hostname)
{
	*client = (struct dhcp4_client){
		.fd = -1,
		.udp_fd = -1,
		.index = index,
		.ifname = ifname,
		.hostname = hostname,
	};
	memcpy(client->mac, mac, sizeof(client->mac));
}

/* Good enough without the kernel's randomness, which may not be ready: macs differ. */
static uint32_t make_seed(const struct dhcp4_client *client, uint64_t now_ms)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
		return seed;
	memcpy(&seed, client->mac + 2, sizeof(seed));
	return seed ^ (uint32_t)now_ms;
}

int dhcp4_client_start(struct dhcp4_client *client, uint64_t now_ms)
{
	client->fd = dhcp4_socket_open(client->index);
	if (client->fd < 0) {
		int err = client->fd;

		client->fd = -1;
		return err;
	}
	dhcp4_fsm_init(&client->fsm, make_seed(client, now_ms), now_ms);
	return 0;
}

void dhcp4_client_stop(struct dhcp4_client *client)
{
	fd_close(&client->fd);
	fd_close(&client->udp_fd);
	client->fsm.wake_ms = DHCP4_NEVER;
}

/* @udp_fd stays open as long as there is a lease. */
static int send_unicast(struct dhcp4_client *client, const struct buf *message)
{
	if (client->udp_fd < 0)
		client->udp_fd = dhcp4_socket_open_udp(client->ifname);
	if (client->udp_fd < 0) {
		int err = client->udp_fd;

		client->udp_fd = -1;
		return err;
	}
	return dhcp4_socket_unicast(client->udp_fd, client->fsm.lease.server_be, message);
}

static void send_message(struct dhcp4_client *client, uint64_t now_ms)
{
	struct dhcp4_request request = dhcp4_fsm_request(&client->fsm, now_ms);
	char storage[MESSAGE_SIZE];
	struct buf message = BUF_OVER(storage);
	int err;

	memcpy(request.mac, client->mac, sizeof(request.mac));
	request.hostname = client->hostname;
	dhcp4_packet_build(&request, &message);
	if (dhcp4_fsm_is_unicast(&client->fsm))
		err = send_unicast(client, &message);
	else
		err = dhcp4_socket_broadcast(client->fd, client->index, request.ciaddr_be,
					     &message);
	if (err) /* the next retry may do better */
		log_warning("%s: dhcp: %s", client->ifname, strerror(-err));
	else
		log_debug("%s: dhcp: sent, now %s", client->ifname,
			  dhcp4_state_name(client->fsm.state));
}

static unsigned step(struct dhcp4_client *client, enum dhcp4_event event,
		     const struct dhcp4_reply *reply, uint64_t now_ms)
{
	unsigned actions = dhcp4_fsm_step(&client->fsm, event, reply, now_ms);

	if (actions & DHCP4_DROP)
		fd_close(&client->udp_fd);
	if (actions & DHCP4_SEND)
		send_message(client, now_ms);
	if (reply && actions && reply->bad_option)
		log_warning("%s: dhcp: option %u ignored: malformed", client->ifname,
			    reply->bad_option);
	return actions & (DHCP4_APPLY | DHCP4_DROP);
}

unsigned dhcp4_client_timer(struct dhcp4_client *client, uint64_t now_ms)
{
	return step(client, DHCP4_TIMER, NULL, now_ms);
}

static unsigned handle_reply(struct dhcp4_client *client, const struct dhcp4_reply *reply,
			     uint64_t now_ms)
{
	static const struct {
		uint8_t type;
		enum dhcp4_event event;
	} events[] = {
		{ DHCP4_OFFER, DHCP4_OFFERED },
		{ DHCP4_ACK, DHCP4_ACKNOWLEDGED },
		{ DHCP4_NAK, DHCP4_REFUSED },
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i].type == reply->type)
			return step(client, events[i].event, reply, now_ms);
	return 0;
}

unsigned dhcp4_client_input(struct dhcp4_client *client, uint64_t now_ms)
{
	uint8_t data[INPUT_SIZE];
	struct dhcp4_reply reply;
	ssize_t len = dhcp4_socket_receive(client->fd, data, sizeof(data));

	if (len < 0 && len != -EAGAIN)
		log_debug("%s: dhcp: input: %s", client->ifname, strerror((int)-len));
	if (len < 0 || dhcp4_packet_parse(data, (size_t)len, client->mac, &reply))
		return 0;
	return handle_reply(client, &reply, now_ms);
}

bool dhcp4_client_has_lease(const struct dhcp4_client *client)
{
	return client->fd >= 0 && client->fsm.state >= DHCP4_BOUND;
}
