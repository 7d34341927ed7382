// SPDX-License-Identifier: GPL-2.0-only
/* A link: its connection, its namespace, bind. See atmtcp.h for states and locks. */
#include <linux/delay.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/parser.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp.h>
#include "atmtcp.h"
#include "net.h"

#define ATMTCP_PORT "2812"

/* Octets of the socket's buffer: what signalling has to wait behind. */
#define ATMTCP_SOCKET_MAX (128 * 1024)
#define ATMTCP_BACKLOG 4
#define ATMTCP_ACCEPTS 8 /* in one turn */

/* jiffies */
#define ATMTCP_CONNECT (5 * HZ) /* longest time that a connection may take to come up */
#define ATMTCP_WAIT_LEAST (HZ / 4) /* from a failure to the next connect */
#define ATMTCP_WAIT_MOST (8 * HZ)
#define ATMTCP_SILENCE (10 * HZ) /* after which one of whom nothing was heard is spoken to */
#define ATMTCP_LASTED (5 * HZ) /* after which a connection counts as no failure */

/* A peer that is off is noticed after 30 s with traffic; see sock.c for those without. */
#define USER_TIMEOUT_MS 30000

/* How long our end of an orderly connection waits for the peer to confirm it. */
#define FIN_LOOKS 40
#define FIN_LOOK_MS 5

static struct workqueue_struct *atmtcp_wq;
static DEFINE_MUTEX(atmtcp_mutex); /* see atmtcp.h */
static LIST_HEAD(atmtcp_links); /* under atmtcp_mutex */

static void atmtcp_soon(struct cldn_atmtcp *l, unsigned long delay)
{
	guard(spinlock_irqsave)(&l->lock);
	if (l->started)
		mod_delayed_work(atmtcp_wq, &l->work, delay);
}

void cldn_atmtcp_kick(struct cldn_atmtcp *l)
{
	atmtcp_soon(l, 0);
}

/* A look that is due later, unless something has happened. */
static void atmtcp_later(struct cldn_atmtcp *l, unsigned long delay)
{
	guard(spinlock_irqsave)(&l->lock);
	if (l->started)
		queue_delayed_work(atmtcp_wq, &l->work, delay);
}

static bool atmtcp_is_network(const struct cldn_atmtcp *l)
{
	if (l->medium.args.role == CLDN_ROLE_AUTO)
		return l->listens;
	return l->medium.args.role == CLDN_ROLE_NETWORK;
}

static void atmtcp_info(struct cldn_link *link, struct cldn_cells_info *info)
{
	struct cldn_atmtcp *l = link->priv;
	const struct cldn_medium_args *args = &l->medium.args;

	memset(info, 0, sizeof(*info));
	info->up = READ_ONCE(l->up);
	info->multipoint = true;
	info->close_data = args->close_data;
	info->max_sdu = args->max_sdu;
	info->side = atmtcp_is_network(l) ? CLDN_SIDE_NETWORK : CLDN_SIDE_USER;
	memcpy(info->nsap, args->nsap, CLDN_NSAP_LEN);
	memcpy(info->peer_nsap, l->peer_nsap, CLDN_NSAP_LEN);
}

static void atmtcp_stats(struct cldn_link *link, u64 *counts)
{
	struct cldn_atmtcp *l = link->priv;

	cldn_medium_stats(&l->medium, counts);
}

/* ---- callbacks of the sockets ---- */

static void atmtcp_news(struct sock *sk)
{
	struct cldn_atmtcp *l;

	read_lock_bh(&sk->sk_callback_lock);
	l = cldn_sock_user(sk);
	if (l)
		cldn_atmtcp_kick(l);
	read_unlock_bh(&sk->sk_callback_lock);
}

/* See atmtcp_acked(). */
static void atmtcp_write_space(struct sock *sk)
{
	cldn_sock_acked(sk);
	atmtcp_news(sk);
}

static const struct cldn_sock_calls atmtcp_calls = {
	.state_change = atmtcp_news,
	.data_ready = atmtcp_news,
	.write_space = atmtcp_write_space,
	.error_report = atmtcp_news,
};

/* Connections that are accepted inherit the callback, but not whom it tells. */
static const struct cldn_sock_calls atmtcp_listen_calls = {
	.data_ready = atmtcp_news,
};

/* ---- a connection's begin and end; the work, or who has stopped it ---- */

/*
 * A reset, whatever there is: TCP has no timers for a kernel's socket that is released, so a FIN
 * that is lost would never be repeated, and the socket never end.
 */
static void atmtcp_reset(struct socket *sock)
{
	sock_no_linger(sock->sk);
	sock_release(sock);
}

static void atmtcp_set(struct cldn_atmtcp *l, bool connected, bool up)
{
	guard(spinlock_irqsave)(&l->lock);
	l->connected = connected;
	WRITE_ONCE(l->up, up);
}

static void atmtcp_release(struct cldn_atmtcp *l)
{
	if (!l->sock)
		return;
	cldn_sock_detach(l->sock->sk, &l->own);
	atmtcp_reset(l->sock);
	l->sock = NULL;
	atmtcp_set(l, false, false);
	cldn_atmtcp_forget(l);
}

static void atmtcp_down(struct cldn_atmtcp *l, u8 cause)
{
	bool was_up = l->up;

	if (l->connected && time_after(jiffies, l->since + ATMTCP_LASTED))
		l->wait = ATMTCP_WAIT_LEAST;
	atmtcp_release(l);
	l->until = jiffies + l->wait;
	l->wait = min_t(unsigned long, 2 * l->wait, ATMTCP_WAIT_MOST);
	if (was_up)
		l->medium.up_ops->changed(l->medium.up_ctx, false, cause);
}

static void atmtcp_come(struct cldn_atmtcp *l)
{
	cldn_atmtcp_begin(l);
	l->since = jiffies;
	l->until = jiffies + ATMTCP_SILENCE;
	atmtcp_set(l, true, false);
	cldn_atmtcp_kick(l);
}

void cldn_atmtcp_heard(struct cldn_atmtcp *l)
{
	if (l->up)
		return;
	atmtcp_set(l, true, true);
	l->medium.up_ops->changed(l->medium.up_ctx, false, 0);
}

static void atmtcp_set_options(struct sock *sk)
{
	/* A close may be waiting for the work. */
	cldn_sock_options(sk);
	tcp_sock_set_user_timeout(sk, USER_TIMEOUT_MS);
	lock_sock(sk);
	sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	WRITE_ONCE(sk->sk_sndbuf, ATMTCP_SOCKET_MAX);
	release_sock(sk);
}

static void atmtcp_take(struct cldn_atmtcp *l, struct socket *sock)
{
	l->sock = sock;
	atmtcp_set_options(sock->sk);
	cldn_sock_attach(sock->sk, l, &atmtcp_calls, &l->own);
}

static void atmtcp_connect(struct cldn_atmtcp *l)
{
	struct socket *sock;
	int ret = sock_create_kern(l->net, l->addr.ss_family, SOCK_STREAM, IPPROTO_TCP, &sock);

	if (ret) {
		atmtcp_down(l, CAUSE_RESOURCE_UNAVAILABLE);
		return;
	}
	atmtcp_take(l, sock);
	l->until = jiffies + ATMTCP_CONNECT;
	ret = kernel_connect(sock, (struct sockaddr *)&l->addr, sizeof(l->addr), O_NONBLOCK);
	if (ret && ret != -EINPROGRESS)
		atmtcp_down(l, CAUSE_DESTINATION_OUT_OF_ORDER);
}

/* 0, -EINPROGRESS, or why there will be no connection. */
static int atmtcp_connected(struct cldn_atmtcp *l)
{
	struct sock *sk = l->sock->sk;
	int ret;

	lock_sock(sk);
	ret = -READ_ONCE(sk->sk_err);
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV)
		ret = ret ?: time_after_eq(jiffies, l->until) ? -ETIMEDOUT : -EINPROGRESS;
	else if (sk->sk_state == TCP_CLOSE)
		ret = ret ?: -ECONNABORTED;
	release_sock(sk);
	return ret;
}

/* ---- whom we listen to ---- */

static bool atmtcp_is_peer(const struct cldn_atmtcp *l, struct socket *sock)
{
	struct sockaddr_storage from;

	if (kernel_getpeername(sock, (struct sockaddr *)&from) < 0)
		return false;
	if (!l->addr.ss_family)
		return true;
	if (l->addr.ss_family == AF_INET)
		return ((struct sockaddr_in *)&from)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)&l->addr)->sin_addr.s_addr;
	return ipv6_addr_equal(&((struct sockaddr_in6 *)&from)->sin6_addr,
			       &((const struct sockaddr_in6 *)&l->addr)->sin6_addr);
}

/* One peer at a time: it is the first one, until its connection ends. */
static void atmtcp_accept(struct cldn_atmtcp *l)
{
	struct socket *sock;
	unsigned int turn;

	for (turn = 0; turn < ATMTCP_ACCEPTS; turn++) {
		if (kernel_accept(l->listener, &sock, O_NONBLOCK))
			return;
		cldn_sock_detach(sock->sk, &l->listen_own);
		if (l->sock || !atmtcp_is_peer(l, sock)) {
			cldn_medium_count(&l->medium, CLDN_CELLS_STRANGER);
			atmtcp_reset(sock);
			continue;
		}
		atmtcp_take(l, sock);
		atmtcp_come(l);
	}
	cldn_atmtcp_kick(l);
}

static int atmtcp_listen_on(struct cldn_atmtcp *l, int family)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(l->port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(l->port) };
	bool is_six = family == AF_INET6;
	struct socket *sock;
	int ret = sock_create_kern(l->net, family, SOCK_STREAM, IPPROTO_TCP, &sock);

	if (ret)
		return ret;
	sock_set_reuseaddr(sock->sk);
	ret = kernel_bind(sock, is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four,
			  is_six ? sizeof(six) : sizeof(four));
	if (ret) {
		sock_release(sock);
		return ret;
	}
	l->listener = sock;
	cldn_sock_attach(sock->sk, l, &atmtcp_listen_calls, &l->listen_own);
	return kernel_listen(sock, ATMTCP_BACKLOG);
}

/* Where the peer is not named, of any kind of address: an IPv6 socket takes both. */
static int atmtcp_listen(struct cldn_atmtcp *l)
{
	int ret;

	if (l->addr.ss_family)
		return atmtcp_listen_on(l, l->addr.ss_family);
	ret = atmtcp_listen_on(l, AF_INET6);
	return ret == -EAFNOSUPPORT ? atmtcp_listen_on(l, AF_INET) : ret;
}

static void atmtcp_unlisten(struct cldn_atmtcp *l)
{
	if (!l->listener)
		return;
	cldn_sock_detach(l->listener->sk, &l->listen_own);
	sock_release(l->listener);
	l->listener = NULL;
}

/* ---- the work ---- */

/* How long until the time is over that is given to what is under way. */
static unsigned long atmtcp_left(const struct cldn_atmtcp *l)
{
	return time_before(jiffies, l->until) ? l->until - jiffies : 1;
}

static void atmtcp_move(struct cldn_atmtcp *l)
{
	int ret = cldn_atmtcp_receive(l);

	if (ret > 0) {
		atmtcp_down(l, ret);
		return;
	}
	if (cldn_atmtcp_transmit(l) || ret)
		cldn_atmtcp_kick(l);
}

/* A connection that is being made. */
static void atmtcp_try(struct cldn_atmtcp *l)
{
	int ret = atmtcp_connected(l);

	if (!ret)
		atmtcp_come(l);
	else if (ret != -EINPROGRESS)
		atmtcp_down(l, CAUSE_DESTINATION_OUT_OF_ORDER);
}

/* The end of one connection is seen before the next one is looked at. */
static void atmtcp_work(struct work_struct *work)
{
	struct cldn_atmtcp *l = container_of(to_delayed_work(work), struct cldn_atmtcp, work);

	if (l->connected)
		atmtcp_move(l);
	if (l->connected && time_after_eq(jiffies, l->until))
		cldn_atmtcp_heard(l);
	if (l->listener)
		atmtcp_accept(l);
	else if (!l->sock && time_after_eq(jiffies, l->until))
		atmtcp_connect(l);
	if (l->sock && !l->connected)
		atmtcp_try(l);
	if (!l->up && (l->sock || !l->listener))
		atmtcp_later(l, atmtcp_left(l));
}

/* ---- start and stop ---- */

static int atmtcp_start(struct cldn_link *link, const struct cldn_cells_up *up, void *ctx)
{
	struct cldn_atmtcp *l = link->priv;
	int ret = l->listens ? atmtcp_listen(l) : 0;

	if (ret) {
		atmtcp_unlisten(l);
		return ret;
	}
	l->medium.up_ops = up;
	l->medium.up_ctx = ctx;
	l->until = jiffies;
	l->wait = ATMTCP_WAIT_LEAST;
	scoped_guard(spinlock_irqsave, &l->lock)
		l->started = true;
	cldn_atmtcp_kick(l);
	return 0;
}

/* True when the work was running, and does no more. */
static bool atmtcp_halt(struct cldn_atmtcp *l)
{
	bool started;

	scoped_guard(spinlock_irqsave, &l->lock) {
		started = l->started;
		l->started = false;
	}
	cancel_delayed_work_sync(&l->work);
	return started;
}

static bool atmtcp_fin_confirmed(struct sock *sk)
{
	bool confirmed;

	lock_sock(sk);
	confirmed = sk->sk_state == TCP_FIN_WAIT2 || sk->sk_state == TCP_CLOSE;
	release_sock(sk);
	return confirmed;
}

/* The last words, and an orderly end when the peer confirms them in time. */
static void atmtcp_farewell(struct cldn_atmtcp *l)
{
	unsigned int look;

	cldn_atmtcp_transmit(l);
	kernel_sock_shutdown(l->sock, SHUT_WR);
	for (look = 0; look < FIN_LOOKS && !atmtcp_fin_confirmed(l->sock->sk); look++)
		msleep(FIN_LOOK_MS);
	if (look == FIN_LOOKS)
		return;
	cldn_sock_detach(l->sock->sk, &l->own);
	sock_release(l->sock);
	l->sock = NULL;
	atmtcp_set(l, false, false);
	cldn_atmtcp_forget(l);
}

/* After the grace period nobody is in send() any more, and nobody comes. */
static void atmtcp_stop(struct cldn_link *link)
{
	struct cldn_atmtcp *l = link->priv;

	guard(mutex)(&atmtcp_mutex);
	atmtcp_halt(l);
	atmtcp_unlisten(l);
	if (l->connected)
		atmtcp_farewell(l);
	atmtcp_release(l);
	synchronize_rcu();
	cldn_atmtcp_forget(l);
}

/* A namespace ends: nothing of it may be left. */
static void __net_exit atmtcp_net_exit(struct net *net)
{
	struct cldn_atmtcp *l;

	guard(mutex)(&atmtcp_mutex);
	list_for_each_entry(l, &atmtcp_links, node) {
		bool started;

		if (l->net != net)
			continue;
		WRITE_ONCE(l->gone, true);
		started = atmtcp_halt(l);
		atmtcp_unlisten(l);
		atmtcp_release(l);
		if (started)
			l->medium.up_ops->changed(l->medium.up_ctx, true,
						  CAUSE_NETWORK_OUT_OF_ORDER);
	}
}

static struct pernet_operations atmtcp_net_ops = {
	.exit = atmtcp_net_exit,
};

static const struct cldn_cells_ops atmtcp_cells_ops = {
	.start = atmtcp_start,
	.stop = atmtcp_stop,
	.info = atmtcp_info,
	.open = cldn_atmtcp_open,
	.shut = cldn_atmtcp_shut,
	.put = cldn_channel_put,
	.send = cldn_atmtcp_send,
	.writable = cldn_atmtcp_writable,
	.in_flight = cldn_channel_in_flight,
	.flush = cldn_atmtcp_flush,
	.stats = atmtcp_stats,
};

/* ---- bind ---- */

enum atmtcp_token {
	ATMTCP_HOST,
	ATMTCP_PORT_NUMBER,
	ATMTCP_LISTEN,
	ATMTCP_PEER,
	ATMTCP_OTHER,
};

/* What is none of these is a word of all media, or of the class. */
static const match_table_t atmtcp_args = {
	{ ATMTCP_HOST, "host=%s" },	{ ATMTCP_PORT_NUMBER, "port=%s" },
	{ ATMTCP_LISTEN, "listen=%s" }, { ATMTCP_PEER, "peer=%s" },
	{ ATMTCP_OTHER, NULL },
};

static const char *const atmtcp_words[] = {
	"host", "port", "listen", "peer", CLDN_MEDIUM_WORDS, NULL,
};

/* What bind was asked for; the words lie in a copy of the arguments. */
struct atmtcp_wish {
	struct cldn_atmtcp *l;
	const char *host;
	const char *port;
};

static const char *atmtcp_parse_arg(void *ctx, char *arg)
{
	struct atmtcp_wish *wish = ctx;
	struct cldn_atmtcp *l = wish->l;
	substring_t args[MAX_OPT_ARGS];

	switch (match_token(arg, atmtcp_args, args)) {
	case ATMTCP_HOST:
		wish->host = args[0].from;
		return NULL;
	case ATMTCP_LISTEN:
		l->listens = true;
		fallthrough;
	case ATMTCP_PORT_NUMBER:
		wish->port = args[0].from;
		if (kstrtou16(args[0].from, 10, &l->port) || !l->port)
			return "a port from 1 to 65535";
		return NULL;
	case ATMTCP_PEER:
		if (!cldn_medium_nsap(args[0].from, l->peer_nsap))
			return "the other end's ATM address, of 40 hexadecimal digits";
		return NULL;
	default:
		return cldn_medium_arg(&l->medium.args, arg);
	}
}

static int atmtcp_address(struct cldn_atmtcp *l, const struct atmtcp_wish *wish, char *text,
			  size_t len)
{
	if (!wish->host && l->listens)
		return 0;
	if (!wish->host) {
		strscpy(text, "host=ADDRESS or listen=PORT is missing: where is the other end?",
			len);
		return -EINVAL;
	}
	if (inet_pton_with_scope(l->net, AF_UNSPEC, wish->host, wish->port, &l->addr) ||
	    !cldn_sock_is_host(&l->addr)) {
		scnprintf(text, len, "host=%s: wanted is the IPv4 or IPv6 address of one host",
			  wish->host);
		return -EINVAL;
	}
	return 0;
}

/*
 * Without nsap= an address of the private kind: 49, zeros, 1 for the network or 2 for the user,
 * selector 0. An other end that was not named either has the other one.
 */
static void atmtcp_identify(struct cldn_atmtcp *l)
{
	u8 *nsap = l->medium.args.nsap, *peer = l->peer_nsap;
	bool network = atmtcp_is_network(l);

	if (nsap[0])
		return;
	nsap[0] = 0x49;
	nsap[CLDN_NSAP_LEN - 2] = network ? 1 : 2;
	if (peer[0])
		return;
	peer[0] = 0x49;
	peer[CLDN_NSAP_LEN - 2] = network ? 2 : 1;
}

static int atmtcp_parse(struct cldn_atmtcp *l, char *args, char *text, size_t len)
{
	struct atmtcp_wish wish = { .l = l, .port = ATMTCP_PORT };
	int ret = cldn_medium_parse(args, atmtcp_parse_arg, &wish, text, len);

	if (ret)
		return ret;
	atmtcp_identify(l);
	return atmtcp_address(l, &wish, text, len);
}

/* Has IPv6 loaded where it is a module, so that nothing later has to; a kernel may lack it. */
static int atmtcp_check(const struct cldn_atmtcp *l, char *text, size_t len)
{
	int family = l->addr.ss_family ?: AF_INET6;
	struct socket *sock;
	int ret;

	if (!ns_capable(l->net->user_ns, CAP_NET_ADMIN)) {
		strscpy(text, "to bind here takes CAP_NET_ADMIN over the network namespace", len);
		return -EPERM;
	}
	ret = sock_create_kern(l->net, family, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (!ret)
		sock_release(sock);
	else if (!l->addr.ss_family)
		ret = 0;
	else if (ret == -EAFNOSUPPORT)
		scnprintf(text, len, "this kernel does not know addresses like %pISc", &l->addr);
	return ret;
}

static struct cldn_atmtcp *atmtcp_alloc(void)
{
	struct cldn_atmtcp *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->rx_buf = kmalloc(ATMTCP_RX_SIZE, GFP_KERNEL_ACCOUNT);
	if (!l->rx_buf) {
		kfree(l);
		return NULL;
	}
	cldn_medium_init(&l->medium);
	cldn_atmtcp_rx_init(&l->rx);
	l->net = current->nsproxy->net_ns;
	l->port = CLDN_ATMTCP_PORT;
	spin_lock_init(&l->lock);
	INIT_LIST_HEAD(&l->byes);
	INIT_DELAYED_WORK(&l->work, atmtcp_work);
	skb_queue_head_init(&l->unacked);
	skb_queue_head_init(&l->txq[0]);
	skb_queue_head_init(&l->txq[1]);
	init_waitqueue_head(&l->quiet);
	return l;
}

static void atmtcp_free(struct cldn_atmtcp *l)
{
	if (!l)
		return;
	cldn_medium_exit(&l->medium);
	kfree(l->rx_buf);
	kfree(l);
}

static void atmtcp_name(struct cldn_atmtcp *l, struct cldn_link *link)
{
	if (l->listens)
		scnprintf(l->backend, sizeof(l->backend), "atmtcp:listen:%u", l->port);
	else
		scnprintf(l->backend, sizeof(l->backend), "atmtcp:%pISpc", &l->addr);
	strscpy(link->backend, l->backend, sizeof(link->backend));
}

static int atmtcp_probe(struct cldn_link *link, const struct cldn_link_config *cfg, char *text,
			size_t len)
{
	struct cldn_atmtcp *l;
	char *args;
	int ret = -ENOMEM;

	if (link->priv) {
		strscpy(text, "a connection is changed by unbind and bind", len);
		return -EOPNOTSUPP;
	}
	args = kstrdup(cfg->args ?: "", GFP_KERNEL);
	l = atmtcp_alloc();
	if (!l || !args)
		goto out;
	ret = atmtcp_parse(l, args, text, len) ?: atmtcp_check(l, text, len);
	if (ret)
		goto out;
	atmtcp_name(l, link);
	scoped_guard(mutex, &atmtcp_mutex)
		list_add_tail(&l->node, &atmtcp_links);
	link->priv = l;
	link->dev = 0;
	l = NULL;
out:
	kfree(args);
	atmtcp_free(l);
	return ret;
}

static void atmtcp_remove(struct cldn_link *link)
{
	struct cldn_atmtcp *l = link->priv;

	link->priv = NULL;
	scoped_guard(mutex, &atmtcp_mutex)
		list_del(&l->node);
	atmtcp_free(l);
}

static struct cldn_link_driver atmtcp_driver = {
	.size = sizeof(struct cldn_link_driver),
	.name = "atmtcp",
	.owner = THIS_MODULE,
	.words = atmtcp_words,
	.cells = &atmtcp_cells_ops,
	.probe = atmtcp_probe,
	.remove = atmtcp_remove,
};

int cldn_atmtcp_register(void)
{
	int ret = cldn_channels_init(&cldn_atmtcp_proto);

	if (ret)
		return ret;
	ret = -ENOMEM;
	atmtcp_wq =
		alloc_workqueue("cleardown_atmtcp", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
	if (!atmtcp_wq)
		goto no_queue;
	ret = register_pernet_subsys(&atmtcp_net_ops);
	if (ret)
		goto destroy;
	ret = cldn_link_register(&atmtcp_driver);
	if (!ret)
		return 0;
	unregister_pernet_subsys(&atmtcp_net_ops);
destroy:
	destroy_workqueue(atmtcp_wq);
no_queue:
	cldn_channels_exit(&cldn_atmtcp_proto);
	return ret;
}

void cldn_atmtcp_unregister(void)
{
	cldn_link_unregister(&atmtcp_driver);
	unregister_pernet_subsys(&atmtcp_net_ops);
	destroy_workqueue(atmtcp_wq);
	cldn_channels_exit(&cldn_atmtcp_proto);
}
