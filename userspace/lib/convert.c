// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Between the library's own types and those of <linux/cleardown.h>. The only file that knows the
 * kernel's structs: a new version of the interface is a change here.
 */
#include <errno.h>
#include <stdio.h>
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
SAME(DOC_NAME_LEN);
SAME(NSAP_LEN);
SAME(CLOSE_DATA_MAX);
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
SAME(STEP_END_DOC);
SAME(STEP_RESET);
SAME(STEP_NET_RELEASE);
SAME(STEP_DEACTIVATE);
SAME(STEP_VOICE);
SAME(STEP_SKIPPED);
SAME(STEP_CUT);
SAME(REPORT_RELEASED);
SAME(REPORT_ONHOOK);
SAME(REPORT_FORCED);
SAME(REPORT_LATE);
SAME(REPORT_HAD_CALL);
SAME(REPORT_FILE_CLOSE);
SAME(REPORT_DOC_ABORTED);
SAME(DTR_DROP);
SAME(DTR_KEEP);
SAME(DTR_PULSE);
SAME(FLOW_RTSCTS);
SAME(FLOW_NONE);
SAME(FLOW_XONXOFF);
SAME(LINE_DTR);
SAME(LINE_RTS);
SAME(LINE_CTS);
SAME(LINE_DSR);
SAME(LINE_DCD);
SAME(LINE_RI);
SAME(LINE_VALID);
SAME(LINE_BUSY);
SAME(LINE_ACK);
SAME(LINE_PERROR);
SAME(LINE_SELECT);
SAME(LINE_FAULT);
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
SAME(OP_GET_BUTTON);
SAME(OP_GET_DATA);
SAME(OP_DIAL);
SAME(OP_ANSWER);
SAME(OP_HANGUP);
SAME(OP_SEND_DTMF);
SAME(OP_START_DOC);
SAME(OP_END_DOC);
SAME(OP_DEVICE_ID);
SAME(OP_RESET);
SAME(OP_MAKE_CALL);
SAME(OP_ACCEPT);
SAME(OP_REJECT);
SAME(OP_MODIFY_QOS);
SAME(OP_OPEN_AF);
SAME(OP_SAP);
SAME(DOC_NONE);
SAME(DOC_STARTING);
SAME(DOC_OPEN);
SAME(DOC_ENDING);
SAME(DOC_SENT);
SAME(DOC_PRINTED);
SAME(DOC_ABORTED);
SAME(DOC_CANCELLED);
SAME(PORT_HELD);
SAME(PORT_IMPLICIT);
SAME(PORT_OFFLINE);
SAME(PORT_PAPER);
SAME(PORT_FAULT);
SAME(PORT_STALLED);
SAME(PORT_MONITOR);
SAME(PORT_READS);
SAME(VC_IDLE);
SAME(VC_CALLING);
SAME(VC_OFFERED);
SAME(VC_ACCEPTED);
SAME(VC_ACTIVE);
SAME(VC_REMOTE_CLOSED);
SAME(VC_CLOSING);
SAME(VC_CLOSE_FAILED);
SAME(VC_DELETED);
SAME(VC_INCOMING);
SAME(VC_ACTIVATED);
SAME(CDR_INCOMING);
SAME(CDR_CONNECTED);
SAME(CDR_FORCED);
SAME(VC_LINK_UP);
SAME(VC_LINK_SAAL);
SAME(VC_LINK_NETWORK);
SAME(VC_LINK_MULTI);
SAME(HOOKDEV_HANDSET);
SAME(HOOKDEV_SPEAKER);
SAME(HOOKDEV_HEADSET);
SAME(HOOKMODE_ONHOOK);
SAME(HOOKMODE_MIC);
SAME(HOOKMODE_SPEAKER);
SAME(HOOKMODE_MICSPEAKER);
SAME(LAMPMODE_OFF);
SAME(LAMPMODE_STEADY);
SAME(LAMPMODE_WINK);
SAME(LAMPMODE_FLASH);
SAME(LAMPMODE_FLUTTER);
SAME(LAMPMODE_BROKENFLUTTER);
SAME(LAMPS);
SAME(DISPLAY_ROWS);
SAME(DISPLAY_COLUMNS);
SAME(BUTTONMODE_KEYPAD);
SAME(PHONESTATE_ALL);
SAME(EV_COMPLETION);
SAME(EV_PHONE_CLOSE);
SAME(EV_INCOMING_CALL);
SAME(EV_INCOMING_CLOSE);
SAME(EV_CLOSE_COMPLETE);
SAME(EV_VC_DELETED);
SAME(EV_AF_NOTIFY);
SAME(EV_PHONE_STATE);
SAME(EV_RING);
SAME(EV_CALLER_ID);
SAME(EV_DEVSPECIFIC);
SAME(EV_CALL_STATE);
SAME(EV_LINES);
SAME(EV_DOC);
SAME(EV_PRINTER);
SAME(EV_PHONE_BUTTON);
_Static_assert(CLDN_BUTTON_UP == CLEARDOWN_BUTTONSTATE_UP, "BUTTON_UP");
_Static_assert(CLDN_BUTTON_DOWN == CLEARDOWN_BUTTONSTATE_DOWN, "BUTTON_DOWN");
_Static_assert(CLDN_END_ABORT == CLEARDOWN_END_DOC_ABORT, "END_ABORT");
_Static_assert(CLDN_END_PRINTED == CLEARDOWN_END_DOC_PRINTED, "END_PRINTED");
_Static_assert((int)CLDN_EV_PHONE_CLOSE == CLEARDOWN_EV_FORCED_CLOSE, "EV_FORCED_CLOSE");
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

int cldn_io_bind(int fd, const struct cleardown_binding *binding, char *name, char *text,
		 uint32_t *status)
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
	    PUT_TEXT(b.args, binding->args) < 0 || PUT_TEXT(b.ident, binding->ident) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_CTL_BIND, &b);
	cldn_copy_text(text, CLDN_TEXT_LEN, b.out_text, sizeof(b.out_text));
	*status = b.out_status;
	if (ret < 0)
		return -1;
	cldn_copy_text(name, CLDN_NAME_LEN, b.name, sizeof(b.name));
	return 0;
}

int cldn_io_unbind(int fd, const char *name, bool force, char *text, uint32_t *status)
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
	*status = u.out_status;
	return ret;
}

int cldn_io_configure(int fd, const char *name, const char *args, char *text, uint32_t *status)
{
	struct cleardown_configure c = { .size = sizeof(c) };
	int ret;

	if (PUT_TEXT(c.name, name) < 0 || PUT_TEXT(c.args, args) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_CTL_CONFIGURE, &c);
	cldn_copy_text(text, CLDN_TEXT_LEN, c.out_text, sizeof(c.out_text));
	*status = c.out_status;
	return ret;
}

int cldn_io_rebind(int fd, const char *name, uint64_t rdev, const char *ident, bool away,
		   char *text)
{
	struct cleardown_rebind r = {
		.size = sizeof(r),
		.flags = away ? CLEARDOWN_REBIND_AWAY : 0,
		.dev = rdev,
	};
	int ret;

	if (PUT_TEXT(r.name, name) < 0 || PUT_TEXT(r.ident, ident) < 0)
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
	device->speed = l.out_speed;
	device->flow = l.out_flow;
	COPY_TEXT(device->args, l.out_args);
	COPY_TEXT(device->ident, l.out_ident);
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

int cldn_io_close_device(int fd, const char *name, uint64_t vc,
			 const struct cleardown_close_wish *wish, bool async,
			 struct cleardown_close_summary *summary, uint32_t *closed)
{
	struct cleardown_ctl_close c = {
		.size = sizeof(c),
		.mode = wish_mode(wish),
		.deadline_ns = wish_deadline(wish),
		.flags = async ? CLEARDOWN_CTL_CLOSE_ASYNC : 0,
		.handle = vc,
	};
	int ret;

	if (PUT_TEXT(c.name, name) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_CTL_CLOSE, &c);
	if (summary)
		summary_from_uapi(summary, &c.out_report);
	if (closed)
		*closed = c.out_closed;
	return ret;
}

int cldn_io_close(int fd, enum cldn_class class_id, const struct cleardown_close_wish *wish,
		  struct cleardown_close_summary *summary, uint32_t *status)
{
	struct cleardown_close c = {
		.size = sizeof(c),
		.clazz = class_id,
		.mode = wish_mode(wish),
		.deadline_ns = wish_deadline(wish),
		.data_ptr = wish ? (uintptr_t)wish->data : 0,
		.data_len = wish ? wish->data_len : 0,
	};
	int ret;

	if (wish && wish->data_len > UINT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	ret = call(fd, CLEARDOWN_IOC_CLOSE, &c);
	if (summary)
		summary_from_uapi(summary, &c.out_report);
	if (status)
		*status = c.out_status;
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
	caps->set_buttons = c.out_set_buttons;
	caps->number_max = c.out_number_max;
	caps->text_max = c.out_text_max;
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
	status->handset_volume = s.out_handset_volume;
	status->button = s.out_button;
	status->handset_mode = s.out_handset_mode;
	status->speaker_mode = s.out_speaker_mode;
	status->headset_mode = s.out_headset_mode;
	return 0;
}

int cldn_io_get_panel(int fd, struct cleardown_panel *panel)
{
	struct cleardown_phone_panel p = { .size = sizeof(p) };
	uint32_t row;

	if (call(fd, CLEARDOWN_IOC_PHONE_PANEL, &p) < 0)
		return -1;
	if (p.out_display_rows > CLDN_DISPLAY_ROWS ||
	    p.out_display_columns > CLDN_DISPLAY_COLUMNS) {
		errno = EPROTO;
		return -1;
	}
	memset(panel, 0, sizeof(*panel));
	panel->ring_modes = p.out_ring_modes;
	panel->ring_mode = p.out_ring_mode;
	panel->ring_volume = p.out_ring_volume;
	panel->lamps = p.out_lamps;
	panel->display_rows = p.out_display_rows;
	panel->display_columns = p.out_display_columns;
	memcpy(panel->lamp_modes, p.out_lamp_modes, sizeof(panel->lamp_modes));
	memcpy(panel->lamp, p.out_lamp, sizeof(panel->lamp));
	for (row = 0; row < p.out_display_rows; row++)
		memcpy(panel->display[row], p.out_display + row * p.out_display_columns,
		       p.out_display_columns);
	return 0;
}

int cldn_io_get_id(int fd, const char *device_class, char *id, size_t len, uint32_t *status)
{
	struct cleardown_phone_id i = { .size = sizeof(i) };
	int ret;

	if (PUT_TEXT(i.device_class, device_class) < 0)
		return -1;
	ret = call(fd, CLEARDOWN_IOC_PHONE_ID, &i);
	*status = i.out_status;
	if (!ret)
		cldn_copy_text(id, len, i.out_id, sizeof(i.out_id));
	return ret;
}

int cldn_io_get_printer(int fd, struct cleardown_printer_status *status)
{
	struct cleardown_port_status s = { .size = sizeof(s) };

	if (call(fd, CLEARDOWN_IOC_PORT_STATUS, &s) < 0)
		return -1;
	memset(status, 0, sizeof(*status));
	status->flags = s.out_flags;
	status->lines = s.out_lines;
	status->doc_state = s.out_doc_state;
	status->sample_ns = s.out_sample_ns;
	status->document = s.out_doc;
	status->accepted = s.out_accepted;
	status->confirmed = s.out_confirmed;
	status->pages = s.out_pages;
	status->code = s.out_code;
	COPY_TEXT(status->display, s.out_display);
	COPY_TEXT(status->doc_name, s.out_doc_name);
	return 0;
}

int cldn_io_timeouts(int fd, const uint32_t *set_read_ms, const uint32_t *set_write_ms,
		     uint32_t *read_ms, uint32_t *write_ms)
{
	struct cleardown_timeouts t = {
		.size = sizeof(t),
		.set = (set_read_ms ? CLEARDOWN_TIMEOUT_READ : 0) |
		       (set_write_ms ? CLEARDOWN_TIMEOUT_WRITE : 0),
		.read_ms = set_read_ms ? *set_read_ms : 0,
		.write_ms = set_write_ms ? *set_write_ms : 0,
	};

	if (call(fd, CLEARDOWN_IOC_PORT_TIMEOUTS, &t) < 0)
		return -1;
	*read_ms = t.out_read_ms;
	*write_ms = t.out_write_ms;
	return 0;
}

int cldn_io_port_id(int fd, char *id, size_t size)
{
	struct cleardown_port_id part = { .size = sizeof(part) };
	size_t n;

	do {
		if (call(fd, CLEARDOWN_IOC_PORT_ID, &part) < 0)
			return -1;
		n = part.out_total - part.offset;
		if (n > sizeof(part.out_bytes))
			n = sizeof(part.out_bytes);
		if (part.offset < size)
			snprintf(id + part.offset, size - part.offset, "%.*s", (int)n,
				 (const char *)part.out_bytes);
		part.offset += n;
	} while (part.offset < part.out_total);
	return part.out_total;
}

/* ---- virtual circuits ---- */

void cldn_call_from_uapi(struct cleardown_call *to, const struct cleardown_vc_call *c)
{
	memset(to, 0, sizeof(*to));
	to->size = sizeof(*to);
	memcpy(to->called, c->called, sizeof(to->called));
	memcpy(to->calling, c->calling, sizeof(to->calling));
	to->fwd_rate = c->fwd_pcr;
	to->bwd_rate = c->bwd_pcr;
	to->fwd_sdu = c->fwd_sdu;
	to->bwd_sdu = c->bwd_sdu;
	to->vpi = c->vpi;
	to->vci = c->vci;
}

void cldn_call_to_uapi(struct cleardown_vc_call *c, const struct cleardown_call *from)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->called, from->called, sizeof(c->called));
	memcpy(c->calling, from->calling, sizeof(c->calling));
	c->fwd_pcr = from->fwd_rate;
	c->bwd_pcr = from->bwd_rate;
	c->fwd_sdu = from->fwd_sdu;
	c->bwd_sdu = from->bwd_sdu;
	c->vpi = from->vpi;
	c->vci = from->vci;
}

int cldn_io_vc_sap(int fd, unsigned int selector, bool remove, uint32_t *status)
{
	bool all = selector == CLDN_SAP_ALL;
	struct cleardown_vc_sap s = {
		.size = sizeof(s),
		.flags = (all ? CLEARDOWN_SAP_ANY : 0) | (remove ? CLEARDOWN_SAP_REMOVE : 0),
		.selector = all ? 0 : selector,
	};
	int ret = call(fd, CLEARDOWN_IOC_VC_SAP, &s);

	*status = s.out_status;
	return ret;
}

int cldn_io_vc_create(int fd, uint64_t take, uint64_t cookie, uint64_t *number, uint32_t *status)
{
	struct cleardown_vc_create c = {
		.size = sizeof(c),
		.take = take,
		.cookie = cookie,
	};
	int ret = call(fd, CLEARDOWN_IOC_VC_CREATE, &c);

	*status = c.out_status;
	if (ret < 0)
		return -1;
	*number = c.out_vc;
	return c.out_fd;
}

int cldn_io_vc_link(int fd, struct cleardown_vclink_status *status)
{
	struct cleardown_vc_link l = { .size = sizeof(l) };

	if (call(fd, CLEARDOWN_IOC_VC_LINK, &l) < 0)
		return -1;
	memset(status, 0, sizeof(*status));
	status->flags = l.out_flags;
	status->close_data = l.out_close_data < CLDN_CLOSE_DATA_MAX ? l.out_close_data :
								      CLDN_CLOSE_DATA_MAX;
	status->vcs = l.out_vcs;
	memcpy(status->nsap, l.out_nsap, sizeof(status->nsap));
	memcpy(status->peer, l.out_peer, sizeof(status->peer));
	status->rate = l.out_rate;
	status->uni = l.out_uni;
	return 0;
}

int cldn_io_vc_delete(int fd, uint32_t *status)
{
	struct cleardown_vc_delete d = { .size = sizeof(d) };
	int ret = call(fd, CLEARDOWN_IOC_VC_DELETE, &d);

	*status = d.out_status;
	return ret;
}

static void circuit_from_uapi(struct cleardown_circuit *circuit,
			      const struct cleardown_vc_status *s)
{
	memset(circuit, 0, sizeof(*circuit));
	circuit->state = s->out_state;
	circuit->call_state = s->out_call_state;
	circuit->flags = s->out_flags;
	cldn_call_from_uapi(&circuit->call, &s->out_call);
	circuit->frames_sent = s->out_frames_sent;
	circuit->frames_received = s->out_frames_received;
	circuit->frames_queued = s->out_frames_queued;
	circuit->frames_lost = s->out_frames_lost;
}

int cldn_io_vc_status(int fd, struct cleardown_circuit *circuit)
{
	struct cleardown_vc_status s = { .size = sizeof(s) };

	if (call(fd, CLEARDOWN_IOC_VC_STATUS, &s) < 0)
		return -1;
	circuit_from_uapi(circuit, &s);
	return 0;
}

int cldn_io_next_vc(int fd, uint64_t after, struct cleardown_vc_entry *entry)
{
	struct cleardown_vc_next n = { .size = sizeof(n), .after = after };

	if (call(fd, CLEARDOWN_IOC_VC_NEXT, &n) < 0)
		return -1;
	memset(entry, 0, sizeof(*entry));
	entry->number = n.out_vc;
	entry->since_ns = n.out_since_ns;
	entry->owner_pid = n.out_owner_pid;
	entry->owner_uid = n.out_owner_uid;
	cldn_copy_text(entry->owner_comm, sizeof(entry->owner_comm), n.out_owner_comm,
		       sizeof(n.out_owner_comm));
	circuit_from_uapi(&entry->circuit, &n.out_status);
	return 0;
}

int cldn_io_next_cdr(int fd, uint64_t after, struct cleardown_call_record *record)
{
	struct cleardown_vc_cdr c = { .size = sizeof(c), .after = after };
	const struct cleardown_cdr *cdr = &c.out_cdr;

	if (call(fd, CLEARDOWN_IOC_VC_CDR, &c) < 0)
		return -1;
	*record = (struct cleardown_call_record){
		.number = cdr->number,
		.vc = cdr->vc,
		.realtime_ns = cdr->begin_ns,
		.setup_ns = cdr->setup_ns,
		.total_ns = cdr->total_ns,
		.sent = cdr->sent,
		.received = cdr->received,
		.sent_frames = cdr->sent_frames,
		.received_frames = cdr->received_frames,
		.lost_frames = cdr->lost_frames,
		.in_doubt = cdr->in_doubt,
		.owner_pid = cdr->pid,
		.owner_uid = cdr->uid,
		.vpi = cdr->vpi,
		.vci = cdr->vci,
		.why = cdr->why,
		.cause = cdr->cause,
		.flags = cdr->flags,
		.close_data = cdr->close_data,
		.lost = c.out_lost,
	};
	memcpy(record->called, cdr->called, sizeof(record->called));
	memcpy(record->calling, cdr->calling, sizeof(record->calling));
	return 0;
}

int cldn_io_vc_count(int fd, uint32_t index, struct cleardown_counter *counter)
{
	struct cleardown_vc_count c = { .size = sizeof(c), .index = index };

	if (call(fd, CLEARDOWN_IOC_VC_COUNT, &c) < 0)
		return -1;
	counter->value = c.out_value;
	cldn_copy_text(counter->name, sizeof(counter->name), c.out_name, sizeof(c.out_name));
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

int cldn_io_set_messages(int fd, uint32_t states, uint32_t button_modes, uint32_t button_states,
			 uint32_t *status)
{
	struct cleardown_phone_messages m = {
		.size = sizeof(m),
		.states = states,
		.button_modes = button_modes,
		.button_states = button_states,
	};
	int ret = call(fd, CLEARDOWN_IOC_PHONE_MESSAGES, &m);

	*status = m.out_status;
	return ret;
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

int cldn_io_set_reset(int fd, bool reset)
{
	struct cleardown_options o = {
		.size = sizeof(o),
		.set = CLEARDOWN_OPT_RESET,
		.reset = reset,
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
_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_lamp), "lamp");
_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_end_doc), "end_doc");
_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_reject), "reject");
_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_open_af), "open_af");
_Static_assert(sizeof(struct op_words) == sizeof(struct cleardown_op_sap), "sap");

static bool takes_words(enum cldn_opcode opcode)
{
	switch (opcode) {
	case CLDN_OP_SET_HOOKSWITCH:
	case CLDN_OP_SET_VOLUME:
	case CLDN_OP_SET_GAIN:
	case CLDN_OP_SET_RING:
	case CLDN_OP_SET_LAMP:
	case CLDN_OP_END_DOC:
	case CLDN_OP_REJECT:
	case CLDN_OP_OPEN_AF:
	case CLDN_OP_SAP:
		return true;
	default:
		return false;
	}
}

/* The start of a document is the one whose text the kernel takes in a struct; it is cut to fit. */
static void put_start_doc(struct cleardown_op_start_doc *start,
			  const struct cleardown_request *request)
{
	memset(start, 0, sizeof(*start));
	start->level = 1;
	if (request->in)
		cldn_copy_text(start->name, sizeof(start->name), request->in, request->in_len);
}

/* What the text has beyond a row is cut off. */
static void put_display(struct cleardown_op_display *display,
			const struct cleardown_request *request)
{
	size_t len = request->in ? request->in_len : 0;

	memset(display, 0, sizeof(*display));
	display->row = request->a;
	display->column = request->b;
	if (len)
		memcpy(display->text, request->in,
		       len < sizeof(display->text) ? len : sizeof(display->text));
}

static bool takes_call(enum cldn_opcode opcode)
{
	return opcode == CLDN_OP_MAKE_CALL || opcode == CLDN_OP_MODIFY_QOS;
}

/* The caller's own struct, which says its size twice. */
static bool has_call(const struct cleardown_request *request)
{
	const struct cleardown_call *from = request->in;

	return from && request->in_len >= sizeof(*from) && from->size >= sizeof(*from);
}

int cldn_io_submit(int fd, const struct cleardown_request *request, uint32_t *status)
{
	struct op_words words = { .a = request->a, .b = request->b };
	struct cleardown_op_start_doc start;
	struct cleardown_op_display display;
	struct cleardown_vc_call vc_call;
	struct cleardown_submit s = {
		.size = sizeof(s),
		.opcode = request->opcode,
		.req_id = request->req_id,
		.deadline_ns = request->deadline_ns,
		.in_ptr = (uintptr_t)request->in,
		.in_len = request->in_len,
	};
	int ret;

	if (request->in_len > UINT32_MAX || (takes_call(request->opcode) && !has_call(request))) {
		errno = EINVAL;
		return -1;
	}
	if (cldn_takes_book(request->opcode))
		return cldn_io_submit_book(fd, request, status);
	if (takes_words(request->opcode)) {
		s.in_ptr = (uintptr_t)&words;
		s.in_len = sizeof(words);
	} else if (request->opcode == CLDN_OP_START_DOC) {
		put_start_doc(&start, request);
		s.in_ptr = (uintptr_t)&start;
		s.in_len = sizeof(start);
	} else if (request->opcode == CLDN_OP_SET_DISPLAY) {
		put_display(&display, request);
		s.in_ptr = (uintptr_t)&display;
		s.in_len = sizeof(display);
	} else if (takes_call(request->opcode)) {
		cldn_call_to_uapi(&vc_call, request->in);
		s.in_ptr = (uintptr_t)&vc_call;
		s.in_len = sizeof(vc_call);
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

CLDN_EXPORT int cleardown_document_from_record(const struct cleardown_record *record,
					       struct cleardown_document *document)
{
	struct cleardown_doc_result d;

	if (record->type != CLDN_EV_COMPLETION || record->text_len < sizeof(d)) {
		errno = ENODATA;
		return -1;
	}
	memcpy(&d, record->text, sizeof(d));
	memset(document, 0, sizeof(*document));
	document->number = d.number;
	document->accepted = d.accepted;
	document->confirmed = d.confirmed;
	document->discarded = d.discarded;
	document->in_doubt = d.in_doubt;
	document->state = d.state;
	document->pages = d.pages;
	return 0;
}

CLDN_EXPORT int cleardown_call_from_record(const struct cleardown_record *record,
					   struct cleardown_call *call)
{
	struct cleardown_vc_call c;
	bool tells = record->type == CLDN_EV_INCOMING_CALL ||
		     (record->type == CLDN_EV_COMPLETION && !record->error);

	if (!tells || record->text_len < sizeof(c)) {
		errno = ENODATA;
		return -1;
	}
	memcpy(&c, record->text, sizeof(c));
	cldn_call_from_uapi(call, &c);
	return 0;
}

CLDN_EXPORT int cleardown_call_end_from_record(const struct cleardown_record *record,
					       struct cleardown_call_end *end)
{
	bool tells = record->type == CLDN_EV_INCOMING_CLOSE ||
		     record->type == CLDN_EV_CLOSE_COMPLETE ||
		     (record->type == CLDN_EV_COMPLETION && record->error);

	if (!tells) {
		errno = ENODATA;
		return -1;
	}
	memset(end, 0, sizeof(*end));
	end->cause = record->p1;
	end->status = record->status;
	end->error = record->error;
	if (record->type == CLDN_EV_CLOSE_COMPLETE)
		end->flags = record->p2;
	end->data_len = record->text_len < sizeof(end->data) ? record->text_len : sizeof(end->data);
	memcpy(end->data, record->text, end->data_len);
	return 0;
}
