#include "netcfg/dhcp4.h"

#include "netcfg/arp_socket.h"
#include "netcfg/dhcp4_socket.h"

#include "lib/fd.h"
#include "lib/ipv4.h"
#include "lib/log.h"
#include "lib/random.h"

#include <errno.h>
#include <string.h>

#define INPUT_SIZE   1536
#define VENDOR_CLASS "rootling" /* for servers that answer by it */

void dhcp4_client_init(struct dhcp4_client *client, int index, const char *ifname,
		       const uint8_t mac[6], const char *hostname)
{
	*client = (struct dhcp4_client){
		.identity = { .hostname = hostname, .vendor_class = VENDOR_CLASS },
		.fd = -1,
		.udp_fd = -1,
		.arp_fd = -1,
		.index = index,
		.ifname = ifname,
	};
	memcpy(client->identity.mac, mac, sizeof(client->identity.mac));
}

int dhcp4_client_start(struct dhcp4_client *client, uint64_t now_ms)
{
	uint32_t salt;

	client->fd = dhcp4_socket_open(client->index);
	if (client->fd < 0) {
		int err = client->fd;

		client->fd = -1;
		return err;
	}
	memcpy(&salt, client->identity.mac + 2, sizeof(salt));
	dhcp4_fsm_init(&client->fsm, random_seed(salt), now_ms);
	dhcp4_fsm_remember(&client->fsm, client->last_be);
	client->fsm.arp = IS_ENABLED(CONFIG_NETCFG_ARP) ? client->arp : DHCP4_ARP_OFF;
	return 0;
}

void dhcp4_client_stop(struct dhcp4_client *client)
{
	if (client->fd < 0) /* the others are open only beside it */
		return;
	fd_close(&client->fd);
	fd_close(&client->udp_fd);
	fd_close(&client->arp_fd);
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
	return dhcp4_socket_unicast(client->udp_fd, client->fsm.grant.server_be, message);
}

static const char *state_name(const struct dhcp4_client *client)
{
	static const char names[DHCP4_STATES][sizeof("REQUESTING")] = {
		"INIT",	   "REBOOTING", "SELECTING", "REQUESTING",
		"PROBING", "BOUND",	"RENEWING",  "REBINDING",
	};

	return names[client->fsm.state];
}

static void send_message(struct dhcp4_client *client)
{
	struct dhcp4_request request = dhcp4_fsm_request(&client->fsm);
	char storage[DHCP4_MESSAGE_SIZE];
	struct buf message = BUF_OVER(storage);
	int err;

	dhcp4_packet_build(&request, &client->identity, &message);
	if (dhcp4_fsm_is_unicast(&client->fsm))
		err = send_unicast(client, &message);
	else
		err = dhcp4_socket_broadcast(client->fd, client->index, request.ciaddr_be,
					     &message);
	if (err) /* the next retry may do better */
		log_warning("%s: dhcp: %s", client->ifname, strerror(-err));
	else
		log_debug("%s: dhcp: sent, now %s", client->ifname, state_name(client));
}

/* @sender_be: 0 for a probe, the address itself for an announcement. */
static void send_arp(struct dhcp4_client *client, uint32_t sender_be)
{
	struct arp_packet packet = {
		.sender_be = sender_be,
		.target_be = client->fsm.grant.address_be,
	};
	int err;

	if (client->arp_fd < 0)
		client->arp_fd = arp_socket_open(client->index, packet.target_be);
	memcpy(packet.sender_mac, client->identity.mac, sizeof(packet.sender_mac));
	err = client->arp_fd < 0
		      ? client->arp_fd
		      : arp_socket_send(client->arp_fd, client->index, &packet);
	if (err)
		log_warning("%s: arp: %s", client->ifname, strerror(-err));
}

static unsigned step(struct dhcp4_client *client, enum dhcp4_event event,
		     const struct dhcp4_reply *reply, uint64_t now_ms)
{
	unsigned actions = dhcp4_fsm_step(&client->fsm, event, reply, now_ms);

	if (actions & DHCP4_KEEP)
		client->lease = reply->lease;
	if (actions & DHCP4_DROP)
		fd_close(&client->udp_fd);
	if (actions & DHCP4_SEND)
		send_message(client);
	if (IS_ENABLED(CONFIG_NETCFG_ARP) && actions & DHCP4_PROBE)
		send_arp(client, 0);
	if (IS_ENABLED(CONFIG_NETCFG_ARP) && actions & DHCP4_ANNOUNCE)
		send_arp(client, client->fsm.grant.address_be);
	if (client->fsm.probe.wake_ms == ARP_NEVER)
		fd_close(&client->arp_fd);
	if (reply && actions && reply->bad_option)
		log_warning("%s: dhcp: option %u ignored: malformed", client->ifname,
			    reply->bad_option);
	return actions & (DHCP4_APPLY | DHCP4_DROP);
}

/* Answers to probes wait in their socket until somebody looks, which is soon enough: it is when the
 * first window ends and then at each probe. */
static bool is_claimed(struct dhcp4_client *client)
{
	uint32_t address_be = client->fsm.grant.address_be;
	char text[IPV4_TEXT_SIZE];
	struct arp_packet packet;
	const uint8_t *mac = packet.sender_mac;

	if (!IS_ENABLED(CONFIG_NETCFG_ARP) || client->arp_fd < 0 ||
	    client->fsm.state < DHCP4_PROBING)
		return false;
	if (!arp_socket_is_claimed(client->arp_fd, address_be, client->identity.mac,
				   &packet))
		return false;
	log_err("%s: %s is in use by %02x:%02x:%02x:%02x:%02x:%02x: declined",
		client->ifname, ipv4_format(text, address_be), mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
	return true;
}

unsigned dhcp4_client_timer(struct dhcp4_client *client, uint64_t now_ms)
{
	return step(client, is_claimed(client) ? DHCP4_CONFLICT : DHCP4_TIMER, NULL,
		    now_ms);
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
	if (len < 0 ||
	    dhcp4_packet_parse(data, (size_t)len, client->identity.mac, &reply))
		return 0;
	return handle_reply(client, &reply, now_ms);
}
