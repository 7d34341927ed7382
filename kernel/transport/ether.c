// SPDX-License-Identifier: GPL-2.0-only
/* A link: its state, its peer, what happens to its interface, bind. See ether.h. */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/parser.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include "ether.h"
#include "net.h"

#define ETHER_LABEL 100
#define ETHER_MTU_MIN (CLDN_LABEL_SIZE + 2 * CLDN_CELL_SIZE) /* of a hello */

/* jiffies */
#define ETHER_HELLO_WANTED HZ /* between hellos while no peer is known */
#define ETHER_HELLO_KNOWN (10 * HZ) /* and to a found one */
#define ETHER_SILENCE (25 * HZ) /* after which a found peer is forgotten */

const u8 cldn_ether_group[ETH_ALEN] __aligned(2) = { 0x03, 0x43, 0x4c, 0x44, 0x4e, 0x00 };

static LIST_HEAD(ether_links); /* under rtnl */

/* ---- the state ---- */

/* Whether frames move at all. Without rtnl the answer may be old; a notification follows then. */
static bool ether_dev_usable(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev) &&
	       !rcu_access_pointer(dev->rx_handler) && READ_ONCE(dev->mtu) >= ETHER_MTU_MIN;
}

/* What a named peer is taken for until it says something itself. */
static void ether_assume_locked(struct cldn_ether *l, const u8 *mac)
{
	memset(&l->theirs, 0, sizeof(l->theirs));
	ether_addr_copy(l->theirs.mac, mac);
	l->theirs.capabilities = CLDN_HELLO_CAPABILITIES;
	l->theirs.close_data = CLDN_HELLO_CLOSE_DATA_MAX;
	l->theirs.label = l->label;
	l->match = cldn_hello_match(&l->ours, &l->theirs);
	atomic64_set(&l->peer, ether_addr_to_u64(mac));
}

static bool ether_is_side(enum cldn_hello_match match)
{
	return match == CLDN_MATCH_USER || match == CLDN_MATCH_NETWORK;
}

/* A found peer is not believed any more. */
static void ether_forget_locked(struct cldn_ether *l)
{
	if (!l->fixed)
		atomic64_set(&l->peer, 0);
}

static bool ether_agreed_locked(const struct cldn_ether *l)
{
	return atomic64_read(&l->peer) && ether_is_side(l->match);
}

/*
 * The state as it is now; tells the user when it is another one, or when @told is set. The device
 * is looked at under the lock, so that whoever looked last has the last word.
 */
static void ether_settle(struct cldn_ether *l, u8 cause, bool told)
{
	const struct cldn_cells_up *up_ops = NULL;
	const struct net_device *dev;
	unsigned long flags;
	bool usable, up, gone;

	rcu_read_lock();
	spin_lock_irqsave(&l->lock, flags);
	dev = rcu_dereference(l->dev);
	usable = dev && ether_dev_usable(dev);
	if (!usable)
		ether_forget_locked(l);
	up = usable && ether_agreed_locked(l);
	gone = l->gone;
	if (l->started && (told || up != l->up))
		up_ops = l->medium.up_ops;
	WRITE_ONCE(l->usable, usable);
	WRITE_ONCE(l->up, up);
	spin_unlock_irqrestore(&l->lock, flags);
	rcu_read_unlock();
	if (up_ops)
		up_ops->changed(l->medium.up_ctx, gone, up ? 0 : cause);
}

void cldn_ether_work_soon(struct cldn_ether *l, unsigned long delay)
{
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	if (l->started)
		mod_delayed_work(system_wq, &l->work, delay);
	spin_unlock_irqrestore(&l->lock, flags);
}

static void ether_info(struct cldn_link *link, struct cldn_cells_info *info)
{
	struct cldn_ether *l = link->priv;
	unsigned long flags;

	memset(info, 0, sizeof(*info));
	info->max_sdu = l->medium.args.max_sdu;
	spin_lock_irqsave(&l->lock, flags);
	memcpy(info->nsap, l->ours.nsap, CLDN_NSAP_LEN);
	info->close_data = l->ours.close_data;
	info->cells_per_s = l->rate;
	info->up = l->up;
	if (l->up) {
		info->side = l->match == CLDN_MATCH_NETWORK ? CLDN_SIDE_NETWORK : CLDN_SIDE_USER;
		info->multipoint = l->theirs.capabilities & CLDN_HELLO_MULTIPOINT;
		info->close_data = min_t(u32, info->close_data, l->theirs.close_data);
		memcpy(info->peer_nsap, l->theirs.nsap, CLDN_NSAP_LEN);
	}
	spin_unlock_irqrestore(&l->lock, flags);
}

/* ---- hellos; worker ---- */

/* To the group when @to is NULL. */
static void ether_hello_send(struct cldn_ether *l, const u8 *to)
{
	struct cldn_hello hello;

	spin_lock_irq(&l->lock);
	hello = l->ours;
	l->hello_at = jiffies;
	spin_unlock_irq(&l->lock);
	cldn_ether_greet(l, &hello, to ?: cldn_ether_group);
}

static void ether_warn(const struct cldn_ether *l, enum cldn_hello_match match, const u8 *mac)
{
	static const char *const why[] = {
		[CLDN_MATCH_BOTH_NETWORK] = "is the network as well: change role= at one end",
		[CLDN_MATCH_BOTH_USER] = "is no network either: change role= at one end",
		[CLDN_MATCH_LABEL] = "says that it has another label",
		[CLDN_MATCH_OURSELVES] = "is our own address: a loop, or a second host has it",
	};

	net_warn_ratelimited("cleardown: %s: the peer %pM %s\n", l->backend, mac, why[match]);
}

/* A hello that came. A host that is at odds with us does not become the peer. */
static bool ether_heard_locked(struct cldn_ether *l, enum cldn_hello_match *match)
{
	u64 from = ether_addr_to_u64(l->heard.mac), peer = atomic64_read(&l->peer);

	l->heard_new = false;
	if (!l->usable || (peer && peer != from))
		return false;
	*match = cldn_hello_match(&l->ours, &l->heard);
	if (!peer && !ether_is_side(*match))
		return false;
	l->match = *match;
	l->theirs = l->heard;
	l->heard_at = jiffies;
	atomic64_set(&l->peer, from);
	return true;
}

static void ether_heard(struct cldn_ether *l)
{
	enum cldn_hello_match match = CLDN_MATCH_USER;
	bool heard, news = false, answer = false;
	struct cldn_hello before;
	u8 mac[ETH_ALEN] __aligned(2);

	spin_lock_irq(&l->lock);
	before = l->theirs;
	heard = l->heard_new;
	ether_addr_copy(mac, l->heard.mac);
	if (heard && ether_heard_locked(l, &match)) {
		news = before.nonce != l->theirs.nonce;
		answer = l->heard_group && ether_is_side(match);
	}
	spin_unlock_irq(&l->lock);
	if (!ether_is_side(match))
		ether_warn(l, match, mac);
	if (answer)
		ether_hello_send(l, mac);
	if (heard)
		ether_settle(l, CAUSE_TEMPORARY_FAILURE, news);
}

/* A found peer that has said nothing for a while. */
static void ether_silence(struct cldn_ether *l)
{
	bool silent;

	spin_lock_irq(&l->lock);
	silent = !l->fixed && atomic64_read(&l->peer) &&
		 time_after(jiffies, l->heard_at + ETHER_SILENCE);
	if (silent)
		ether_forget_locked(l);
	spin_unlock_irq(&l->lock);
	if (silent)
		ether_settle(l, CAUSE_DESTINATION_OUT_OF_ORDER, false);
}

/* Sends the hello that is due; returns when the next one is, in jiffies from now, 0 = never. */
static unsigned long ether_hello_due(struct cldn_ether *l)
{
	unsigned long every, at;
	u8 mac[ETH_ALEN] __aligned(2);
	bool wanted;
	u64 peer;

	spin_lock_irq(&l->lock);
	peer = atomic64_read(&l->peer);
	every = peer ? ETHER_HELLO_KNOWN : ETHER_HELLO_WANTED;
	wanted = l->usable && (!l->fixed || l->theirs.nonce);
	at = l->hello_at + every;
	spin_unlock_irq(&l->lock);
	if (!wanted)
		return 0;
	if (time_before(jiffies, at))
		return at - jiffies;
	u64_to_ether_addr(peer, mac);
	ether_hello_send(l, peer ? mac : NULL);
	return every;
}

/* When a found peer will have been silent for too long, in jiffies from now, 0 = there is none. */
static unsigned long ether_silence_due(struct cldn_ether *l)
{
	unsigned long at;
	bool found;

	spin_lock_irq(&l->lock);
	found = !l->fixed && atomic64_read(&l->peer);
	at = l->heard_at + ETHER_SILENCE + 1;
	spin_unlock_irq(&l->lock);
	if (!found)
		return 0;
	return time_before(jiffies, at) ? at - jiffies : 1;
}

/* A device that was taken out of a bridge or bond does not always say so when that is over. */
static bool ether_is_taken(struct cldn_ether *l)
{
	const struct net_device *dev;
	bool taken;

	rcu_read_lock();
	dev = rcu_dereference(l->dev);
	taken = dev && rcu_access_pointer(dev->rx_handler);
	rcu_read_unlock();
	return taken;
}

static void ether_work(struct work_struct *work)
{
	struct cldn_ether *l = container_of(to_delayed_work(work), struct cldn_ether, work);
	unsigned long next;

	ether_heard(l);
	ether_silence(l);
	ether_settle(l, CAUSE_NETWORK_OUT_OF_ORDER, false);
	cldn_ether_reap(l, !READ_ONCE(l->usable));
	next = min_not_zero(ether_hello_due(l), ether_silence_due(l));
	if (!next && ether_is_taken(l))
		next = ETHER_HELLO_WANTED;
	if (!next && !list_empty_careful(&l->partial))
		next = ETHER_PARTIAL_AGE;
	if (next)
		queue_delayed_work(system_wq, &l->work, next);
}

/* ---- what happens to the interface; rtnl ---- */

/* The state is looked up anew after each of these. */
static const struct {
	unsigned long event;
	u8 cause; /* told when the link is down by it */
	bool forget; /* another host may be at the other end afterwards */
	bool gone;
} ether_events[] = {
	{ NETDEV_UP, CAUSE_NETWORK_OUT_OF_ORDER, false, false },
	{ NETDEV_DOWN, CAUSE_NETWORK_OUT_OF_ORDER, true, false },
	/* the carrier came or went */
	{ NETDEV_CHANGE, CAUSE_NETWORK_OUT_OF_ORDER, false, false },
	/* joined to a bridge, bond, team or macvlan, or taken out of it */
	{ NETDEV_CHANGEUPPER, CAUSE_RESOURCE_UNAVAILABLE, false, false },
	/* frames get the new size by themselves; too small a one ends it */
	{ NETDEV_CHANGEMTU, CAUSE_RESOURCE_UNAVAILABLE, false, false },
	/* to the peer this is another host: ether_moved_locked() */
	{ NETDEV_CHANGEADDR, CAUSE_TEMPORARY_FAILURE, false, false },
	/* pulled, its driver unloaded, or moved to another network namespace */
	{ NETDEV_UNREGISTER, CAUSE_NETWORK_OUT_OF_ORDER, true, true },
};

/* The network waits for the last reference to the device: it is dropped here, not at unbind. */
static void ether_leave(struct cldn_ether *l, struct net_device *dev)
{
	unsigned long flags;
	bool started;

	ASSERT_RTNL();
	spin_lock_irqsave(&l->lock, flags);
	l->gone = true;
	started = l->started;
	rcu_assign_pointer(l->dev, NULL);
	spin_unlock_irqrestore(&l->lock, flags);
	if (started) {
		dev_mc_del(dev, cldn_ether_group);
		__dev_remove_pack(&l->pt);
	}
	dev_put(dev);
}

/* Cells per second of a line that is full of them, 53 octets each; 0 = the device does not say. */
static u32 ether_rate(struct net_device *dev)
{
	struct ethtool_link_ksettings settings;

	ASSERT_RTNL();
	if (__ethtool_get_link_ksettings(dev, &settings) || !settings.base.speed ||
	    settings.base.speed == (u32)SPEED_UNKNOWN)
		return 0;
	return min_t(u64, settings.base.speed * 1000000ULL / (53 * 8), U32_MAX);
}

/*
 * Whether the interface has another address. A found peer believes in the old one until that was
 * silent for long enough, and finds us then as we find it; to a named one we have to be named anew.
 * Our side may be the other one now.
 */
static bool ether_moved_locked(struct cldn_ether *l, const struct net_device *dev)
{
	if (ether_addr_equal(l->ours.mac, dev->dev_addr))
		return false;
	ether_addr_copy(l->ours.mac, dev->dev_addr);
	ether_forget_locked(l);
	if (l->fixed)
		l->match = cldn_hello_match(&l->ours, &l->theirs);
	return true;
}

static void ether_event(struct cldn_ether *l, struct net_device *dev, size_t which)
{
	u32 rate = ether_events[which].gone ? 0 : ether_rate(dev);
	unsigned long flags;
	bool told;

	spin_lock_irqsave(&l->lock, flags);
	l->rate = rate;
	if (ether_events[which].forget)
		ether_forget_locked(l);
	told = (ether_moved_locked(l, dev) && l->up) || ether_events[which].gone;
	spin_unlock_irqrestore(&l->lock, flags);
	if (ether_events[which].gone)
		ether_leave(l, dev);
	ether_settle(l, ether_events[which].cause, told);
	cldn_ether_work_soon(l, 0);
}

static int ether_notify(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct cldn_ether *l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ether_events); i++)
		if (ether_events[i].event == event)
			break;
	if (i == ARRAY_SIZE(ether_events))
		return NOTIFY_DONE;
	list_for_each_entry(l, &ether_links, node)
		if (rtnl_dereference(l->dev) == dev)
			ether_event(l, dev, i);
	return NOTIFY_DONE;
}

static struct notifier_block ether_notifier = {
	.notifier_call = ether_notify,
};

/* ---- start and stop ---- */

static int ether_start(struct cldn_link *link, const struct cldn_cells_up *up, void *ctx)
{
	struct cldn_ether *l = link->priv;
	struct net_device *dev;
	int ret = -ENODEV;

	rtnl_lock();
	dev = rtnl_dereference(l->dev);
	if (!dev)
		goto unlock;
	ret = dev_mc_add(dev, cldn_ether_group);
	if (ret)
		goto unlock;
	spin_lock_irq(&l->lock);
	l->medium.up_ops = up;
	l->medium.up_ctx = ctx;
	l->started = true;
	l->hello_at = jiffies - ETHER_HELLO_KNOWN;
	spin_unlock_irq(&l->lock);
	dev_add_pack(&l->pt);
	ether_settle(l, 0, false);
	cldn_ether_work_soon(l, 0);
unlock:
	rtnl_unlock();
	return ret;
}

/* After the grace period nobody is in cldn_ether_rcv(), send() or room(), and nobody comes. */
static void ether_stop(struct cldn_link *link)
{
	struct cldn_ether *l = link->priv;
	struct net_device *dev;

	rtnl_lock();
	dev = rtnl_dereference(l->dev);
	if (dev) {
		dev_mc_del(dev, cldn_ether_group);
		__dev_remove_pack(&l->pt);
	}
	spin_lock_irq(&l->lock);
	l->started = false;
	WRITE_ONCE(l->up, false);
	spin_unlock_irq(&l->lock);
	rtnl_unlock();
	synchronize_net();
	cancel_delayed_work_sync(&l->work);
	cancel_work_sync(&l->tx);
	skb_queue_purge(&l->txq);
	cldn_ether_reap(l, true);
}

static void ether_stats(struct cldn_link *link, u64 *counts)
{
	struct cldn_ether *l = link->priv;

	cldn_medium_stats(&l->medium, counts);
}

static const struct cldn_cells_ops ether_cells_ops = {
	.start = ether_start,
	.stop = ether_stop,
	.info = ether_info,
	.open = cldn_ether_open,
	.shut = cldn_ether_shut,
	.put = cldn_channel_put,
	.send = cldn_ether_send,
	.writable = cldn_ether_writable,
	.in_flight = cldn_channel_in_flight,
	.flush = cldn_ether_flush,
	.stats = ether_stats,
};

/* ---- bind ---- */

enum ether_token {
	ETHER_PEER_MAC,
	ETHER_LABEL_NUMBER,
	ETHER_OTHER,
};

/* What is none of these is a word of all media, or of the class. */
static const match_table_t ether_args = {
	{ ETHER_PEER_MAC, "peer=%s" },
	{ ETHER_LABEL_NUMBER, "label=%s" },
	{ ETHER_OTHER, NULL },
};

static const char *const ether_words[] = { "peer", "label", CLDN_MEDIUM_WORDS, NULL };

static bool ether_mac(const char *from, u8 *mac)
{
	return strlen(from) == 3 * ETH_ALEN - 1 && mac_pton(from, mac) && is_valid_ether_addr(mac);
}

/* What bind was asked for. */
struct ether_wish {
	struct cldn_ether *l;
	u8 *peer;
};

static const char *ether_parse_arg(void *ctx, char *arg)
{
	struct ether_wish *wish = ctx;
	struct cldn_ether *l = wish->l;
	substring_t args[MAX_OPT_ARGS];

	switch (match_token(arg, ether_args, args)) {
	case ETHER_PEER_MAC:
		l->fixed = true;
		if (!ether_mac(args[0].from, wish->peer))
			return "the address of one host, like 02:00:00:00:00:aa";
		return NULL;
	case ETHER_LABEL_NUMBER:
		if (!cldn_medium_number(args[0].from, CLDN_LABEL_MIN, CLDN_LABEL_MAX, &l->label))
			return "an MPLS label from 16 to 1048575";
		return NULL;
	default:
		return cldn_medium_arg(&l->medium.args, arg);
	}
}

static int ether_parse(struct cldn_ether *l, u8 *peer, char *args, char *text, size_t len)
{
	struct ether_wish wish = { .l = l, .peer = peer };

	return cldn_medium_parse(args, ether_parse_arg, &wish, text, len);
}

/* Why a device cannot be the medium. */
static int ether_check(const struct cldn_ether *l, struct net_device *dev, char *text, size_t len)
{
	const struct cldn_ether *other;

	if (!ns_capable(dev_net(dev)->user_ns, CAP_NET_ADMIN)) {
		scnprintf(text, len, "to bind %s takes CAP_NET_ADMIN over it", dev->name);
		return -EPERM;
	}
	if (dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN) {
		scnprintf(text, len, "%s is no Ethernet interface", dev->name);
		return -EINVAL;
	}
	if (netdev_is_rx_handler_busy(dev)) {
		scnprintf(text, len, "%s belongs to a bridge, bond or macvlan: frames go there",
			  dev->name);
		return -EBUSY;
	}
	list_for_each_entry(other, &ether_links, node)
		if (rcu_access_pointer(other->dev) == dev && other->label == l->label) {
			scnprintf(text, len, "%s is bound already, with label %u", dev->name,
				  l->label);
			return -EEXIST;
		}
	return 0;
}

/* Without nsap= an address of the private kind: 49, zeros, the MAC, selector 0. */
static void ether_identify(struct cldn_ether *l, const struct net_device *dev)
{
	const struct cldn_medium_args *args = &l->medium.args;

	ether_addr_copy(l->ours.mac, dev->dev_addr);
	memcpy(l->ours.nsap, args->nsap, CLDN_NSAP_LEN);
	if (!l->ours.nsap[0]) {
		l->ours.nsap[0] = 0x49;
		memcpy(l->ours.nsap + 13, dev->dev_addr, ETH_ALEN);
	}
	l->ours.role = args->role;
	l->ours.close_data = args->close_data;
	l->ours.capabilities = CLDN_HELLO_CAPABILITIES;
	l->ours.label = l->label;
	l->ours.nonce = get_random_u64() | 1;
}

/* From here on the notifier knows the link. */
static int ether_take(struct cldn_ether *l, u32 ifindex, const u8 *peer, char *text, size_t len)
{
	struct net_device *dev;
	int ret;

	rtnl_lock();
	dev = __dev_get_by_index(current->nsproxy->net_ns, ifindex);
	if (!dev) {
		scnprintf(text, len, "there is no interface %u here", ifindex);
		ret = -ENODEV;
		goto unlock;
	}
	ret = ether_check(l, dev, text, len);
	if (ret)
		goto unlock;
	ether_identify(l, dev);
	l->rate = ether_rate(dev);
	if (l->fixed)
		ether_assume_locked(l, peer);
	if (l->match == CLDN_MATCH_OURSELVES) {
		scnprintf(text, len, "%pM is the address of %s itself", peer, dev->name);
		ret = -EINVAL;
		goto unlock;
	}
	scnprintf(l->backend, sizeof(l->backend), "eth:%s", dev->name);
	l->pt.dev = dev;
	dev_hold(dev);
	rcu_assign_pointer(l->dev, dev);
	list_add_tail(&l->node, &ether_links);
unlock:
	rtnl_unlock();
	return ret;
}

static struct cldn_ether *ether_alloc(void)
{
	struct cldn_ether *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	cldn_medium_init(&l->medium);
	l->label = ETHER_LABEL;
	l->pt.type = htons(ETH_P_MPLS_UC);
	l->pt.func = cldn_ether_rcv;
	l->pt.af_packet_priv = l;
	spin_lock_init(&l->lock);
	spin_lock_init(&l->rx_lock);
	INIT_LIST_HEAD(&l->partial);
	INIT_DELAYED_WORK(&l->work, ether_work);
	skb_queue_head_init(&l->txq);
	INIT_WORK(&l->tx, cldn_ether_tx);
	l->cpu = raw_smp_processor_id();
	return l;
}

static int ether_probe(struct cldn_link *link, const struct cldn_link_config *cfg, char *text,
		       size_t len)
{
	u8 peer[ETH_ALEN] __aligned(2);
	struct cldn_ether *l;
	char *args;
	int ret = -ENOMEM;

	if (link->priv) {
		strscpy(text, "an interface is changed by unbind and bind", len);
		return -EOPNOTSUPP;
	}
	args = kstrdup(cfg->args ?: "", GFP_KERNEL);
	l = ether_alloc();
	if (!l || !args)
		goto out;
	ret = ether_parse(l, peer, args, text, len) ?: ether_take(l, cfg->number, peer, text, len);
	if (ret)
		goto out;
	link->priv = l;
	link->dev = 0;
	strscpy(link->backend, l->backend, sizeof(link->backend));
	l = NULL;
out:
	kfree(args);
	kfree(l);
	return ret;
}

static void ether_remove(struct cldn_link *link)
{
	struct cldn_ether *l = link->priv;
	struct net_device *dev;

	link->priv = NULL;
	rtnl_lock();
	list_del(&l->node);
	dev = rtnl_dereference(l->dev);
	dev_put(dev);
	rtnl_unlock();
	cldn_medium_exit(&l->medium);
	kfree(l);
}

static struct cldn_link_driver ether_driver = {
	.size = sizeof(struct cldn_link_driver),
	.name = "eth",
	.owner = THIS_MODULE,
	.words = ether_words,
	.cells = &ether_cells_ops,
	.probe = ether_probe,
	.remove = ether_remove,
};

int cldn_ether_register(void)
{
	int ret = cldn_channels_init(&cldn_ether_proto);

	if (ret)
		return ret;
	ret = register_netdevice_notifier(&ether_notifier);
	if (ret)
		goto no_notifier;
	ret = cldn_link_register(&ether_driver);
	if (!ret)
		return 0;
	unregister_netdevice_notifier(&ether_notifier);
no_notifier:
	cldn_channels_exit(&cldn_ether_proto);
	return ret;
}

void cldn_ether_unregister(void)
{
	cldn_link_unregister(&ether_driver);
	unregister_netdevice_notifier(&ether_notifier);
	cldn_channels_exit(&cldn_ether_proto);
}
