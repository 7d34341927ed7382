// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Between the library's own types and those of <linux/cleardown.h>. The only file that knows the
 * kernel's structs: a new version of the interface is a change here.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/cleardown.h>

#include "internal.h"

#define SAME(name) \
	_Static_assert((unsigned int)CLDN_##name == (unsigned int)CLEARDOWN_##name, #name)

SAME(NAME_LEN);
SAME(COMM_LEN);
SAME(SPEC_LEN);
SAME(TEXT_LEN);
SAME(MAX_STEPS);
SAME(CLASS_PHONE);
SAME(CLASS_PORT);
SAME(CLASS_VC);
SAME(CLASS_FAX);
SAME(STATE_IDLE);
SAME(STATE_OPENING);
SAME(STATE_OPEN);
SAME(STATE_CLOSING);
SAME(STATE_CLOSED);
SAME(STATE_STUCK);
SAME(STATE_GONE);
SAME(MODE_DRAIN);
SAME(MODE_ORDERLY);
SAME(MODE_ABORT);
SAME(MODE_EMERGENCY);
SAME(MODE_GONE);
SAME(CAUSE_LOCAL_USER);
SAME(CAUSE_PEER);
SAME(CAUSE_CARRIER);
SAME(CAUSE_TIMER);
SAME(CAUSE_ERROR);
SAME(CAUSE_UNPLUG);
SAME(CAUSE_OWNER_DIED);
SAME(CAUSE_ADMIN);
SAME(CAUSE_SUSPEND);
SAME(CAUSE_UNLOAD);
SAME(STEP_DRAIN_OPS);
SAME(STEP_DRAIN_DATA);
SAME(STEP_ABORT_CMD);
SAME(STEP_ESCAPE);
SAME(STEP_HANGUP);
SAME(STEP_DTR);
SAME(STEP_RELEASE);
SAME(STEP_SKIPPED);
SAME(STEP_CUT);
SAME(REPORT_RELEASED);
SAME(REPORT_ONHOOK);
SAME(REPORT_FORCED);
SAME(REPORT_LATE);
SAME(REPORT_HAD_CALL);
SAME(REPORT_FILE_CLOSE);
SAME(DTR_DROP);
SAME(DTR_KEEP);
SAME(DTR_PULSE);
SAME(FLOW_RTSCTS);
SAME(FLOW_NONE);
SAME(LINE_DTR);
SAME(LINE_RTS);
SAME(LINE_CTS);
SAME(LINE_DSR);
SAME(LINE_DCD);
SAME(LINE_RI);
SAME(LINE_VALID);
SAME(CALL_IDLE);
SAME(CALL_DIALING);
SAME(CALL_RINGING);
SAME(CALL_ANSWERING);
SAME(CALL_ONLINE);
SAME(CALL_COMMAND);
SAME(CALL_CLEARING);
SAME(RESULT_OK);
SAME(RESULT_CONNECT);
SAME(RESULT_RING);
SAME(RESULT_NO_CARRIER);
SAME(RESULT_ERROR);
SAME(RESULT_NO_DIALTONE);
SAME(RESULT_BUSY);
SAME(RESULT_NO_ANSWER);
SAME(RESULT_NONE);
SAME(OP_DEV_SPECIFIC);
SAME(OP_SET_HOOKSWITCH);
SAME(OP_SET_VOLUME);
SAME(OP_SET_GAIN);
SAME(OP_SET_RING);
SAME(OP_SET_LAMP);
SAME(OP_SET_DISPLAY);
SAME(OP_SET_BUTTON);
SAME(OP_SET_DATA);
SAME(OP_DIAL);
SAME(OP_ANSWER);
SAME(OP_HANGUP);
SAME(OP_SEND_DTMF);
SAME(HOOKDEV_HANDSET);
SAME(HOOKDEV_SPEAKER);
SAME(HOOKDEV_HEADSET);
SAME(HOOKMODE_ONHOOK);
SAME(HOOKMODE_MIC);
SAME(HOOKMODE_SPEAKER);
SAME(HOOKMODE_MICSPEAKER);
SAME(PHONESTATE_ALL);
SAME(EV_COMPLETION);
SAME(EV_PHONE_CLOSE);
SAME(EV_PHONE_STATE);
SAME(EV_RING);
SAME(EV_CALLER_ID);
SAME(EV_DEVSPECIFIC);
SAME(EV_CALL_STATE);
SAME(EV_LINES);
_Static_assert(CLDN_EV_ALL == CLEARDOWN_EV_FILTER_ALL, "EV_ALL");
_Static_assert((int)CLDN_EV_PHONE_STATE == CLEARDOWN_EV_FILTER_BASE, "EV_FILTER_BASE");
_Static_assert(CLDN_DEADLINE_DEFAULT == CLEARDOWN_DEADLINE_DEFAULT, "DEADLINE_DEFAULT");
_Static_assert(CLDN_RECORD_MAX >= sizeof(struct cleardown_event) + CLEARDOWN_EVENT_DATA_MAX + 8,
	       "RECORD_MAX");

void cldn_copy_text(char *to, size_t size, const char *from, size_t max)
{
	size_t len = strnlen(from, max < size ? max : size - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

#define COPY_TEXT(to, from) cldn_copy_text(to, sizeof(to), from, sizeof(from))

/* The names that go into the kernel: one that is too long is nobody's name. */
static int put_text(char *to, size_t size, const char *from)
{
	if (!from)
		from = "";
	if (strlen(from) >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memset(to, 0, size);
	memcpy(to, from, strlen(from));
	return 0;
}

#define PUT_TEXT(to, from) put_text(to, sizeof(to), from)

/* Our ioctls answer 0; anything above it would be an interface that this file does not know. */
static int call(int fd, unsigned long nr, void *arg)
{
	int ret = ioctl(fd, nr, arg);

	if (ret > 0) {
		errno = EPROTO;
		return -1;
	}
	return ret;
}

static int32_t positive(int32_t error)
{
	return error < 0 ? -error : error;
}

int cldn_io_version(int fd, uint32_t *abi, char *module, size_t len)
{
	struct cleardown_version v = { .size = sizeof(v) };

	if (call(fd, CLEARDOWN_IOC_CTL_VERSION, &v) < 0)
		return -1;
	*abi = v.out_abi;
	cldn_copy_text(module, len, v.out_module, sizeof(v.out_module));
	return 0;
}

int cldn_io_bind(int fd, const struct cleardown_binding *binding, char *name, char *text)
{
	struct cleardown_bind b = {
		.size = sizeof(b),
		.clazz = binding->class_id,
		.dev = binding->rdev,
		.speed = binding->speed,
		.flow = binding->flow,
	};
	int ret;

	if (PUT_TEXT(b.link, binding->link) < 0 || PUT_TEXT(b.name, binding->name) < 0 ||
	    PUT_TEXT(b.args, binding->args) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_CTL_BIND, &b);
	cldn_copy_text(text, CLDN_TEXT_LEN, b.out_text, sizeof(b.out_text));
	if (ret < 0)
		return -1;
	cldn_copy_text(name, CLDN_NAME_LEN, b.name, sizeof(b.name));
	return 0;
}

int cldn_io_unbind(int fd, const char *name, bool force, char *text)
{
	struct cleardown_unbind u = {
		.size = sizeof(u),
		.flags = force ? CLEARDOWN_UNBIND_FORCE : 0,
	};
	int ret;

	if (PUT_TEXT(u.name, name) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_CTL_UNBIND, &u);
	cldn_copy_text(text, CLDN_TEXT_LEN, u.out_text, sizeof(u.out_text));
	return ret;
}

int cldn_io_rebind(int fd, const char *name, uint64_t rdev, char *text)
{
	struct cleardown_rebind r = { .size = sizeof(r), .dev = rdev };
	int ret;

	if (PUT_TEXT(r.name, name) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_CTL_REBIND, &r);
	cldn_copy_text(text, CLDN_TEXT_LEN, r.out_text, sizeof(r.out_text));
	return ret;
}

static void session_from_uapi(struct cleardown_session *session, const struct cleardown_status *s)
{
	memset(session, 0, sizeof(*session));
	session->state = s->out_state;
	session->call = s->out_call;
	session->pending = s->out_pending;
	session->lines = s->out_lines;
	session->owner_pid = s->out_owner_pid;
	session->owner_uid = s->out_owner_uid;
	COPY_TEXT(session->owner_comm, s->out_owner_comm);
	session->observers = s->out_observers;
	session->accepted = s->out_accepted;
	session->queued = s->out_queued;
	session->received = s->out_received;
	session->since_ns = s->out_since_ns;
}

int cldn_io_next_device(int fd, uint64_t after, struct cleardown_device *device)
{
	struct cleardown_list l = { .size = sizeof(l), .after = after };

	if (call(fd, CLEARDOWN_IOC_CTL_LIST, &l) < 0)
		return -1;
	memset(device, 0, sizeof(*device));
	device->id = l.out_id;
	device->class_id = l.out_class;
	COPY_TEXT(device->name, l.out_name);
	COPY_TEXT(device->backend, l.out_backend);
	device->rdev = l.out_dev;
	session_from_uapi(&device->session, &l.out_status);
	return 0;
}

static void summary_from_uapi(struct cleardown_close_summary *sum,
			      const struct cleardown_report_head *h)
{
	memset(sum, 0, sizeof(*sum));
	sum->number = h->number;
	sum->handle = h->handle;
	sum->class_id = h->clazz;
	sum->mode = h->mode;
	sum->cause = h->cause;
	sum->cause_detail = h->cause_detail;
	sum->later_causes = h->later_causes;
	sum->flags = h->flags;
	sum->status = h->status;
	sum->error = positive(h->error);
	sum->deadline_ns = h->deadline_ns;
	sum->begin_ns = h->begin_ns;
	sum->end_ns = h->end_ns;
	sum->seq_at_return = h->seq_at_return;
	sum->ops_issued = h->ops_issued;
	sum->ops_completed = h->ops_completed;
	sum->ops_at_close = h->ops_at_close;
	sum->late_events = h->late_events;
	sum->dropped_events = h->dropped_events;
	sum->accepted = h->accepted;
	sum->confirmed = h->confirmed;
	sum->discarded = h->discarded;
	sum->in_doubt = h->in_doubt;
	sum->received = h->received;
}

static void step_from_uapi(struct cleardown_close_step *step, const struct cleardown_step *s)
{
	step->what = s->what;
	step->flags = s->flags;
	step->error = positive(s->error);
	step->detail = s->detail;
	step->start_ns = s->start_ns;
	step->took_ns = s->took_ns;
}

int cldn_io_next_report(int fd, uint64_t after, struct cleardown_close_report *report)
{
	struct cleardown_report r = { .size = sizeof(r), .after = after };
	unsigned int i;

	if (call(fd, CLEARDOWN_IOC_CTL_REPORT, &r) < 0)
		return -1;
	memset(report, 0, sizeof(*report));
	summary_from_uapi(&report->summary, &r.out_head);
	COPY_TEXT(report->name, r.out_name);
	COPY_TEXT(report->backend, r.out_backend);
	report->owner_pid = r.out_owner_pid;
	report->owner_uid = r.out_owner_uid;
	COPY_TEXT(report->owner_comm, r.out_owner_comm);
	report->closer_pid = r.out_closer_pid;
	report->closer_signal = r.out_closer_signal;
	COPY_TEXT(report->closer_comm, r.out_closer_comm);
	report->realtime_ns = r.out_realtime_ns;
	report->lost = r.out_lost;
	report->nsteps = r.out_nsteps < CLDN_MAX_STEPS ? r.out_nsteps : CLDN_MAX_STEPS;
	for (i = 0; i < report->nsteps; i++)
		step_from_uapi(&report->steps[i], &r.out_steps[i]);
	return 0;
}

static enum cldn_mode wish_mode(const struct cleardown_close_wish *wish)
{
	return wish && wish->mode ? wish->mode : CLDN_MODE_ORDERLY;
}

static uint64_t wish_deadline(const struct cleardown_close_wish *wish)
{
	return wish ? wish->deadline_ns : CLDN_DEADLINE_DEFAULT;
}

int cldn_io_close_device(int fd, const char *name, const struct cleardown_close_wish *wish,
			 bool async, struct cleardown_close_summary *summary)
{
	struct cleardown_ctl_close c = {
		.size = sizeof(c),
		.mode = wish_mode(wish),
		.deadline_ns = wish_deadline(wish),
		.flags = async ? CLEARDOWN_CTL_CLOSE_ASYNC : 0,
	};
	int ret;

	if (PUT_TEXT(c.name, name) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_CTL_CLOSE, &c);
	if (summary)
		summary_from_uapi(summary, &c.out_report);
	return ret;
}

int cldn_io_close(int fd, const struct cleardown_close_wish *wish,
		  struct cleardown_close_summary *summary)
{
	struct cleardown_close c = {
		.size = sizeof(c),
		.clazz = CLEARDOWN_CLASS_PHONE,
		.mode = wish_mode(wish),
		.deadline_ns = wish_deadline(wish),
	};
	int ret = call(fd, CLEARDOWN_IOC_CLOSE, &c);

	if (summary)
		summary_from_uapi(summary, &c.out_report);
	return ret;
}

int cldn_io_get_info(int fd, struct cleardown_handle *handle)
{
	struct cleardown_info i = { .size = sizeof(i) };

	if (call(fd, CLEARDOWN_IOC_GET_INFO, &i) < 0)
		return -1;
	memset(handle, 0, sizeof(*handle));
	handle->class_id = i.out_class;
	handle->handle = i.out_handle;
	COPY_TEXT(handle->name, i.out_name);
	handle->observer = i.out_observer;
	handle->state = i.out_state;
	handle->deadline_ns = i.out_deadline_ns;
	handle->cookie = i.out_cookie;
	return 0;
}

int cldn_io_get_session(int fd, struct cleardown_session *session)
{
	struct cleardown_status s = { .size = sizeof(s) };

	if (call(fd, CLEARDOWN_IOC_GET_STATUS, &s) < 0)
		return -1;
	session_from_uapi(session, &s);
	return 0;
}

int cldn_io_get_caps(int fd, struct cleardown_modem_caps *caps)
{
	struct cleardown_phone_caps c = { .size = sizeof(c) };

	if (call(fd, CLEARDOWN_IOC_PHONE_CAPS, &c) < 0)
		return -1;
	memset(caps, 0, sizeof(*caps));
	caps->opcodes = c.out_opcodes;
	caps->hook_devices = c.out_hook_devices;
	caps->volume_devices = c.out_volume_devices;
	caps->gain_devices = c.out_gain_devices;
	caps->ring_modes = c.out_ring_modes;
	caps->buttons = c.out_buttons;
	caps->lamps = c.out_lamps;
	caps->display_rows = c.out_display_rows;
	caps->data_areas = c.out_data_areas;
	COPY_TEXT(caps->id, c.out_id);
	return 0;
}

int cldn_io_get_status(int fd, struct cleardown_modem_status *status)
{
	struct cleardown_phone_status s = { .size = sizeof(s) };

	if (call(fd, CLEARDOWN_IOC_PHONE_STATUS, &s) < 0)
		return -1;
	memset(status, 0, sizeof(*status));
	status->call_state = s.out_call_state;
	status->offhook = s.out_offhook;
	status->volume = s.out_volume;
	status->gain = s.out_gain;
	status->ring_mode = s.out_ring_mode;
	status->rate = s.out_rate;
	status->rings = s.out_rings;
	COPY_TEXT(status->caller, s.out_caller);
	COPY_TEXT(status->caller_name, s.out_caller_name);
	return 0;
}

int cldn_io_bind_queue(int fd, int queue_fd, uint64_t cookie)
{
	struct cleardown_bind_events b = {
		.size = sizeof(b),
		.fd = queue_fd,
		.cookie = cookie,
	};

	return call(fd, CLEARDOWN_IOC_BIND_EVENTS, &b);
}

int cldn_io_set_filter(int fd, uint32_t states, uint32_t events)
{
	struct cleardown_filter f = {
		.size = sizeof(f),
		.states = states,
		.events = events,
	};

	return call(fd, CLEARDOWN_IOC_SET_FILTER, &f);
}

int cldn_io_set_deadline(int fd, uint64_t deadline_ns)
{
	struct cleardown_options o = {
		.size = sizeof(o),
		.set = CLEARDOWN_OPT_DEADLINE,
		.deadline_ns = deadline_ns,
	};

	return call(fd, CLEARDOWN_IOC_SET_OPTIONS, &o);
}

int cldn_io_set_dtr(int fd, enum cldn_dtr dtr, unsigned int pulse_ms)
{
	struct cleardown_options o = {
		.size = sizeof(o),
		.set = CLEARDOWN_OPT_DTR,
		.dtr = dtr,
		.dtr_pulse_ms = dtr == CLDN_DTR_PULSE ? pulse_ms : 0,
	};

	return call(fd, CLEARDOWN_IOC_SET_OPTIONS, &o);
}

/* Input of the opcodes that take a struct: two words each, in the order of a and b. */
struct op_words {
	__u32 a;
	__u32 b;
};

_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_hookswitch), "hookswitch");
_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_level), "level");
_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_ring), "ring");

static bool takes_words(enum cldn_opcode opcode)
{
	switch (opcode) {
	case CLDN_OP_SET_HOOKSWITCH:
	case CLDN_OP_SET_VOLUME:
	case CLDN_OP_SET_GAIN:
	case CLDN_OP_SET_RING:
		return true;
	default:
		return false;
	}
}

int cldn_io_submit(int fd, const struct cleardown_request *request, uint32_t *status)
{
	struct op_words words = { .a = request->a, .b = request->b };
	struct cleardown_submit s = {
		.size = sizeof(s),
		.opcode = request->opcode,
		.req_id = request->req_id,
		.deadline_ns = request->deadline_ns,
		.in_ptr = (uintptr_t)request->in,
		.in_len = request->in_len,
	};
	int ret;

	if (request->in_len > UINT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (takes_words(request->opcode)) {
		s.in_ptr = (uintptr_t)&words;
		s.in_len = sizeof(words);
	}
	ret = call(fd, CLEARDOWN_IOC_SUBMIT, &s);
	*status = s.out_status;
	return ret;
}

int cldn_io_cancel(int fd, bool call_up, uint64_t id)
{
	struct cleardown_cancel c = {
		.size = sizeof(c),
		.what = call_up ? CLEARDOWN_CANCEL_CALL : CLEARDOWN_CANCEL_REQUEST,
		.id = id,
	};

	return call(fd, CLEARDOWN_IOC_CANCEL, &c);
}

int cldn_io_queue_counts(int fd, uint32_t *unread, uint64_t *seq, uint64_t *dropped)
{
	struct cleardown_events_info i = { .size = sizeof(i) };

	if (call(fd, CLEARDOWN_IOC_EVENTS_INFO, &i) < 0)
		return -1;
	*unread = i.out_unread;
	*seq = i.out_seq;
	*dropped = i.out_dropped;
	return 0;
}

static void record_from_uapi(struct cleardown_record *record, const struct cleardown_event *e)
{
	memset(record, 0, sizeof(*record));
	record->type = e->type;
	record->seq = e->seq;
	record->ns = e->ns;
	record->cookie = e->cookie;
	record->handle = e->handle;
	record->req_id = e->req_id;
	record->status = e->status;
	record->error = positive(e->error);
	record->p1 = e->p1;
	record->p2 = e->p2;
	record->p3 = e->p3;
	record->text_len = e->data_len;
}

ssize_t cldn_parse_record(const void *buf, size_t len, struct cleardown_record *record)
{
	struct cleardown_event e;

	if (len < sizeof(e))
		return 0;
	memcpy(&e, buf, sizeof(e));
	if (e.len < sizeof(e) || e.len > CLDN_RECORD_MAX || e.len % 8 ||
	    e.data_len > e.len - sizeof(e)) {
		errno = EPROTO;
		return -1;
	}
	if (e.len > len)
		return 0;
	record_from_uapi(record, &e);
	record->text = (const char *)buf + sizeof(e);
	return e.len;
}
