// SPDX-License-Identifier: GPL-2.0-only
/*
 * libcleardown by itself: conversions, names, the queue. ioctl() answers what the test put there,
 * also what no right kernel would say. One argument: the test to run; none: their names.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/cleardown.h>

#include "internal.h"
#include "tap.h"

/* ---- the kernel of these tests ---- */

static unsigned long last_nr;
static unsigned char last_arg[4096];	/* what the library passed */
static unsigned char answer[4096];	/* what it gets back */
static size_t arg_size;
static int answer_ret, answer_errno;
static int next_fd;

/* Every struct begins with its size: as much as that is kept, and answered. */
int __wrap_ioctl(int fd, unsigned long nr, void *arg);
int __wrap_ioctl(int fd, unsigned long nr, void *arg)
{
	(void)fd;
	last_nr = nr;
	arg_size = *(__u32 *)arg;
	if (arg_size > sizeof(last_arg))
		abort();
	memcpy(last_arg, arg, arg_size);
	memcpy(arg, answer, arg_size);
	errno = answer_errno;
	return answer_ret;
}

static char opened[64];
static int opened_flags;
static int open_errno_once;

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	snprintf(opened, sizeof(opened), "%s", path);
	opened_flags = flags;
	if (open_errno_once) {
		errno = open_errno_once;
		open_errno_once = 0;
		return -1;
	}
	return next_fd >= 0 ? dup(next_fd) : -1;
}

static void reset(void)
{
	memset(last_arg, 0, sizeof(last_arg));
	memset(answer, 0, sizeof(answer));
	answer_ret = answer_errno = 0;
	next_fd = STDERR_FILENO;
}

static struct cleardown_ctl *ctl_or_die(void)
{
	struct cleardown_ctl *ctl;

	reset();
	ctl = cleardown_ctl_open();
	if (!ctl)
		abort();
	return ctl;
}

static struct cleardown_phone *phone_or_die(void)
{
	struct cleardown_phone *phone;

	reset();
	phone = cleardown_phone_open("phone0", CLDN_OPEN_OWNER);
	if (!phone)
		abort();
	return phone;
}

/* ---- ctl ---- */

static bool ctl_falls_back_to_reading(void)
{
	struct cleardown_ctl *ctl;
	bool good = true;

	reset();
	open_errno_once = EACCES;
	ctl = cleardown_ctl_open();
	EXPECT(good, ctl);
	EXPECT(good, !strcmp(opened, "/dev/cleardown/ctl"));
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDONLY);
	cleardown_ctl_free(ctl);
	open_errno_once = ENOENT;
	ctl = cleardown_ctl_open();
	EXPECT(good, !ctl);
	EXPECT_EQ(good, errno, ENOENT);
	return good;
}

static bool device_is_converted(void)
{
	struct cleardown_list *l = (struct cleardown_list *)answer;
	struct cleardown_ctl *ctl = ctl_or_die();
	const struct cleardown_device *d;
	bool good = true;

	l->out_class = CLEARDOWN_CLASS_PHONE;
	l->out_id = 9;
	memset(l->out_name, 'n', sizeof(l->out_name));
	memset(l->out_backend, 'b', sizeof(l->out_backend));
	l->out_dev = 0x441;
	l->out_status.out_state = CLEARDOWN_STATE_STUCK;
	l->out_status.out_owner_pid = 812;
	memset(l->out_status.out_owner_comm, 'c', sizeof(l->out_status.out_owner_comm));
	l->out_status.out_queued = ~0ULL;
	d = cleardown_ctl_next_device(ctl, 8);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_CTL_LIST);
	EXPECT_EQ(good, arg_size, sizeof(*l));
	EXPECT_EQ(good, ((struct cleardown_list *)last_arg)->after, 8);
	EXPECT(good, d && d->id == 9 && d->rdev == 0x441 && d->class_id == CLDN_CLASS_PHONE);
	/* a text without an end gets one */
	EXPECT_EQ(good, d ? strlen(d->name) : 0, CLDN_NAME_LEN - 1);
	EXPECT_EQ(good, d ? strlen(d->backend) : 0, CLDN_SPEC_LEN - 1);
	EXPECT_EQ(good, d ? strlen(d->session.owner_comm) : 0, CLDN_COMM_LEN - 1);
	EXPECT(good, d && d->session.state == CLDN_STATE_STUCK && d->session.owner_pid == 812);
	EXPECT(good, d && d->session.queued == UINT64_MAX);
	cleardown_ctl_free(ctl);
	return good;
}

static bool report_is_converted_and_bounded(void)
{
	struct cleardown_report *r = (struct cleardown_report *)answer;
	struct cleardown_ctl *ctl = ctl_or_die();
	const struct cleardown_close_report *c;
	bool good = true;

	r->out_head = (struct cleardown_report_head){
		.number = 5,
		.error = -EIO,
		.flags = CLEARDOWN_REPORT_LATE,
		.cause = CLEARDOWN_CAUSE_UNPLUG,
		.accepted = 4,
		.confirmed = 1,
		.discarded = 2,
		.in_doubt = 1,
		.received = 3,
	};
	r->out_nsteps = 4000000000U;
	r->out_steps[CLEARDOWN_MAX_STEPS - 1].error = -ETIMEDOUT;
	r->out_lost = 2;
	c = cleardown_ctl_next_report(ctl, 4);
	EXPECT(good, c && c->summary.number == 5 && c->summary.error == EIO && c->lost == 2);
	EXPECT(good, c && c->summary.flags == CLDN_REPORT_LATE);
	EXPECT(good, c && c->summary.cause == CLDN_CAUSE_UNPLUG);
	EXPECT(good, c && c->summary.accepted == 4 && c->summary.confirmed == 1);
	EXPECT(good, c && c->summary.discarded == 2 && c->summary.in_doubt == 1);
	EXPECT(good, c && c->summary.received == 3);
	EXPECT_EQ(good, c ? c->nsteps : 0, CLDN_MAX_STEPS);
	EXPECT(good, c && c->steps[CLDN_MAX_STEPS - 1].error == ETIMEDOUT);
	answer_ret = -1;
	answer_errno = ENOENT;
	EXPECT(good, !cleardown_ctl_next_report(ctl, 5));
	EXPECT_EQ(good, errno, ENOENT);
	cleardown_ctl_free(ctl);
	return good;
}

static bool bind_passes_all_and_keeps_the_text(void)
{
	struct cleardown_binding binding = {
		.size = sizeof(binding),
		.class_id = CLDN_CLASS_PHONE,
		.link = "tty",
		.rdev = 0x441,
		.name = "modem",
		.speed = 9600,
		.flow = CLDN_FLOW_NONE,
		.args = "init=ATZ",
	};
	struct cleardown_bind *in = (struct cleardown_bind *)last_arg;
	struct cleardown_bind *out = (struct cleardown_bind *)answer;
	struct cleardown_ctl *ctl = ctl_or_die();
	bool good = true;

	strcpy(out->out_text, "the line is a console");
	answer_ret = -1;
	answer_errno = EINVAL;
	EXPECT(good, !cleardown_ctl_bind(ctl, &binding));
	EXPECT_EQ(good, errno, EINVAL);
	EXPECT(good, !strcmp(cleardown_ctl_error_text(ctl), "the line is a console"));
	EXPECT(good, !strcmp(in->link, "tty") && !strcmp(in->name, "modem"));
	EXPECT(good, in->dev == 0x441 && in->speed == 9600 && in->flow == CLEARDOWN_FLOW_NONE);
	EXPECT(good, !strcmp(in->args, "init=ATZ") && !in->flags && !in->__reserved);
	answer_ret = 0;
	strcpy(out->name, "modem");
	EXPECT(good, !strcmp(cleardown_ctl_bind(ctl, &binding) ?: "", "modem"));
	cleardown_ctl_free(ctl);
	return good;
}

static bool names_that_are_too_long_never_reach_the_kernel(void)
{
	char name[CLDN_NAME_LEN + 1];
	struct cleardown_ctl *ctl = ctl_or_die();
	bool good = true;

	memset(name, 'x', CLDN_NAME_LEN);
	name[CLDN_NAME_LEN] = '\0';
	last_nr = 0;
	EXPECT_EQ(good, cleardown_ctl_unbind(ctl, name, false), -1);
	EXPECT_EQ(good, errno, ENAMETOOLONG);
	EXPECT_EQ(good, last_nr, 0);
	EXPECT(good, !cleardown_phone_open(name, CLDN_OPEN_OWNER) && errno == EINVAL);
	EXPECT(good, !cleardown_phone_open("../ctl", CLDN_OPEN_OWNER) && errno == EINVAL);
	EXPECT(good, !cleardown_phone_open("", CLDN_OPEN_OWNER) && errno == EINVAL);
	EXPECT(good, !cleardown_phone_open("phone0", 0) && errno == EINVAL);
	name[CLDN_NAME_LEN - 1] = '\0';
	EXPECT_EQ(good, cleardown_ctl_unbind(ctl, name, true), 0);
	EXPECT_EQ(good, ((struct cleardown_unbind *)last_arg)->flags, CLEARDOWN_UNBIND_FORCE);
	cleardown_ctl_free(ctl);
	return good;
}

static bool positive_answer_is_an_error(void)
{
	struct cleardown_ctl *ctl = ctl_or_die();
	bool good = true;

	answer_ret = 3;
	EXPECT(good, !cleardown_ctl_next_device(ctl, 0));
	EXPECT_EQ(good, errno, EPROTO);
	cleardown_ctl_free(ctl);
	return good;
}

/* ---- phone ---- */

static bool open_flags_say_who(void)
{
	struct cleardown_phone *phone = phone_or_die();
	bool good = true;

	EXPECT(good, !strcmp(opened, "/dev/cleardown/phone0"));
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDWR);
	EXPECT_EQ(good, opened_flags & O_NONBLOCK, 0);
	cleardown_phone_free(phone);
	phone = cleardown_phone_open("phone0", CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDONLY);
	EXPECT_EQ(good, opened_flags & O_NONBLOCK, O_NONBLOCK);
	EXPECT_EQ(good, opened_flags & O_CLOEXEC, O_CLOEXEC);
	cleardown_phone_free(phone);
	return good;
}

static bool submit_passes_text_and_words(void)
{
	struct cleardown_submit *in = (struct cleardown_submit *)last_arg;
	struct cleardown_submit *out = (struct cleardown_submit *)answer;
	struct cleardown_request dial = {
		.size = sizeof(dial),
		.opcode = CLDN_OP_DIAL,
		.req_id = 77,
		.deadline_ns = CLDN_DEADLINE_DEFAULT,
		.in = "5551234",
		.in_len = 7,
	};
	struct cleardown_request hook = {
		.size = sizeof(hook),
		.opcode = CLDN_OP_SET_HOOKSWITCH,
		.deadline_ns = 5,
		.a = CLDN_HOOKDEV_HANDSET,
		.b = CLDN_HOOKMODE_MIC,
	};
	struct cleardown_phone *phone = phone_or_die();
	bool good = true;

	EXPECT_EQ(good, cleardown_phone_submit(phone, &dial), 0);
	EXPECT_EQ(good, in->opcode, CLEARDOWN_OP_DIAL);
	EXPECT(good, in->req_id == 77 && in->in_len == 7 && in->deadline_ns == ~0ULL);
	EXPECT(good, (void *)(uintptr_t)in->in_ptr == dial.in);
	out->out_status = CLEARDOWN_PHONEERR_OPERATIONUNAVAIL;
	answer_ret = -1;
	answer_errno = EOPNOTSUPP;
	EXPECT_EQ(good, cleardown_phone_submit(phone, &hook), -1);
	EXPECT_EQ(good, errno, EOPNOTSUPP);
	EXPECT_EQ(good, cleardown_phone_status_word(phone), CLDN_PHONEERR_OPERATIONUNAVAIL);
	EXPECT_EQ(good, in->in_len, sizeof(struct cleardown_op_hookswitch));
	dial.size--;
	EXPECT(good, cleardown_phone_submit(phone, &dial) == -1 && errno == EINVAL);
	cleardown_phone_free(phone);
	return good;
}

static bool close_has_defaults_and_always_a_summary(void)
{
	struct cleardown_close *in = (struct cleardown_close *)last_arg;
	struct cleardown_close *out = (struct cleardown_close *)answer;
	struct cleardown_close_wish wish = { .size = sizeof(wish), .mode = CLDN_MODE_ABORT };
	struct cleardown_phone *phone = phone_or_die();
	struct cleardown_close_summary sum;
	bool good = true;

	memset(&sum, 0xcc, sizeof(sum));
	out->out_report.number = 3;
	out->out_report.error = -EIO;
	answer_ret = -1;
	answer_errno = EIO;
	EXPECT_EQ(good, cleardown_phone_close(phone, NULL, &sum), -1);
	EXPECT_EQ(good, errno, EIO);
	EXPECT(good, sum.number == 3 && sum.error == EIO && !sum.reserved[7]);
	EXPECT_EQ(good, in->mode, CLEARDOWN_MODE_ORDERLY);
	EXPECT_EQ(good, in->clazz, CLEARDOWN_CLASS_PHONE);
	EXPECT(good, in->deadline_ns == CLEARDOWN_DEADLINE_DEFAULT);
	answer_ret = 0;
	EXPECT_EQ(good, cleardown_phone_close(phone, &wish, NULL), 0);
	EXPECT_EQ(good, in->mode, CLEARDOWN_MODE_ABORT);
	EXPECT_EQ(good, in->deadline_ns, 0);
	cleardown_phone_free(phone);
	return good;
}

static bool dtr_pulse_time_is_for_pulses_only(void)
{
	struct cleardown_options *in = (struct cleardown_options *)last_arg;
	struct cleardown_phone *phone = phone_or_die();
	bool good = true;

	cleardown_phone_set_dtr(phone, CLDN_DTR_PULSE, 300);
	EXPECT(good, in->set == CLEARDOWN_OPT_DTR && in->dtr_pulse_ms == 300);
	cleardown_phone_set_dtr(phone, CLDN_DTR_KEEP, 300);
	EXPECT(good, in->dtr == CLEARDOWN_DTR_KEEP && in->dtr_pulse_ms == 0);
	cleardown_phone_free(phone);
	return good;
}

/* ---- records and the queue ---- */

struct wire {
	struct cleardown_event e;
	char text[64];
};

static size_t make(struct wire *w, __u32 type, __u64 req_id, const char *text)
{
	memset(w, 0, sizeof(*w));
	w->e.type = type;
	w->e.req_id = req_id;
	w->e.handle = 0x55;
	w->e.error = -EIO;
	w->e.data_len = strlen(text);
	w->e.len = (sizeof(w->e) + w->e.data_len + 7) & ~7U;
	memcpy(w->text, text, w->e.data_len);
	return w->e.len;
}

static bool parse_refuses_what_is_no_record(void)
{
	struct cleardown_record r;
	bool good = true;
	struct wire w;
	size_t len = make(&w, CLEARDOWN_EV_RING, 0, "abc");

	EXPECT_EQ(good, cldn_parse_record(&w, len, &r), len);
	EXPECT(good, r.type == CLDN_EV_RING && r.text_len == 3 && r.error == EIO);
	EXPECT(good, !memcmp(r.text, "abc", 3));
	EXPECT_EQ(good, cldn_parse_record(&w, sizeof(w.e) - 1, &r), 0);
	EXPECT_EQ(good, cldn_parse_record(&w, len - 1, &r), 0);
	w.e.data_len = w.e.len - sizeof(w.e) + 1;
	EXPECT(good, cldn_parse_record(&w, sizeof(w), &r) == -1 && errno == EPROTO);
	make(&w, CLEARDOWN_EV_RING, 0, "abc");
	w.e.len = sizeof(w.e) - 8;
	EXPECT(good, cldn_parse_record(&w, sizeof(w), &r) == -1 && errno == EPROTO);
	w.e.len = sizeof(w.e) + 1;
	EXPECT(good, cldn_parse_record(&w, sizeof(w), &r) == -1 && errno == EPROTO);
	w.e.len = 0xfffffff8;
	EXPECT(good, cldn_parse_record(&w, sizeof(w), &r) == -1 && errno == EPROTO);
	return good;
}

/* A queue whose kernel side is *fd. */
static struct cleardown_queue *queue_or_die(int *fd)
{
	struct cleardown_queue *queue;
	int fds[2];

	reset();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) < 0)
		abort();
	next_fd = fds[0];
	queue = cleardown_queue_open();
	if (!queue)
		abort();
	close(fds[0]);
	*fd = fds[1];
	return queue;
}

static void feed(int fd, __u32 type, __u64 req_id, const char *text)
{
	struct wire w;
	size_t len = make(&w, type, req_id, text);

	if (write(fd, &w, len) != (ssize_t)len)
		abort();
}

static bool queue_gives_records_in_order(void)
{
	const struct cleardown_record *r;
	bool good = true;
	struct wire two[2];
	size_t len;
	int fd;
	struct cleardown_queue *queue = queue_or_die(&fd);

	EXPECT(good, !cleardown_queue_read(queue) && errno == EAGAIN);
	EXPECT_EQ(good, cleardown_queue_wait(queue, 0), 0);
	EXPECT_EQ(good, cleardown_queue_wait(queue, 20000000), 0);
	len = make(&two[0], CLEARDOWN_EV_RING, 1, "12345678");
	/* two records in one read(2), as the kernel gives them */
	len += make((struct wire *)((char *)two + len), CLEARDOWN_EV_LINES, 2, "");
	EXPECT_EQ(good, write(fd, two, len), len);
	EXPECT_EQ(good, cleardown_queue_wait(queue, CLDN_FOREVER), 1);
	r = cleardown_queue_read(queue);
	EXPECT(good, r && r->type == CLDN_EV_RING && !strcmp(r->text, "12345678"));
	/* the second is in the library now: waiting must know */
	EXPECT_EQ(good, cleardown_queue_wait(queue, 0), 1);
	r = cleardown_queue_read(queue);
	EXPECT(good, r && r->type == CLDN_EV_LINES && r->text_len == 0);
	EXPECT(good, !cleardown_queue_read(queue) && errno == EAGAIN);
	cleardown_queue_free(queue);
	close(fd);
	return good;
}

static bool completion_is_taken_out_of_the_middle(void)
{
	const struct cleardown_record *r;
	bool good = true;
	int fd;
	struct cleardown_queue *queue = queue_or_die(&fd);

	feed(fd, CLEARDOWN_EV_RING, 0, "first");
	feed(fd, CLEARDOWN_EV_COMPLETION, 5, "other request");
	feed(fd, CLEARDOWN_EV_COMPLETION, 6, "wanted");
	feed(fd, CLEARDOWN_EV_RING, 0, "last");
	EXPECT_EQ(good, cleardown_queue_wait_completion(queue, 0x56, 6, 0, &r), 0);
	EXPECT_EQ(good, cleardown_queue_wait_completion(queue, 0x55, 6, 0, &r), 1);
	EXPECT(good, !strcmp(r->text, "wanted"));
	EXPECT_EQ(good, cleardown_queue_wait_completion(queue, 0x55, 7, 10000000, &r), 0);
	r = cleardown_queue_read(queue);
	EXPECT(good, r && !strcmp(r->text, "first"));
	r = cleardown_queue_read(queue);
	EXPECT(good, r && !strcmp(r->text, "other request"));
	r = cleardown_queue_read(queue);
	EXPECT(good, r && !strcmp(r->text, "last"));
	/* taking the last one leaves a list that can be appended to */
	feed(fd, CLEARDOWN_EV_COMPLETION, 8, "");
	EXPECT_EQ(good, cleardown_queue_wait_completion(queue, 0x55, 8, CLDN_FOREVER, &r), 1);
	feed(fd, CLEARDOWN_EV_RING, 0, "after");
	r = cleardown_queue_read(queue);
	EXPECT(good, r && !strcmp(r->text, "after"));
	feed(fd, CLEARDOWN_EV_RING, 0, "never read");
	EXPECT_EQ(good, cleardown_queue_wait(queue, 0), 1);
	cleardown_queue_free(queue);
	close(fd);
	return good;
}

static bool queue_that_is_gone_is_an_error(void)
{
	const struct cleardown_record *r;
	bool good = true;
	int fd;
	struct cleardown_queue *queue = queue_or_die(&fd);

	EXPECT_EQ(good, write(fd, "no record at all", 16), 16);
	EXPECT(good, !cleardown_queue_read(queue) && errno == EPROTO);
	cleardown_queue_free(queue);
	close(fd);
	queue = queue_or_die(&fd);
	EXPECT_EQ(good, cleardown_queue_wait_completion(queue, 1, 1, 0, &r), 0);
	cleardown_queue_free(queue);
	close(fd);
	return good;
}

/* ---- names ---- */

static bool all_named(const char *(*name)(unsigned int), unsigned int first, unsigned int last_one)
{
	unsigned int i, j;

	for (i = first; i <= last_one; i++) {
		if (!name(i))
			return false;
		for (j = first; j < i; j++)
			if (!strcmp(name(i), name(j)))
				return false;
	}
	return !name(last_one + 1);
}

static bool names_are_whole_and_different(void)
{
	bool good = true;
	unsigned int bit;

	EXPECT(good, all_named(cleardown_state_name, 0, CLDN_STATE_GONE));
	EXPECT(good, all_named(cleardown_mode_name, 1, CLDN_MODE_GONE));
	EXPECT(good, all_named(cleardown_cause_name, 1, CLDN_CAUSE_UNLOAD));
	EXPECT(good, all_named(cleardown_step_name, 1, CLDN_STEP_RELEASE));
	EXPECT(good, all_named(cleardown_call_name, 0, CLDN_CALL_CLEARING));
	EXPECT(good, all_named(cleardown_class_name, 1, CLDN_CLASS_FAX));
	EXPECT(good, all_named(cleardown_event_name, CLDN_EV_PHONE_STATE, CLDN_EV_LINES));
	EXPECT(good, all_named(cleardown_opcode_name, CLDN_OP_DEV_SPECIFIC, CLDN_OP_SET_DATA));
	EXPECT(good, all_named(cleardown_opcode_name, CLDN_OP_DIAL, CLDN_OP_SEND_DTMF));
	EXPECT(good, all_named(cleardown_dtr_name, 0, CLDN_DTR_PULSE));
	for (bit = 1; bit; bit <<= 1) {
		EXPECT_EQ(good, !!cleardown_phonestate_name(bit), !!(CLDN_PHONESTATE_ALL & bit));
		EXPECT_EQ(good, !!cleardown_line_name(bit), bit <= CLDN_LINE_RI);
		EXPECT_EQ(good, !!cleardown_hookdev_name(bit), bit <= CLDN_HOOKDEV_HEADSET);
	}
	EXPECT(good, !cleardown_result_name(5) && !cleardown_result_name(99));
	EXPECT(good, !strcmp(cleardown_result_name(CLDN_RESULT_NO_DIALTONE), "no-dialtone"));
	EXPECT(good, !strcmp(cleardown_cause_name(CLDN_CAUSE_OWNER_DIED), "owner-died"));
	return good;
}

static bool names_lead_back(void)
{
	bool good = true;
	int i;

	for (i = CLDN_MODE_DRAIN; i <= CLDN_MODE_GONE; i++)
		EXPECT_EQ(good, cleardown_mode_from_name(cleardown_mode_name(i)), i);
	for (i = 0; i <= CLDN_STATE_GONE; i++)
		EXPECT_EQ(good, cleardown_state_from_name(cleardown_state_name(i)), i);
	for (i = 0; i <= CLDN_CALL_CLEARING; i++)
		EXPECT_EQ(good, cleardown_call_from_name(cleardown_call_name(i)), i);
	EXPECT_EQ(good, cleardown_class_from_name("phone"), CLDN_CLASS_PHONE);
	errno = 0;
	EXPECT_EQ(good, cleardown_mode_from_name("Abort"), -1);
	EXPECT_EQ(good, errno, EINVAL);
	EXPECT_EQ(good, cleardown_state_from_name(NULL), -1);
	return good;
}

static bool status_words_have_their_names(void)
{
	bool good = true;

	EXPECT(good, !strcmp(cleardown_status_name(0), "SUCCESS"));
	EXPECT(good, !strcmp(cleardown_status_name(0x9000001c), "PHONEERR_OPERATIONFAILED"));
	EXPECT(good, !strcmp(cleardown_status_name(0x90000013), "PHONEERR_INVALPHONEHANDLE"));
	EXPECT(good, !strcmp(cleardown_status_name(0xc0010002), "NDIS_STATUS_CLOSING"));
	EXPECT(good, !strcmp(cleardown_status_name(6), "ERROR_INVALID_HANDLE"));
	EXPECT(good, !cleardown_status_name(0x9000001e));
	return good;
}

/* ---- the list ---- */

static const struct {
	const char *name;
	bool (*run)(void);
} tests[] = {
	{ "ctl falls back to reading", ctl_falls_back_to_reading },
	{ "a device is converted, texts get their end", device_is_converted },
	{ "a report is converted, its steps are bounded", report_is_converted_and_bounded },
	{ "bind passes all and keeps the kernel's text", bind_passes_all_and_keeps_the_text },
	{ "names that are too long never reach the kernel",
	  names_that_are_too_long_never_reach_the_kernel },
	{ "a positive answer of ioctl is an error", positive_answer_is_an_error },
	{ "open flags say who opens", open_flags_say_who },
	{ "submit passes text and words", submit_passes_text_and_words },
	{ "close has defaults and always a summary", close_has_defaults_and_always_a_summary },
	{ "the time of a DTR pulse is for pulses only", dtr_pulse_time_is_for_pulses_only },
	{ "bytes that are no record are refused", parse_refuses_what_is_no_record },
	{ "a queue gives its records in order", queue_gives_records_in_order },
	{ "a completion is taken out of the middle", completion_is_taken_out_of_the_middle },
	{ "garbage from a queue is an error", queue_that_is_gone_is_an_error },
	{ "names are whole and different", names_are_whole_and_different },
	{ "names lead back to their values", names_lead_back },
	{ "status words have their names", status_words_have_their_names },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc < 2 || !strcmp(argv[1], tests[i].name))
			tap(tests[i].run(), "%s", tests[i].name);
	}
	return tap_done();
}
