// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stand-in for the module, so that the tool's own behaviour can be tested without one: preloaded,
 * it answers for the files below /dev/cleardown. Nothing here says anything about the module.
 *
 * The environment chooses what there is and how it ends:
 *   FAKE_DEVICES  names of the phones, ports and vcs, separated by blanks (phone0)
 *   FAKE_OWNER    "PID COMM": who has the first phone open
 *   FAKE_BACKEND  what all of them are bound to (sim:)
 *   FAKE_CLOSE    how closes end: clean, discarded, forced, stuck, slow (waits to be hurried)
 *   FAKE_NO_REPORT  there is no report before the first close
 *   FAKE_GONE     the lines are gone and were called so
 *   FAKE_UNBOUND  a phone is unbound as soon as it is watched
 *   FAKE_BOUND    the objects are those that were bound, see fakebind.c
 *   FAKE_VERSION  of the module (fake)
 *   FAKE_OPEN     errno number with which an owner's open fails
 *   FAKE_BREAK    promises that are broken, see fakebreak.c
 * The number that is dialled chooses what becomes of the call, see dial(). Every close that was
 * asked for goes to the file FAKE_LOG: "close MODE DEADLINE", "dtr POLICY MS", "submit OPCODE".
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"

#define MAX_FDS	   256
#define HANDLE	   0x100000001ULL
#define MAX_NAMES  8
#define FAKE_STEPS 2
#define MAX_HELD   8
#define REPORT	   7 /* number of the last close's report; the next one's is of who was killed */

enum kind { NOT_OURS, CTL, EVENTS, PHONE, OBSERVER, VC, FAX };

static enum kind kinds[MAX_FDS];
static int far_fd = -1;		/* our end of the owner's phone */
static int event_fd = -1;	/* our end of the newest queue */
static int owner_queue = -1;	/* of the one that the owner has bound */
static int queue_ends[MAX_FDS]; /* ours, by the program's */
static int owner_fd = -1;	/* the program's phone or port */
static bool online, closing, closed, is_port;
static bool fax_closed[MAX_FDS];
static struct cleardown_submit held[MAX_HELD]; /* completions for a close to forget */
static unsigned int nheld;
static bool late; /* they come when the program waits for them */
static __u64 sequence, cookie;
static sem_t hurried;
static struct cleardown_report_head last;
static __u32 report_class = CLEARDOWN_CLASS_PHONE;
static const char *report_name = "phone0";

const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

void note(const char *format, ...)
{
	const char *path = getenv("FAKE_LOG");
	FILE *file = path ? fopen(path, "a") : NULL;
	va_list args;

	if (!file)
		return;
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fclose(file);
}

__u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* ---- events ---- */

void post_data(struct cleardown_event *e, const void *data, size_t len)
{
	char buf[1024] = { 0 };

	e->data_len = len;
	e->len = (sizeof(*e) + e->data_len + 7) & ~7U;
	e->seq = ++sequence;
	e->ns = now();
	e->cookie = cookie;
	if (!e->handle)
		e->handle = HANDLE;
	memcpy(buf, e, sizeof(*e));
	if (len)
		memcpy(buf + sizeof(*e), data, len);
	/* A queue that is gone takes nothing, like the real one's orphan. */
	if (owner_queue >= 0)
		send(owner_queue, buf, e->len, MSG_NOSIGNAL);
	else if (event_fd >= 0 && send(event_fd, buf, e->len, MSG_NOSIGNAL) < 0)
		event_fd = -1;
}

static void post(struct cleardown_event *e, const char *text)
{
	post_data(e, text, strlen(text));
}

static void post_call(enum cleardown_call_state state, enum cleardown_result result)
{
	struct cleardown_event e = {
		.type = CLEARDOWN_EV_CALL_STATE,
		.p1 = state,
		.p2 = result,
		.p3 = 1,
	};

	online = state == CLEARDOWN_CALL_ONLINE;
	post(&e, "");
}

static void complete(const struct cleardown_submit *s, int error, enum cleardown_result result,
		     const char *text)
{
	struct cleardown_event e = {
		.type = CLEARDOWN_EV_COMPLETION,
		.req_id = s->req_id,
		.error = -error,
		.status = error ? CLEARDOWN_PHONEERR_OPERATIONFAILED : 0,
		.p1 = result,
	};

	post(&e, text);
}

/* ---- the far end ---- */

/* Sends back what comes, until it is told "bye". */
static void *echo(void *unused)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(far_fd, buf, sizeof(buf))) > 0) {
		if (memmem(buf, n, "bye", 3))
			break;
		if (write(far_fd, buf, n) != n)
			break;
	}
	post_call(CLEARDOWN_CALL_IDLE, CLEARDOWN_RESULT_NO_CARRIER);
	shutdown(far_fd, SHUT_WR);
	return unused;
}

static void connected(const struct cleardown_submit *s)
{
	post_call(CLEARDOWN_CALL_ONLINE, CLEARDOWN_RESULT_CONNECT);
	complete(s, 0, CLEARDOWN_RESULT_CONNECT, "CONNECT 2400");
}

static void connect_echo(const struct cleardown_submit *s)
{
	pthread_t thread;

	connected(s);
	if (pthread_create(&thread, NULL, echo, NULL) == 0)
		pthread_detach(thread);
}

static void hello_and_gone(const struct cleardown_submit *s)
{
	connected(s);
	if (write(far_fd, "hello\n", 6) != 6)
		abort();
	post_call(CLEARDOWN_CALL_IDLE, CLEARDOWN_RESULT_NO_CARRIER);
	shutdown(far_fd, SHUT_WR);
}

static void forced(const struct cleardown_submit *s, enum cleardown_cause cause)
{
	struct cleardown_event e = { .type = CLEARDOWN_EV_PHONE_CLOSE, .p1 = cause };

	connected(s);
	closed = true;
	/* the call ends before its phone does */
	post_call(CLEARDOWN_CALL_IDLE, CLEARDOWN_RESULT_NONE);
	post(&e, "");
}

/* Results by their V.250 digit; 0 never ends; hello, unplug, admin end by themselves; else echo. */
static void dial(const struct cleardown_submit *s, const char *number)
{
	post_call(CLEARDOWN_CALL_DIALING, CLEARDOWN_RESULT_NONE);
	if (!strcmp(number, "0"))
		return;
	if (strlen(number) == 1 && strchr("34678", *number))
		complete(s, EIO, *number - '0', "");
	else if (!strcmp(number, "hello"))
		hello_and_gone(s);
	else if (!strcmp(number, "unplug"))
		forced(s, CLEARDOWN_CAUSE_UNPLUG);
	else if (!strcmp(number, "admin"))
		forced(s, CLEARDOWN_CAUSE_ADMIN);
	else
		connect_echo(s);
}

static void at_command(const struct cleardown_submit *s, const char *command)
{
	if (nheld < MAX_HELD && !(keeps("all-before") && keeps("exactly-once")))
		held[nheld++] = *s;
	if (!keeps("all-before"))
		return;
	if (!strcmp(command, "I3"))
		complete(s, 0, CLEARDOWN_RESULT_OK, "FAKE MODEM\r\n\x1b[31mred\xe9\r\n");
	else if (!strcmp(command, ""))
		complete(s, 0, CLEARDOWN_RESULT_OK, "");
	else
		complete(s, EIO, CLEARDOWN_RESULT_ERROR, "");
}

static int submit(struct cleardown_submit *s)
{
	char input[256] = "";

	note("submit %#x\n", s->opcode);
	if (is_port)
		return port_submit(s);
	if (s->opcode == CLEARDOWN_OP_SET_GAIN || s->opcode == CLEARDOWN_OP_SET_RING) {
		s->out_status = CLEARDOWN_PHONEERR_OPERATIONUNAVAIL;
		errno = EOPNOTSUPP;
		return -1;
	}
	if (s->in_len < sizeof(input))
		memcpy(input, (const void *)(unsigned long)s->in_ptr, s->in_len);
	if (s->opcode == CLEARDOWN_OP_DIAL)
		dial(s, input);
	else if (s->opcode == CLEARDOWN_OP_ANSWER)
		connect_echo(s);
	else if (s->opcode == CLEARDOWN_OP_DEV_SPECIFIC)
		at_command(s, input);
	else if (s->opcode == CLEARDOWN_OP_GET_DATA)
		complete(s, 0, CLEARDOWN_RESULT_OK, "0123 Bo\xe9");
	else
		complete(s, 0, CLEARDOWN_RESULT_OK, "");
	return 0;
}

/* ---- closes and reports ---- */

void fill_head(struct cleardown_report_head *h, __u32 mode, enum cleardown_cause cause)
{
	const char *how = setting("FAKE_CLOSE", "clean");

	*h = (struct cleardown_report_head){
		.number = REPORT,
		.handle = HANDLE,
		.clazz = report_class,
		.mode = mode,
		.cause = cause,
		.flags = CLEARDOWN_REPORT_RELEASED,
		.seq_at_return = sequence,
		.deadline_ns = 5000000000ULL,
		.begin_ns = now() - 35000000,
		.end_ns = now(),
		.ops_issued = 3,
		.ops_completed = 3,
		.ops_at_close = 1,
		.accepted = 100,
		.confirmed = 90,
		.in_doubt = 10,
		.received = 5,
	};
	if (report_class == CLEARDOWN_CLASS_PHONE && keeps("call"))
		h->flags |= CLEARDOWN_REPORT_ONHOOK;
	if (report_class == CLEARDOWN_CLASS_PORT)
		port_counts(h);
	if (report_class == CLEARDOWN_CLASS_VC)
		vc_counts(h);
	if (!strcmp(how, "discarded")) {
		h->discarded = 40;
		h->confirmed = 50;
	} else if (!strcmp(how, "forced")) {
		h->flags |= CLEARDOWN_REPORT_FORCED;
	} else if (!strcmp(how, "stuck")) {
		h->flags = CLEARDOWN_REPORT_FORCED;
		h->error = -EIO;
		h->status = CLEARDOWN_PHONEERR_OPERATIONFAILED;
	}
	if (!keeps("accounted"))
		h->confirmed++;
	last = *h;
}

bool close_is(const char *how)
{
	return !strcmp(setting("FAKE_CLOSE", "clean"), how);
}

void await_hurry(void)
{
	sem_wait(&hurried);
}

void hurry(void)
{
	sem_post(&hurried);
}

void report_as(__u32 clazz, const char *name)
{
	report_class = clazz;
	report_name = name;
}

int answer_of(const struct cleardown_report_head *h)
{
	if (h->flags & CLEARDOWN_REPORT_RELEASED)
		return 0;
	errno = EIO;
	return -1;
}

/* What should have come before the close had returned, or not at all. */
static void come_late(void)
{
	struct cleardown_event ring = { .type = CLEARDOWN_EV_RING };
	unsigned int i;

	late = false;
	for (i = 0; i < nheld && (!i || !keeps("all-before")); i++)
		complete(&held[i], 0, CLEARDOWN_RESULT_OK, "");
	if (!keeps("silent"))
		post(&ring, "");
}

static void break_promises(struct cleardown_report_head *h)
{
	/* late completions are not to break the promise of silence, too */
	h->seq_at_return += nheld;
	late = nheld || !keeps("silent");
}

static int close_phone(struct cleardown_close *c)
{
	note("close %u %lld\n", c->mode, (long long)c->deadline_ns);
	if (closed || closing) {
		errno = closed ? EBADFD : EALREADY;
		sem_post(&hurried);
		return -1;
	}
	closing = true;
	if (close_is("slow"))
		await_hurry();
	closed = true;
	shared()->owner = 0;
	fill_head(&c->out_report, c->mode, CLEARDOWN_CAUSE_LOCAL_USER);
	break_promises(&c->out_report);
	return answer_of(&c->out_report);
}

static __u32 class_of(const char *name)
{
	if (!strncmp(name, "vc", 2))
		return CLEARDOWN_CLASS_VC;
	if (!strncmp(name, "fax", 3))
		return CLEARDOWN_CLASS_FAX;
	return strncmp(name, "port", 4) ? CLEARDOWN_CLASS_PHONE : CLEARDOWN_CLASS_PORT;
}

static int close_device(struct cleardown_ctl_close *c)
{
	note("ctl-close %s %u %lld %u\n", c->name, c->mode, (long long)c->deadline_ns, c->flags);
	if (class_of(c->name) == CLEARDOWN_CLASS_VC)
		return vc_ctl_close(c);
	if (!getenv("FAKE_OWNER"))
		return 0;
	if (c->flags & CLEARDOWN_CTL_CLOSE_ASYNC) {
		sem_post(&hurried);
		errno = EINPROGRESS;
		return -1;
	}
	if (close_is("slow"))
		await_hurry();
	fill_head(&c->out_report, c->mode, CLEARDOWN_CAUSE_ADMIN);
	return answer_of(&c->out_report);
}

static int report(struct cleardown_report *r)
{
	bool of_killed;

	if (!last.number && getenv("FAKE_NO_REPORT")) {
		errno = ENOENT;
		return -1;
	}
	if (!last.number)
		fill_head(&last, CLEARDOWN_MODE_ORDERLY, CLEARDOWN_CAUSE_OWNER_DIED);
	of_killed = r->after == REPORT && shared()->died && keeps("owner-killed");
	if ((r->after >= last.number && !of_killed) || (r->after < REPORT && !keeps("reported"))) {
		errno = ENOENT;
		return -1;
	}
	r->out_head = last;
	strcpy(r->out_name, report_name);
	strcpy(r->out_backend, "sim:");
	r->out_owner_pid = r->out_closer_pid = 812;
	strcpy(r->out_owner_comm, "minicom");
	strcpy(r->out_closer_comm, "minicom");
	if (last.cause == CLEARDOWN_CAUSE_OWNER_DIED)
		r->out_closer_signal = r->out_head.cause_detail = SIGKILL;
	r->out_realtime_ns = 1767323045678000000ULL;
	r->out_nsteps = FAKE_STEPS;
	r->out_steps[0] = (struct cleardown_step){ .what = CLEARDOWN_STEP_DRAIN_OPS,
						   .flags = CLEARDOWN_STEP_SKIPPED };
	r->out_steps[1] =
		(struct cleardown_step){ .what = CLEARDOWN_STEP_HANGUP, .took_ns = 20000000 };
	if (of_killed) {
		r->out_head.number = REPORT + 1;
		r->out_head.cause = CLEARDOWN_CAUSE_OWNER_DIED;
		r->out_owner_pid = r->out_closer_pid = shared()->died;
	}
	if (last.clazz == CLEARDOWN_CLASS_VC)
		r->out_steps[1] =
			(struct cleardown_step){ .what = CLEARDOWN_STEP_NET_RELEASE, .detail = 3 };
	return 0;
}

/* ---- devices ---- */

static void fill_status(struct cleardown_status *s, bool first)
{
	const char *owner = getenv("FAKE_OWNER");

	s->out_since_ns = now() - 1000000000;
	s->out_lines = CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_CTS;
	if (!owner || !first)
		return;
	s->out_state = CLEARDOWN_STATE_OPEN;
	s->out_call = is_port ? port_document() : 4;
	sscanf(owner, "%d %15s", &s->out_owner_pid, s->out_owner_comm);
}

static int list(struct cleardown_list *l)
{
	char names[128], *name, *rest = names;
	__u64 i = 0;

	if (getenv("FAKE_BOUND")) {
		if (bound_list(l) < 0)
			return -1;
		fill_status(&l->out_status, true);
		return 0;
	}
	snprintf(names, sizeof(names), "%s", setting("FAKE_DEVICES", "phone0"));
	while ((name = strsep(&rest, " ")) && *name) {
		if (i++ != l->after)
			continue;
		l->out_class = class_of(name);
		l->out_id = i;
		strcpy(l->out_name, name);
		strcpy(l->out_backend, setting("FAKE_BACKEND", "sim:"));
		if (!strcmp(l->out_backend, "tty:null"))
			l->out_dev = 0x103; /* /dev/null */
		l->out_speed = 9600;
		l->out_flow = CLEARDOWN_FLOW_NONE;
		strcpy(l->out_args, setting("FAKE_ARGS", ""));
		strcpy(l->out_ident, setting("FAKE_IDENT", ""));
		fill_status(&l->out_status, i == 1);
		if (getenv("FAKE_GONE")) {
			strcpy(l->out_backend, getenv("FAKE_GONE"));
			l->out_status.out_state = CLEARDOWN_STATE_GONE;
		}
		return 0;
	}
	errno = ENOENT;
	return -1;
}

static int bind_object(struct cleardown_bind *b)
{
	bool port = b->clazz == CLEARDOWN_CLASS_PORT;

	if (b->clazz == CLEARDOWN_CLASS_VC)
		note("bind-vc %s %#llx [%s]\n", b->link, b->dev, b->args);
	if (port)
		note("bind-port %s %#llx [%s]\n", b->link, b->dev, b->args);
	note("bind %s %s %u %u [%s]\n", b->link, b->name, b->speed, b->flow, b->args);
	if (*b->ident)
		note("ident %s\n", b->ident);
	if (strstr(b->args, "refuse")) {
		strcpy(b->out_text, "the line has no UART");
		b->out_status = port ? CLEARDOWN_ERROR_ALREADY_EXISTS : 0;
		errno = EINVAL;
		return -1;
	}
	if (getenv("FAKE_BOUND"))
		return bound_add(b);
	strcpy(b->name, b->clazz == CLEARDOWN_CLASS_VC ? "vc0" : port ? "port0" : "phone0");
	return 0;
}

static int configure(const struct cleardown_configure *c)
{
	note("configure %s [%s]\n", c->name, c->args);
	return 0;
}

static void rebind(const struct cleardown_rebind *r)
{
	if (r->flags & CLEARDOWN_REBIND_AWAY)
		note("away %s\n", r->name);
	else
		note("rebind %s %#llx%s%s\n", r->name, r->dev, *r->ident ? " " : "", r->ident);
}

static int ctl_call(unsigned long nr, void *arg)
{
	switch (nr) {
	case CLEARDOWN_IOC_CTL_VERSION:
		((struct cleardown_version *)arg)->out_abi = CLEARDOWN_ABI_VERSION;
		strcpy(((struct cleardown_version *)arg)->out_module,
		       setting("FAKE_VERSION", "fake"));
		return 0;
	case CLEARDOWN_IOC_CTL_LIST:
		return list(arg);
	case CLEARDOWN_IOC_CTL_REPORT:
		return report(arg);
	case CLEARDOWN_IOC_CTL_CLOSE:
		return close_device(arg);
	case CLEARDOWN_IOC_CTL_BIND:
		return bind_object(arg);
	case CLEARDOWN_IOC_CTL_CONFIGURE:
		return configure(arg);
	case CLEARDOWN_IOC_CTL_REBIND:
		rebind(arg);
		return 0;
	case CLEARDOWN_IOC_CTL_UNBIND:
		note("unbind %s %u\n", ((struct cleardown_unbind *)arg)->name,
		     ((struct cleardown_unbind *)arg)->flags);
		errno = getenv("FAKE_OWNER") ? EBUSY : 0;
		if (!errno && getenv("FAKE_BOUND"))
			return bound_remove(((struct cleardown_unbind *)arg)->name);
		return errno ? -1 : 0;
	default:
		errno = ENOTTY;
		return -1;
	}
}

static int set_options(const struct cleardown_options *o)
{
	if (o->set & CLEARDOWN_OPT_DTR)
		note("dtr %u %u\n", o->dtr, o->dtr_pulse_ms);
	if (o->set & CLEARDOWN_OPT_RESET)
		note("reset %u\n", o->reset);
	return 0;
}

static int phone_status(struct cleardown_phone_status *s)
{
	s->out_call_state = online ? CLEARDOWN_CALL_ONLINE : CLEARDOWN_CALL_IDLE;
	s->out_rate = 2400;
	s->out_volume = 0x8000;
	strcpy(s->out_caller, "5551234");
	return 0;
}

static int phone_caps(struct cleardown_phone_caps *c)
{
	c->out_opcodes = 1U << (CLEARDOWN_OP_DIAL - 0x100) | 1U << (CLEARDOWN_OP_ANSWER - 0x100);
	c->out_hook_devices = CLEARDOWN_HOOKDEV_SPEAKER;
	strcpy(c->out_id, "FAKE MODEM");
	return 0;
}

/* A telephone that rings, with a lamp and a display. */
static int phone_panel(struct cleardown_phone_panel *p)
{
	p->out_ring_modes = 3;
	p->out_ring_mode = 2;
	p->out_lamps = 1;
	p->out_lamp_modes[0] = CLEARDOWN_LAMPMODE_OFF | CLEARDOWN_LAMPMODE_WINK;
	p->out_lamp[0] = CLEARDOWN_LAMPMODE_WINK;
	p->out_display_rows = 2;
	p->out_display_columns = 4;
	memcpy(p->out_display, "busycall", 8);
	return 0;
}

/* A phone that is watched or waited for rings twice, and may be unbound then. */
static int set_filter(void)
{
	struct cleardown_event unbound = { .type = CLEARDOWN_EV_PHONE_CLOSE,
					   .p1 = CLEARDOWN_CAUSE_ADMIN };
	struct cleardown_event ring = { .type = CLEARDOWN_EV_RING };
	struct cleardown_event paper = { .type = CLEARDOWN_EV_PRINTER, .p1 = 41002 };
	struct cleardown_event doc = {
		.type = CLEARDOWN_EV_DOC, .p1 = CLEARDOWN_DOC_PRINTED, .p2 = 3, .p3 = 12
	};

	if (is_port) {
		post(&paper, "LOAD PAPER");
		post(&doc, "");
		return 0;
	}
	for (ring.p1 = 1; ring.p1 <= 2; ring.p1++)
		post(&ring, "5551234");
	if (getenv("FAKE_UNBOUND"))
		post(&unbound, "");
	return 0;
}

static void bind_queue(enum kind kind, const struct cleardown_bind_events *b)
{
	cookie = b->cookie;
	if (kind == PHONE && b->fd >= 0 && b->fd < MAX_FDS)
		owner_queue = queue_ends[b->fd];
}

static int phone_call(enum kind kind, unsigned long nr, void *arg)
{
	if (kind == PHONE && closed && nr != CLEARDOWN_IOC_CLOSE && nr != CLEARDOWN_IOC_GET_INFO &&
	    keeps("stale")) {
		errno = EBADFD;
		return -1;
	}
	switch (nr) {
	case CLEARDOWN_IOC_GET_INFO:
		((struct cleardown_info *)arg)->out_handle = HANDLE;
		((struct cleardown_info *)arg)->out_state = closed ? CLEARDOWN_STATE_CLOSED :
								     CLEARDOWN_STATE_OPEN;
		return 0;
	case CLEARDOWN_IOC_GET_STATUS:
		fill_status(arg, true);
		return 0;
	case CLEARDOWN_IOC_BIND_EVENTS:
		bind_queue(kind, arg);
		return 0;
	case CLEARDOWN_IOC_SET_FILTER:
		return set_filter();
	case CLEARDOWN_IOC_SET_OPTIONS:
		return set_options(arg);
	case CLEARDOWN_IOC_SUBMIT:
		return submit(arg);
	case CLEARDOWN_IOC_CLOSE:
		return close_phone(arg);
	case CLEARDOWN_IOC_PHONE_STATUS:
		return phone_status(arg);
	case CLEARDOWN_IOC_PHONE_CAPS:
		return phone_caps(arg);
	case CLEARDOWN_IOC_PHONE_PANEL:
		return phone_panel(arg);
	case CLEARDOWN_IOC_PORT_STATUS:
		return port_status(arg);
	case CLEARDOWN_IOC_PORT_ID:
		return port_id(arg);
	case CLEARDOWN_IOC_CANCEL:
		note("cancel %llu\n", ((struct cleardown_cancel *)arg)->id);
		if (is_port)
			return port_cancel(arg);
		errno = ESTALE;
		return -1;
	default:
		errno = ENOTTY;
		return -1;
	}
}

/* ---- the calls that are replaced ---- */

int pair(int type, int *ours, int flags)
{
	int fds[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	if (flags & O_NONBLOCK && fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	*ours = fds[1];
	return fds[0];
}

static bool has_owner(void)
{
	return owner_fd >= 0 && !closed && fcntl(owner_fd, F_GETFD) >= 0;
}

/* Was the owner another process, and killed? */
static bool owner_died(void)
{
	pid_t owner = shared()->owner;

	return owner && owner != getpid() && kill(owner, 0) < 0 && errno == ESRCH;
}

static int open_owner(int flags)
{
	if (owner_died())
		shared()->died = shared()->owner;
	errno = getenv("FAKE_OPEN") ? atoi(getenv("FAKE_OPEN")) : 0;
	if (shared()->died && !keeps("owner-lives"))
		errno = EBUSY;
	if (errno)
		return -1;
	shared()->owner = getpid();
	closing = closed = false;
	nheld = 0;
	late = false;
	owner_fd = pair(SOCK_STREAM, &far_fd, flags);
	return owner_fd;
}

/* *kind: of a second owner that is let in, one who can do no harm. */
static int open_phone(int flags, enum kind *kind)
{
	int unused;

	*kind = OBSERVER;
	if ((flags & O_ACCMODE) != O_RDONLY && !has_owner()) {
		*kind = PHONE;
		return open_owner(flags);
	}
	if ((flags & O_ACCMODE) != O_RDONLY && keeps("exclusive")) {
		errno = EBUSY;
		return -1;
	}
	return pair(SOCK_STREAM, &unused, flags);
}

static int open_ours(const char *name, int flags)
{
	enum kind kind = CTL;
	int fd;

	if (!strcmp(name, "events")) {
		kind = EVENTS;
		fd = pair(SOCK_SEQPACKET, &event_fd, flags);
		if (fd >= 0 && fd < MAX_FDS)
			queue_ends[fd] = event_fd;
	} else if (!strcmp(name, "ctl")) {
		sem_init(&hurried, 0, 0);
		fd = dup(STDERR_FILENO);
	} else if (!strcmp(name, "fax")) {
		kind = FAX;
		fd = fax_open(flags);
	} else if (!strncmp(name, "vc", 2)) {
		kind = VC;
		report_as(CLEARDOWN_CLASS_VC, "vc0");
		fd = vc_open(flags);
	} else {
		is_port = !strncmp(name, "port", 4);
		fd = open_phone(flags, &kind);
		if (is_port)
			report_as(CLEARDOWN_CLASS_PORT, "port0");
		if (is_port && kind == PHONE && fd >= 0)
			port_opened(far_fd);
	}
	if (fd >= 0 && fd < MAX_FDS) {
		kinds[fd] = kind;
		fax_closed[fd] = false;
	}
	return fd;
}

EXPORT int open(const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	va_list args;
	mode_t mode;

	if (!strncmp(path, "/dev/cleardown/", 15))
		return open_ours(path + 15, flags);
	if (!real)
		real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return real(path, flags, mode);
}

/* How a program waits for records. By the header's prototype what it waits for could not be read. */
EXPORT int wait_records(struct pollfd *fds, nfds_t n, const struct timespec *limit,
			const sigset_t *mask) __asm__("ppoll");

int wait_records(struct pollfd *fds, nfds_t n, const struct timespec *limit, const sigset_t *mask)
{
	static int (*real)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);

	if (late && n == 1 && fds->fd >= 0 && fds->fd < MAX_FDS && kinds[fds->fd] == EVENTS)
		come_late();
	if (!real)
		real = (int (*)(struct pollfd *, nfds_t, const struct timespec *,
				const sigset_t *))dlsym(RTLD_NEXT, "ppoll");
	return real(fds, n, limit, mask);
}

static int vc_call(int fd, unsigned long nr, void *arg)
{
	int ret = vc_ioctl(fd, nr, arg), made;

	if (ret == 0 && nr == CLEARDOWN_IOC_VC_CREATE) {
		made = ((struct cleardown_vc_create *)arg)->out_fd;
		if (made >= 0 && made < MAX_FDS)
			kinds[made] = VC;
	}
	return ret;
}

static int fax_call(int fd, unsigned long nr, void *arg)
{
	int ret, made;

	if (fax_closed[fd] && keeps("stale")) {
		errno = EBADFD;
		return -1;
	}
	fax_closed[fd] = nr == CLEARDOWN_IOC_CLOSE;
	ret = fax_ioctl(nr, arg);
	if (ret == 0 && nr == CLEARDOWN_IOC_FAX_OPEN_PORT) {
		made = ((struct cleardown_fax_open_port *)arg)->out_fd;
		if (made >= 0 && made < MAX_FDS) {
			kinds[made] = FAX;
			fax_closed[made] = false;
		}
	}
	return ret;
}

EXPORT int ioctl(int fd, unsigned long nr, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list args;
	void *arg;

	va_start(args, nr);
	arg = va_arg(args, void *);
	va_end(args);
	if (fd >= 0 && fd < MAX_FDS && kinds[fd] == CTL)
		return ctl_call(nr, arg);
	if (fd >= 0 && fd < MAX_FDS && kinds[fd] == OBSERVER && nr == CLEARDOWN_IOC_SUBMIT) {
		errno = EPERM;
		return -1;
	}
	if (fd >= 0 && fd < MAX_FDS && kinds[fd] == VC)
		return vc_call(fd, nr, arg);
	if (fd >= 0 && fd < MAX_FDS && kinds[fd] == FAX)
		return fax_call(fd, nr, arg);
	if (fd >= 0 && fd < MAX_FDS && kinds[fd] != NOT_OURS)
		return phone_call(kinds[fd], nr, arg);
	if (!real)
		real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	return real(fd, nr, arg);
}
