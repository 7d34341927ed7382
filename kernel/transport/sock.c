// SPDX-License-Identifier: GPL-2.0-only
/* Sockets of the kernel's own, for the links over TCP. See sock.h. */
#include <linux/in.h>
#include <linux/net.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include "sock.h"

/* A peer that is off is noticed after 25 s without traffic. */
#define KEEP_IDLE_S 10
#define KEEP_INTERVAL_S 5
#define KEEP_TRIES 3

static void sock_calls_set(struct sock *sk, const struct cldn_sock_calls *calls)
{
	if (calls->state_change)
		sk->sk_state_change = calls->state_change;
	if (calls->data_ready)
		sk->sk_data_ready = calls->data_ready;
	if (calls->write_space)
		sk->sk_write_space = calls->write_space;
	if (calls->error_report)
		sk->sk_error_report = calls->error_report;
}

void cldn_sock_attach(struct sock *sk, void *user, const struct cldn_sock_calls *ours,
		      struct cldn_sock_calls *own)
{
	write_lock_bh(&sk->sk_callback_lock);
	own->state_change = sk->sk_state_change;
	own->data_ready = sk->sk_data_ready;
	own->write_space = sk->sk_write_space;
	own->error_report = sk->sk_error_report;
	__rcu_assign_sk_user_data_with_flags(sk, user, SK_USER_DATA_NOCOPY);
	sock_calls_set(sk, ours);
	write_unlock_bh(&sk->sk_callback_lock);
}

void cldn_sock_detach(struct sock *sk, const struct cldn_sock_calls *own)
{
	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = NULL;
	sock_calls_set(sk, own);
	write_unlock_bh(&sk->sk_callback_lock);
}

void *cldn_sock_user(const struct sock *sk)
{
	guard(rcu)(); /* how the flag of sk_user_data is masked wants it */
	return __rcu_dereference_sk_user_data_with_flags(sk, SK_USER_DATA_NOCOPY);
}

void cldn_sock_acked(struct sock *sk)
{
	if (sk->sk_socket)
		clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
}

void cldn_sock_options(struct sock *sk)
{
	sk->sk_allocation = GFP_NOWAIT | __GFP_NOWARN;
	/* What is asked or signalled is shorter than a segment. */
	tcp_sock_set_nodelay(sk);
	tcp_sock_set_keepidle(sk, KEEP_IDLE_S);
	tcp_sock_set_keepintvl(sk, KEEP_INTERVAL_S);
	tcp_sock_set_keepcnt(sk, KEEP_TRIES);
	sock_set_keepalive(sk);
}

bool cldn_sock_is_host(const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)addr;
	__be32 four = ((const struct sockaddr_in *)addr)->sin_addr.s_addr;

	if (addr->ss_family == AF_INET)
		return !ipv4_is_multicast(four) && !ipv4_is_lbcast(four) && !ipv4_is_zeronet(four);
	return ipv6_addr_type(&six->sin6_addr) & IPV6_ADDR_UNICAST;
}
