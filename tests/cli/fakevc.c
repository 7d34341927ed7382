// SPDX-License-Identifier: GPL-2.0-only
/*
 * The links of virtual circuits of the stand-in. Each VC is a socket that keeps frames apart; a
 * thread is its far end and does what the environment says.
 *
 *   FAKE_VC_LINK   up, down, peerless (no signalling), nodata (no close data), closed (no permission)
 *   FAKE_VC        what becomes of a call that is made: echo (till it is closed), sink (frames are
 *                  noted), slow (likewise, but late), hello (says so and closes with data),
 *                  refuse:CAUSE, close:CAUSE (connects first), farewell (closes with cause 21 and
 *                  data), once (takes one frame, then closes), reply:N (sends back what it takes,
 *                  and closes behind N octets), late (the kernel's clock ends it),
 *                  silent (no answer), full (SUBMIT fails), unbind (the link is taken away), admin
 *                  (the call is ended over the program's head)
 *   FAKE_VC_CALLS  calls that come when a SAP is registered, separated by blanks: hello, echo (sends
 *                  a frame, notes the answer, closes), stay, unread (closes when nobody reads the
 *                  program's output any more), lost (is gone before it is answered),
 *                  overtaken (the same while ACCEPT is under way), fail (ACCEPT fails), garbage (no
 *                  record of a call), unbind
 *   FAKE_SAP       errno number with which registering fails
 *   FAKE_AF        errno number with which OPEN_AF is refused; late: it is not answered
 *   FAKE_CDR       errno number with which records, circuits and counters cannot be read
 *   FAKE_CLOSE     how closes end: besides the phone's ways pending, refused, gone
 * The log has: "open-af FAMILY", "sap SELECTOR FLAGS", "make CALLED", "accept", "reject CAUSE",
 * "vc-close MODE DEADLINE DATA", "frame LENGTH", "delete", "af-close".
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake.h"

#define MAX_VCS 80
#define MOMENT_US 20000
#define SLOW_US 300000
#define READER_MS 10000
#define FRAME_MAX 65536

static struct vc {
	__u64 id;
	int fd; /* the program's */
	int far_fd; /* ours */
	char script[32];
	__u32 state;
	bool incoming;
	bool taken;
	bool deleted;
	__u64 pending; /* request that has not ended */
	bool playing;
	pthread_t thread;
	sem_t hurried; /* of its own: of several closes each is hurried for itself */
} vcs[MAX_VCS];
static unsigned int nvcs;
static int link_fd = -1;
static __u64 total;

static bool link_is(const char *how)
{
	return !strcmp(setting("FAKE_VC_LINK", "up"), how);
}

static struct vc *vc_of(int fd)
{
	unsigned int i;

	for (i = 0; i < nvcs; i++)
		if (vcs[i].fd == fd)
			return &vcs[i];
	return NULL;
}

static struct vc *vc_new(const char *script, bool incoming)
{
	struct vc *vc = &vcs[nvcs++];

	if (nvcs > MAX_VCS)
		abort();
	vc->id = FAKE_LINK + nvcs;
	vc->fd = -1;
	vc->incoming = incoming;
	vc->state = incoming ? CLEARDOWN_VC_OFFERED : CLEARDOWN_VC_IDLE;
	snprintf(vc->script, sizeof(vc->script), "%s", script);
	return vc;
}

/* ---- records ---- */

static struct cleardown_vc_call call_of(const struct vc *vc)
{
	struct cleardown_vc_call call = {
		.fwd_pcr = 1000,
		.bwd_pcr = 2000,
		.fwd_sdu = 1000,
		.bwd_sdu = 9188,
		.vci = 31 + (vc->id - FAKE_LINK),
	};

	memset(call.called, 0xaa, sizeof(call.called));
	memset(call.calling, 0xbb, sizeof(call.calling));
	call.called[19] = 7;
	return call;
}

static void post(const struct vc *vc, __u32 type, int error, __u32 cause, const void *data,
		 size_t len)
{
	struct cleardown_event e = {
		.type = type,
		.handle = vc->id,
		.req_id = type == CLEARDOWN_EV_COMPLETION ? vc->pending : 0,
		.error = -error,
		.status = error ? CLEARDOWN_NDIS_STATUS_FAILURE : 0,
		.p1 = cause,
	};

	post_data(&e, data, len);
}

static void complete(struct vc *vc, int error, __u32 cause, const char *text)
{
	struct cleardown_vc_call call = call_of(vc);
	const void *data = error ? (const void *)text : &call;
	size_t len = error ? strlen(text) : sizeof(call);

	if (!error)
		vc->state = CLEARDOWN_VC_ACTIVE;
	post(vc, CLEARDOWN_EV_COMPLETION, error, cause, data, len);
	if (vc == &vcs[0] && !keeps("exactly-once"))
		post(vc, CLEARDOWN_EV_COMPLETION, error, cause, data, len);
	vc->pending = 0;
}

static void far_end_closes(struct vc *vc, __u32 cause, const char *data)
{
	vc->state = CLEARDOWN_VC_REMOTE_CLOSED;
	shutdown(vc->far_fd, SHUT_WR);
	post(vc, CLEARDOWN_EV_INCOMING_CLOSE, 0, cause, data, strlen(data));
}

static void unbind(struct vc *vc)
{
	struct cleardown_event e = {
		.type = CLEARDOWN_EV_AF_NOTIFY,
		.handle = FAKE_LINK,
		.p1 = CLEARDOWN_CAUSE_ADMIN,
	};

	vc->state = CLEARDOWN_VC_DELETED;
	post(vc, CLEARDOWN_EV_VC_DELETED, 0, 0, NULL, 0);
	post_data(&e, NULL, 0);
}

static void ended_by_admin(struct vc *vc)
{
	struct cleardown_event e = {
		.type = CLEARDOWN_EV_PHONE_CLOSE,
		.handle = vc->id,
		.p1 = CLEARDOWN_CAUSE_ADMIN,
		.p2 = 16,
	};

	vc->state = vc->incoming ? CLEARDOWN_VC_DELETED : CLEARDOWN_VC_IDLE;
	post_data(&e, NULL, 0);
	if (vc->incoming)
		post(vc, CLEARDOWN_EV_VC_DELETED, 0, 0, NULL, 0);
}

/* ---- far ends ---- */

static ssize_t take_frame(struct vc *vc, char *frame)
{
	ssize_t n = recv(vc->far_fd, frame, FRAME_MAX, 0);

	if (n > 0) {
		note("frame %zd\n", n);
		total += n;
	}
	return n;
}

static void give_frame(struct vc *vc, const char *frame, size_t len)
{
	if (send(vc->far_fd, frame, len, MSG_NOSIGNAL) < 0)
		note("unsent %zu\n", len);
}

/* A caller that wants its frame back. */
static void ping(struct vc *vc, char *frame)
{
	ssize_t n;

	give_frame(vc, "ping", 4);
	n = take_frame(vc, frame);
	if (n > 0)
		note("answer %.*s\n", (int)n, frame);
	far_end_closes(vc, 16, "pong");
}

static void reply(struct vc *vc, char *frame, ssize_t octets)
{
	ssize_t n;

	for (; octets > 0; octets -= n) {
		n = take_frame(vc, frame);
		if (n <= 0)
			return;
		give_frame(vc, frame, n);
	}
	far_end_closes(vc, 16, "");
}

static void await_no_reader(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO };

	poll(&output, 1, READER_MS); /* POLLERR, which is not asked for */
}

static void play(struct vc *vc, char *frame)
{
	ssize_t n;

	if (!strcmp(vc->script, "hello")) {
		give_frame(vc, "hello\n", 6);
		give_frame(vc, "world\n", 6);
		far_end_closes(vc, 16, "bye\x1b");
	} else if (!strncmp(vc->script, "close:", 6)) {
		far_end_closes(vc, atoi(vc->script + 6), "");
	} else if (!strcmp(vc->script, "farewell")) {
		far_end_closes(vc, 21, "farewell");
	} else if (!strcmp(vc->script, "once")) {
		take_frame(vc, frame);
		far_end_closes(vc, 16, "");
	} else if (!strncmp(vc->script, "reply:", 6)) {
		reply(vc, frame, atoi(vc->script + 6));
	} else if (!strcmp(vc->script, "unread")) {
		await_no_reader();
		far_end_closes(vc, 16, "");
	} else if (!strcmp(vc->script, "unbind")) {
		unbind(vc);
	} else if (!strcmp(vc->script, "admin")) {
		ended_by_admin(vc);
	} else if (vc->incoming && !strcmp(vc->script, "echo")) {
		ping(vc, frame);
	} else if (strcmp(vc->script, "stay")) {
		if (!strcmp(vc->script, "slow"))
			usleep(SLOW_US);
		while ((n = take_frame(vc, frame)) > 0)
			if (strcmp(vc->script, "sink") && strcmp(vc->script, "slow"))
				give_frame(vc, frame, n);
	}
}

static void *far_end(void *arg)
{
	struct vc *vc = arg;
	char *frame = malloc(FRAME_MAX);

	usleep(MOMENT_US);
	play(vc, frame);
	free(frame);
	return NULL;
}

/* Signals are the program's, never this thread's. */
static void start(struct vc *vc)
{
	sigset_t all, before;

	complete(vc, 0, 0, "");
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&vc->thread, NULL, far_end, vc))
		abort();
	vc->playing = true;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* It takes what was sent, and ends. */
static void stop(struct vc *vc)
{
	shutdown(vc->fd, SHUT_RDWR);
	if (vc->playing)
		pthread_join(vc->thread, NULL);
	vc->playing = false;
}

/* ---- requests ---- */

static void make_call(struct vc *vc, const struct cleardown_vc_call *call)
{
	const char *script = setting("FAKE_VC", "echo");
	char called[41];
	int i;

	for (i = 0; i < CLEARDOWN_NSAP_LEN; i++)
		sprintf(called + 2 * i, "%02x", call->called[i]);
	note("make %s\n", called);
	snprintf(vc->script, sizeof(vc->script), "%s", script);
	vc->state = CLEARDOWN_VC_CALLING;
	if (!strcmp(script, "silent") || (vc == &vcs[1] && !keeps("all-before")))
		return;
	if (!strncmp(script, "refuse:", 7))
		complete(vc, ECONNREFUSED, atoi(script + 7), "not now");
	else if (!strcmp(script, "late"))
		complete(vc, ETIMEDOUT, 16, "");
	else
		start(vc);
	if (vc->state == CLEARDOWN_VC_CALLING)
		vc->state = CLEARDOWN_VC_IDLE;
}

static void accept_call(struct vc *vc)
{
	note("accept\n");
	if (!strcmp(vc->script, "overtaken")) {
		complete(vc, ECONNRESET, 41, "");
		far_end_closes(vc, 41, "too late");
	} else if (!strcmp(vc->script, "fail")) {
		complete(vc, ENETDOWN, 0, "");
	} else {
		start(vc);
	}
}

static void reject_call(struct vc *vc, const struct cleardown_op_reject *in)
{
	note("reject %u\n", in->cause);
	vc->state = CLEARDOWN_VC_DELETED;
	post(vc, CLEARDOWN_EV_COMPLETION, 0, 0, NULL, 0);
	post(vc, CLEARDOWN_EV_VC_DELETED, 0, 0, NULL, 0);
}

static int fail(int err)
{
	errno = err;
	return -1;
}

static int submit(struct vc *vc, struct cleardown_submit *s)
{
	const void *in = (const void *)(unsigned long)s->in_ptr;

	s->out_status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (!strcmp(setting("FAKE_VC", "echo"), "full") || !strcmp(vc->script, "lost"))
		return fail(EISCONN);
	note("deadline %lld\n", (long long)s->deadline_ns);
	vc->pending = s->req_id;
	if (s->opcode == CLEARDOWN_OP_MAKE_CALL)
		make_call(vc, in);
	else if (s->opcode == CLEARDOWN_OP_ACCEPT)
		accept_call(vc);
	else
		reject_call(vc, in);
	s->out_status = 0;
	return 0;
}

/* ---- the link ---- */

static void incoming_call(const char *script)
{
	struct vc *vc = vc_new(script, true);
	struct cleardown_vc_call call = call_of(vc);
	struct cleardown_event e = {
		.type = CLEARDOWN_EV_INCOMING_CALL,
		.handle = FAKE_LINK,
		.req_id = vc->id,
	};

	post_data(&e, &call, strcmp(script, "garbage") ? sizeof(call) : 5);
	if (!strcmp(script, "lost"))
		post(vc, CLEARDOWN_EV_INCOMING_CLOSE, 0, 41, NULL, 0);
}

static int sap(struct cleardown_vc_sap *s)
{
	char calls[1024], *script, *rest = calls;

	note("sap %u %u\n", s->selector, s->flags);
	if (getenv("FAKE_SAP")) {
		s->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
		return fail(atoi(getenv("FAKE_SAP")));
	}
	if (s->flags & CLEARDOWN_SAP_REMOVE)
		return 0;
	snprintf(calls, sizeof(calls), "%s", setting("FAKE_VC_CALLS", ""));
	while ((script = strsep(&rest, " ")))
		if (*script)
			incoming_call(script);
	return 0;
}

/* Its answer is there before the submission returns, calls before the answer. */
static int link_submit(struct cleardown_submit *s)
{
	const void *in = (const void *)(unsigned long)s->in_ptr;
	const struct cleardown_op_open_af *open_af = in;
	const struct cleardown_op_sap *op_sap = in;
	struct cleardown_vc_sap as_ioctl = { 0 };
	struct cleardown_event e = {
		.type = CLEARDOWN_EV_COMPLETION,
		.handle = FAKE_LINK,
		.req_id = s->req_id,
	};
	const char *how = setting("FAKE_AF", "");

	s->out_status = CLEARDOWN_NDIS_STATUS_FAILURE;
	if (s->opcode == CLEARDOWN_OP_OPEN_AF) {
		note("open-af %#x\n", open_af->family);
		if (!strcmp(how, "late"))
			return 0;
		if (*how)
			return fail(atoi(how));
	} else {
		as_ioctl.selector = op_sap->selector;
		as_ioctl.flags = op_sap->flags;
		if (sap(&as_ioctl) < 0) {
			e.error = -errno;
			e.status = CLEARDOWN_NDIS_STATUS_FAILURE;
		}
	}
	post_data(&e, NULL, 0);
	s->out_status = 0;
	return 0;
}

static int create(struct cleardown_vc_create *c)
{
	struct vc *vc = NULL;
	unsigned int i;

	for (i = 0; c->take && i < nvcs; i++)
		if (vcs[i].id == c->take && !vcs[i].taken)
			vc = &vcs[i];
	if (!c->take)
		vc = vc_new("", false);
	if (!vc)
		return fail(ENOENT);
	shared()->others += is_child();
	for (i = 0; i < nvcs; i++)
		if (vcs[i].fd >= 0 && fcntl(vcs[i].fd, F_GETFD) < 0)
			vcs[i].fd = -1; /* its file went */
	vc->taken = true;
	vc->fd = pair(SOCK_SEQPACKET, &vc->far_fd, 0);
	c->out_fd = vc->fd;
	c->out_vc = vc->id;
	return 0;
}

/* Circuits that should be gone: of a child that was killed, or the second one until there is a child. */
static unsigned int left(void)
{
	if (!keeps("owner-killed"))
		return shared()->others;
	return nvcs > 1 && !shared()->others && !keeps("cleared");
}

static int link_status(struct cleardown_vc_link *l)
{
	l->out_flags = CLEARDOWN_VC_LINK_UP | CLEARDOWN_VC_LINK_SAAL | CLEARDOWN_VC_LINK_NETWORK |
		       CLEARDOWN_VC_LINK_MULTI;
	l->out_close_data = link_is("nodata") ? 0 : 27;
	l->out_vcs = 3 + left();
	l->out_rate = 235849;
	l->out_uni = 31;
	memset(l->out_nsap, 0x47, sizeof(l->out_nsap));
	memset(l->out_peer, 0x39, sizeof(l->out_peer));
	if (link_is("down") || link_is("peerless")) {
		l->out_flags = link_is("down") ? 0 : CLEARDOWN_VC_LINK_UP;
		memset(l->out_peer, 0, sizeof(l->out_peer));
	}
	return 0;
}

static int circuit_status(const struct vc *vc, struct cleardown_vc_status *s)
{
	s->out_state = vc->state;
	s->out_call = call_of(vc);
	s->out_frames_lost = strcmp(vc->script, "sink") ? 0 : 2;
	return 0;
}

/* ---- what observers see ---- */

/* A circuit with a call, and one whose close has been waiting for a minute. */
static int next_circuit(struct cleardown_vc_next *n)
{
	static struct vc circuits[] = {
		{ .id = FAKE_LINK + 1, .state = CLEARDOWN_VC_ACTIVE },
		{ .id = FAKE_LINK + 2, .state = CLEARDOWN_VC_CLOSING, .incoming = true },
	};
	bool second = n->after >= circuits[0].id;
	const struct vc *vc = &circuits[second];

	if (n->after >= circuits[1].id)
		return fail(ENOENT);
	n->out_vc = vc->id;
	n->out_since_ns = now() - (second ? 60000000000ULL : 5000000000ULL);
	n->out_owner_pid = 812;
	n->out_owner_uid = 33;
	strcpy(n->out_owner_comm, "pppd");
	n->out_status.out_state = vc->state;
	n->out_status.out_call_state = second ? 11 : 10;
	n->out_status.out_flags = second ? CLEARDOWN_VC_INCOMING : CLEARDOWN_VC_ACTIVATED;
	n->out_status.out_call = call_of(vc);
	n->out_status.out_frames_sent = 6;
	return 0;
}

/* The third and the fourth record, since the ring has lost two. */
static int next_cdr(struct cleardown_vc_cdr *c)
{
	struct cleardown_cdr *cdr = &c->out_cdr;

	if (c->after >= 4)
		return fail(ENOENT);
	c->out_lost = 2;
	cdr->number = c->after < 3 ? 3 : 4;
	cdr->vc = FAKE_LINK + cdr->number;
	cdr->begin_ns = 1767323045678000000ULL;
	cdr->total_ns = 4000000000ULL;
	cdr->pid = 812;
	cdr->uid = 33;
	cdr->called[19] = 7;
	if (cdr->number == 4) {
		cdr->why = CLEARDOWN_CAUSE_TIMER;
		cdr->cause = 102;
		cdr->flags = CLEARDOWN_CDR_FORCED | CLEARDOWN_CDR_INCOMING;
		return 0;
	}
	cdr->setup_ns = 20000000;
	cdr->why = CLEARDOWN_CAUSE_PEER;
	cdr->cause = 16;
	cdr->flags = CLEARDOWN_CDR_CONNECTED;
	cdr->sent = 1500;
	cdr->sent_frames = 3;
	cdr->received = 81;
	cdr->received_frames = 2;
	cdr->lost_frames = 1;
	cdr->in_doubt = 9;
	cdr->vci = 32;
	cdr->close_data = 5;
	return 0;
}

static int count(struct cleardown_vc_count *c)
{
	static const char *const names[] = { "calls-made", "calls-refused" };

	if (c->index > 1)
		return fail(ENOENT);
	c->out_value = c->index ? 0 : 42;
	strcpy(c->out_name, names[c->index]);
	return 0;
}

static int observe(unsigned long nr, void *arg)
{
	if (getenv("FAKE_CDR"))
		return fail(atoi(getenv("FAKE_CDR")));
	if (nr == CLEARDOWN_IOC_VC_NEXT)
		return next_circuit(arg);
	return nr == CLEARDOWN_IOC_VC_CDR ? next_cdr(arg) : count(arg);
}

/* ---- closes ---- */

static int close_call(struct vc *vc, struct cleardown_close *c)
{
	note("vc-close %u %lld [%.*s]\n", c->mode, (long long)c->deadline_ns, (int)c->data_len,
	     c->data_len ? (const char *)(unsigned long)c->data_ptr : "");
	if (vc->state == CLEARDOWN_VC_CLOSING) {
		sem_post(&vc->hurried);
		return fail(EALREADY);
	}
	if (vc->state == CLEARDOWN_VC_DELETED || close_is("gone"))
		return fail(EBADFD);
	if (vc->state == CLEARDOWN_VC_IDLE)
		return fail(ENOTCONN);
	if (close_is("refused") || (vc == &vcs[0] && !keeps("call")) ||
	    (vc == &vcs[1] && !keeps("bounded")))
		return fail(EINVAL);
	if (close_is("pending"))
		return fail(EINPROGRESS);
	vc->state = CLEARDOWN_VC_CLOSING;
	if (vc->pending && keeps("all-before"))
		complete(vc, ECANCELED, 0, "");
	if (close_is("slow"))
		sem_wait(&vc->hurried);
	stop(vc);
	fill_head(&c->out_report, c->mode, CLEARDOWN_CAUSE_LOCAL_USER);
	vc->state = vc->incoming ? CLEARDOWN_VC_DELETED : CLEARDOWN_VC_IDLE;
	return answer_of(&c->out_report);
}

/* FAKE_CALLS: how many there are to be ended; a handle other than that of the first has none. */
int vc_ctl_close(struct cleardown_ctl_close *c)
{
	c->out_closed = atoi(setting("FAKE_CALLS", "0"));
	if (c->handle && c->handle != FAKE_LINK + 1)
		return fail(c->handle == FAKE_LINK + 2 ? ENOTCONN : ENOENT);
	if (c->handle)
		c->out_closed = 1;
	if (c->flags & CLEARDOWN_CTL_CLOSE_ASYNC) {
		hurry();
		return fail(EINPROGRESS);
	}
	if (close_is("pending"))
		return fail(EINPROGRESS);
	if (close_is("slow"))
		await_hurry();
	if (!c->out_closed)
		return 0;
	report_as(CLEARDOWN_CLASS_VC, "vc0");
	fill_head(&c->out_report, c->mode, CLEARDOWN_CAUSE_ADMIN);
	return answer_of(&c->out_report);
}

void vc_counts(struct cleardown_report_head *h)
{
	h->cause_detail = 16;
	h->accepted = h->confirmed = total;
	h->in_doubt = 0;
}

int vc_open(int flags)
{
	int unused;

	if (link_is("closed"))
		return fail(EACCES);
	link_fd = pair(SOCK_STREAM, &unused, flags);
	return link_fd;
}

static int link_ioctl(unsigned long nr, void *arg)
{
	switch (nr) {
	case CLEARDOWN_IOC_BIND_EVENTS:
		return 0;
	case CLEARDOWN_IOC_VC_LINK:
		return link_status(arg);
	case CLEARDOWN_IOC_VC_NEXT:
	case CLEARDOWN_IOC_VC_CDR:
	case CLEARDOWN_IOC_VC_COUNT:
		return observe(nr, arg);
	case CLEARDOWN_IOC_VC_SAP:
		return sap(arg);
	case CLEARDOWN_IOC_VC_CREATE:
		return create(arg);
	case CLEARDOWN_IOC_SUBMIT:
		return link_submit(arg);
	case CLEARDOWN_IOC_CLOSE:
		note("af-close\n");
		return 0;
	default:
		return fail(ENOTTY);
	}
}

int vc_ioctl(int fd, unsigned long nr, void *arg)
{
	struct vc *vc = vc_of(fd);

	if (fd == link_fd)
		return link_ioctl(nr, arg);
	if (!vc || (vc->deleted && keeps("stale")))
		return fail(EBADFD);
	switch (nr) {
	case CLEARDOWN_IOC_SUBMIT:
		return submit(vc, arg);
	case CLEARDOWN_IOC_CLOSE:
		return close_call(vc, arg);
	case CLEARDOWN_IOC_VC_STATUS:
		return circuit_status(vc, arg);
	case CLEARDOWN_IOC_VC_DELETE:
		note("delete\n");
		vc->deleted = true;
		return 0;
	default:
		return fail(ENOTTY);
	}
}
