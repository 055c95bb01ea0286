#include "netcfg/dhcp6.h"

#include "netcfg/dhcp6_socket.h"

#include "lib/fd.h"
#include "lib/log.h"
#include "lib/random.h"

#include <errno.h>
#include <string.h>

#define INPUT_SIZE 1500

void dhcp6_client_init(struct dhcp6_client *client, int index, const char *ifname,
		       const uint8_t mac[6])
{
	*client = (struct dhcp6_client){
		.fd = -1,
		.index = index,
		.ifname = ifname,
		.id = dhcp6_client_id(mac),
	};
	client->fsm.wake_ms = DHCP6_NEVER;
}

int dhcp6_client_start(struct dhcp6_client *client, bool is_stateless, uint64_t now_ms)
{
	int fd = client->fd < 0 ? dhcp6_socket_open(client->ifname) : client->fd;

	if (fd < 0)
		return fd;
	client->fd = fd;
	client->is_stateless = is_stateless;
	dhcp6_fsm_init(&client->fsm, is_stateless, random_seed(client->id.iaid), now_ms);
	return 0;
}

void dhcp6_client_stop(struct dhcp6_client *client)
{
	fd_close(&client->fd);
	client->fsm = (struct dhcp6_fsm){ .wake_ms = DHCP6_NEVER };
}

static void send_message(struct dhcp6_client *client, uint64_t now_ms)
{
	struct dhcp6_request request = dhcp6_fsm_request(&client->fsm, now_ms);
	char storage[DHCP6_MESSAGE_SIZE];
	struct buf message = BUF_OVER(storage);
	int err;

	dhcp6_packet_build(&request, &client->id, &message);
	err = dhcp6_socket_send(client->fd, client->index, &message);
	if (err) /* the next retry may do better */
		log_warning("%s: dhcp6: %s", client->ifname, strerror(-err));
	else
		log_debug("%s: dhcp6: sent, now %s", client->ifname,
			  dhcp6_state_name(client->fsm.state));
}

static unsigned step(struct dhcp6_client *client, enum dhcp6_event event,
		     const struct dhcp6_reply *reply, uint64_t now_ms)
{
	unsigned actions = dhcp6_fsm_step(&client->fsm, event, reply, now_ms);

	if (actions & DHCP6_SEND)
		send_message(client, now_ms);
	if (reply && actions && reply->bad_option)
		log_warning("%s: dhcp6: option %u ignored: malformed", client->ifname,
			    reply->bad_option);
	return actions & (DHCP6_APPLY | DHCP6_DROP);
}

unsigned dhcp6_client_timer(struct dhcp6_client *client, uint64_t now_ms)
{
	return step(client, DHCP6_TIMER, NULL, now_ms);
}

unsigned dhcp6_client_conflict(struct dhcp6_client *client, uint64_t now_ms)
{
	return step(client, DHCP6_CONFLICT, NULL, now_ms);
}

unsigned dhcp6_client_input(struct dhcp6_client *client, uint64_t now_ms)
{
	uint8_t data[INPUT_SIZE];
	struct dhcp6_reply reply;
	struct ip from;
	ssize_t len = dhcp6_socket_receive(client->fd, data, sizeof(data), &from);

	if (len < 0 && len != -EAGAIN)
		log_debug("%s: dhcp6: input: %s", client->ifname, strerror((int)-len));
	if (len < 0 || dhcp6_packet_parse(data, (size_t)len, &client->id, &reply))
		return 0;
	if (reply.status && reply.status != client->refusal)
		log_warning("%s: dhcp6: the server refuses: %s", client->ifname,
			    dhcp6_status_name(reply.status));
	client->refusal = reply.status;
	reply.lease.server = from;
	return step(client,
		    reply.type == DHCP6_ADVERTISE ? DHCP6_ADVERTISED : DHCP6_REPLIED,
		    &reply, now_ms);
}
