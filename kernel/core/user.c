// SPDX-License-Identifier: GPL-2.0-only
/* Limits per user id. An entry lives as long as something of that user does. */
#include <linux/hashtable.h>
#include <linux/slab.h>
#include "internal.h"

static unsigned int max_handles = 16384;
module_param(max_handles, uint, 0644);
MODULE_PARM_DESC(max_handles, "open handles per user id");
unsigned int cldn_max_ops = 65536;
module_param_named(max_ops, cldn_max_ops, uint, 0644);
MODULE_PARM_DESC(max_ops, "outstanding requests per user id");
unsigned int cldn_max_records = 65536;
module_param_named(max_records, cldn_max_records, uint, 0644);
MODULE_PARM_DESC(max_records, "unread event records per user id, reserved ones included");

struct cldn_user {
	struct hlist_node node;
	refcount_t ref;
	kuid_t uid;
	atomic_t used[CLDN_LIMITS];
};

static DEFINE_HASHTABLE(cldn_users, 6);
static DEFINE_SPINLOCK(cldn_users_lock);

static struct cldn_user *cldn_user_find_locked(kuid_t uid)
{
	struct cldn_user *u;

	hash_for_each_possible(cldn_users, u, node, __kuid_val(uid))
		if (uid_eq(u->uid, uid)) {
			refcount_inc(&u->ref);
			return u;
		}
	return NULL;
}

/* Pairs with cldn_user_put(). Sleeps. */
struct cldn_user *cldn_user_get(kuid_t uid)
{
	struct cldn_user *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	struct cldn_user *u;

	if (!fresh)
		return NULL;
	fresh->uid = uid;
	refcount_set(&fresh->ref, 1);
	scoped_guard(spinlock_irqsave, &cldn_users_lock) {
		u = cldn_user_find_locked(uid);
		if (!u)
			hash_add(cldn_users, &fresh->node, __kuid_val(uid));
	}
	if (u) {
		kfree(fresh);
		return u;
	}
	cldn_count(CLDN_USERS, 1);
	return fresh;
}

/* One more reference for something that will put it. Any context. */
struct cldn_user *cldn_user_hold(struct cldn_user *user)
{
	refcount_inc(&user->ref);
	return user;
}

void cldn_user_put(struct cldn_user *user)
{
	unsigned long flags;

	if (!refcount_dec_and_lock_irqsave(&user->ref, &cldn_users_lock, &flags))
		return;
	hash_del(&user->node);
	spin_unlock_irqrestore(&cldn_users_lock, flags);
	cldn_count(CLDN_USERS, -1);
	kfree(user);
}

static unsigned int cldn_limit(enum cldn_limit what)
{
	switch (what) {
	case CLDN_LIMIT_HANDLES:
		return READ_ONCE(max_handles);
	case CLDN_LIMIT_OPS:
		return READ_ONCE(cldn_max_ops);
	default:
		return READ_ONCE(cldn_max_records);
	}
}

/* 0 or -ENOBUFS; pairs with cldn_uncharge(). Any context. */
int cldn_charge(struct cldn_user *user, enum cldn_limit what)
{
	if (atomic_inc_return(&user->used[what]) <= cldn_limit(what))
		return 0;
	atomic_dec(&user->used[what]);
	return -ENOBUFS;
}

void cldn_uncharge(struct cldn_user *user, enum cldn_limit what)
{
	atomic_dec(&user->used[what]);
}
