// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TCP link: raw printing, a connection to port 9100 of a printer for each document.
 *
 * States of a link and who may run in them:
 *
 *   bound       probe has parsed the address; there is no socket
 *   connecting  open() has sent the SYN: the callbacks below may run at any time, and so may the
 *               work that has the class look when the time is over
 *   connected   the first look at it that was neither SYN_SENT nor CLOSE; l->end is valid from here
 *   finished    finish() has queued our FIN; the printer may go on talking
 *   failed      l->error is set: refused, reset, timed out. No GONE: the printer is no hardware
 *               that was pulled, and the next document may reach it. write() and ready() tell the
 *               errno; the callbacks raise ROOM, so that the class asks
 *   cut         flush() has reset the connection; the counts are those of that moment
 *   shut        after shut(): the socket has its own callbacks back, the work is over
 *
 * Callbacks run as sock.h says, raise events and do nothing else; after shut() none is inside, and
 * none comes. All other members belong to the worker.
 * Order of locks: socket lock > sk_callback_lock > what cldn_link_event() takes.
 *
 * Where the bytes are. TCP counts them in sequence numbers, which a reset by the printer or a
 * time-out leaves as they were (tcp_done() purges the queues only), so what is known then is known
 * exactly: before snd_una the printer's TCP has them; from there to snd_nxt they left and nobody
 * said that they came, which is the doubt; from there to l->end, the end of what write() took, they
 * never left. The FIN comes after l->end and counts as nothing. Only tcp_disconnect() begins a new
 * count, hence the frozen one of a link that is cut.
 *
 * What has left TCP for the queue of a network device is out of reach, also of the RST behind it;
 * it is in doubt, never discarded.
 *
 * Nothing here waits: the socket allocates what is written with GFP_NOWAIT, and where there is no
 * memory write() takes nothing and ROOM follows. What the layers below allocate at the end, and
 * what its failure costs:
 *   tcp_send_fin()           the FIN (atomic): sent() never becomes true, the deadline decides
 *   tcp_send_active_reset()  the RST (6.1: GFP_KERNEL, later atomic): the printer learns only when
 *                            it sends the next time; nothing of ours leaves all the same
 *
 * A printer that died while data is in flight is noticed when TCP gives up (net.ipv4.tcp_retries2,
 * about 15 minutes), or by the deadlines of the class, which are shorter. TCP_USER_TIMEOUT is not
 * set: it also ends a connection whose printer is out of paper and says so with a closed window.
 */
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/parser.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <cleardown/link.h>
#include "net.h"
#include "sock.h"

#define TCP_PORT "9100"
#define CONNECT_MS 5000
#define CONNECT_MS_MAX 60000
#define DRAIN_TRIES 8 /* reads of all there is, against a printer that never stops talking */

/**
 * struct cldn_tcp - a bound printer
 * @link: what the core knows of it
 * @addr: where it listens
 * @connect_ms: longest time that a connection may take to come up
 * @sock: from open to close
 * @own: the socket's own callbacks, while ours are in their place
 * @limit: raises ROOM at @until
 * @until: jiffies at which a connection that is not up counts as failed
 * @connected: it was up
 * @finished: our FIN is queued or sent
 * @fin_acked: the printer has confirmed it, and so all before it
 * @cut: the connection was reset by us, the counts are frozen
 * @error: why the connection is of no more use, or 0
 * @end: sequence number after the last byte that write took
 * @unsent: bytes that have not left, as of the last look
 * @unacked: bytes that left and are not confirmed, as of the last look
 */
struct cldn_tcp {
	struct cldn_link *link;
	struct sockaddr_storage addr;
	u32 connect_ms;

	struct socket *sock;
	struct cldn_sock_calls own;
	struct delayed_work limit;
	unsigned long until;
	bool connected;
	bool finished;
	bool fin_acked;
	bool cut;
	int error;
	u32 end;
	u32 unsent;
	u32 unacked;
};

/* ---- callbacks of the socket ---- */

static void cldn_tcp_report(struct sock *sk, u32 events)
{
	struct cldn_tcp *l;

	read_lock_bh(&sk->sk_callback_lock);
	l = cldn_sock_user(sk);
	if (l)
		cldn_link_event(l->link, events);
	read_unlock_bh(&sk->sk_callback_lock);
}

/* Connected, closed by the printer, our FIN confirmed, or over. */
static void cldn_tcp_state_change(struct sock *sk)
{
	cldn_tcp_report(sk, CLDN_LINK_RX | CLDN_LINK_ROOM);
}

static void cldn_tcp_data_ready(struct sock *sk)
{
	cldn_tcp_report(sk, CLDN_LINK_RX);
}

static void cldn_tcp_write_space(struct sock *sk)
{
	cldn_sock_acked(sk);
	cldn_tcp_report(sk, CLDN_LINK_ROOM);
}

static void cldn_tcp_error_report(struct sock *sk)
{
	cldn_tcp_report(sk, CLDN_LINK_ROOM);
}

static const struct cldn_sock_calls tcp_calls = {
	.state_change = cldn_tcp_state_change,
	.data_ready = cldn_tcp_data_ready,
	.write_space = cldn_tcp_write_space,
	.error_report = cldn_tcp_error_report,
};

static void cldn_tcp_limit(struct work_struct *work)
{
	struct cldn_tcp *l = container_of(to_delayed_work(work), struct cldn_tcp, limit);

	cldn_link_event(l->link, CLDN_LINK_ROOM);
}

/* ---- bind ---- */

enum tcp_token {
	TCP_HOST,
	TCP_PORT_NUMBER,
	TCP_CONNECT_MS,
	TCP_OTHER,
};

/* %s and not %u: what is no number is an error, not a key of the class. */
static const match_table_t tcp_args = {
	{ TCP_HOST, "host=%s" },
	{ TCP_PORT_NUMBER, "port=%s" },
	{ TCP_CONNECT_MS, "connect_ms=%s" },
	{ TCP_OTHER, NULL },
};

static const char *const tcp_words[] = { "host", "port", "connect_ms", NULL };

/* What bind was asked for; the words lie in a copy of the arguments. */
struct tcp_wish {
	const char *host;
	const char *port;
	u32 connect_ms;
};

static int cldn_tcp_parse_arg(struct tcp_wish *wish, char *arg, char *text, size_t len)
{
	substring_t args[MAX_OPT_ARGS];

	switch (match_token(arg, tcp_args, args)) {
	case TCP_HOST:
		wish->host = args[0].from;
		return 0;
	case TCP_PORT_NUMBER:
		wish->port = args[0].from;
		return 0;
	case TCP_CONNECT_MS:
		if (!kstrtou32(args[0].from, 10, &wish->connect_ms) && wish->connect_ms &&
		    wish->connect_ms <= CONNECT_MS_MAX)
			return 0;
		scnprintf(text, len, "%s: wanted are 1 to %u milliseconds", arg, CONNECT_MS_MAX);
		return -EINVAL;
	}
	return 0;
}

/* An address of one machine, and all that is needed to reach it. */
static bool cldn_tcp_is_unicast(const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)addr;

	return cldn_sock_is_host(addr) &&
	       (addr->ss_family == AF_INET ||
		!(ipv6_addr_type(&six->sin6_addr) & IPV6_ADDR_LINKLOCAL));
}

static int cldn_tcp_address(struct cldn_tcp *l, const struct tcp_wish *wish, char *text, size_t len)
{
	u16 port;

	if (kstrtou16(wish->port, 10, &port) || !port) {
		scnprintf(text, len, "port=%s: a port is a number from 1 to 65535", wish->port);
		return -EINVAL;
	}
	if (inet_pton_with_scope(&init_net, AF_UNSPEC, wish->host, wish->port, &l->addr)) {
		scnprintf(text, len, "host=%s: wanted is an IPv4 or IPv6 address, no name",
			  wish->host);
		return -EINVAL;
	}
	if (!cldn_tcp_is_unicast(&l->addr)) {
		scnprintf(text, len, "host=%s is not the address of one printer", wish->host);
		return -EINVAL;
	}
	return 0;
}

/* What the arguments do not name stays as it is: REBIND has none. */
static int cldn_tcp_parse(struct cldn_tcp *l, char *args, char *text, size_t len)
{
	struct tcp_wish wish = { .port = TCP_PORT, .connect_ms = l->connect_ms };
	char *arg;
	int ret = 0;

	while (!ret && (arg = strsep(&args, " ")))
		ret = cldn_tcp_parse_arg(&wish, arg, text, len);
	if (ret)
		return ret;
	l->connect_ms = wish.connect_ms;
	if (wish.host)
		return cldn_tcp_address(l, &wish, text, len);
	if (l->addr.ss_family)
		return 0;
	strscpy(text, "host=ADDRESS is missing: which printer?", len);
	return -EINVAL;
}

static int cldn_tcp_socket(const struct cldn_tcp *l, struct socket **sock)
{
	return sock_create_kern(&init_net, l->addr.ss_family, SOCK_STREAM, IPPROTO_TCP, sock);
}

/* Has IPv6 loaded where it is a module, so that no open has to; a kernel may lack it. */
static int cldn_tcp_try(const struct cldn_tcp *l, char *text, size_t len)
{
	struct socket *sock;
	int ret = cldn_tcp_socket(l, &sock);

	if (!ret)
		sock_release(sock);
	else if (ret == -EAFNOSUPPORT)
		scnprintf(text, len, "this kernel does not know addresses like %pISc", &l->addr);
	return ret;
}

static int cldn_tcp_probe(struct cldn_link *link, const struct cldn_link_config *cfg, char *text,
			  size_t len)
{
	const struct cldn_tcp *old = link->priv;
	char *args = kstrdup(cfg->args ?: "", GFP_KERNEL);
	struct cldn_tcp *l = kzalloc(sizeof(*l), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!l || !args)
		goto out;
	l->connect_ms = old ? old->connect_ms : CONNECT_MS;
	if (old)
		l->addr = old->addr;
	ret = cldn_tcp_parse(l, args, text, len) ?: cldn_tcp_try(l, text, len);
	if (ret)
		goto out;
	l->link = link;
	INIT_DELAYED_WORK(&l->limit, cldn_tcp_limit);
	link->priv = l;
	link->dev = 0;
	scnprintf(link->backend, sizeof(link->backend), "tcp:%pISpc", &l->addr);
	l = NULL;
out:
	kfree(args);
	kfree(l);
	return ret;
}

static void cldn_tcp_remove(struct cldn_link *link)
{
	kfree(link->priv);
	link->priv = NULL;
}

/* ---- the connection as TCP sees it ---- */

/* A connection that failed says why once; SYN_SENT fails by itself when its time is over. */
static void cldn_tcp_look_state(struct cldn_tcp *l, const struct sock *sk)
{
	int error = -READ_ONCE(sk->sk_err);

	switch (sk->sk_state) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
		if (!error && time_after_eq(jiffies, l->until))
			error = -(READ_ONCE(sk->sk_err_soft) ?: ETIMEDOUT);
		break;
	case TCP_CLOSE:
		if (!error && !l->connected)
			error = -ECONNABORTED;
		break;
	default:
		if (l->connected)
			break;
		l->connected = true;
		l->end = tcp_sk(sk)->write_seq;
		cancel_delayed_work(&l->limit);
	}
	if (!l->error)
		l->error = error;
}

/* Caller holds the socket's lock. */
static void cldn_tcp_look_locked(struct cldn_tcp *l)
{
	struct sock *sk = l->sock->sk;
	const struct tcp_sock *tp = tcp_sk(sk);

	if (l->cut)
		return;
	cldn_tcp_look_state(l, sk);
	if (!l->connected)
		return;
	l->unsent = before(tp->snd_nxt, l->end) ? l->end - tp->snd_nxt : 0;
	l->unacked = before(tp->snd_una, l->end) ? l->end - tp->snd_una - l->unsent : 0;
	l->fin_acked = l->finished && after(tp->snd_una, l->end);
	/* Under the lock: an ACK that came meanwhile is processed, and reported, after it. */
	if (l->unsent || l->unacked)
		set_bit(SOCK_NOSPACE, &l->sock->flags);
}

static void cldn_tcp_look(struct cldn_tcp *l)
{
	lock_sock(l->sock->sk);
	cldn_tcp_look_locked(l);
	release_sock(l->sock->sk);
}

/* ---- taking the printer and giving it back; worker ---- */

static void cldn_tcp_begin(struct cldn_tcp *l)
{
	l->until = jiffies + msecs_to_jiffies(l->connect_ms);
	l->connected = false;
	l->finished = false;
	l->fin_acked = false;
	l->cut = false;
	l->error = 0;
	l->unsent = 0;
	l->unacked = 0;
}

static void cldn_tcp_release(struct cldn_tcp *l)
{
	sock_release(l->sock);
	l->sock = NULL;
}

static int cldn_tcp_open(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;
	int ret = cldn_tcp_socket(l, &l->sock);

	if (ret)
		return ret;
	cldn_tcp_begin(l);
	/* A close may be waiting for the worker. */
	cldn_sock_options(l->sock->sk);
	cldn_sock_attach(l->sock->sk, l, &tcp_calls, &l->own);
	ret = kernel_connect(l->sock, (struct sockaddr *)&l->addr, sizeof(l->addr), O_NONBLOCK);
	if (ret && ret != -EINPROGRESS) {
		cldn_sock_detach(l->sock->sk, &l->own);
		cldn_tcp_release(l);
		return ret;
	}
	link->in_doubt_max = 0;
	link->reads = true;
	schedule_delayed_work(&l->limit, msecs_to_jiffies(l->connect_ms));
	return 0;
}

/* Also tells a class that drains why it will never be done. */
static int cldn_tcp_ready(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;

	cldn_tcp_look(l);
	if (l->error)
		return l->error;
	return l->connected ? 0 : -EINPROGRESS;
}

static void cldn_tcp_shut(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;

	cldn_sock_detach(l->sock->sk, &l->own);
	cancel_delayed_work_sync(&l->limit);
}

static bool cldn_tcp_sent(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;

	cldn_tcp_look(l);
	return !l->unsent && !l->unacked && (!l->finished || l->fin_acked);
}

/*
 * What the printer said and nobody read. With any of it left a release sends an RST and not
 * nothing, and an RST makes some printers forget what they have not yet printed. What arrives later
 * gets one from TCP all the same: only a printer that stops talking can be left in peace.
 */
static void cldn_tcp_drain(struct cldn_tcp *l)
{
	struct kvec nowhere = { .iov_len = INT_MAX }; /* TCP copies nothing with MSG_TRUNC */
	unsigned int tries;

	for (tries = 0; tries < DRAIN_TRIES; tries++) {
		struct msghdr msg = {};

		if (kernel_recvmsg(l->sock, &msg, &nowhere, 1, nowhere.iov_len,
				   MSG_DONTWAIT | MSG_TRUNC) <= 0)
			break;
	}
}

/*
 * Nothing may leave after this. When our FIN is confirmed nothing will, and the printer may finish
 * in peace; TCP waits a minute for its FIN without us. In all other cases the connection is reset,
 * or TCP would go on to deliver for minutes.
 */
static void cldn_tcp_close(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;

	if (l->finished && cldn_tcp_sent(link))
		cldn_tcp_drain(l);
	else
		sock_no_linger(l->sock->sk);
	cldn_tcp_release(l);
}

/* ---- the worker's use of a connection ---- */

static ssize_t cldn_tcp_write(struct cldn_link *link, const u8 *buf, size_t len)
{
	struct cldn_tcp *l = link->priv;
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = (void *)buf, .iov_len = len };
	int ret = cldn_tcp_ready(link);

	if (ret)
		return ret == -EINPROGRESS ? 0 : ret;
	ret = kernel_sendmsg(l->sock, &msg, &vec, 1, len);
	/* TCP has set SOCK_NOSPACE, or, with nothing queued and no memory, asks us to try again. */
	if (ret == -EAGAIN)
		return 0;
	if (ret < 0)
		l->error = ret;
	else
		l->end += ret;
	return ret;
}

/* What came before a reset can still be read after it. */
static size_t cldn_tcp_read(struct cldn_link *link, u8 *buf, size_t len)
{
	struct cldn_tcp *l = link->priv;
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {};
	int ret = kernel_recvmsg(l->sock, &msg, &vec, 1, len, MSG_DONTWAIT);

	if (ret >= 0)
		return ret;
	/* The socket tells an error once. */
	if (ret != -EAGAIN && !l->error)
		l->error = ret;
	return 0;
}

static size_t cldn_tcp_queued(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;

	cldn_tcp_look(l);
	link->in_doubt_max = l->unacked;
	return l->unsent;
}

/*
 * Under one lock, so that no byte leaves between the count and the reset. tcp_disconnect() purges
 * the queues and stops the timers in every state; it sends the RST wherever the printer may still
 * wait for us. A connection that holds nothing is left as it is.
 */
static size_t cldn_tcp_flush(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;
	struct sock *sk = l->sock->sk;
	size_t unsent;

	lock_sock(sk);
	cldn_tcp_look_locked(l);
	unsent = l->unsent;
	if (!l->cut && (l->unsent || l->unacked)) {
		if (sk->sk_state != TCP_CLOSE)
			sk->sk_prot->disconnect(sk, 0);
		l->cut = true;
		l->unsent = 0;
		l->error = l->error ?: -ECONNRESET;
	}
	release_sock(sk);
	link->in_doubt_max = l->unacked;
	return unsent;
}

/* A half-close: the printer sees the end of the document and may still answer. */
static void cldn_tcp_finish(struct cldn_link *link)
{
	struct cldn_tcp *l = link->priv;

	l->finished = true;
	kernel_sock_shutdown(l->sock, SHUT_WR);
}

static u32 cldn_tcp_get_lines(struct cldn_link *link)
{
	return 0;
}

static int cldn_tcp_set_lines(struct cldn_link *link, u32 set, u32 clear)
{
	return -EOPNOTSUPP;
}

static struct cldn_link_driver cldn_tcp_driver = {
	.size = sizeof(struct cldn_link_driver),
	.name = "tcp",
	.by_document = true,
	.owner = THIS_MODULE,
	.words = tcp_words,
	.probe = cldn_tcp_probe,
	.remove = cldn_tcp_remove,
	.open = cldn_tcp_open,
	.ready = cldn_tcp_ready,
	.shut = cldn_tcp_shut,
	.close = cldn_tcp_close,
	.write = cldn_tcp_write,
	.read = cldn_tcp_read,
	.queued = cldn_tcp_queued,
	.sent = cldn_tcp_sent,
	.flush = cldn_tcp_flush,
	.get_lines = cldn_tcp_get_lines,
	.set_lines = cldn_tcp_set_lines,
	.finish = cldn_tcp_finish,
};

int cldn_tcp_register(void)
{
	return cldn_link_register(&cldn_tcp_driver);
}

void cldn_tcp_unregister(void)
{
	cldn_link_unregister(&cldn_tcp_driver);
}
