/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the links over TCP have in common: sockets of the kernel's own whose callbacks are the
 * link's while it uses them, and whom such a socket may connect to.
 *
 * Callbacks run in softirq or in the link's worker, with the socket's lock held. They find the link
 * by cldn_sock_user() under sk_callback_lock; cldn_sock_detach() takes that lock for writing, so
 * none is inside when it returns, and none comes.
 */
#ifndef CLEARDOWN_TRANSPORT_SOCK_H
#define CLEARDOWN_TRANSPORT_SOCK_H

#include <linux/socket.h>
#include <net/sock.h>

/**
 * struct cldn_sock_calls - callbacks of a socket
 * @state_change: connected, closed by the peer, our FIN confirmed, or over
 * @data_ready: there is something to read
 * @write_space: there is room, see cldn_sock_acked()
 * @error_report: sk_err was set
 */
struct cldn_sock_calls {
	void (*state_change)(struct sock *sk);
	void (*data_ready)(struct sock *sk);
	void (*write_space)(struct sock *sk);
	void (*error_report)(struct sock *sk);
};

/**
 * cldn_sock_attach - @sk's callbacks are ours now
 * @sk: socket
 * @user: whom they tell; sockets that @sk accepts do not inherit it
 * @ours: callbacks; NULL members leave the socket's
 * @own: filled with what the socket had; cldn_sock_detach() wants it
 */
void cldn_sock_attach(struct sock *sk, void *user, const struct cldn_sock_calls *ours,
		      struct cldn_sock_calls *own);

/**
 * cldn_sock_detach - they are its own again, as in @own
 * @sk: socket. TCP may keep it for a minute after its release: nothing in it may point here then
 * @own: as attach filled it
 */
void cldn_sock_detach(struct sock *sk, const struct cldn_sock_calls *own);

/** cldn_sock_user - whom @sk tells, or NULL; sk_callback_lock is held, and keeps him */
void *cldn_sock_user(const struct sock *sk);

/**
 * cldn_sock_acked - for a write_space callback
 * @sk: socket
 *
 * TCP calls that at every ACK while SOCK_NOSPACE is set, not only when there is room again: so the
 * last one, after which everything has left, is seen too. Cleared until the worker has looked.
 */
void cldn_sock_acked(struct sock *sk);

/** cldn_sock_options - @sk never sleeps for memory, never waits to send, and notices a dead peer */
void cldn_sock_options(struct sock *sk);

/** cldn_sock_is_host - not the address of a group, or of none */
bool cldn_sock_is_host(const struct sockaddr_storage *addr);

#endif /* CLEARDOWN_TRANSPORT_SOCK_H */
