// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random ioctls on virtual circuits, that know the numbers, sizes and opcodes: two links on the ends
 * of a cable with their address families, calls, parties and call managers in userspace, which answer
 * and are answered at random. A call on another cable is left alone by name: nothing of it may
 * change, and the kernel has nothing to say.
 *
 * usage: vcfuzz [--count N] [--seed N] [--threads N] INTERFACE INTERFACE INTERFACE INTERFACE
 *
 * The first two are the call's that is left alone. --seed replays the calls of a run; with more than
 * one thread their order is the scheduler's.
 */
#define _GNU_SOURCE

#include <getopt.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "fuzz.h"
#include "vc.h"

#define MAX_THREADS 8
#define SLOTS 6
#define SELECTOR 7
#define ROUND_BYTES 256
#define ARG_MAX_LEN 2048 /* the longest struct, and a surplus */
#define IN_LEN 512 /* input of a request, before it */
#define WAIT_NS (20 * CD_MS)
/* Clocks that a run sees strike. */
#define LINK_ARGS "t303=400 t308=200 t310=400 t313=400 t397=400 t398=200 t399=400"

/* ---- the call that is left alone ---- */

static struct vclink near, far;
static struct vc talking, listening;

static void bystander_begin(char **interfaces)
{
	if (!vc_links(&near, &far, interfaces, "", "", SELECTOR) ||
	    !vc_connect(&near, &talking, &far, &listening, SELECTOR))
		DIE("no call");
}

static bool carries(struct vc *from, struct vc *to)
{
	char out[ROUND_BYTES], in[ROUND_BYTES];
	static unsigned char next;
	bool good = true;

	memset(out, ++next, sizeof(out));
	EXPECT_EQ(good, write(from->fd, out, sizeof(out)), sizeof(out));
	EXPECT_EQ(good, read(to->fd, in, sizeof(in)), sizeof(in));
	EXPECT(good, !memcmp(in, out, sizeof(in)));
	return good;
}

static bool bystander_fine(void)
{
	bool good = carries(&talking, &listening);

	good &= carries(&listening, &talking);
	EXPECT_EQ(good, vc_status(&talking).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_link(near.af).out_vcs, 1);
	EXPECT_EQ(good, cd_events_info(near.events).out_unread, 0);
	EXPECT_EQ(good, cd_events_info(far.events).out_unread, 0);
	return good;
}

static bool bystander_end(void)
{
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;

	EXPECT_EQ(good, vc_close(&talking, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, vc_close(&listening, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(talking.fd);
	close(listening.fd);
	EXPECT(good, vc_unlink(&near));
	EXPECT(good, vc_unlink(&far));
	return good;
}

/* ---- the arguments ---- */

enum kind { AF, VC, MANAGER, QUEUE, KINDS, CTL = KINDS };

/**
 * struct told - what a record said of an object, which random numbers would never find
 * @id: VC of an incoming call; party; object of a call manager
 * @request: that a call manager owes an answer to
 */
struct told {
	uint64_t id;
	uint64_t request;
};

/**
 * struct fuzzer - one thread
 * @thread: it
 * @state: of its generator
 * @count: calls still to make
 * @done: calls that returned 0
 * @files: address families, circuits, call managers and queues; -1 or closed ones, too
 * @told: what the last record of each said
 * @slot: which one the present call is about
 * @ctl: the control file
 * @arg: argument of the present call; a page that cannot be touched follows
 */
struct fuzzer {
	pthread_t thread;
	uint64_t state;
	unsigned long count;
	unsigned long done;
	int files[KINDS][SLOTS];
	struct told told[KINDS][SLOTS];
	unsigned int slot;
	int ctl;
	char *arg;
};

static const char *const links[2] = { "fuzz0", "fuzz1" };
static char *cables[2];
static uint8_t nsaps[2][CLEARDOWN_NSAP_LEN];
static _Atomic uint64_t seen_vc;

typedef void fill_fn(struct fuzzer *f, void *arg);

static void fill_any(struct fuzzer *f, void *arg)
{
	(void)f;
	(void)arg;
}

static void fill_bind_events(struct fuzzer *f, void *p)
{
	struct cleardown_bind_events *arg = p;

	arg->fd = f->files[QUEUE][below(&f->state, SLOTS)];
	arg->cookie = f->slot;
}

static void fill_cancel(struct fuzzer *f, void *p)
{
	struct cleardown_cancel *arg = p;

	arg->what = 1 + below(&f->state, 2);
	arg->id = below(&f->state, 64);
}

static void fill_close(struct fuzzer *f, void *p)
{
	struct cleardown_close *arg = p;

	arg->clazz = one_in(&f->state, 8) ? below(&f->state, 5) : 0;
	arg->mode = 1 + below(&f->state, 3);
	arg->deadline_ns = one_in(&f->state, 2) ? 0 : below(&f->state, WAIT_NS);
	arg->data_ptr = (uintptr_t)f->arg;
	arg->data_len = one_in(&f->state, 2) ? 0 : below(&f->state, 140);
	arg->party = one_in(&f->state, 8) ? f->told[VC][f->slot].id : 0;
}

/* One that a SAP of these links may have. */
static void fill_called(struct fuzzer *f, uint8_t *called)
{
	memcpy(called, nsaps[below(&f->state, 2)], CLEARDOWN_NSAP_LEN);
	called[CLEARDOWN_NSAP_LEN - 1] = below(&f->state, 4);
}

static void fill_call(struct fuzzer *f, struct cleardown_vc_call *call)
{
	fill_called(f, call->called);
	if (one_in(&f->state, 4))
		call->fwd_sdu = below(&f->state, 20000);
	if (one_in(&f->state, 16))
		call->bwd_pcr = number(&f->state);
}

static uint32_t fill_drop(struct fuzzer *f, struct cleardown_op_drop_party *in)
{
	in->party = one_in(&f->state, 4) ? below(&f->state, 100) : f->told[VC][f->slot].id;
	in->data_len = one_in(&f->state, 2) ? 0 : below(&f->state, 140);
	return sizeof(*in);
}

/* The input of a request to a circuit lies before the argument; its length. */
static uint32_t fill_input(struct fuzzer *f, uint32_t opcode, void *in)
{
	memset(in, 0, IN_LEN);
	switch (opcode) {
	case CLEARDOWN_OP_MAKE_CALL:
	case CLEARDOWN_OP_MODIFY_QOS:
		fill_call(f, in);
		return sizeof(struct cleardown_vc_call);
	case CLEARDOWN_OP_MAKE_MULTI:
		fill_call(f, &((struct cleardown_op_make_multi *)in)->call);
		return sizeof(struct cleardown_op_make_multi);
	case CLEARDOWN_OP_ADD_PARTY:
		fill_called(f, ((struct cleardown_op_add_party *)in)->called);
		return sizeof(struct cleardown_op_add_party);
	case CLEARDOWN_OP_DROP_PARTY:
		return fill_drop(f, in);
	case CLEARDOWN_OP_REJECT:
		((struct cleardown_op_reject *)in)->cause = below(&f->state, 130);
		return sizeof(struct cleardown_op_reject);
	default:
		return 0;
	}
}

static void fill_request(struct fuzzer *f, struct cleardown_submit *arg)
{
	arg->req_id = below(&f->state, 64);
	arg->deadline_ns = one_in(&f->state, 2) ? ~0ULL : below(&f->state, 1000000000);
	arg->in_ptr = (uintptr_t)f->arg;
}

static void fill_submit(struct fuzzer *f, void *p)
{
	static const uint32_t opcodes[] = {
		CLEARDOWN_OP_MAKE_CALL,	 CLEARDOWN_OP_ACCEPT,	  CLEARDOWN_OP_ACCEPT,
		CLEARDOWN_OP_REJECT,	 CLEARDOWN_OP_MODIFY_QOS, CLEARDOWN_OP_MAKE_MULTI,
		CLEARDOWN_OP_MAKE_MULTI, CLEARDOWN_OP_ADD_PARTY,  CLEARDOWN_OP_ADD_PARTY,
		CLEARDOWN_OP_DROP_PARTY,
	};
	struct cleardown_submit *arg = p;

	fill_request(f, arg);
	arg->opcode = opcodes[below(&f->state, sizeof(opcodes) / sizeof(opcodes[0]))];
	arg->in_len = fill_input(f, arg->opcode, f->arg);
	if (one_in(&f->state, 16))
		arg->opcode = 0x300 + below(&f->state, 0x30);
	if (one_in(&f->state, 16))
		scribble(&f->state, f->arg, IN_LEN);
}

/* To an address family. */
static void fill_submit_family(struct fuzzer *f, void *p)
{
	struct cleardown_op_open_af *family = (void *)f->arg;
	struct cleardown_op_sap *sap = (void *)f->arg;
	struct cleardown_submit *arg = p;

	fill_request(f, arg);
	memset(f->arg, 0, IN_LEN);
	if (one_in(&f->state, 8)) {
		arg->opcode = CLEARDOWN_OP_OPEN_AF;
		family->family = CLEARDOWN_AF_PROPRIETARY | below(&f->state, 4);
		arg->in_len = sizeof(*family);
	} else {
		arg->opcode = CLEARDOWN_OP_SAP;
		sap->selector = below(&f->state, 4);
		sap->flags = one_in(&f->state, 2) ? 0 : below(&f->state, 4);
		arg->in_len = sizeof(*sap);
	}
}

static void fill_sap(struct fuzzer *f, void *p)
{
	struct cleardown_vc_sap *arg = p;

	arg->selector = below(&f->state, 4);
	arg->flags = one_in(&f->state, 2) ? 0 : below(&f->state, 4);
}

static void fill_create(struct fuzzer *f, void *p)
{
	struct cleardown_vc_create *arg = p;

	arg->take = one_in(&f->state, 2) ? f->told[AF][f->slot].id : 0;
	arg->cookie = f->slot;
}

static void fill_next(struct fuzzer *f, void *p)
{
	((struct cleardown_vc_next *)p)->after = one_in(&f->state, 2) ? seen_vc : 0;
}

static void fill_cdr(struct fuzzer *f, void *p)
{
	((struct cleardown_vc_cdr *)p)->after = below(&f->state, 1024);
}

static void fill_index(struct fuzzer *f, void *p)
{
	((struct cleardown_vc_count *)p)->index = below(&f->state, 80);
}

static void fill_party(struct fuzzer *f, void *p)
{
	struct cleardown_party_next *arg = p;

	arg->vc = one_in(&f->state, 4) ? seen_vc : 0;
	arg->after = one_in(&f->state, 2) ? below(&f->state, 100) : 0;
}

/* ---- of call managers ---- */

static void fill_register(struct fuzzer *f, void *p)
{
	struct cleardown_cm_register *arg = p;

	arg->family = CLEARDOWN_AF_PROPRIETARY | below(&f->state, 4);
	arg->close_data = below(&f->state, 140);
	arg->answer_ms = 1 + below(&f->state, 200);
}

static uint64_t any_object(struct fuzzer *f)
{
	return one_in(&f->state, 8) ? below(&f->state, 64) : f->told[MANAGER][f->slot].id;
}

static void fill_complete(struct fuzzer *f, void *p)
{
	struct cleardown_cm_complete *arg = p;

	arg->object = f->told[MANAGER][f->slot].id;
	arg->request = f->told[MANAGER][f->slot].request;
	arg->context = below(&f->state, 4);
	if (one_in(&f->state, 4))
		arg->status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (one_in(&f->state, 4))
		arg->cause = below(&f->state, 130);
	if (one_in(&f->state, 8))
		arg->call.fwd_sdu = below(&f->state, 70000);
}

static void fill_activate(struct fuzzer *f, void *p)
{
	struct cleardown_cm_activate *arg = p;

	arg->object = any_object(f);
	if (one_in(&f->state, 2))
		arg->vci = 30 + below(&f->state, 20);
}

static void fill_offer(struct fuzzer *f, void *p)
{
	struct cleardown_cm_offer *arg = p;

	fill_call(f, &arg->call);
	arg->context = below(&f->state, 4);
	if (one_in(&f->state, 2))
		arg->call.vci = 30 + below(&f->state, 20);
}

static void fill_closed(struct fuzzer *f, void *p)
{
	struct cleardown_cm_closed *arg = p;

	arg->object = any_object(f);
	arg->status = one_in(&f->state, 2) ? CLEARDOWN_NDIS_STATUS_FAILURE : 0;
	arg->cause = below(&f->state, 130);
	arg->len = below(&f->state, 130);
}

static void fill_context(struct fuzzer *f, void *p)
{
	struct cleardown_cm_context *arg = p;

	arg->object = any_object(f);
	arg->context = number(&f->state);
}

static void fill_control(struct fuzzer *f, void *p)
{
	struct cleardown_cm_control *arg = p;

	arg->vci = one_in(&f->state, 2) ? 0 : 30 + below(&f->state, 20);
	arg->cookie = f->slot;
	arg->sdu = one_in(&f->state, 2) ? 0 : below(&f->state, 70000);
}

/* ---- of an administrator; never a bystander's ---- */

static void fill_bind(struct fuzzer *f, void *p)
{
	struct cleardown_bind *arg = p;
	unsigned int i = below(&f->state, 2);

	arg->clazz = CLEARDOWN_CLASS_VC;
	strcpy(arg->link, "eth");
	strcpy(arg->name, links[i]);
	strcpy(arg->args, one_in(&f->state, 16) ? "close_data=none" : LINK_ARGS);
	arg->dev = if_nametoindex(cables[i]);
}

/* It takes a second until a link is up again. */
static void fill_unbind(struct fuzzer *f, void *p)
{
	struct cleardown_unbind *arg = p;

	strcpy(arg->name, links[below(&f->state, 2)]);
	arg->flags = one_in(&f->state, 128);
}

static void fill_list(struct fuzzer *f, void *p)
{
	((struct cleardown_list *)p)->after = below(&f->state, 32);
}

static void fill_report(struct fuzzer *f, void *p)
{
	((struct cleardown_report *)p)->after = below(&f->state, 1024);
}

static void fill_ctl_close(struct fuzzer *f, void *p)
{
	struct cleardown_ctl_close *arg = p;

	strcpy(arg->name, links[below(&f->state, 2)]);
	arg->mode = 1 + below(&f->state, 3);
	arg->flags = below(&f->state, 2);
	arg->deadline_ns = below(&f->state, WAIT_NS);
	arg->handle = one_in(&f->state, 32) ? 0 : seen_vc;
}

static void fill_manager(struct fuzzer *f, void *p)
{
	strcpy(((struct cleardown_manager *)p)->name, links[below(&f->state, 2)]);
}

/* ---- the calls ---- */

static void into_slot(struct fuzzer *f, enum kind kind, unsigned int slot, int fd)
{
	int *file = &f->files[kind][slot];

	if (*file >= 0)
		close(*file);
	*file = fd;
	f->told[kind][slot] = (struct told){ 0 };
	if (kind != QUEUE && fd >= 0)
		fcntl(fd, F_SETFL, O_NONBLOCK);
}

static bool dead(int fd)
{
	struct cleardown_info arg = { .size = sizeof(arg) };

	return ioctl(fd, CLEARDOWN_IOC_GET_INFO, &arg);
}

/*
 * A new file, and where its records go; they name the slot that it is in: a dead one's. Where none is
 * dead few are replaced, so that there is time for something to come of them.
 */
static int place(struct fuzzer *f, enum kind kind, int fd)
{
	unsigned int slot = below(&f->state, SLOTS), n = 0;

	while (n < SLOTS && !dead(f->files[kind][slot])) {
		slot = (slot + 1) % SLOTS;
		n++;
	}
	if (fd < 0 || (n == SLOTS && !one_in(&f->state, 8))) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	into_slot(f, kind, slot, fd);
	cd_bind_events(fd, f->files[QUEUE][below(&f->state, SLOTS)], slot);
	return slot;
}

static void use_answer(struct fuzzer *f, unsigned long cmd, void *p)
{
	switch (cmd) {
	case CLEARDOWN_IOC_VC_CREATE:
		seen_vc = ((struct cleardown_vc_create *)p)->out_vc;
		place(f, VC, ((struct cleardown_vc_create *)p)->out_fd);
		break;
	case CLEARDOWN_IOC_VC_NEXT:
		seen_vc = ((struct cleardown_vc_next *)p)->out_vc;
		break;
	case CLEARDOWN_IOC_CM_CONTROL:
		place(f, VC, ((struct cleardown_cm_control *)p)->out_fd);
		break;
	case CLEARDOWN_IOC_CM_OFFER:
		f->told[MANAGER][f->slot].id = ((struct cleardown_cm_offer *)p)->out_object;
		break;
	case CLEARDOWN_IOC_CTL_MANAGER:
		place(f, MANAGER, ((struct cleardown_manager *)p)->out_fd);
		break;
	}
}

static const struct call {
	unsigned long cmd;
	const char *name;
	size_t size;
	enum kind kind;
	fill_fn *fill;
	unsigned int rare; /* once in so many times: what it takes away must have been there */
} calls[] = {
#define RARE(name, type, kind, fill, rare)                                         \
	{                                                                          \
		CLEARDOWN_IOC_##name, #name, sizeof(struct type), kind, fill, rare \
	}
#define CALL(name, type, kind, fill) RARE(name, type, kind, fill, 1)
	CALL(GET_INFO, cleardown_info, VC, fill_any),
	CALL(GET_STATUS, cleardown_status, VC, fill_any),
	RARE(BIND_EVENTS, cleardown_bind_events, VC, fill_bind_events, 16),
	RARE(BIND_EVENTS, cleardown_bind_events, AF, fill_bind_events, 16),
	CALL(SUBMIT, cleardown_submit, VC, fill_submit),
	CALL(SUBMIT, cleardown_submit, VC, fill_submit),
	CALL(SUBMIT, cleardown_submit, VC, fill_submit),
	CALL(SUBMIT, cleardown_submit, VC, fill_submit),
	CALL(SUBMIT, cleardown_submit, VC, fill_submit),
	CALL(SUBMIT, cleardown_submit, AF, fill_submit_family),
	CALL(SUBMIT, cleardown_submit, AF, fill_submit_family),
	CALL(CANCEL, cleardown_cancel, VC, fill_cancel),
	RARE(CLOSE, cleardown_close, VC, fill_close, 4),
	RARE(CLOSE, cleardown_close, AF, fill_close, 256),
	RARE(CLOSE, cleardown_close, MANAGER, fill_close, 256),
	CALL(VC_SAP, cleardown_vc_sap, AF, fill_sap),
	RARE(VC_CREATE, cleardown_vc_create, AF, fill_create, 4),
	CALL(VC_LINK, cleardown_vc_link, AF, fill_any),
	RARE(VC_DELETE, cleardown_vc_delete, VC, fill_any, 16),
	CALL(VC_STATUS, cleardown_vc_status, VC, fill_any),
	CALL(VC_NEXT, cleardown_vc_next, AF, fill_next),
	CALL(VC_CDR, cleardown_vc_cdr, AF, fill_cdr),
	CALL(VC_COUNT, cleardown_vc_count, AF, fill_index),
	CALL(VC_PARTY, cleardown_party_next, VC, fill_party),
	CALL(CM_REGISTER, cleardown_cm_register, MANAGER, fill_register),
	CALL(CM_COMPLETE, cleardown_cm_complete, MANAGER, fill_complete),
	CALL(CM_COMPLETE, cleardown_cm_complete, MANAGER, fill_complete),
	CALL(CM_ACTIVATE, cleardown_cm_activate, MANAGER, fill_activate),
	CALL(CM_ACTIVATE, cleardown_cm_activate, MANAGER, fill_activate),
	CALL(CM_DEACTIVATE, cleardown_cm_activate, MANAGER, fill_activate),
	RARE(CM_OFFER, cleardown_cm_offer, MANAGER, fill_offer, 4),
	CALL(CM_CLOSED, cleardown_cm_closed, MANAGER, fill_closed),
	CALL(CM_CONTEXT, cleardown_cm_context, MANAGER, fill_context),
	RARE(CM_CONTROL, cleardown_cm_control, MANAGER, fill_control, 16),
	CALL(CTL_BIND, cleardown_bind, CTL, fill_bind),
	RARE(CTL_UNBIND, cleardown_unbind, CTL, fill_unbind, 16),
	CALL(CTL_LIST, cleardown_list, CTL, fill_list),
	CALL(CTL_REPORT, cleardown_report, CTL, fill_report),
	RARE(CTL_CLOSE, cleardown_ctl_close, CTL, fill_ctl_close, 32),
	RARE(CTL_MANAGER, cleardown_manager, CTL, fill_manager, 8),
	CALL(EVENTS_INFO, cleardown_events_info, QUEUE, fill_any),
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))

/* Times that each has succeeded. */
static _Atomic unsigned long succeeded[NCALLS];

/* Nobody waits longer, whatever was scribbled: a run has an end. */
static void bound_wait(unsigned long cmd, void *p)
{
	struct cleardown_ctl_close *admin = p;
	struct cleardown_close *close = p;

	if (cmd == CLEARDOWN_IOC_CLOSE && close->deadline_ns > WAIT_NS)
		close->deadline_ns = WAIT_NS;
	if (cmd == CLEARDOWN_IOC_CTL_CLOSE && admin->deadline_ns > WAIT_NS)
		admin->deadline_ns = WAIT_NS;
}

/* The argument, at the end of what can be touched so that one byte too far is seen. */
static void *argument(struct fuzzer *f, const struct call *call)
{
	uint32_t surplus = one_in(&f->state, 16) ? below(&f->state, 64) & ~7U : 0;
	char *arg = f->arg + ARG_MAX_LEN - call->size - surplus;
	uint32_t size = call->size + surplus;

	memset(arg, 0, size);
	call->fill(f, arg);
	memcpy(arg, &size, sizeof(size));
	if (one_in(&f->state, 8))
		scribble(&f->state, arg, call->size);
	bound_wait(call->cmd, arg);
	return one_in(&f->state, 256) ? (void *)(uintptr_t)number(&f->state) : arg;
}

static int file_of(struct fuzzer *f, enum kind kind)
{
	if (one_in(&f->state, 32))
		kind = below(&f->state, KINDS + 1);
	return kind == CTL ? f->ctl : f->files[kind][f->slot];
}

static void one_call(struct fuzzer *f)
{
	const struct call *call = &calls[below(&f->state, NCALLS)];
	void *arg;

	if (!one_in(&f->state, call->rare))
		return;
	f->slot = below(&f->state, SLOTS);
	arg = argument(f, call);
	if (ioctl(file_of(f, call->kind), call->cmd, arg))
		return;
	f->done++;
	succeeded[call - calls]++;
	use_answer(f, call->cmd, arg);
}

/* ---- files come and go ---- */

static void open_family(struct fuzzer *f)
{
	int flags = one_in(&f->state, 8) ? O_RDONLY : O_RDWR;

	place(f, AF, cd_open(links[below(&f->state, 2)], flags | O_NONBLOCK));
}

/* How far the calls came. */
static _Atomic unsigned long connected, parties, many, asked;

static void count_record(const struct cleardown_event *ev)
{
	bool done = ev->type == CLEARDOWN_EV_COMPLETION && !ev->error;

	connected += done && ev->data_len == sizeof(struct cleardown_vc_call);
	many += done && ev->data_len == sizeof(struct cleardown_multi);
	parties += done && ev->data_len == sizeof(struct cleardown_vc_party);
	asked += ev->type == CLEARDOWN_EV_CM;
}

/* ---- what comes is answered as it should be, mostly: calls go on from there ---- */

static void submit(struct fuzzer *f, int fd, uint32_t opcode)
{
	uint32_t len = fill_input(f, opcode, f->arg);

	cd_submit(fd, opcode, 64 + below(&f->state, 64), f->arg, len, NULL);
}

static void take_call(struct fuzzer *f, int slot)
{
	struct cleardown_vc_create arg = {
		.size = sizeof(arg),
		.take = f->told[AF][slot].id,
	};

	if (ioctl(f->files[AF][slot], CLEARDOWN_IOC_VC_CREATE, &arg))
		return;
	slot = place(f, VC, arg.out_fd);
	if (slot >= 0)
		submit(f, f->files[VC][slot],
		       one_in(&f->state, 8) ? CLEARDOWN_OP_REJECT : CLEARDOWN_OP_ACCEPT);
}

static void answer_request(struct fuzzer *f, unsigned int slot, uint32_t what)
{
	struct cleardown_cm_activate channel = { .size = sizeof(channel) };
	struct cleardown_cm_complete arg = { .size = sizeof(arg) };
	int fd = f->files[MANAGER][slot];

	arg.object = channel.object = f->told[MANAGER][slot].id;
	arg.request = f->told[MANAGER][slot].request;
	if (what == CLEARDOWN_CM_MAKE_CALL || what == CLEARDOWN_CM_ACCEPT)
		ioctl(fd, CLEARDOWN_IOC_CM_ACTIVATE, &channel);
	else if (what == CLEARDOWN_CM_CLOSE_CALL)
		ioctl(fd, CLEARDOWN_IOC_CM_DEACTIVATE, &channel);
	ioctl(fd, CLEARDOWN_IOC_CM_COMPLETE, &arg);
}

static void answer_record(struct fuzzer *f, const struct cleardown_event *ev, unsigned int slot)
{
	struct cleardown_close close = {
		.size = sizeof(close),
		.mode = CLEARDOWN_MODE_ORDERLY,
	};

	switch (ev->type) {
	case CLEARDOWN_EV_INCOMING_CALL:
		take_call(f, slot);
		break;
	case CLEARDOWN_EV_INCOMING_CLOSE:
		ioctl(f->files[VC][slot], CLEARDOWN_IOC_CLOSE, &close);
		break;
	case CLEARDOWN_EV_INCOMING_DROP:
		submit(f, f->files[VC][slot], CLEARDOWN_OP_DROP_PARTY);
		break;
	case CLEARDOWN_EV_CM:
		answer_request(f, slot, ev->p1);
		break;
	case CLEARDOWN_EV_COMPLETION:
		if (ev->data_len == sizeof(struct cleardown_multi))
			submit(f, f->files[VC][slot], CLEARDOWN_OP_ADD_PARTY);
		break;
	}
}

static void note_record(struct fuzzer *f, const struct cleardown_event *ev)
{
	struct cleardown_vc_party party;
	struct cleardown_cm_request req;
	unsigned int slot = ev->cookie % SLOTS;

	count_record(ev);
	if (ev->type == CLEARDOWN_EV_INCOMING_CALL) {
		f->told[AF][slot].id = ev->req_id;
	} else if (ev->type == CLEARDOWN_EV_CM && ev->data_len == sizeof(req)) {
		memcpy(&req, ev->data, sizeof(req));
		f->told[MANAGER][slot] = (struct told){ req.object, ev->req_id };
	} else if (ev->data_len >= sizeof(party)) {
		/* the last of MAKE_MULTI's data is one too */
		memcpy(&party, ev->data + ev->data_len - sizeof(party), sizeof(party));
		f->told[VC][slot].id = party.party;
	}
	if (!one_in(&f->state, 8))
		answer_record(f, ev, slot);
}

static void drain_queues(struct fuzzer *f)
{
	union cd_record rec;

	for (int i = 0; i < SLOTS; i++)
		for (int n = 0; n < 4 && read(f->files[QUEUE][i], &rec, sizeof(rec)) > 0; n++)
			note_record(f, &rec.ev);
}

static void move_data(struct fuzzer *f)
{
	int fd = f->files[VC][below(&f->state, SLOTS)];
	uint32_t len = below(&f->state, ARG_MAX_LEN);

	f->done += (one_in(&f->state, 2) ? write(fd, f->arg, len) : read(fd, f->arg, len)) > 0;
}

static void *run(void *p)
{
	struct fuzzer *f = p;

	for (; f->count; f->count--) {
		one_call(f);
		if (one_in(&f->state, 8))
			move_data(f);
		if (one_in(&f->state, 16))
			drain_queues(f);
		if (one_in(&f->state, 128))
			open_family(f);
		if (one_in(&f->state, 4096))
			into_slot(f, QUEUE, below(&f->state, SLOTS),
				  cd_open("events", O_RDONLY | O_NONBLOCK));
	}
	return NULL;
}

static void fuzzer_init(struct fuzzer *f, uint64_t seed, unsigned long count)
{
	memset(f, 0, sizeof(*f));
	f->arg = fuzz_border() - ARG_MAX_LEN;
	f->state = seed | 1;
	f->count = count;
	f->ctl = cd_ctl();
	memset(f->files, 0xff, sizeof(f->files));
	for (int i = 0; i < SLOTS; i++)
		f->files[QUEUE][i] = cd_open("events", O_RDONLY | O_NONBLOCK);
	for (int i = 0; i < SLOTS; i++)
		open_family(f);
}

/* ---- one run ---- */

static struct fuzzer fuzzers[MAX_THREADS];

/* In a child, so that everything it has open ends with it. */
static int fuzz(uint64_t seed, unsigned long count, unsigned int threads)
{
	uint64_t begin_ns = cd_now();
	unsigned long done = 0;

	/* a random descriptor must not name what is to be left alone */
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	for (unsigned int i = 0; i < threads; i++) {
		fuzzer_init(&fuzzers[i], seed * (2 * i + 1), count / threads);
		if (pthread_create(&fuzzers[i].thread, NULL, run, &fuzzers[i]))
			DIE("no thread");
	}
	for (unsigned int i = 0; i < threads; i++) {
		pthread_join(fuzzers[i].thread, NULL);
		done += fuzzers[i].done;
	}
	printf("# %lu calls in %.1f s, %lu of them succeeded\n", count, (cd_now() - begin_ns) / 1e9,
	       done);
	printf("# ends connected %lu, calls to many %lu, parties more or less %lu, asked %lu\n",
	       connected, many, parties, asked);
	for (size_t i = 0; i < NCALLS; i++)
		if (!succeeded[i])
			printf("# %s never did\n", calls[i].name);
	fflush(stdout);
	return done < count / 10 || !connected || !asked;
}

static void run_fuzz(uint64_t seed, unsigned long count, unsigned int threads)
{
	pid_t child = fork();
	bool good;

	if (!child)
		_exit(fuzz(seed, count, threads));
	good = fuzz_watch(child, bystander_fine);
	tap(good, "%lu random calls: another link's call keeps state and data", count);
}

static void bind_one(int i)
{
	struct cleardown_bind arg = { .size = sizeof(arg), .clazz = CLEARDOWN_CLASS_VC };
	int ctl = cd_ctl(), af;

	arg.dev = if_nametoindex(cables[i]);
	strcpy(arg.link, "eth");
	strcpy(arg.name, links[i]);
	strcpy(arg.args, LINK_ARGS);
	if (cd_ioctl(ctl, CLEARDOWN_IOC_CTL_BIND, &arg))
		DIE("bind %s: %s", links[i], arg.out_text);
	close(ctl);
	sim_wait_node(links[i]);
	af = cd_open(links[i], O_RDWR);
	memcpy(nsaps[i], vc_link(af).out_nsap, sizeof(nsaps[i]));
	close(af);
}

static void judge_counts(void)
{
	bool good = true;

	for (int i = 0; i < 2; i++)
		cd_unbind(links[i], CLEARDOWN_UNBIND_FORCE);
	EXPECT_EQ(good, cd_counter("stats", "issued"), cd_counter("stats", "completed"));
	EXPECT(good, cd_live_is("handles", 0));
	EXPECT(good, cd_live_is("ops", 0));
	EXPECT(good, cd_live_is("queues", 0));
	EXPECT(good, cd_live_is("records", 0));
	tap(good, "PR-1 every accepted request has completed once, nothing is left");
}

static const struct option options[] = {
	FUZZ_OPTIONS,
	{ 0 },
};

int main(int argc, char **argv)
{
	struct fuzz_options o = { .count = 200000, .seed = cd_now(), .threads = 2 };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (!fuzz_option(&o, c))
			return 2;
	}
	if (!o.threads || o.threads > MAX_THREADS || argc - optind != 4)
		return 2;
	printf("# --seed %#lx --count %lu --threads %u\n", o.seed, o.count, o.threads);
	fflush(stdout);
	bystander_begin(argv + optind);
	cables[0] = argv[optind + 2];
	cables[1] = argv[optind + 3];
	bind_one(0);
	bind_one(1);
	run_fuzz(o.seed, o.count, o.threads);
	tap(bystander_end(), "and ends in order");
	judge_counts();
	return tap_done();
}
