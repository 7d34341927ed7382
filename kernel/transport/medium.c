// SPDX-License-Identifier: GPL-2.0-only
/* Channels and their accounting, and words of bind, for all link drivers of cells. See medium.h. */
#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/parser.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "aal5.h"
#include "medium.h"

/* The first one that has not a meaning of its own to every switch. */
#define MEDIUM_FIRST_VCI 5
/* Octets of memory, as skb->truesize, of a channel's frames. */
#define MEDIUM_TX_MAX (256 * 1024)

/* ---- the words of bind ---- */

enum medium_token {
	MEDIUM_NSAP,
	MEDIUM_ROLE,
	MEDIUM_SDU,
	MEDIUM_CLOSE_DATA,
	MEDIUM_OTHER,
};

static const match_table_t medium_args = {
	{ MEDIUM_NSAP, "nsap=%s" },   { MEDIUM_ROLE, "role=%s" },
	{ MEDIUM_SDU, "max_sdu=%s" }, { MEDIUM_CLOSE_DATA, "close_data=%s" },
	{ MEDIUM_OTHER, NULL },
};

bool cldn_medium_number(const char *from, u32 low, u32 high, u32 *value)
{
	return !kstrtou32(from, 10, value) && *value >= low && *value <= high;
}

bool cldn_medium_nsap(const char *from, u8 *nsap)
{
	return strlen(from) == 2 * CLDN_NSAP_LEN && !hex2bin(nsap, from, CLDN_NSAP_LEN) && nsap[0];
}

static bool medium_role(const char *from, u8 *role)
{
	static const char *const names[] = {
		[CLDN_ROLE_AUTO] = "auto",
		[CLDN_ROLE_USER] = "user",
		[CLDN_ROLE_NETWORK] = "network",
	};
	int found = match_string(names, ARRAY_SIZE(names), from);

	if (found >= 0)
		*role = found;
	return found >= 0;
}

/* Other words are the class's: in what it travels. */
static bool medium_close_data(const char *from, u16 *octets)
{
	u32 value = 0;

	if (strcmp(from, "none") && isalpha(*from))
		return true;
	if (strcmp(from, "none") && !cldn_medium_number(from, 1, CLDN_HELLO_CLOSE_DATA_MAX, &value))
		return false;
	*octets = value;
	return true;
}

const char *cldn_medium_arg(struct cldn_medium_args *a, char *arg)
{
	substring_t args[MAX_OPT_ARGS];

	switch (match_token(arg, medium_args, args)) {
	case MEDIUM_NSAP:
		if (!cldn_medium_nsap(args[0].from, a->nsap))
			return "an ATM address of 40 hexadecimal digits";
		break;
	case MEDIUM_ROLE:
		if (!medium_role(args[0].from, &a->role))
			return "auto, user or network";
		break;
	case MEDIUM_SDU:
		if (!cldn_medium_number(args[0].from, 1, CLDN_AAL5_SDU_MAX, &a->max_sdu))
			return "1 to 65535 octets";
		break;
	case MEDIUM_CLOSE_DATA:
		if (!medium_close_data(args[0].from, &a->close_data))
			return "none, or 1 to 128 octets";
		break;
	}
	return NULL;
}

int cldn_medium_parse(char *args, const char *(*word)(void *ctx, char *arg), void *ctx, char *text,
		      size_t len)
{
	const char *wanted;
	char *arg;

	while ((arg = strsep(&args, " "))) {
		wanted = word(ctx, arg);
		if (wanted) {
			scnprintf(text, len, "%s: wanted is %s", arg, wanted);
			return -EINVAL;
		}
	}
	return 0;
}

/* ---- the link ---- */

void cldn_medium_init(struct cldn_medium *m)
{
	m->args.close_data = CLDN_HELLO_CLOSE_DATA_MAX;
	m->args.max_sdu = CLDN_MEDIUM_MAX_SDU;
	xa_init_flags(&m->channels, XA_FLAGS_LOCK_IRQ);
}

void cldn_medium_exit(struct cldn_medium *m)
{
	xa_destroy(&m->channels);
}

void cldn_medium_stats(struct cldn_medium *m, u64 *counts)
{
	size_t i;

	for (i = 0; i < CLDN_CELLS_COUNTS; i++)
		counts[i] = atomic64_read(&m->counts[i]);
}

/* ---- accounting ---- */

/* Any context. One octet of the last frame is still counted while this runs for it. */
static void channel_write_space(struct sock *sk)
{
	struct cldn_channel *ch = container_of(sk, struct cldn_channel, sk);

	smp_mb__after_atomic(); /* counted off before @flags is read; pairs with has_room() */
	if (sk_wmem_alloc_get(sk) > sk->sk_sndbuf / 2 ||
	    !test_and_clear_bit(CHANNEL_WANTS_ROOM, &ch->flags))
		return;
	rcu_read_lock();
	if (!READ_ONCE(ch->shut))
		ch->medium->up_ops->room(ch->ctx);
	rcu_read_unlock();
}

/* Whoever had the frame is done with it. */
static void channel_destruct(struct sk_buff *skb)
{
	struct cldn_channel *ch = cldn_channel_of(skb);

	atomic_sub((uintptr_t)skb_shinfo(skb)->destructor_arg, &ch->in_flight);
	sock_wfree(skb);
}

static bool channel_may_take(const struct cldn_channel *ch, u32 need)
{
	int used = sk_wmem_alloc_get(&ch->sk);

	return used <= 1 || used + need <= ch->sk.sk_sndbuf;
}

bool cldn_channel_has_room(struct cldn_channel *ch, u32 need)
{
	if (channel_may_take(ch, need))
		return true;
	set_bit(CHANNEL_WANTS_ROOM, &ch->flags);
	smp_mb__after_atomic(); /* set before the count is read; pairs with write_space() */
	return channel_may_take(ch, need);
}

void cldn_channel_own(struct cldn_channel *ch, struct sk_buff *skb, u32 octets)
{
	skb_set_owner_w(skb, &ch->sk);
	skb_shinfo(skb)->destructor_arg = (void *)(uintptr_t)octets;
	skb->destructor = channel_destruct;
	atomic_add(octets, &ch->in_flight);
}

void cldn_channel_lose(struct sk_buff *skb)
{
	skb_shinfo(skb)->destructor_arg = NULL;
	kfree_skb(skb);
}

size_t cldn_channel_in_flight(struct cldn_channel *ch)
{
	return atomic_read(&ch->in_flight);
}

/* ---- life ---- */

int cldn_channels_init(struct proto *proto)
{
	proto->slab = kmem_cache_create(proto->name, proto->obj_size, 0, SLAB_ACCOUNT, NULL);
	return proto->slab ? 0 : -ENOMEM;
}

/* Each sock holds the module until it is freed. */
void cldn_channels_exit(struct proto *proto)
{
	kmem_cache_destroy(proto->slab);
}

struct cldn_channel *cldn_channel_alloc(struct cldn_medium *m, struct proto *proto, u16 vpi,
					u16 vci, u32 max_sdu)
{
	struct cldn_channel *ch;
	struct sock *sk;

	if (vpi > CLDN_VPI_MAX || vci < MEDIUM_FIRST_VCI || !max_sdu || max_sdu > CLDN_AAL5_SDU_MAX)
		return ERR_PTR(-EINVAL);
	sk = sk_alloc(&init_net, PF_UNSPEC, GFP_KERNEL, proto, 1);
	if (!sk)
		return ERR_PTR(-ENOMEM);
	sock_init_data(NULL, sk);
	sock_set_flag(sk, SOCK_RCU_FREE);
	sk->sk_write_space = channel_write_space;
	sk->sk_sndbuf = MEDIUM_TX_MAX;
	sk_tx_queue_set(sk, 0);
	ch = container_of(sk, struct cldn_channel, sk);
	ch->medium = m;
	ch->vpi = vpi;
	ch->vci = vci;
	ch->max_sdu = max_sdu;
	return ch;
}

struct cldn_channel *cldn_channel_open(struct cldn_channel *ch, void *chan_ctx)
{
	int ret;

	ch->ctx = chan_ctx;
	ret = xa_insert_irq(&ch->medium->channels, cldn_channel_key(ch->vpi, ch->vci), ch,
			    GFP_KERNEL);
	if (!ret)
		return ch;
	sock_put(&ch->sk);
	return ERR_PTR(ret == -EBUSY ? -EEXIST : ret);
}

bool cldn_channel_shut(struct cldn_channel *ch)
{
	struct xarray *channels = &ch->medium->channels;
	unsigned long key = cldn_channel_key(ch->vpi, ch->vci);
	unsigned long flags;
	bool mark;

	WRITE_ONCE(ch->shut, true);
	xa_lock_irqsave(channels, flags);
	mark = xa_get_mark(channels, key, CLDN_CHANNEL_MARK);
	__xa_erase(channels, key);
	xa_unlock_irqrestore(channels, flags);
	return mark;
}

void cldn_channel_put(struct cldn_channel *ch)
{
	sock_put(&ch->sk);
}

struct cldn_channel *cldn_channel_find(struct cldn_medium *m, u16 vpi, u16 vci)
{
	struct cldn_channel *ch = xa_load(&m->channels, cldn_channel_key(vpi, vci));

	return ch && !READ_ONCE(ch->shut) ? ch : NULL;
}

void cldn_channel_received(struct cldn_channel *ch, struct sk_buff *skb)
{
	if (READ_ONCE(ch->shut)) {
		kfree_skb(skb);
		return;
	}
	cldn_medium_count(ch->medium, CLDN_CELLS_SDUS_IN);
	ch->medium->up_ops->received(ch->ctx, skb);
}
