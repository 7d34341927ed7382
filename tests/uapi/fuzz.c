// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random ioctls, that know the numbers, sizes and opcodes, on every kind of file and in every state
 * that they themselves bring about, as root and as a user in group dialout: phones, ports, faxes and
 * their lines. Two other phones are left alone by name: one with requests outstanding and a filter,
 * one with a data call. Nothing of theirs may change, and the kernel has nothing to say.
 *
 * usage: fuzz [--count N] [--seed N] [--threads N] [--user]
 *
 * --seed replays the calls of a run; with more than one thread their order is the scheduler's.
 */
#define _GNU_SOURCE

#include <getopt.h>
#include <grp.h>
#include <pthread.h>
#include <sys/wait.h>

#include "fax.h"
#include "fuzz.h"
#include "simphone.h"

#define DIALER_UID 1000
#define DIALER "1000"
#define HOUR (3600 * CD_S)
#define MAX_THREADS 8
/* Three phones, two ports, two fax lines, until somebody binds them anew; and the fax server. */
#define DEVICES 7
#define SERVER DEVICES
#define SLOTS 6
#define ADOPT_MS 500 /* jobs of providers that ended hold the module so long */
/* The longest struct, and a surplus. */
#define ARG_MAX_LEN 2048
#define ROUND_BYTES 256

/* ---- the phones that are left alone ---- */

/**
 * struct bystander - an open phone that nobody speaks to but us
 * @phone: its link
 * @fd: its owner's file
 * @events: its queue
 * @info: what it was
 * @status: likewise
 * @phone_status: likewise
 * @seq: number of its queue's last record
 */
struct bystander {
	struct simphone phone;
	int fd;
	int events;
	struct cleardown_info info;
	struct cleardown_status status;
	struct cleardown_phone_status phone_status;
	uint64_t seq;
};

static struct bystander waiting, talking;

static void bystander_open(struct bystander *b, const char *name, uint64_t cookie)
{
	sim_bind(&b->phone, name, "");
	b->fd = sim_open(&b->phone, O_RDWR | O_NONBLOCK);
	b->events = sim_queue(b->fd, cookie);
	if (cd_filter(b->fd, CLEARDOWN_PHONESTATE_RINGMODE, CLEARDOWN_EV_BIT(CLEARDOWN_EV_RING)))
		DIE("no filter");
}

static void bystander_note(struct bystander *b)
{
	b->info = cd_info(b->fd);
	b->seq = cd_events_info(b->events).out_seq;
	if (cd_status(b->fd, &b->status) || cd_phone_status(b->fd, &b->phone_status))
		DIE("no status");
}

static void bystanders_open(void)
{
	struct cleardown_submit arg = {
		.size = sizeof(arg),
		.opcode = CLEARDOWN_OP_DEV_SPECIFIC,
		.deadline_ns = 4 * HOUR,
		.in_ptr = (uintptr_t) "I",
		.in_len = 1,
	};

	bystander_open(&waiting, "bystander1", 0x1111);
	sim_control(&waiting.phone, "deaf on");
	for (arg.req_id = 1; arg.req_id <= 3; arg.req_id++)
		if (cd_ioctl(waiting.fd, CLEARDOWN_IOC_SUBMIT, &arg))
			DIE("SUBMIT: %s", strerror(errno));
	if (!sim_wait(&waiting.phone, "written", 1, 5000))
		DIE("nothing reaches the modem");
	bystander_note(&waiting);
	bystander_open(&talking, "bystander2", 0x2222);
	if (cd_do(talking.fd, talking.events, CLEARDOWN_OP_DIAL, 1, "1", 1, NULL, 10000))
		DIE("no call");
	bystander_note(&talking);
}

/* Everything but the bytes that were sent meanwhile. */
static bool unchanged(const struct bystander *b)
{
	struct bystander now = { .fd = b->fd, .events = b->events };
	bool good = true;

	bystander_note(&now);
	now.status.out_accepted = b->status.out_accepted;
	now.status.out_received = b->status.out_received;
	now.status.out_queued = b->status.out_queued;
	EXPECT(good, !memcmp(&now.info, &b->info, sizeof(now.info)));
	EXPECT(good, !memcmp(&now.status, &b->status, sizeof(now.status)));
	EXPECT(good, !memcmp(&now.phone_status, &b->phone_status, sizeof(now.phone_status)));
	EXPECT_EQ(good, now.seq, b->seq);
	return good;
}

/* Bytes through the call's loop come back as they were. */
static bool talks(void)
{
	char out[ROUND_BYTES], in[ROUND_BYTES];
	struct pollfd p = { .fd = talking.fd, .events = POLLIN };
	static unsigned char next;
	size_t got = 0;
	bool good = true;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = next++;
	EXPECT_EQ(good, write(talking.fd, out, sizeof(out)), sizeof(out));
	while (good && got < sizeof(in)) {
		ssize_t n;

		EXPECT_EQ(good, poll(&p, 1, 20000), 1);
		n = read(talking.fd, in + got, sizeof(in) - got);
		EXPECT(good, n > 0);
		got += n > 0 ? n : 0;
	}
	EXPECT(good, !memcmp(in, out, sizeof(in)));
	return good;
}

static bool bystanders_fine(void)
{
	bool good = unchanged(&waiting);

	good &= unchanged(&talking);
	good &= talks();
	return good;
}

/* The filter and the requests, which only an event shows. */
static bool bystander_filter(void)
{
	union cd_record rec;
	bool good = true;

	sim_control(&waiting.phone, "ring 1 1000");
	EXPECT_EQ(good, cd_one(waiting.events, &rec, 10000), 0);
	EXPECT_EQ(good, rec.ev.type, CLEARDOWN_EV_RING);
	EXPECT_EQ(good, rec.ev.cookie, 0x1111);
	return good;
}

static bool bystanders_end(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, cd_close(waiting.fd, CLEARDOWN_MODE_ABORT, 10 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.ops_at_close, 3);
	EXPECT_EQ(good, arg.out_report.ops_completed, 3);
	EXPECT_EQ(good, cd_close(talking.fd, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, &arg), 0);
	EXPECT_EQ(good, arg.out_report.accepted, arg.out_report.confirmed);
	EXPECT_EQ(good, arg.out_report.accepted, arg.out_report.received);
	close(waiting.fd);
	close(waiting.events);
	close(talking.fd);
	close(talking.events);
	sim_unbind(&waiting.phone);
	sim_unbind(&talking.phone);
	return good;
}

/* ---- the arguments ---- */

/**
 * struct fuzzer - one thread
 * @thread: it
 * @state: of its generator
 * @count: calls still to make
 * @done: calls that returned 0
 * @phones: files on devices, the fax server and its ports: owners or observers, maybe closed
 * @queues: event queues
 * @document: a file to be faxed
 * @ctl: the control file
 * @arg: argument of the present call; a page that cannot be touched follows
 */
struct fuzzer {
	pthread_t thread;
	uint64_t state;
	unsigned long count;
	unsigned long done;
	int phones[SLOTS];
	int queues[SLOTS];
	int document;
	int ctl;
	char *arg;
};

static const char names[DEVICES + 1][CLEARDOWN_NAME_LEN] = {
	"fuzz0", "fuzz1", "fuzz2", "fuzz3", "fuzz4", "fuzz5", "fuzz6", "fax",
};

static const uint32_t classes[DEVICES] = {
	CLEARDOWN_CLASS_PHONE, CLEARDOWN_CLASS_PHONE, CLEARDOWN_CLASS_PHONE, CLEARDOWN_CLASS_PORT,
	CLEARDOWN_CLASS_PORT,  CLEARDOWN_CLASS_FAX,   CLEARDOWN_CLASS_FAX,
};

/* Of jobs, lines and handles that were seen last: random numbers would find none. */
static _Atomic uint64_t seen_job, seen_line, seen_handle;

typedef void fill_fn(struct fuzzer *f, void *arg);

static void fill_any(struct fuzzer *f, void *arg)
{
	(void)f;
	(void)arg;
}

static void fill_bind_events(struct fuzzer *f, void *p)
{
	struct cleardown_bind_events *arg = p;

	arg->fd = one_in(&f->state, 8) ? -1 : f->queues[below(&f->state, SLOTS)];
	arg->cookie = below(&f->state, 8);
}

/* A request to a port; its input lies before the argument. */
static void fill_submit_port(struct fuzzer *f, struct cleardown_submit *arg)
{
	struct cleardown_op_start_doc *start = (void *)(f->arg - 128);
	struct cleardown_op_end_doc *end = (void *)start;

	arg->opcode = 0x200 + below(&f->state, 6);
	memset(start, 0, sizeof(*start));
	if (arg->opcode == CLEARDOWN_OP_START_DOC) {
		start->level = 1;
		start->name[0] = 'a' + below(&f->state, 26);
		arg->in_len = sizeof(*start);
	} else if (arg->opcode == CLEARDOWN_OP_END_DOC) {
		end->flags = below(&f->state, 4);
		arg->in_len = sizeof(*end);
	}
	arg->in_ptr = (uintptr_t)start;
}

static void fill_submit(struct fuzzer *f, void *p)
{
	static const char *const inputs[] = { "I", "E0", "&V", "102", "12", "+VTS=1", "H", "S0=0" };
	struct cleardown_submit *arg = p;
	const char *input = inputs[below(&f->state, 8)];
	uint32_t pair[2] = { 1U << below(&f->state, 4), 1U << below(&f->state, 17) };

	arg->opcode = 0x100 + below(&f->state, 0x18);
	/* a call takes half a second to clear */
	if (arg->opcode == CLEARDOWN_OP_DIAL && !one_in(&f->state, 64))
		arg->opcode = CLEARDOWN_OP_DEV_SPECIFIC;
	arg->req_id = below(&f->state, 64);
	arg->deadline_ns = one_in(&f->state, 2) ? ~0ULL : below(&f->state, 1000000000);
	if (one_in(&f->state, 3)) {
		fill_submit_port(f, arg);
		return;
	}
	arg->in_ptr = (uintptr_t)input;
	arg->in_len = strlen(input);
	if (arg->opcode <= CLEARDOWN_OP_SET_RING && arg->opcode != CLEARDOWN_OP_DEV_SPECIFIC) {
		memcpy(f->arg - 64, pair, sizeof(pair));
		arg->in_ptr = (uintptr_t)f->arg - 64;
		arg->in_len = sizeof(pair);
	} else if (arg->opcode == CLEARDOWN_OP_ANSWER || arg->opcode == CLEARDOWN_OP_HANGUP) {
		arg->in_len = 0;
	}
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

	arg->clazz = below(&f->state, 5);
	arg->mode = 1 + below(&f->state, 3);
	arg->deadline_ns = below(&f->state, 100000000);
	/* mostly it is refused, or there would be little else */
	if (!one_in(&f->state, 16))
		arg->flags = 1;
}

static void fill_filter(struct fuzzer *f, void *p)
{
	struct cleardown_filter *arg = p;

	arg->states = draw(&f->state) & CLEARDOWN_PHONESTATE_ALL;
	arg->events = draw(&f->state) & CLEARDOWN_EV_FILTER_ALL;
}

static void fill_messages(struct fuzzer *f, void *p)
{
	struct cleardown_phone_messages *arg = p;

	arg->states = draw(&f->state) & CLEARDOWN_TAPI_PHONESTATES;
	arg->button_modes = draw(&f->state) & CLEARDOWN_TAPI_BUTTONMODES;
	arg->button_states = draw(&f->state) & CLEARDOWN_TAPI_BUTTONSTATES;
}

static void fill_id(struct fuzzer *f, void *p)
{
	static const char *const classes[] = { "comm", "comm/datamodem/portname", "tapi/phone",
					       "wave" };

	strcpy(((struct cleardown_phone_id *)p)->device_class, classes[below(&f->state, 4)]);
}

static void fill_options(struct fuzzer *f, void *p)
{
	struct cleardown_options *arg = p;

	arg->set = below(&f->state, 8);
	arg->reset = below(&f->state, 2);
	arg->deadline_ns = 1 + below(&f->state, 100000000);
	arg->dtr = below(&f->state, 3);
	arg->dtr_pulse_ms = 1 + below(&f->state, 100);
}

/* Never a bystander's. */
static const char *any_name(struct fuzzer *f)
{
	return names[below(&f->state, DEVICES)];
}

static void fill_bind(struct fuzzer *f, void *p)
{
	struct cleardown_bind *arg = p;

	arg->clazz = one_in(&f->state, 3) ? CLEARDOWN_CLASS_FAX : 1 + below(&f->state, 2);
	strcpy(arg->link, one_in(&f->state, 8) ? "tty" : "sim");
	strcpy(arg->name, any_name(f));
	arg->dev = one_in(&f->state, 2) ? 0 : number(&f->state);
	arg->speed = one_in(&f->state, 2) ? 0 : number(&f->state);
	if (arg->clazz == CLEARDOWN_CLASS_PORT)
		strcpy(arg->args, one_in(&f->state, 2) ? "deaf=1 monitor=pjl" : "deaf=1 reset=1");
	else if (arg->clazz == CLEARDOWN_CLASS_FAX)
		snprintf(arg->args, sizeof(arg->args), "provider=%d", DIALER_UID);
	else
		snprintf(arg->args, sizeof(arg->args), "delay=%u", below(&f->state, 500));
}

static void fill_configure(struct fuzzer *f, void *p)
{
	struct cleardown_configure *arg = p;

	strcpy(arg->name, any_name(f));
	strcpy(arg->args, one_in(&f->state, 2) ? "monitor=none" : "monitor=pjl reset=0");
}

static void fill_port_id(struct fuzzer *f, void *p)
{
	((struct cleardown_port_id *)p)->offset = below(&f->state, 100);
}

static void fill_timeouts(struct fuzzer *f, void *p)
{
	struct cleardown_timeouts *arg = p;

	arg->set = below(&f->state, 4);
	arg->write_ms = 1 + below(&f->state, 100);
	arg->read_ms = 1 + below(&f->state, 100);
}

static void fill_unbind(struct fuzzer *f, void *p)
{
	struct cleardown_unbind *arg = p;

	arg->flags = below(&f->state, 2);
	strcpy(arg->name, any_name(f));
	if (!one_in(&f->state, 16))
		arg->name[0] = '?';
}

static void fill_rebind(struct fuzzer *f, void *p)
{
	strcpy(((struct cleardown_rebind *)p)->name, any_name(f));
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

	strcpy(arg->name, any_name(f));
	arg->mode = 1 + below(&f->state, 3);
	arg->deadline_ns = below(&f->state, 100000000);
	arg->flags = below(&f->state, 2);
	if (!one_in(&f->state, 16))
		arg->mode = 0;
}

/* ---- of faxes ---- */

static void fill_fax_events(struct fuzzer *f, void *p)
{
	struct cleardown_fax_events *arg = p;

	arg->fd = f->queues[below(&f->state, SLOTS)];
	arg->cookie = below(&f->state, 8);
}

/* Rights are soon gone, so mostly it is asked for them. */
static void fill_fax_rights(struct fuzzer *f, void *p)
{
	struct cleardown_fax_rights *arg = p;

	arg->drop = one_in(&f->state, 16) ? below(&f->state, 0x80) : 0;
	arg->handle = one_in(&f->state, 2) ? seen_handle : 0;
}

static void fill_fax_port_next(struct fuzzer *f, void *p)
{
	((struct cleardown_fax_port_next *)p)->after = one_in(&f->state, 2) ? seen_line : 0;
}

static void fill_fax_open_port(struct fuzzer *f, void *p)
{
	struct cleardown_fax_open_port *arg = p;

	arg->mode = 1 + below(&f->state, 2);
	arg->line = seen_line;
}

static void fill_fax_port(struct fuzzer *f, void *p)
{
	struct cleardown_fax_port *arg = p;

	arg->set = one_in(&f->state, 2) ? below(&f->state, 0x20) : 0;
	arg->flags = below(&f->state, 4);
	arg->rings = below(&f->state, 10);
	arg->priority = 1 + below(&f->state, 3);
}

static void fill_fax_send(struct fuzzer *f, void *p)
{
	struct cleardown_fax_send *arg = p;

	arg->fd = one_in(&f->state, 16) ? f->ctl : f->document;
	arg->line = one_in(&f->state, 2) ? seen_line : 0;
	strcpy(arg->number, "102");
}

static void fill_fax_job_next(struct fuzzer *f, void *p)
{
	((struct cleardown_fax_job *)p)->after = one_in(&f->state, 2) ? seen_job : 0;
}

static void fill_fax_job_set(struct fuzzer *f, void *p)
{
	struct cleardown_fax_job_set *arg = p;

	arg->command = below(&f->state, 5);
	arg->job = seen_job;
}

/* The serial line is taken half a second after it was given. */
static void fill_fax_line(struct fuzzer *f, void *p)
{
	((struct cleardown_fax_line *)p)->action = one_in(&f->state, 64) ? below(&f->state, 3) : 0;
}

static void fill_fax_job_take(struct fuzzer *f, void *p)
{
	(void)f;
	((struct cleardown_fax_take *)p)->job = seen_job;
}

static void fill_fax_adopt(struct fuzzer *f, void *p)
{
	struct cleardown_fax_adopt *arg = p;

	arg->job = one_in(&f->state, 4) ? 1ULL << 32 | (1 + below(&f->state, 8)) : seen_job;
	arg->uid = one_in(&f->state, 2) ? 0 : DIALER_UID;
}

static void fill_fax_report(struct fuzzer *f, void *p)
{
	struct cleardown_fax_report *arg = p;

	arg->event = below(&f->state, 28);
	arg->state = one_in(&f->state, 2) ? CLEARDOWN_JS_INPROGRESS : 1U << below(&f->state, 8);
	arg->job = one_in(&f->state, 4) ? 0 : seen_job;
	if (!arg->job)
		arg->state = 0;
	arg->pages = below(&f->state, 4);
}

static void into_slot(struct fuzzer *f, int fd)
{
	int *slot = &f->phones[below(&f->state, SLOTS)];

	if (*slot >= 0)
		close(*slot);
	*slot = fd;
}

/* What an answer is good for: its file, or a number for other calls. */
static void use_answer(struct fuzzer *f, unsigned long cmd, void *p)
{
	switch (cmd) {
	case CLEARDOWN_IOC_GET_INFO:
		seen_handle = ((struct cleardown_info *)p)->out_handle;
		break;
	case CLEARDOWN_IOC_FAX_OPEN_PORT:
		into_slot(f, ((struct cleardown_fax_open_port *)p)->out_fd);
		break;
	case CLEARDOWN_IOC_FAX_JOB_TAKE:
		close(((struct cleardown_fax_take *)p)->out_fd);
		break;
	case CLEARDOWN_IOC_FAX_PORT_NEXT:
		seen_line = ((struct cleardown_fax_port_next *)p)->out_port.out_line;
		break;
	case CLEARDOWN_IOC_FAX_SEND:
		seen_job = ((struct cleardown_fax_send *)p)->out_job;
		break;
	case CLEARDOWN_IOC_FAX_JOB_NEXT:
		seen_job = ((struct cleardown_fax_job *)p)->out_job;
		break;
	}
}

static const struct call {
	unsigned long cmd;
	const char *name;
	size_t size;
	fill_fn *fill;
} calls[] = {
#define CALL(name, type, fill)                                         \
	{                                                              \
		CLEARDOWN_IOC_##name, #name, sizeof(struct type), fill \
	}
	CALL(GET_INFO, cleardown_info, fill_any),
	CALL(GET_STATUS, cleardown_status, fill_any),
	CALL(BIND_EVENTS, cleardown_bind_events, fill_bind_events),
	CALL(SUBMIT, cleardown_submit, fill_submit),
	CALL(SUBMIT, cleardown_submit, fill_submit),
	CALL(SUBMIT, cleardown_submit, fill_submit),
	CALL(CANCEL, cleardown_cancel, fill_cancel),
	CALL(CLOSE, cleardown_close, fill_close),
	CALL(SET_FILTER, cleardown_filter, fill_filter),
	CALL(SET_OPTIONS, cleardown_options, fill_options),
	CALL(PHONE_CAPS, cleardown_phone_caps, fill_any),
	CALL(PHONE_STATUS, cleardown_phone_status, fill_any),
	CALL(PHONE_PANEL, cleardown_phone_panel, fill_any),
	CALL(PHONE_MESSAGES, cleardown_phone_messages, fill_messages),
	CALL(PHONE_ID, cleardown_phone_id, fill_id),
	CALL(PORT_STATUS, cleardown_port_status, fill_any),
	CALL(PORT_TIMEOUTS, cleardown_timeouts, fill_timeouts),
	CALL(PORT_ID, cleardown_port_id, fill_port_id),
	CALL(FAX_EVENTS, cleardown_fax_events, fill_fax_events),
	CALL(FAX_RIGHTS, cleardown_fax_rights, fill_fax_rights),
	CALL(FAX_PORT_NEXT, cleardown_fax_port_next, fill_fax_port_next),
	CALL(FAX_OPEN_PORT, cleardown_fax_open_port, fill_fax_open_port),
	CALL(FAX_PORT, cleardown_fax_port, fill_fax_port),
	CALL(FAX_SEND, cleardown_fax_send, fill_fax_send),
	CALL(FAX_JOB_NEXT, cleardown_fax_job, fill_fax_job_next),
	CALL(FAX_JOB_SET, cleardown_fax_job_set, fill_fax_job_set),
	CALL(FAX_STATUS, cleardown_fax_status, fill_any),
	CALL(FAX_LINE, cleardown_fax_line, fill_fax_line),
	CALL(FAX_PROVIDE, cleardown_fax_provide, fill_any),
	CALL(FAX_JOB_TAKE, cleardown_fax_take, fill_fax_job_take),
	CALL(FAX_JOB_ADOPT, cleardown_fax_adopt, fill_fax_adopt),
	CALL(FAX_REPORT, cleardown_fax_report, fill_fax_report),
	CALL(CTL_VERSION, cleardown_version, fill_any),
	CALL(CTL_BIND, cleardown_bind, fill_bind),
	CALL(CTL_UNBIND, cleardown_unbind, fill_unbind),
	CALL(CTL_REBIND, cleardown_rebind, fill_rebind),
	CALL(CTL_CONFIGURE, cleardown_configure, fill_configure),
	CALL(CTL_LIST, cleardown_list, fill_list),
	CALL(CTL_REPORT, cleardown_report, fill_report),
	CALL(CTL_CLOSE, cleardown_ctl_close, fill_ctl_close),
	CALL(EVENTS_INFO, cleardown_events_info, fill_any),
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))

/* Times that each has succeeded. */
static _Atomic unsigned long succeeded[NCALLS];

/* ---- the calls ---- */

/* The argument, at the end of what can be touched so that one byte too far is seen. */
static void *argument(struct fuzzer *f, const struct call *call)
{
	uint32_t surplus = one_in(&f->state, 16) ? below(&f->state, 64) & ~7U : 0;
	char *arg = f->arg + ARG_MAX_LEN - call->size - surplus;
	uint32_t size = call->size + surplus;

	memset(arg, 0, size);
	call->fill(f, arg);
	memcpy(arg, &size, sizeof(size));
	if (one_in(&f->state, 4))
		scribble(&f->state, arg, call->size);
	if (one_in(&f->state, 64))
		return arg + below(&f->state, 16);
	return one_in(&f->state, 256) ? (void *)(uintptr_t)number(&f->state) : arg;
}

static int any_file(struct fuzzer *f, unsigned long cmd)
{
	bool faxes = cmd >= CLEARDOWN_IOC_FAX_EVENTS && cmd <= CLEARDOWN_IOC_FAX_REPORT;

	if (faxes && !one_in(&f->state, 16))
		return f->phones[below(&f->state, SLOTS)];
	if (!one_in(&f->state, 16)) {
		if (cmd >= CLEARDOWN_IOC_EVENTS_INFO)
			return f->queues[below(&f->state, SLOTS)];
		if (cmd >= CLEARDOWN_IOC_CTL_VERSION)
			return f->ctl;
		return f->phones[below(&f->state, SLOTS)];
	}
	switch (below(&f->state, 3)) {
	case 0:
		return f->queues[below(&f->state, SLOTS)];
	case 1:
		return f->ctl;
	default:
		return f->phones[below(&f->state, SLOTS)];
	}
}

static void one_call(struct fuzzer *f)
{
	const struct call *call = &calls[below(&f->state, NCALLS)];
	unsigned long cmd = call->cmd;
	void *arg = argument(f, call);

	if (one_in(&f->state, 64))
		cmd = _IO(CLEARDOWN_IOC_MAGIC, below(&f->state, 256));
	if (ioctl(any_file(f, cmd), cmd, arg))
		return;
	f->done++;
	if (cmd != call->cmd)
		return;
	succeeded[call - calls]++;
	use_answer(f, cmd, arg);
}

/* ---- files come and go ---- */

static void reopen_phone(struct fuzzer *f)
{
	int flags = one_in(&f->state, 3) ? O_RDONLY : O_RDWR;
	const char *name = names[below(&f->state, DEVICES + 1)];
	int fd = cd_open(name, flags | O_NONBLOCK);

	into_slot(f, fd);
	if (fd >= 0)
		cd_bind_events(fd, f->queues[below(&f->state, SLOTS)], 1);
}

static void reopen_queue(struct fuzzer *f)
{
	int *slot = &f->queues[below(&f->state, SLOTS)];

	close(*slot);
	*slot = cd_open("events", O_RDONLY | O_NONBLOCK);
}

static void drain_queues(struct fuzzer *f)
{
	for (int i = 0; i < SLOTS; i++)
		while (read(f->queues[i], f->arg, ARG_MAX_LEN) > 0)
			;
}

static void *run(void *p)
{
	struct fuzzer *f = p;

	for (; f->count; f->count--) {
		one_call(f);
		if (one_in(&f->state, 64)) /* begins a document, or goes into one, or into a call */
			f->done += write(f->phones[below(&f->state, SLOTS)], f->arg,
					 below(&f->state, 2000)) > 0;
		if (one_in(&f->state, 512))
			reopen_phone(f);
		if (one_in(&f->state, 4096))
			reopen_queue(f);
		if (one_in(&f->state, 256))
			drain_queues(f);
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
	f->document = open(FAX_DOC, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
	for (int i = 0; i < SLOTS; i++) {
		f->queues[i] = cd_open("events", O_RDONLY | O_NONBLOCK);
		f->phones[i] = -1;
	}
}

/* ---- one run ---- */

static struct fuzzer fuzzers[MAX_THREADS];

static void become_dialer(void)
{
	const gid_t group = SIM_DIALOUT;

	if (setgroups(1, &group) || setgid(DIALER_UID) || setuid(DIALER_UID))
		DIE("setuid: %s", strerror(errno));
}

/* A random descriptor must not name what is to be left alone. */
static void forget(struct bystander *b)
{
	close(b->fd);
	close(b->events);
}

/* In a child, so that everything it has open ends with it. */
static int fuzz(uint64_t seed, unsigned long count, unsigned int threads, bool user)
{
	uint64_t begin_ns = cd_now();
	unsigned long done = 0;

	forget(&waiting);
	forget(&talking);
	if (user)
		become_dialer();
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
	for (size_t i = 0; i < NCALLS; i++)
		if (!succeeded[i])
			printf("# %s never did\n", calls[i].name);
	fflush(stdout);
	return done < count / 20;
}

static void run_fuzz(uint64_t seed, unsigned long count, unsigned int threads, bool user)
{
	pid_t child = fork();
	bool good;

	if (!child)
		_exit(fuzz(seed, count, threads, user));
	good = fuzz_watch(child, bystanders_fine);
	tap(good, "%lu random calls as %s: other phones keep state, requests and data", count,
	    user ? "a user in dialout" : "root");
}

static const struct option options[] = {
	FUZZ_OPTIONS,
	{ "user", no_argument, NULL, 'u' },
	{ 0 },
};

static void bind_one(uint32_t class, const char *name)
{
	static const char *const args[] = {
		[CLEARDOWN_CLASS_PHONE] = "delay=100",
		[CLEARDOWN_CLASS_PORT] = "deaf=1 monitor=pjl",
		[CLEARDOWN_CLASS_FAX] = "provider=" DIALER,
	};
	struct cleardown_bind arg = { .size = sizeof(arg), .clazz = class };
	int ctl = cd_ctl();

	strcpy(arg.link, "sim");
	strcpy(arg.name, name);
	strcpy(arg.args, args[class]);
	if (cd_ioctl(ctl, CLEARDOWN_IOC_CTL_BIND, &arg))
		DIE("bind %s: %s", name, arg.out_text);
	close(ctl);
	sim_wait_node(name);
}

/* Bound anew: a run before may have taken them away. */
static void bind_devices(void)
{
	for (int i = 0; i < DEVICES; i++) {
		cd_unbind(names[i], CLEARDOWN_UNBIND_FORCE);
		bind_one(classes[i], names[i]);
	}
	sim_wait_node(names[SERVER]);
}

/* Queues whose files are gone leave a session when somebody asks for it. */
static bool faxes_are_over(void)
{
	int server = fax_connect(O_RDONLY);
	uint64_t end = cd_now() + 20 * CD_S;
	struct cleardown_fax_status st;

	do
		st = fax_status(server);
	while ((st.out_jobs || st.out_queues) && cd_now() < end && between_looks());
	close(server);
	return !st.out_jobs && !st.out_queues;
}

static void judge_counts(void)
{
	bool good = true;

	for (int i = 0; i < DEVICES; i++)
		cd_unbind(names[i], CLEARDOWN_UNBIND_FORCE);
	EXPECT_EQ(good, cd_counter("stats", "issued"), cd_counter("stats", "completed"));
	EXPECT(good, faxes_are_over());
	EXPECT(good, cd_live_is("handles", 0));
	EXPECT(good, cd_live_is("ops", 0));
	EXPECT(good, cd_live_is("queues", 0));
	tap(good, "P-7 PR-1 every accepted request has completed once, nothing is left");
}

int main(int argc, char **argv)
{
	struct fuzz_options o = { .count = 1000000, .seed = cd_now(), .threads = 2 };
	bool user = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'u')
			user = true;
		else if (!fuzz_option(&o, c))
			return 2;
	}
	if (!o.threads || o.threads > MAX_THREADS)
		return 2;
	printf("# --seed %#lx --count %lu --threads %u%s\n", o.seed, o.count, o.threads,
	       user ? " --user" : "");
	fflush(stdout);
	if (!fax_parameter("fax_adopt_ms", ADOPT_MS) || !fax_parameter("fax_abort_ms", ADOPT_MS))
		DIE("no parameter");
	bystanders_open();
	bind_devices();
	run_fuzz(o.seed, o.count, o.threads, user);
	tap(bystander_filter(), "and their filter, cookie and queue");
	tap(bystanders_end(), "P-2 P-7 and their requests complete when they close");
	judge_counts();
	return tap_done();
}
