/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call managers that are programs. The framework is the same as for Q.2931; in the place of that
 * stands struct cm_user, a file on which a program registers for one address family of a link. What
 * clients want is posted to the file's queue, and its ioctls are the answers.
 *
 * user.c has the program's file, its commands and its end; user_af.c requests of address families;
 * user_vc.c calls.
 *
 * All of it happens on the link's worker: an ioctl of the program is a *command* (struct cm_cmd),
 * which it leaves at its file and waits for. So nothing here but user->cmds, the SAPs and who is
 * registered needs a lock: link->lock. No client waits for the program but with a limit, and the
 * program for no client; a command waits for one run of the worker.
 *
 * States of the program's file, and who changes them:
 *
 *   new -> registered    CM_REGISTER                                    caller, link->lock
 *   new, registered -> ended   CLOSE, the file went, unbind by force    anybody, link->lock
 *   ended -> over        its calls and address families know            worker
 *
 * An *object* (struct cm_object) is what the program knows: an address family from the moment it is
 * asked to open it until that ended, a call from MAKE_CALL or CM_OFFER on. Its number is in
 * user->objects just as long, and never used again.
 *
 *   address family   opening -> open -> closing -> gone
 *   call             asked or offered -> up -> asked to close -> gone
 *
 * A *request* is a record that is owed one answer: object->asked, object->closing, 0 = none. It
 * ends by the answer, by its deadline (the client's op, or user->answer_ns: object->clock), by the
 * end of the object, or by that of the program. Whichever is first clears the number, on the
 * worker; the others find it gone.
 *
 * Memory: the records of an object are in it, so that asking needs none; the object of an address
 * family is made when its opening begins, that of a call when its VC is created. A record that
 * nobody has read is not overwritten: what would need it again is refused (EBUSY) until it was.
 *
 * References: an object holds the program's file, not the other way round; user->afs and
 * user->calls have none, since an object leaves them before its member is buried.
 */
#ifndef CLEARDOWN_CALLMGR_USER_H
#define CLEARDOWN_CALLMGR_USER_H

#include <linux/completion.h>
#include "callmgr.h"

/* In user->saps, behind the selectors. */
#define CM_USER_ANY 256
#define CM_USER_SAPS 257

/**
 * struct cm_ask - a record for the program
 * @rec: record
 * @req: its data
 */
struct cm_ask {
	struct cm_rec rec;
	struct cleardown_cm_request req;
};

/**
 * struct cm_object - what the program knows by a number
 * @user: program, pinned
 * @node: in user->afs or user->calls while it knows it
 * @number: 0 = it does not
 * @context: that its requests repeat
 * @af: it is an address family, else a call
 * @asked: number of the request that waits for an answer, 0 = none; not of CLOSE_
 * @what: it asks
 * @closing: the same of CLOSE_AF and CLOSE_CALL
 * @clock: bound of the answers that no client's request bounds
 * @request: all requests but the next two
 * @close: CLOSE_AF, CLOSE_CALL
 * @cancel: CANCEL
 */
struct cm_object {
	struct cm_user *user;
	struct list_head node;
	u64 number;
	u64 context;
	bool af;
	u64 asked;
	u32 what;
	u64 closing;
	struct cm_timer clock;
	struct cm_ask request;
	struct cm_ask close;
	struct cm_ask cancel;
};

/**
 * struct cm_uaf - of an address family
 * @o: object; first
 * @fam: it
 * @open: OPEN_AF has succeeded
 */
struct cm_uaf {
	struct cm_object o;
	struct cm_af *fam;
	bool open;
};

/**
 * struct cm_uvc - of a VC
 * @o: object; first
 * @vc: it
 */
struct cm_uvc {
	struct cm_object o;
	struct cm_vc *vc;
};

/**
 * struct cm_user - the file of a program that is a call manager
 * @m: member
 * @node: in link->users while it is registered; under link->lock
 * @family: CLEARDOWN_AF_*, 0 = it is not registered; under link->lock
 * @close_data: most octets of it
 * @answer_ns: bound of its answers
 * @ended: it gets and gives no more; under link->lock
 * @cause: why; enum cleardown_cause
 * @cmds: commands; under link->lock
 * @saps: who takes its calls, by selector; under link->lock
 * @objects: by number; worker
 * @afs: address families that it knows; worker
 * @calls: calls; worker
 * @last: number of the newest object; worker
 * @requests: of the newest request; worker
 */
struct cm_user {
	struct cm_member m;
	struct list_head node;
	u32 family;
	u32 close_data;
	u64 answer_ns;
	bool ended;
	u32 cause;
	struct list_head cmds;
	struct cm_af *saps[CM_USER_SAPS];
	struct xarray objects;
	struct list_head afs;
	struct list_head calls;
	u64 last;
	u64 requests;
};

static inline struct cm_user *cm_user_of(const struct cm_af *af)
{
	const struct cm_uaf *u = smp_load_acquire(&af->user); /* pairs with cm_uaf_open() */

	return u ? u->o.user : NULL;
}

static inline struct cm_uaf *cm_uaf_of(struct cm_object *o)
{
	return container_of(o, struct cm_uaf, o);
}

static inline struct cm_uvc *cm_uvc_of(struct cm_object *o)
{
	return container_of(o, struct cm_uvc, o);
}

/* user.c */
struct cldn_handle *cm_user_open(struct cldn_device *dev);
bool cm_is_user(const struct cldn_handle *h);
struct cm_user *cm_user_find(struct cm_link *link, u32 family);
void cm_user_forced(struct cm_user *user);
int cm_user_register(struct cldn_handle *h, void *arg);
int cm_user_complete(struct cldn_handle *h, void *arg);
int cm_user_activate(struct cldn_handle *h, void *arg);
int cm_user_deactivate(struct cldn_handle *h, void *arg);
int cm_user_offer(struct cldn_handle *h, void *arg);
int cm_user_closed(struct cldn_handle *h, void *arg);
int cm_user_context(struct cldn_handle *h, void *arg);
struct cldn_handle *cm_user_control(struct cldn_handle *h, void *arg);
void cm_user_uncontrol(struct cldn_handle *h, struct cldn_handle *made, void *arg);
void cm_object_init(struct cm_object *o, struct cm_user *user, struct cm_member *owner);
int cm_object_know(struct cm_object *o, struct list_head *list);
void cm_object_forget(struct cm_object *o);
bool cm_object_unread(const struct cm_object *o);
int cm_ask(struct cm_object *o, struct cm_ask *ask, u32 what, u64 *number);
void cm_tell_cancel(struct cm_object *o, u32 cause);

/* user_af.c */
int cm_uaf_check(struct cm_af *af, u32 opcode, const void *in, u32 *status);
bool cm_uaf_usable(struct cm_af *af);
void cm_uaf_ops_run(struct cm_af *af);
void cm_uaf_ops_drop(struct cm_af *af);
bool cm_uaf_closed(struct cm_af *af);
void cm_uaf_claim_locked(struct cm_af *af);
void cm_uaf_over(struct cm_af *af);
void cm_uaf_free(struct cm_af *af);
int cm_uaf_complete(struct cm_uaf *u, const struct cleardown_cm_complete *arg);
void cm_uaf_late(struct cm_uaf *u);
void cm_uaf_orphan(struct cm_uaf *u);

/* user_vc.c */
extern const struct cm_manager cm_user_manager;
bool cm_uvc_unread(const struct cm_vc *vc);
int cm_uvc_complete(struct cm_uvc *u, const struct cleardown_cm_complete *arg);
int cm_uvc_activate(struct cm_uvc *u, struct cleardown_cm_activate *arg);
int cm_uvc_deactivate(struct cm_uvc *u, struct cleardown_cm_activate *arg);
int cm_uvc_offer(struct cm_user *user, struct cleardown_cm_offer *arg);
int cm_uvc_closed(struct cm_uvc *u, const struct cleardown_cm_closed *arg);
void cm_uvc_late(struct cm_uvc *u);
void cm_uvc_orphan(struct cm_uvc *u);
struct cm_vc *cm_control_new(struct cm_user *user, u32 sdu);
int cm_control_activate(struct cm_vc *vc, struct cleardown_cm_control *arg);

#endif /* CLEARDOWN_CALLMGR_USER_H */
