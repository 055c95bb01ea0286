/* The newstyle negotiation of NBD, the client's side (doc/proto.md of the NBD project), up to where
 * the kernel's client goes on. Pure.
 *
 * The caller sends @out, then reads exactly @wanted bytes and hands them over, until @is_done: so
 * nothing is read that belongs to the transmission phase. */
#ifndef NETROOT_NBD_HANDSHAKE_H
#define NETROOT_NBD_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NBD_PORT       10809
#define NBD_EXPORT_MAX 512
#define NBD_INPUT_MAX  1024
#define NBD_OUTPUT_MAX (NBD_EXPORT_MAX + 32)

enum nbd_state {
	NBD_GREETING,
	NBD_REPLY, /* the head of an answer to NBD_OPT_GO */
	NBD_REPLY_DATA,
	NBD_EXPORT, /* the answer to NBD_OPT_EXPORT_NAME, for servers without GO */
};

struct nbd_handshake {
	const char *export; /* borrowed; "": the default one */
	enum nbd_state state;
	uint8_t out[NBD_OUTPUT_MAX];
	size_t out_len; /* bytes to send before anything is read; the caller sets it to 0 */
	size_t wanted; /* bytes to read, at most NBD_INPUT_MAX */
	bool is_done;
	uint64_t size;	     /* of the export, in bytes */
	uint16_t flags;	     /* transmission flags */
	uint32_t block_size; /* the smallest request; 0: not said */

	uint32_t reply, reply_left;
	bool no_zeroes;
};

/* 0; -ENAMETOOLONG: no export is called so. */
int nbd_handshake_start(struct nbd_handshake *h, const char *export);

/* @data of h->wanted bytes. 0; -EPROTO: no NBD server, or one that breaks the rules; -ENOENT: no such
 * export; -EACCES: it is not for us; -EAGAIN: the server shuts down; @why (static storage) says it. */
int nbd_handshake_input(struct nbd_handshake *h, const uint8_t *data, const char **why);

#endif
