// SPDX-License-Identifier: GPL-2.0-only
/*
 * libcleardown by itself: conversions, names, the queue. ioctl() answers what the test put there,
 * also what no right kernel would say. One argument: the test to run; none: their names.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/cleardown.h>

#include "internal.h"
#include "tap.h"

/* ---- the kernel of these tests ---- */

static unsigned long last_nr;
static unsigned char last_arg[4096]; /* what the library passed */
static unsigned char answer[4096]; /* what it gets back */
static size_t arg_size;
static int answer_ret, answer_errno;
static int next_fd;
static void (*on_submit)(const struct cleardown_submit *s);

/*
 * The module of tests/compat/v1, by the sizes that it knew: a longer struct is taken as far as its
 * surplus is zero, as copy_struct_from_user() does.
 */
static bool first_version;
static const struct {
	unsigned long nr;
	size_t size;
} first_sizes[] = {
	{ CLEARDOWN_IOC_CTL_BIND, 496 },
	{ CLEARDOWN_IOC_CTL_UNBIND, 200 },
	{ CLEARDOWN_IOC_CTL_CLOSE, 200 },
	{ CLEARDOWN_IOC_SET_OPTIONS, 24 },
};

static bool too_new(unsigned long nr, const unsigned char *arg, size_t size)
{
	size_t i, n;

	for (i = 0; first_version && i < ARRAY_SIZE(first_sizes); i++)
		for (n = first_sizes[i].size; first_sizes[i].nr == nr && n < size; n++)
			if (arg[n])
				return true;
	return false;
}

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
	if (too_new(nr, arg, arg_size)) {
		errno = E2BIG;
		return -1;
	}
	if (nr == CLEARDOWN_IOC_SUBMIT && on_submit)
		on_submit(arg);
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
	on_submit = NULL;
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

/* ---- a module that is older than the library ---- */

static bool old_module_is_used_as_far_as_it_goes(void)
{
	const struct cleardown_binding binding = {
		.size = sizeof(binding),
		.class_id = CLDN_CLASS_PHONE,
		.link = "sim",
	};
	struct cleardown_ctl *ctl = ctl_or_die();
	struct cleardown_phone *phone = phone_or_die();
	struct cleardown_port *port;
	bool good = true;

	first_version = true;
	port = cleardown_port_open("port0", CLDN_OPEN_OWNER);
	EXPECT(good, cleardown_ctl_bind(ctl, &binding));
	EXPECT_EQ(good, cleardown_ctl_unbind(ctl, "phone0", false), 0);
	EXPECT_EQ(good, cleardown_phone_set_deadline(phone, 1), 0);
	EXPECT_EQ(good, cleardown_phone_set_dtr(phone, CLDN_DTR_PULSE, 7), 0);
	EXPECT_EQ(good, cleardown_ctl_close_device(ctl, "phone0", NULL, false, NULL), 0);
	/* what it has not learned yet is an error, and not done by halves */
	errno = 0;
	EXPECT_EQ(good, cleardown_port_set_reset(port, true), -1);
	EXPECT_EQ(good, errno, E2BIG);
	errno = 0;
	EXPECT_EQ(good, cleardown_ctl_close_calls(ctl, "vc0", 7, NULL, false, NULL, NULL), -1);
	EXPECT_EQ(good, errno, E2BIG);
	first_version = false;
	cleardown_port_free(port);
	cleardown_phone_free(phone);
	cleardown_ctl_free(ctl);
	return good;
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
	l->out_speed = 2400;
	l->out_flow = CLEARDOWN_FLOW_XONXOFF;
	memset(l->out_args, 'a', sizeof(l->out_args));
	memset(l->out_ident, 'i', sizeof(l->out_ident));
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
	EXPECT(good, d && d->speed == 2400 && d->flow == CLDN_FLOW_XONXOFF);
	EXPECT_EQ(good, d ? strlen(d->args) : 0, CLDN_ARGS_LEN - 1);
	EXPECT_EQ(good, d ? strlen(d->ident) : 0, CLDN_IDENT_LEN - 1);
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
	EXPECT(good, !*in->ident);
	binding.ident = "usb-Modem_7";
	EXPECT(good, cleardown_ctl_bind(ctl, &binding) && !strcmp(in->ident, "usb-Modem_7"));
	/* a program that was built before there was an ident */
	binding.size = offsetof(struct cleardown_binding, ident);
	EXPECT(good, cleardown_ctl_bind(ctl, &binding) && !*in->ident);
	binding.size--;
	EXPECT(good, !cleardown_ctl_bind(ctl, &binding) && errno == EINVAL);
	cleardown_ctl_free(ctl);
	return good;
}

static bool rebind_says_what_and_away(void)
{
	struct cleardown_rebind *in = (struct cleardown_rebind *)last_arg;
	struct cleardown_ctl *ctl = ctl_or_die();
	bool good = true;

	EXPECT_EQ(good, cleardown_ctl_rebind(ctl, "modem", 0x441), 0);
	EXPECT(good, in->dev == 0x441 && !in->flags && !*in->ident && !strcmp(in->name, "modem"));
	EXPECT_EQ(good, cleardown_ctl_rebind_as(ctl, "modem", 0x442, "usb-Modem_7"), 0);
	EXPECT(good, in->dev == 0x442 && !in->flags && !strcmp(in->ident, "usb-Modem_7"));
	EXPECT_EQ(good, cleardown_ctl_away(ctl, "modem"), 0);
	EXPECT(good, in->flags == CLEARDOWN_REBIND_AWAY && !strcmp(in->name, "modem"));
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

/* ---- port ---- */

static struct cleardown_port *port_or_die(void)
{
	struct cleardown_port *port;

	reset();
	port = cleardown_port_open("port0", CLDN_OPEN_OWNER);
	if (!port)
		abort();
	return port;
}

static bool port_opens_and_closes_as_its_class(void)
{
	struct cleardown_close *in = (struct cleardown_close *)last_arg;
	struct cleardown_close *out = (struct cleardown_close *)answer;
	struct cleardown_port *port = port_or_die();
	struct cleardown_close_summary sum;
	bool good = true;

	EXPECT(good, !strcmp(opened, "/dev/cleardown/port0"));
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDWR);
	out->out_report.flags = CLEARDOWN_REPORT_DOC_ABORTED;
	EXPECT_EQ(good, cleardown_port_close(port, NULL, &sum), 0);
	EXPECT_EQ(good, in->clazz, CLEARDOWN_CLASS_PORT);
	EXPECT_EQ(good, sum.flags, CLDN_REPORT_DOC_ABORTED);
	cleardown_port_free(port);
	port = cleardown_port_open("port0", CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDONLY);
	EXPECT_EQ(good, opened_flags & O_NONBLOCK, O_NONBLOCK);
	cleardown_port_free(port);
	EXPECT(good, !cleardown_port_open("../port0", CLDN_OPEN_OWNER) && errno == EINVAL);
	return good;
}

/* The input is read while the call runs: afterwards the library's struct is gone. */
static struct cleardown_op_start_doc start_doc;

static void keep_start_doc(const struct cleardown_submit *s)
{
	if (s->opcode == CLEARDOWN_OP_START_DOC && s->in_len == sizeof(start_doc))
		memcpy(&start_doc, (void *)(uintptr_t)s->in_ptr, sizeof(start_doc));
}

static bool start_of_a_document_has_level_and_name(void)
{
	struct cleardown_submit *in = (struct cleardown_submit *)last_arg;
	char name[CLDN_DOC_NAME_LEN + 10];
	struct cleardown_request start = {
		.size = sizeof(start),
		.opcode = CLDN_OP_START_DOC,
		.in = "report.pdf",
		.in_len = 10,
	};
	struct cleardown_request end = {
		.size = sizeof(end),
		.opcode = CLDN_OP_END_DOC,
		.a = CLDN_END_PRINTED,
	};
	struct cleardown_port *port = port_or_die();
	bool good = true;

	on_submit = keep_start_doc;
	EXPECT_EQ(good, cleardown_port_submit(port, &start), 0);
	EXPECT_EQ(good, in->in_len, sizeof(struct cleardown_op_start_doc));
	EXPECT(good, start_doc.level == 1 && !start_doc.flags);
	EXPECT(good, !strcmp(start_doc.name, "report.pdf"));
	/* one that is too long is cut, and has its end */
	memset(name, 'x', sizeof(name));
	start.in = name;
	start.in_len = sizeof(name);
	EXPECT_EQ(good, cleardown_port_submit(port, &start), 0);
	EXPECT_EQ(good, strnlen(start_doc.name, sizeof(start_doc.name)), CLDN_DOC_NAME_LEN - 1);
	start.in = NULL;
	start.in_len = 0;
	EXPECT_EQ(good, cleardown_port_submit(port, &start), 0);
	EXPECT(good, start_doc.level == 1 && !start_doc.name[0]);
	EXPECT_EQ(good, cleardown_port_submit(port, &end), 0);
	EXPECT_EQ(good, in->in_len, sizeof(struct cleardown_op_end_doc));
	end.size--;
	EXPECT(good, cleardown_port_submit(port, &end) == -1 && errno == EINVAL);
	cleardown_port_free(port);
	return good;
}

/* Completes each request at once through this socket, with this. */
static int complete_fd;
static int complete_error;
static struct cleardown_doc_result complete_doc;
static bool complete_has_doc;

static void complete_now(const struct cleardown_submit *s)
{
	struct {
		struct cleardown_event e;
		struct cleardown_doc_result d;
	} w = {
		.e = {
			.len = complete_has_doc ? sizeof(w) : sizeof(w.e),
			.type = CLEARDOWN_EV_COMPLETION,
			.req_id = s->req_id,
			.status = CLEARDOWN_ERROR_PRINT_CANCELLED,
			.error = -complete_error,
			.data_len = complete_has_doc ? sizeof(w.d) : 0,
		},
		.d = complete_doc,
	};

	if (write(complete_fd, &w, w.e.len) != (ssize_t)w.e.len)
		abort();
}

static bool documents_are_ended_with_their_result(void)
{
	struct cleardown_queue *queue = queue_or_die(&complete_fd);
	struct cleardown_port *port = port_or_die();
	struct cleardown_document document;
	uint64_t number = 1;
	bool good = true;

	on_submit = complete_now;
	complete_error = 0;
	complete_has_doc = false;
	((struct cleardown_port_status *)answer)->out_doc = 7;
	EXPECT_EQ(good, cleardown_port_start_doc(port, queue, "x", 1000000000, &number), 0);
	EXPECT_EQ(good, number, 7);
	/* an id of the library's own, and a time limit the kernel knows */
	memset(answer, 0, sizeof(answer));
	complete_doc = (struct cleardown_doc_result){
		.number = 7,
		.accepted = 10,
		.confirmed = 4,
		.discarded = 5,
		.in_doubt = 1,
		.state = CLEARDOWN_DOC_CANCELLED,
		.pages = 2,
	};
	complete_has_doc = true;
	complete_error = ECANCELED;
	EXPECT_EQ(good, cleardown_port_end_doc(port, queue, 0, 1000000000, &document), -1);
	EXPECT_EQ(good, errno, ECANCELED);
	EXPECT_EQ(good, cleardown_port_status_word(port), CLDN_ERROR_PRINT_CANCELLED);
	EXPECT(good, document.number == 7 && document.state == CLDN_DOC_CANCELLED);
	EXPECT(good, document.accepted == 10 && document.confirmed == 4);
	EXPECT(good, document.discarded == 5 && document.in_doubt == 1 && document.pages == 2);
	complete_error = 0;
	complete_has_doc = false;
	EXPECT_EQ(good, cleardown_port_end_doc(port, queue, 0, CLDN_FOREVER, &document), 0);
	EXPECT(good, document.number == 0 && document.state == CLDN_DOC_NONE);
	on_submit = NULL;
	EXPECT_EQ(good, cleardown_port_end_doc(port, queue, 0, 1, NULL), -1);
	EXPECT_EQ(good, errno, ETIMEDOUT);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_CANCEL);
	EXPECT(good, ((struct cleardown_cancel *)last_arg)->id > CLDN_REQ_LIBRARY);
	cleardown_port_free(port);
	cleardown_queue_free(queue);
	close(complete_fd);
	return good;
}

static struct cleardown_op_display display;

static void keep_display(const struct cleardown_submit *s)
{
	if (s->opcode == CLEARDOWN_OP_SET_DISPLAY && s->in_len == sizeof(display))
		memcpy(&display, (void *)(uintptr_t)s->in_ptr, sizeof(display));
}

static bool display_is_set_and_the_front_converted(void)
{
	struct cleardown_phone_panel *k = (struct cleardown_phone_panel *)answer;
	struct cleardown_request set = {
		.size = sizeof(set),
		.opcode = CLDN_OP_SET_DISPLAY,
		.in = "busy",
		.in_len = 4,
		.a = 1,
		.b = 12,
	};
	struct cleardown_phone *phone = phone_or_die();
	const struct cleardown_panel *p;
	bool good = true;

	on_submit = keep_display;
	EXPECT_EQ(good, cleardown_phone_submit(phone, &set), 0);
	EXPECT(good, display.row == 1 && display.column == 12 && !strcmp(display.text, "busy"));
	k->out_ring_modes = 3;
	k->out_ring_mode = 2;
	k->out_ring_volume = 0xffff;
	k->out_lamps = 1;
	k->out_lamp_modes[0] = CLEARDOWN_LAMPMODE_OFF | CLEARDOWN_LAMPMODE_WINK;
	k->out_lamp[0] = CLEARDOWN_LAMPMODE_WINK;
	k->out_display_rows = 2;
	k->out_display_columns = 4;
	memcpy(k->out_display, "freebusy", 8);
	p = cleardown_phone_get_panel(phone);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_PHONE_PANEL);
	EXPECT(good, p && p->ring_modes == 3 && p->ring_mode == 2 && p->ring_volume == 0xffff);
	EXPECT(good, p && p->lamps == 1 && p->lamp[0] == CLDN_LAMPMODE_WINK);
	EXPECT(good, p && p->lamp_modes[0] == (CLDN_LAMPMODE_OFF | CLDN_LAMPMODE_WINK));
	EXPECT(good, p && !strcmp(p->display[0], "free") && !strcmp(p->display[1], "busy"));
	k->out_display_columns = CLDN_DISPLAY_COLUMNS + 1;
	EXPECT(good, !cleardown_phone_get_panel(phone) && errno == EPROTO);
	cleardown_phone_free(phone);
	return good;
}

static struct cleardown_button button;
static struct cleardown_op_data data;
static struct cleardown_op_get get;

static void keep_book(const struct cleardown_submit *s)
{
	const void *in = (void *)(uintptr_t)s->in_ptr;

	if (s->opcode == CLEARDOWN_OP_SET_BUTTON && s->in_len == sizeof(button))
		memcpy(&button, in, sizeof(button));
	else if (s->opcode == CLEARDOWN_OP_SET_DATA && s->in_len == sizeof(data))
		memcpy(&data, in, sizeof(data));
	else if (s->in_len == sizeof(get))
		memcpy(&get, in, sizeof(get));
}

static struct cleardown_request book_request(enum cldn_opcode opcode, const void *in, size_t len)
{
	return (struct cleardown_request){
		.size = sizeof(struct cleardown_request),
		.opcode = opcode,
		.in = in,
		.in_len = len,
	};
}

static bool memory_is_set_and_asked_for(void)
{
	struct cleardown_key key = { .button = 3, .function = CLDN_BUTTONFUNCTION_ABBREVDIAL };
	struct cleardown_request r = book_request(CLDN_OP_SET_BUTTON, &key, sizeof(key));
	struct cleardown_phone *phone = phone_or_die();
	bool good = true;

	on_submit = keep_book;
	memset(key.number, '1', CLDN_NUMBER_LEN);
	strcpy(key.text, "Alice");
	EXPECT_EQ(good, cleardown_phone_submit(phone, &r), 0);
	EXPECT(good, button.button == 3 && button.mode == CLEARDOWN_BUTTONMODE_KEYPAD);
	EXPECT(good, button.function == CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL && !button.out_state);
	EXPECT(good, !memcmp(button.number, key.number, CLDN_NUMBER_LEN));
	EXPECT(good, !strcmp(button.text, "Alice"));
	r.in_len--;
	EXPECT(good, cleardown_phone_submit(phone, &r) == -1 && errno == EINVAL);
	r = book_request(CLDN_OP_SET_DATA, "12 Bob", 6);
	r.a = 2;
	EXPECT_EQ(good, cleardown_phone_submit(phone, &r), 0);
	EXPECT(good, data.area == 2 && data.size == 6 && !strcmp(data.data, "12 Bob"));
	r.in_len = CLDN_DATA_LEN + 1;
	EXPECT(good, cleardown_phone_submit(phone, &r) == -1 && errno == EINVAL);
	r = book_request(CLDN_OP_GET_DATA, NULL, 0);
	r.a = 2;
	r.b = 17;
	EXPECT_EQ(good, cleardown_phone_submit(phone, &r), 0);
	EXPECT(good, get.id == 2 && get.size == 17);
	r = book_request(CLDN_OP_GET_BUTTON, NULL, 0);
	r.a = 3;
	EXPECT_EQ(good, cleardown_phone_submit(phone, &r), 0);
	EXPECT(good, get.id == 3 && get.size == sizeof(button));
	cleardown_phone_free(phone);
	return good;
}

static bool key_is_read_from_its_record(void)
{
	struct cleardown_button from = { .button = 3, .out_state = CLEARDOWN_BUTTONSTATE_DOWN };
	struct cleardown_record record = {
		.type = CLDN_EV_COMPLETION,
		.text_len = sizeof(from),
		.text = (const char *)&from,
	};
	struct cleardown_key key;
	bool good = true;

	from.function = CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL;
	memset(from.number, '1', sizeof(from.number));
	memset(from.text, 'x', sizeof(from.text));
	EXPECT_EQ(good, cleardown_key_from_record(&record, &key), 0);
	EXPECT(good, key.button == 3 && key.state == CLDN_BUTTON_DOWN);
	EXPECT(good, key.function == CLDN_BUTTONFUNCTION_ABBREVDIAL);
	EXPECT(good, strlen(key.number) == CLDN_NUMBER_LEN && !key.text[CLDN_BUTTON_TEXT_LEN]);
	record.text_len--;
	EXPECT(good, cleardown_key_from_record(&record, &key) == -1 && errno == EINVAL);
	record.text_len++;
	record.error = EIO;
	EXPECT(good, cleardown_key_from_record(&record, &key) == -1 && errno == EINVAL);
	return good;
}

static bool messages_are_asked_for(void)
{
	const struct cleardown_phone_messages *in = (struct cleardown_phone_messages *)last_arg;
	struct cleardown_phone_messages *out = (struct cleardown_phone_messages *)answer;
	struct cleardown_phone *phone = phone_or_die();
	bool good = true;

	out->out_status = CLEARDOWN_PHONEERR_INVALBUTTONSTATE;
	EXPECT_EQ(good,
		  cleardown_phone_set_messages(phone, CLDN_PHONESTATE_LAMP, CLDN_BUTTONMODE_KEYPAD,
					       CLDN_BUTTON_DOWN),
		  0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_PHONE_MESSAGES);
	EXPECT(good, in->states == CLEARDOWN_PHONESTATE_LAMP);
	EXPECT(good, in->button_modes == CLEARDOWN_BUTTONMODE_KEYPAD);
	EXPECT(good, in->button_states == CLEARDOWN_BUTTONSTATE_DOWN && !in->__reserved);
	EXPECT_EQ(good, cleardown_phone_status_word(phone), CLDN_PHONEERR_INVALBUTTONSTATE);
	cleardown_phone_free(phone);
	return good;
}

static bool id_is_asked_for_by_class(void)
{
	const struct cleardown_phone_id *in = (struct cleardown_phone_id *)last_arg;
	struct cleardown_phone_id *out = (struct cleardown_phone_id *)answer;
	struct cleardown_phone *phone = phone_or_die();
	char long_class[65] = "";
	const char *id;
	bool good = true;

	memset(out->out_id, 'x', sizeof(out->out_id));
	id = cleardown_phone_get_id(phone, "comm");
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_PHONE_ID);
	EXPECT(good, !strcmp(in->device_class, "comm"));
	EXPECT(good, id && strlen(id) == sizeof(out->out_id));
	out->out_status = CLEARDOWN_PHONEERR_INVALDEVICECLASS;
	answer_ret = -1;
	answer_errno = EINVAL;
	EXPECT(good, !cleardown_phone_get_id(phone, "wave") && errno == EINVAL);
	EXPECT_EQ(good, cleardown_phone_status_word(phone), CLDN_PHONEERR_INVALDEVICECLASS);
	answer_ret = 0;
	memset(long_class, 'x', 64);
	EXPECT(good, !cleardown_phone_get_id(phone, long_class) && errno == ENAMETOOLONG);
	cleardown_phone_free(phone);
	return good;
}

static bool printer_status_is_converted(void)
{
	struct cleardown_port_status *s = (struct cleardown_port_status *)answer;
	struct cleardown_port *port = port_or_die();
	const struct cleardown_printer_status *p;
	bool good = true;

	s->out_flags = CLEARDOWN_PORT_HELD | CLEARDOWN_PORT_PAPER;
	s->out_lines = CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_PERROR;
	s->out_doc_state = CLEARDOWN_DOC_OPEN;
	s->out_doc = ~0ULL;
	s->out_confirmed = 5;
	s->out_code = 40021;
	memset(s->out_display, 'd', sizeof(s->out_display));
	memset(s->out_doc_name, 'n', sizeof(s->out_doc_name));
	p = cleardown_port_get_status(port);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_PORT_STATUS);
	EXPECT(good, p && p->flags == (CLDN_PORT_HELD | CLDN_PORT_PAPER));
	EXPECT(good, p && p->lines == (CLDN_LINE_VALID | CLDN_LINE_PERROR));
	EXPECT(good, p && p->doc_state == CLDN_DOC_OPEN && p->document == UINT64_MAX);
	EXPECT(good, p && p->confirmed == 5 && p->code == 40021);
	EXPECT_EQ(good, p ? strlen(p->display) : 0, sizeof(p->display) - 1);
	EXPECT_EQ(good, p ? strlen(p->doc_name) : 0, CLDN_DOC_NAME_LEN - 1);
	cleardown_port_free(port);
	return good;
}

static bool timeouts_and_options_say_what_they_set(void)
{
	struct cleardown_timeouts *t = (struct cleardown_timeouts *)last_arg;
	struct cleardown_options *o = (struct cleardown_options *)last_arg;
	struct cleardown_filter *f = (struct cleardown_filter *)last_arg;
	struct cleardown_port *port = port_or_die();
	uint32_t read_ms = 0, write_ms = 0;
	bool good = true;

	EXPECT_EQ(good, cleardown_port_set_timeouts(port, 0, 250), 0);
	EXPECT_EQ(good, t->set, CLEARDOWN_TIMEOUT_WRITE | CLEARDOWN_TIMEOUT_READ);
	EXPECT(good, t->write_ms == 250 && t->read_ms == 0);
	((struct cleardown_timeouts *)answer)->out_write_ms = 250;
	((struct cleardown_timeouts *)answer)->out_read_ms = 9;
	EXPECT_EQ(good, cleardown_port_get_timeouts(port, &read_ms, &write_ms), 0);
	EXPECT_EQ(good, t->set, 0);
	EXPECT(good, write_ms == 250 && read_ms == 9);
	EXPECT_EQ(good, cleardown_port_set_reset(port, true), 0);
	EXPECT(good, o->set == CLEARDOWN_OPT_RESET && o->reset == 1 && !o->__reserved);
	EXPECT_EQ(good, cleardown_port_set_filter(port, CLDN_EV_BIT(CLDN_EV_DOC)), 0);
	EXPECT(good, f->events == CLEARDOWN_EV_BIT(CLEARDOWN_EV_DOC) && !f->states);
	EXPECT_EQ(good, cleardown_port_cancel_document(port, 8), 0);
	EXPECT_EQ(good, ((struct cleardown_cancel *)last_arg)->what, CLEARDOWN_CANCEL_DOCUMENT);
	cleardown_port_free(port);
	return good;
}

static bool configure_passes_all_and_keeps_word_and_text(void)
{
	struct cleardown_configure *in = (struct cleardown_configure *)last_arg;
	struct cleardown_configure *out = (struct cleardown_configure *)answer;
	struct cleardown_ctl *ctl = ctl_or_die();
	bool good = true;

	strcpy(out->out_text, "it is open");
	out->out_status = CLEARDOWN_ERROR_DEVICE_IN_USE;
	answer_ret = -1;
	answer_errno = EBUSY;
	EXPECT_EQ(good, cleardown_ctl_configure(ctl, "port0", "monitor=pjl"), -1);
	EXPECT_EQ(good, errno, EBUSY);
	EXPECT(good, !strcmp(in->name, "port0") && !strcmp(in->args, "monitor=pjl"));
	EXPECT(good, !strcmp(cleardown_ctl_error_text(ctl), "it is open"));
	EXPECT_EQ(good, cleardown_ctl_status_word(ctl), CLDN_ERROR_DEVICE_IN_USE);
	memset(answer, 0, sizeof(answer));
	answer_ret = 0;
	EXPECT_EQ(good, cleardown_ctl_unbind(ctl, "port0", false), 0);
	EXPECT_EQ(good, cleardown_ctl_status_word(ctl), 0);
	cleardown_ctl_free(ctl);
	return good;
}

/* A port of the caller's whose other end is *fd. */
static struct cleardown_port *pipe_port(int *fd)
{
	struct cleardown_port *port;
	int fds[2];

	reset();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		abort();
	next_fd = fds[0];
	port = cleardown_port_open("port0", CLDN_OPEN_OWNER);
	if (!port)
		abort();
	close(fds[0]);
	*fd = fds[1];
	return port;
}

static bool write_all_writes_all_or_is_cancelled(void)
{
	static char big[4 << 20];
	char small[16] = "";
	bool good = true;
	size_t written;
	int fd, cancel[2];
	struct cleardown_port *port = pipe_port(&fd);

	EXPECT_EQ(good, cleardown_port_write_all(port, "hello", 5, -1, NULL), 0);
	EXPECT(good, read(fd, small, sizeof(small)) == 5 && !memcmp(small, "hello", 5));
	EXPECT_EQ(good, cleardown_port_write_all(port, "", 0, -1, &written), 0);
	EXPECT_EQ(good, written, 0);
	if (pipe(cancel) < 0 || write(cancel[1], "", 1) != 1)
		abort();
	/* cancelled before: nothing is written */
	EXPECT_EQ(good, cleardown_port_write_all(port, "x", 1, cancel[0], &written), -1);
	EXPECT(good, errno == ECANCELED && written == 0);
	/* a printer that takes nothing: the write ends all the same, and says what it did */
	if (read(cancel[0], small, 1) != 1)
		abort();
	if (fork() == 0) {
		usleep(100000);
		_exit(write(cancel[1], "", 1) != 1);
	}
	EXPECT_EQ(good, cleardown_port_write_all(port, big, sizeof(big), cancel[0], &written), -1);
	EXPECT(good, errno == ECANCELED && written > 0 && written < sizeof(big));
	close(fd);
	EXPECT_EQ(good, cleardown_port_write_all(port, "x", 1, -1, &written), -1);
	EXPECT(good, errno == EPIPE && written == 0);
	cleardown_port_free(port);
	close(cancel[0]);
	close(cancel[1]);
	return good;
}

/* ---- links of virtual circuits ---- */

static struct cleardown_vclink *vclink_or_die(void)
{
	struct cleardown_vclink *link;

	reset();
	link = cleardown_vclink_open("vc0");
	if (!link)
		abort();
	return link;
}

/* A VC of number 0x77 whose file is a copy of ours. */
static struct cleardown_vc *vc_or_die(struct cleardown_vclink *link)
{
	struct cleardown_vc_create *out = (struct cleardown_vc_create *)answer;
	struct cleardown_vc *vc;

	reset();
	out->out_vc = 0x77;
	out->out_fd = dup(STDERR_FILENO);
	vc = cleardown_vc_new(link, 5);
	if (!vc)
		abort();
	reset();
	return vc;
}

static bool link_opens_for_writing_and_closes_as_its_class(void)
{
	struct cleardown_close *in = (struct cleardown_close *)last_arg;
	struct cleardown_close *out = (struct cleardown_close *)answer;
	struct cleardown_close_wish wish = { .size = sizeof(wish), .deadline_ns = 9 };
	struct cleardown_vclink *link = vclink_or_die();
	bool good = true;

	EXPECT(good, !strcmp(opened, "/dev/cleardown/vc0"));
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDWR);
	EXPECT_EQ(good, cleardown_vclink_fd(link) >= 0, true);
	((struct cleardown_info *)answer)->out_handle = 0x99;
	EXPECT(good, (cleardown_vclink_get_info(link) ?: &(struct cleardown_handle){ 0 })->handle ==
			     0x99);
	memset(answer, 0, sizeof(answer));
	out->out_status = CLEARDOWN_NDIS_STATUS_PENDING;
	answer_ret = -1;
	answer_errno = EINPROGRESS;
	EXPECT_EQ(good, cleardown_vclink_close(link, NULL), -1);
	EXPECT_EQ(good, errno, EINPROGRESS);
	EXPECT_EQ(good, cleardown_vclink_status_word(link), CLDN_NDIS_STATUS_PENDING);
	EXPECT_EQ(good, in->clazz, CLEARDOWN_CLASS_VC);
	EXPECT(good, in->deadline_ns == CLEARDOWN_DEADLINE_DEFAULT && !in->data_len);
	answer_ret = 0;
	EXPECT_EQ(good, cleardown_vclink_close(link, &wish), 0);
	EXPECT_EQ(good, in->deadline_ns, 9);
	wish.size--;
	EXPECT(good, cleardown_vclink_close(link, &wish) == -1 && errno == EINVAL);
	cleardown_vclink_free(link);
	EXPECT(good, !cleardown_vclink_open("../vc0") && errno == EINVAL);
	cleardown_vclink_free(NULL);
	cleardown_vc_free(NULL);
	return good;
}

static bool saps_are_selectors_or_all(void)
{
	struct cleardown_vc_sap *in = (struct cleardown_vc_sap *)last_arg;
	struct cleardown_vc_sap *out = (struct cleardown_vc_sap *)answer;
	struct cleardown_vclink *link = vclink_or_die();
	bool good = true;

	EXPECT_EQ(good, cleardown_vclink_add_sap(link, 255), 0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_SAP);
	EXPECT(good, in->selector == 255 && !in->flags);
	EXPECT_EQ(good, cleardown_vclink_remove_sap(link, 0), 0);
	EXPECT(good, in->selector == 0 && in->flags == CLEARDOWN_SAP_REMOVE);
	EXPECT_EQ(good, cleardown_vclink_add_sap(link, CLDN_SAP_ALL), 0);
	EXPECT(good, in->selector == 0 && in->flags == CLEARDOWN_SAP_ANY);
	EXPECT_EQ(good, cleardown_vclink_remove_sap(link, CLDN_SAP_ALL), 0);
	EXPECT_EQ(good, in->flags, CLEARDOWN_SAP_ANY | CLEARDOWN_SAP_REMOVE);
	out->out_status = CLEARDOWN_NDIS_STATUS_INVALID_DATA;
	answer_ret = -1;
	answer_errno = EINVAL;
	EXPECT_EQ(good, cleardown_vclink_add_sap(link, 257), -1);
	EXPECT_EQ(good, in->selector, 257); /* the kernel's to refuse, not to be bent */
	EXPECT_EQ(good, cleardown_vclink_status_word(link), CLDN_NDIS_STATUS_INVALID_DATA);
	cleardown_vclink_free(link);
	return good;
}

static bool link_status_is_converted_and_bounded(void)
{
	struct cleardown_vc_link *out = (struct cleardown_vc_link *)answer;
	struct cleardown_vclink *link = vclink_or_die();
	const struct cleardown_vclink_status *s;
	bool good = true;

	out->out_flags = CLEARDOWN_VC_LINK_SAAL | CLEARDOWN_VC_LINK_NETWORK;
	out->out_close_data = 27;
	out->out_vcs = 4;
	out->out_rate = 5;
	out->out_uni = 40;
	memset(out->out_nsap, 1, sizeof(out->out_nsap));
	memset(out->out_peer, 2, sizeof(out->out_peer));
	s = cleardown_vclink_get_status(link);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_LINK);
	EXPECT(good, s && s->flags == (CLDN_VC_LINK_SAAL | CLDN_VC_LINK_NETWORK));
	EXPECT(good, s && s->close_data == 27 && s->vcs == 4 && s->rate == 5 && s->uni == 40);
	EXPECT(good,
	       s && s->nsap[0] == 1 && s->nsap[19] == 1 && s->peer[0] == 2 && s->peer[19] == 2);
	out->out_close_data = 4000000000U;
	s = cleardown_vclink_get_status(link);
	EXPECT(good, s && s->close_data == CLDN_CLOSE_DATA_MAX);
	answer_ret = -1;
	answer_errno = ENOTTY;
	EXPECT(good, !cleardown_vclink_get_status(link) && errno == ENOTTY);
	cleardown_vclink_free(link);
	return good;
}

/* ---- call managers ---- */

static struct cleardown_callmgr *callmgr_or_die(void)
{
	struct cleardown_callmgr *cm;

	reset();
	((struct cleardown_manager *)answer)->out_fd = dup(0);
	cm = cleardown_callmgr_open("vc0");
	if (!cm)
		abort();
	memset(answer, 0, sizeof(answer));
	return cm;
}

static bool call_manager_passes_all(void)
{
	struct cleardown_callmgr *cm = callmgr_or_die();
	struct cleardown_callmgr_answer a = {
		.size = sizeof(a),
		.number = 1,
		.object = 2,
		.context = 3,
		.status = CLDN_NDIS_STATUS_FAILURE,
		.cause = 16,
	};
	struct cleardown_callmgr_end end = { .size = sizeof(end), .cause = 17 };
	struct cleardown_call call = { .size = sizeof(call), .vci = 40, .fwd_sdu = 41 };
	const struct cleardown_cm_complete *c = (void *)last_arg;
	const struct cleardown_cm_closed *closed = (void *)last_arg;
	const struct cleardown_cm_offer *offer = (void *)last_arg;
	uint16_t vci = 50;
	uint64_t object;
	bool good = true;

	EXPECT(good, !strcmp(((struct cleardown_manager *)last_arg)->name, "vc0"));
	EXPECT_EQ(good, cleardown_callmgr_register(cm, 4, 5, 6), 0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_CM_REGISTER);
	EXPECT_EQ(good, ((struct cleardown_cm_register *)last_arg)->close_data, 5);
	EXPECT_EQ(good, cleardown_callmgr_complete(cm, &a), 0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_CM_COMPLETE);
	EXPECT(good, c->request == 1 && c->object == 2 && c->context == 3 && c->cause == 16 &&
			     c->status == CLEARDOWN_NDIS_STATUS_FAILURE && !c->party);
	((struct cleardown_cm_activate *)answer)->out_vci = 51;
	EXPECT_EQ(good, cleardown_callmgr_activate(cm, 7, 8, &vci), 0);
	EXPECT_EQ(good, ((struct cleardown_cm_activate *)last_arg)->vci, 50);
	EXPECT_EQ(good, vci, 51);
	EXPECT_EQ(good, cleardown_callmgr_deactivate(cm, 7), 0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_CM_DEACTIVATE);
	memset(answer, 0, sizeof(answer));
	((struct cleardown_cm_offer *)answer)->out_object = 60;
	EXPECT_EQ(good, cleardown_callmgr_offer(cm, &call, 9, &object), 0);
	EXPECT(good, object == 60 && offer->context == 9 && offer->call.vci == 40 &&
			     offer->call.fwd_sdu == 41);
	end.data = "bye";
	end.data_len = 3;
	EXPECT_EQ(good, cleardown_callmgr_closed(cm, 7, &end), 0);
	EXPECT(good, closed->len == 3 && !memcmp(closed->data, "bye", 3) && closed->cause == 17);
	end.data_len = CLDN_CLOSE_DATA_MAX + 1;
	last_nr = 0;
	EXPECT(good, cleardown_callmgr_closed(cm, 7, &end) == -1 && errno == EINVAL && !last_nr);
	a.size--;
	EXPECT(good, cleardown_callmgr_complete(cm, &a) == -1 && errno == EINVAL && !last_nr);
	EXPECT_EQ(good, cleardown_callmgr_set_context(cm, 7, 70), 0);
	EXPECT_EQ(good, ((struct cleardown_cm_context *)last_arg)->context, 70);
	((struct cleardown_cm_context *)answer)->out_status = CLEARDOWN_NDIS_STATUS_CLOSING;
	answer_ret = -1;
	answer_errno = EALREADY;
	EXPECT(good, cleardown_callmgr_set_context(cm, 7, 70) == -1 && errno == EALREADY);
	EXPECT_EQ(good, cleardown_callmgr_status_word(cm), CLDN_NDIS_STATUS_CLOSING);
	cleardown_callmgr_free(cm);
	return good;
}

static bool requests_for_a_call_manager_are_converted(void)
{
	struct cleardown_cm_request in = {
		.object = 1,
		.context = 2,
		.af = 3,
		.value = 4,
		.len = CLEARDOWN_CLOSE_DATA_MAX + 1,
	};
	struct cleardown_record record = {
		.type = CLDN_EV_CM,
		.p1 = CLEARDOWN_CM_CLOSE_CALL,
		.req_id = 5,
		.text = (const char *)&in,
		.text_len = sizeof(in),
	};
	struct cleardown_callmgr_request out;
	bool good = true;

	in.call.vci = 6;
	in.data[127] = 7;
	EXPECT_EQ(good, cleardown_callmgr_request_from_record(&record, &out), 0);
	EXPECT(good, out.what == CLDN_CM_CLOSE_CALL && out.number == 5 && out.object == 1 &&
			     out.context == 2 && out.af == 3 && out.value == 4);
	EXPECT(good,
	       out.call.vci == 6 && out.data_len == CLDN_CLOSE_DATA_MAX && out.data[127] == 7);
	record.text_len--;
	EXPECT(good,
	       cleardown_callmgr_request_from_record(&record, &out) == -1 && errno == ENODATA);
	record.text_len++;
	record.type = CLDN_EV_COMPLETION;
	EXPECT(good,
	       cleardown_callmgr_request_from_record(&record, &out) == -1 && errno == ENODATA);
	return good;
}

/* The last octets of texts are not zero: they get an end. */
static bool circuits_and_records_of_a_link_are_converted(void)
{
	struct cleardown_vc_next *next = (struct cleardown_vc_next *)answer;
	struct cleardown_vc_cdr *cdr = (struct cleardown_vc_cdr *)answer;
	struct cleardown_vc_count *count = (struct cleardown_vc_count *)answer;
	const struct cleardown_vc_entry *entry;
	const struct cleardown_call_record *record;
	const struct cleardown_counter *counter;
	struct cleardown_vclink *link;
	bool good = true;

	cleardown_vclink_free(vclink_or_die()); /* nothing is left of the last test */
	link = cleardown_vclink_observe("vc0");
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDONLY);
	*next = (struct cleardown_vc_next){
		.out_vc = 12,
		.out_since_ns = 13,
		.out_owner_pid = 14,
		.out_owner_uid = 15,
	};
	memset(next->out_owner_comm, 'x', sizeof(next->out_owner_comm));
	next->out_status.out_state = CLEARDOWN_VC_CLOSING;
	next->out_status.out_call_state = 11;
	next->out_status.out_call.vci = 40;
	entry = cleardown_vclink_next_vc(link, 11);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_NEXT);
	EXPECT_EQ(good, ((struct cleardown_vc_next *)last_arg)->after, 11);
	EXPECT(good, entry && entry->number == 12 && entry->since_ns == 13);
	EXPECT(good, entry && entry->owner_pid == 14 && entry->owner_uid == 15);
	EXPECT(good, entry && strlen(entry->owner_comm) == sizeof(entry->owner_comm) - 1);
	EXPECT(good, entry && entry->circuit.state == CLDN_VC_CLOSING &&
			     entry->circuit.call_state == 11 && entry->circuit.call.vci == 40);

	memset(answer, 0, sizeof(answer));
	*cdr = (struct cleardown_vc_cdr){
		.out_lost = 1,
		.out_cdr = { .number = 2,
			     .vc = 3,
			     .begin_ns = 4,
			     .setup_ns = 5,
			     .total_ns = 6,
			     .sent = 7,
			     .received = 8,
			     .sent_frames = 9,
			     .received_frames = 10,
			     .lost_frames = 11,
			     .in_doubt = 12,
			     .pid = 13,
			     .uid = 14,
			     .vpi = 15,
			     .vci = 16,
			     .cause = 17,
			     .why = CLEARDOWN_CAUSE_TIMER,
			     .flags = CLEARDOWN_CDR_FORCED,
			     .close_data = 18 },
	};
	cdr->out_cdr.called[19] = 19;
	cdr->out_cdr.calling[0] = 20;
	record = cleardown_vclink_next_record(link, 1);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_CDR);
	EXPECT_EQ(good, ((struct cleardown_vc_cdr *)last_arg)->after, 1);
	EXPECT(good, record && record->lost == 1 && record->number == 2 && record->vc == 3 &&
			     record->realtime_ns == 4 && record->setup_ns == 5 &&
			     record->total_ns == 6 && record->sent == 7 && record->received == 8);
	EXPECT(good, record && record->sent_frames == 9 && record->received_frames == 10 &&
			     record->lost_frames == 11 && record->in_doubt == 12 &&
			     record->owner_pid == 13 && record->owner_uid == 14);
	EXPECT(good, record && record->vpi == 15 && record->vci == 16 && record->cause == 17 &&
			     record->why == CLDN_CAUSE_TIMER && record->flags == CLDN_CDR_FORCED &&
			     record->close_data == 18 && record->called[19] == 19 &&
			     record->calling[0] == 20);

	memset(answer, 0, sizeof(answer));
	count->out_value = 21;
	memset(count->out_name, 'y', sizeof(count->out_name));
	counter = cleardown_vclink_get_counter(link, 22);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_COUNT);
	EXPECT_EQ(good, ((struct cleardown_vc_count *)last_arg)->index, 22);
	EXPECT(good, counter && counter->value == 21 &&
			     strlen(counter->name) == sizeof(counter->name) - 1);
	answer_ret = -1;
	answer_errno = ENOENT;
	EXPECT(good, !cleardown_vclink_next_vc(link, 0) && errno == ENOENT);
	EXPECT(good, !cleardown_vclink_next_record(link, 0) && errno == ENOENT);
	EXPECT(good, !cleardown_vclink_get_counter(link, 0) && errno == ENOENT);
	cleardown_vclink_free(link);
	return good;
}

static bool calls_of_a_link_are_closed_from_outside(void)
{
	struct cleardown_ctl_close *in = (struct cleardown_ctl_close *)last_arg;
	struct cleardown_ctl_close *out = (struct cleardown_ctl_close *)answer;
	struct cleardown_close_wish wish = { .size = sizeof(wish),
					     .mode = CLDN_MODE_ABORT,
					     .deadline_ns = 5 };
	struct cleardown_close_summary summary;
	struct cleardown_ctl *ctl;
	uint32_t closed = 0;
	bool good = true;

	cleardown_vclink_free(vclink_or_die()); /* nothing is left of the last test */
	ctl = cleardown_ctl_open();
	out->out_closed = 3;
	out->out_report.number = 9;
	EXPECT_EQ(good, cleardown_ctl_close_calls(ctl, "vc0", 7, &wish, false, &summary, &closed),
		  0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_CTL_CLOSE);
	EXPECT(good, !strcmp(in->name, "vc0") && in->handle == 7 && in->deadline_ns == 5 &&
			     in->mode == CLEARDOWN_MODE_ABORT && !in->flags && !in->__reserved);
	EXPECT(good, closed == 3 && summary.number == 9);
	EXPECT_EQ(good, cleardown_ctl_close_calls(ctl, "vc0", 0, NULL, true, NULL, NULL), 0);
	EXPECT(good, !in->handle && in->flags == CLEARDOWN_CTL_CLOSE_ASYNC);
	EXPECT_EQ(good, cleardown_ctl_close_device(ctl, "vc0", NULL, false, NULL), 0);
	EXPECT(good, !in->handle && !in->flags);
	wish.data_len = 1;
	EXPECT(good, cleardown_ctl_close_calls(ctl, "vc0", 0, &wish, true, NULL, NULL) == -1 &&
			     errno == EINVAL);
	cleardown_ctl_free(ctl);
	return good;
}

static bool circuits_are_created_and_taken(void)
{
	struct cleardown_vc_create *in = (struct cleardown_vc_create *)last_arg;
	struct cleardown_vc_create *out = (struct cleardown_vc_create *)answer;
	struct cleardown_vclink *link = vclink_or_die();
	struct cleardown_vc *vc;
	bool good = true;

	out->out_vc = 0x900000007;
	out->out_fd = dup(STDERR_FILENO);
	vc = cleardown_vc_new(link, 41);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_CREATE);
	EXPECT(good, !in->take && in->cookie == 41 && !in->__reserved);
	EXPECT(good, vc && cleardown_vc_number(vc) == 0x900000007);
	EXPECT(good, vc && cleardown_vc_fd(vc) == out->out_fd);
	cleardown_vc_free(vc);
	EXPECT(good, fcntl(out->out_fd, F_GETFD) < 0);
	out->out_fd = dup(STDERR_FILENO);
	vc = cleardown_vc_take(link, 0x900000007, 42);
	EXPECT(good, vc && in->take == 0x900000007 && in->cookie == 42);
	cleardown_vc_free(vc);
	last_nr = 0;
	EXPECT(good, !cleardown_vc_take(link, 0, 0) && errno == ENOENT && !last_nr);
	out->out_status = CLEARDOWN_NDIS_STATUS_RESOURCES;
	answer_ret = -1;
	answer_errno = ENOBUFS;
	EXPECT(good, !cleardown_vc_new(link, 0) && errno == ENOBUFS);
	EXPECT_EQ(good, cleardown_vclink_status_word(link), CLDN_NDIS_STATUS_RESOURCES);
	/* it may outlive the link */
	vc = vc_or_die(link);
	cleardown_vclink_free(link);
	EXPECT(good, cleardown_vc_get_status(vc));
	cleardown_vc_free(vc);
	return good;
}

static struct cleardown_vc_call made;
static struct cleardown_op_reject rejected;

static void keep_call(const struct cleardown_submit *s)
{
	const void *in = (void *)(uintptr_t)s->in_ptr;

	if (s->opcode == CLEARDOWN_OP_MAKE_CALL && s->in_len == sizeof(made))
		memcpy(&made, in, sizeof(made));
	if (s->opcode == CLEARDOWN_OP_REJECT && s->in_len == sizeof(rejected))
		memcpy(&rejected, in, sizeof(rejected));
}

static struct cleardown_call some_call(void)
{
	struct cleardown_call call = {
		.size = sizeof(call),
		.fwd_rate = 1,
		.bwd_rate = 2,
		.fwd_sdu = 3,
		.bwd_sdu = 4,
		.vpi = 5,
		.vci = 6,
	};

	memset(call.called, 0x47, sizeof(call.called));
	memset(call.calling, 0x39, sizeof(call.calling));
	return call;
}

static bool requests_of_a_circuit_have_their_structs(void)
{
	struct cleardown_submit *in = (struct cleardown_submit *)last_arg;
	struct cleardown_submit *out = (struct cleardown_submit *)answer;
	struct cleardown_call call = some_call();
	struct cleardown_request request = {
		.size = sizeof(request),
		.opcode = CLDN_OP_MAKE_CALL,
		.req_id = 8,
		.deadline_ns = 77,
		.in = &call,
		.in_len = sizeof(call),
	};
	struct cleardown_vclink *link = vclink_or_die();
	struct cleardown_vc *vc = vc_or_die(link);
	bool good = true;

	on_submit = keep_call;
	EXPECT_EQ(good, cleardown_vc_submit(vc, &request), 0);
	EXPECT(good, in->opcode == CLEARDOWN_OP_MAKE_CALL && in->req_id == 8);
	EXPECT(good, in->deadline_ns == 77 && in->in_len == sizeof(struct cleardown_vc_call));
	EXPECT(good, made.called[0] == 0x47 && made.called[19] == 0x47);
	EXPECT(good, made.calling[0] == 0x39 && made.calling[19] == 0x39 && !made.out_flags);
	EXPECT(good, made.fwd_pcr == 1 && made.bwd_pcr == 2 && made.fwd_sdu == 3);
	EXPECT(good, made.bwd_sdu == 4 && made.vpi == 5 && made.vci == 6);
	last_nr = 0;
	call.size--;
	EXPECT(good, cleardown_vc_submit(vc, &request) == -1 && errno == EINVAL && !last_nr);
	call.size++;
	request.in_len--;
	EXPECT(good, cleardown_vc_submit(vc, &request) == -1 && errno == EINVAL && !last_nr);
	request.in = NULL;
	request.in_len++;
	EXPECT(good, cleardown_vc_submit(vc, &request) == -1 && errno == EINVAL && !last_nr);
	request = (struct cleardown_request){
		.size = sizeof(request),
		.opcode = CLDN_OP_REJECT,
		.a = 17,
	};
	out->out_status = CLEARDOWN_NDIS_STATUS_CLOSING;
	answer_ret = -1;
	answer_errno = EISCONN;
	EXPECT(good, cleardown_vc_submit(vc, &request) == -1 && errno == EISCONN);
	EXPECT_EQ(good, cleardown_vc_status_word(vc), CLDN_NDIS_STATUS_CLOSING);
	EXPECT(good, rejected.cause == 17 && !rejected.__reserved);
	request.opcode = CLDN_OP_ACCEPT;
	answer_ret = 0;
	EXPECT_EQ(good, cleardown_vc_submit(vc, &request), 0);
	EXPECT(good, in->opcode == CLEARDOWN_OP_ACCEPT && !in->in_len);
	request.size--;
	EXPECT(good, cleardown_vc_submit(vc, &request) == -1 && errno == EINVAL);
	EXPECT_EQ(good, cleardown_vc_cancel_request(vc, 8), 0);
	EXPECT_EQ(good, ((struct cleardown_cancel *)last_arg)->what, CLEARDOWN_CANCEL_REQUEST);
	cleardown_vc_free(vc);
	cleardown_vclink_free(link);
	return good;
}

/* A completion of VC 0x77, with an error of its own. */
static void complete_circuit(const struct cleardown_submit *s)
{
	struct cleardown_event e = {
		.len = sizeof(e),
		.type = CLEARDOWN_EV_COMPLETION,
		.handle = 0x77,
		.req_id = s->req_id,
		.error = -ECONNREFUSED,
		.p1 = 17,
	};

	if (write(complete_fd, &e, sizeof(e)) != sizeof(e))
		abort();
}

static bool request_of_a_circuit_waits_for_its_own_completion(void)
{
	struct cleardown_queue *queue = queue_or_die(&complete_fd);
	struct cleardown_request accept = {
		.size = sizeof(accept),
		.opcode = CLDN_OP_ACCEPT,
		.req_id = 3,
	};
	struct cleardown_vclink *link = vclink_or_die();
	struct cleardown_vc *vc = vc_or_die(link);
	const struct cleardown_record *record;
	bool good = true;

	on_submit = complete_circuit;
	EXPECT_EQ(good, cleardown_vc_request(vc, queue, &accept, CLDN_FOREVER, &record), 1);
	EXPECT(good, record->error == ECONNREFUSED && record->p1 == 17);
	on_submit = NULL;
	EXPECT_EQ(good, cleardown_vc_request(vc, queue, &accept, 1000000, &record), 0);
	EXPECT_EQ(good, cleardown_vc_bind_queue(vc, queue, 6), 0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_BIND_EVENTS);
	EXPECT_EQ(good, ((struct cleardown_bind_events *)last_arg)->cookie, 6);
	EXPECT_EQ(good, cleardown_vclink_bind_queue(link, NULL, 6), 0);
	EXPECT_EQ(good, ((struct cleardown_bind_events *)last_arg)->fd, -1);
	cleardown_vc_free(vc);
	cleardown_vclink_free(link);
	cleardown_queue_free(queue);
	close(complete_fd);
	return good;
}

static bool circuit_closes_with_its_data(void)
{
	struct cleardown_close *in = (struct cleardown_close *)last_arg;
	struct cleardown_close *out = (struct cleardown_close *)answer;
	struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ABORT,
		.deadline_ns = 5,
		.data = "bye",
		.data_len = 3,
	};
	struct cleardown_vclink *link = vclink_or_die();
	struct cleardown_vc *vc = vc_or_die(link);
	struct cleardown_close_summary sum;
	struct cleardown_ctl *ctl;
	bool good = true;

	out->out_report.number = 4;
	out->out_report.clazz = CLEARDOWN_CLASS_VC;
	out->out_report.cause_detail = 16;
	EXPECT_EQ(good, cleardown_vc_close(vc, &wish, &sum), 0);
	EXPECT(good, in->clazz == CLEARDOWN_CLASS_VC && in->mode == CLEARDOWN_MODE_ABORT);
	EXPECT(good, in->deadline_ns == 5 && in->data_len == 3);
	EXPECT(good, (void *)(uintptr_t)in->data_ptr == wish.data);
	EXPECT(good, sum.number == 4 && sum.class_id == CLDN_CLASS_VC && sum.cause_detail == 16);
	EXPECT_EQ(good, cleardown_vc_close(vc, NULL, NULL), 0);
	EXPECT(good, in->mode == CLEARDOWN_MODE_ORDERLY && !in->data_ptr && !in->data_len);
	last_nr = 0;
	wish.data_len = (size_t)UINT32_MAX + 4;
	EXPECT(good, cleardown_vc_close(vc, &wish, &sum) == -1 && errno == EINVAL && !last_nr);
	wish.data_len = 3;
	wish.size--;
	EXPECT(good, cleardown_vc_close(vc, &wish, &sum) == -1 && errno == EINVAL && !last_nr);
	wish.size++;
	/* whoever closes a device from outside has no data to send */
	ctl = cleardown_ctl_open();
	EXPECT(good, cleardown_ctl_close_device(ctl, "vc0", &wish, false, NULL) == -1);
	EXPECT(good, errno == EINVAL && !last_nr);
	cleardown_ctl_free(ctl);
	((struct cleardown_vc_delete *)answer)->out_status = CLEARDOWN_NDIS_STATUS_NOT_ACCEPTED;
	answer_ret = -1;
	answer_errno = EBUSY;
	EXPECT(good, cleardown_vc_destroy(vc) == -1 && errno == EBUSY);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_DELETE);
	EXPECT_EQ(good, cleardown_vc_status_word(vc), CLDN_NDIS_STATUS_NOT_ACCEPTED);
	cleardown_vc_free(vc);
	cleardown_vclink_free(link);
	return good;
}

static bool circuit_status_is_converted(void)
{
	struct cleardown_vc_status *out = (struct cleardown_vc_status *)answer;
	struct cleardown_vclink *link = vclink_or_die();
	struct cleardown_vc *vc = vc_or_die(link);
	const struct cleardown_circuit *c;
	bool good = true;

	out->out_state = CLEARDOWN_VC_REMOTE_CLOSED;
	out->out_call_state = 10;
	out->out_flags = CLEARDOWN_VC_INCOMING;
	out->out_call.called[19] = 7;
	out->out_call.vci = 33;
	out->out_frames_sent = ~0ULL;
	out->out_frames_received = 2;
	out->out_frames_queued = 3;
	out->out_frames_lost = 4;
	c = cleardown_vc_get_status(vc);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_VC_STATUS);
	EXPECT(good, c && c->state == CLDN_VC_REMOTE_CLOSED && c->call_state == 10);
	EXPECT(good, c && c->flags == CLDN_VC_INCOMING && c->call.called[19] == 7);
	EXPECT(good, c && c->call.size == sizeof(c->call) && c->call.vci == 33);
	EXPECT(good, c && c->frames_sent == UINT64_MAX && c->frames_received == 2);
	EXPECT(good, c && c->frames_queued == 3 && c->frames_lost == 4);
	cleardown_vc_free(vc);
	cleardown_vclink_free(link);
	return good;
}

static bool records_tell_of_calls_and_their_ends(void)
{
	struct cleardown_vc_call c = { .fwd_sdu = 1, .bwd_sdu = 2, .vpi = 3, .vci = 4 };
	struct cleardown_record r = {
		.type = CLDN_EV_INCOMING_CALL,
		.text = (const char *)&c,
		.text_len = sizeof(c),
	};
	char data[300];
	struct cleardown_call_end end;
	struct cleardown_call call;
	bool good = true;

	c.called[19] = 9;
	EXPECT_EQ(good, cleardown_call_from_record(&r, &call), 0);
	EXPECT(good, call.size == sizeof(call) && call.called[19] == 9 && call.fwd_sdu == 1);
	EXPECT(good, call.bwd_sdu == 2 && call.vpi == 3 && call.vci == 4);
	EXPECT(good, cleardown_call_end_from_record(&r, &end) == -1 && errno == ENODATA);
	r.text_len--;
	EXPECT(good, cleardown_call_from_record(&r, &call) == -1 && errno == ENODATA);
	r.text_len++;
	r.type = CLDN_EV_COMPLETION;
	EXPECT_EQ(good, cleardown_call_from_record(&r, &call), 0);
	EXPECT(good, cleardown_call_end_from_record(&r, &end) == -1 && errno == ENODATA);
	/* the same bytes are close data when it failed */
	r.error = ECONNREFUSED;
	r.status = CLDN_NDIS_STATUS_FAILURE;
	r.p1 = 17;
	r.p2 = 5;
	EXPECT(good, cleardown_call_from_record(&r, &call) == -1 && errno == ENODATA);
	EXPECT_EQ(good, cleardown_call_end_from_record(&r, &end), 0);
	EXPECT(good, end.cause == 17 && end.error == ECONNREFUSED && !end.flags);
	EXPECT(good, end.status == CLDN_NDIS_STATUS_FAILURE && end.data_len == sizeof(c));
	/* more than any medium has */
	memset(data, 'd', sizeof(data));
	r = (struct cleardown_record){
		.type = CLDN_EV_INCOMING_CLOSE,
		.text = data,
		.text_len = sizeof(data),
	};
	EXPECT_EQ(good, cleardown_call_end_from_record(&r, &end), 0);
	EXPECT(good, end.data_len == CLDN_CLOSE_DATA_MAX && end.data[127] == 'd' && !end.error);
	r.type = CLDN_EV_CLOSE_COMPLETE;
	r.p2 = CLDN_REPORT_FORCED;
	r.text_len = 0;
	EXPECT_EQ(good, cleardown_call_end_from_record(&r, &end), 0);
	EXPECT(good, end.flags == CLDN_REPORT_FORCED && !end.data_len);
	r.type = CLDN_EV_VC_DELETED;
	EXPECT(good, cleardown_call_end_from_record(&r, &end) == -1 && errno == ENODATA);
	return good;
}

static bool addresses_are_read_and_written(void)
{
	static const char text[] = "47000580FFe1000000f21a0000.0020481a2b3c.05";
	static const char *const wrong[] = {
		"",
		"47",
		".47000580ffe1000000f21a00000020481a2b3c05",
		"47000580ffe1000000f21a00000020481a2b3c05.",
		"47000580ffe1000000f21a00000020481a2b3c0",
		"47000580ffe1000000f21a00000020481a2b3c055",
		"47000580ffe1000000f21a00000020481a2b3cg5",
		"47000580ffe1000000f21a00000020481a2b3c 5",
		"0x47000580ffe1000000f21a00000020481a2b3c",
	};
	uint8_t nsap[CLDN_NSAP_LEN], untouched[CLDN_NSAP_LEN];
	char back[CLDN_NSAP_TEXT];
	bool good = true;
	size_t i;

	EXPECT_EQ(good, cleardown_nsap_from_text(text, nsap), 0);
	EXPECT(good, nsap[0] == 0x47 && nsap[4] == 0xff && nsap[5] == 0xe1);
	EXPECT(good, nsap[13] == 0 && nsap[14] == 0x20 && nsap[19] == 5);
	EXPECT(good, cleardown_nsap_to_text(nsap, back) == back);
	EXPECT(good, !strcasecmp(back, text) && strlen(back) == CLDN_NSAP_TEXT - 1);
	EXPECT_EQ(good,
		  cleardown_nsap_from_text("4.7.00.0580ffe1000000f21a00000020481a2b3c05", nsap), 0);
	memset(nsap, 0xee, sizeof(nsap));
	memset(untouched, 0xee, sizeof(untouched));
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT(good, cleardown_nsap_from_text(wrong[i], nsap) == -1 && errno == EINVAL);
		EXPECT(good, !memcmp(nsap, untouched, sizeof(nsap)));
	}
	EXPECT(good, cleardown_nsap_from_text(NULL, nsap) == -1 && errno == EINVAL);
	return good;
}

/* ---- faxes ---- */

static struct cleardown_fax *fax_or_die(void)
{
	struct cleardown_fax *fax;

	reset();
	fax = cleardown_fax_connect(CLDN_OPEN_OWNER);
	if (!fax)
		abort();
	return fax;
}

static bool server_connects_and_closes_as_its_class(void)
{
	struct cleardown_fax *fax = fax_or_die();
	bool good = true;

	EXPECT(good, !strcmp(opened, "/dev/cleardown/fax"));
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDWR);
	((struct cleardown_close *)answer)->out_status = CLEARDOWN_ERROR_INVALID_HANDLE;
	answer_ret = -1;
	answer_errno = EBADFD;
	EXPECT(good, cleardown_fax_close(fax) == -1 && errno == EBADFD);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_CLOSE);
	EXPECT_EQ(good, ((struct cleardown_close *)last_arg)->clazz, CLEARDOWN_CLASS_FAX);
	EXPECT_EQ(good, cleardown_fax_status_word(fax), CLEARDOWN_ERROR_INVALID_HANDLE);
	cleardown_fax_free(fax);
	fax = cleardown_fax_connect(CLDN_OPEN_OBSERVER);
	EXPECT_EQ(good, opened_flags & O_ACCMODE, O_RDONLY);
	cleardown_fax_free(fax);
	cleardown_fax_free(NULL);
	open_errno_once = EACCES;
	EXPECT(good, !cleardown_fax_connect(CLDN_OPEN_OWNER) && errno == EACCES);
	return good;
}

static bool fax_is_sent_with_its_words(void)
{
	struct cleardown_fax_send *in = (struct cleardown_fax_send *)last_arg;
	struct cleardown_fax_send *out = (struct cleardown_fax_send *)answer;
	char number[CLDN_FAX_NUMBER_LEN + 1], args[CLDN_FAX_ARGS_LEN + 1];
	struct cleardown_fax *fax = fax_or_die();
	uint64_t job = 0;
	bool good = true;

	out->out_job = 0x7000000000000005;
	EXPECT_EQ(good, cleardown_fax_send(fax, 9, 33, "5551234", "at=5", &job), 0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_FAX_SEND);
	EXPECT(good, in->line == 9 && in->fd == 33 && !in->__reserved);
	EXPECT(good, !strcmp(in->number, "5551234") && !strcmp(in->args, "at=5"));
	EXPECT(good, job == 0x7000000000000005);
	EXPECT_EQ(good, cleardown_fax_send(fax, 0, 33, "1", NULL, &job), 0);
	EXPECT(good, !in->args[0]);
	/* what has no room never reaches the kernel, what just has does */
	memset(number, '5', sizeof(number));
	memset(args, 'a', sizeof(args));
	number[CLDN_FAX_NUMBER_LEN] = args[CLDN_FAX_ARGS_LEN] = '\0';
	last_nr = 0;
	EXPECT(good, cleardown_fax_send(fax, 0, 33, number, NULL, &job) == -1 && errno == EINVAL);
	EXPECT(good, cleardown_fax_send(fax, 0, 33, "1", args, &job) == -1 && errno == EINVAL);
	EXPECT_EQ(good, last_nr, 0);
	EXPECT_EQ(good, cleardown_fax_send(fax, 0, 33, number + 1, args + 1, &job), 0);
	answer_ret = -1;
	answer_errno = ENOTCONN;
	out->out_status = CLEARDOWN_ERROR_NOT_READY;
	job = 1;
	EXPECT(good, cleardown_fax_send(fax, 0, 33, "1", NULL, &job) == -1 && errno == ENOTCONN);
	EXPECT(good, job == 1 && cleardown_fax_status_word(fax) == CLEARDOWN_ERROR_NOT_READY);
	cleardown_fax_free(fax);
	return good;
}

static bool jobs_are_listed_and_set(void)
{
	struct cleardown_fax_job_set *set = (struct cleardown_fax_job_set *)last_arg;
	struct cleardown_fax_job *out = (struct cleardown_fax_job *)answer;
	struct cleardown_fax *fax = fax_or_die();
	const struct cleardown_fax_job_entry *job;
	bool good = true;

	out->out_job = 8;
	out->out_line = 2;
	out->out_state = CLEARDOWN_JS_RETRYING | CLEARDOWN_JS_NOLINE;
	out->out_uid = 1000;
	out->out_flags = CLEARDOWN_FAX_JOB_ORPHAN | CLEARDOWN_FAX_JOB_ANY_LINE;
	out->out_pages = 3;
	out->out_event = CLEARDOWN_FEI_BUSY;
	out->out_since_ns = ~0ULL;
	memset(out->out_number, '5', sizeof(out->out_number));
	job = cleardown_fax_next_job(fax, 7);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_FAX_JOB_NEXT);
	EXPECT_EQ(good, ((struct cleardown_fax_job *)last_arg)->after, 7);
	EXPECT(good, job && job->job == 8 && job->line == 2 && job->uid == 1000);
	EXPECT(good, job && job->state == (CLDN_JS_RETRYING | CLDN_JS_NOLINE) && job->pages == 3);
	EXPECT(good,
	       job && job->orphan && job->any_line && !job->taken && job->event == CLDN_FEI_BUSY);
	EXPECT(good, job && job->since_ns == UINT64_MAX);
	EXPECT_EQ(good, job ? strlen(job->number) : 0, CLDN_FAX_NUMBER_LEN - 1);
	memset(answer, 0, sizeof(answer));
	EXPECT_EQ(good, cleardown_fax_delete_job(fax, 8), 0);
	EXPECT(good, last_nr == CLEARDOWN_IOC_FAX_JOB_SET && set->job == 8);
	EXPECT_EQ(good, set->command, CLEARDOWN_JC_DELETE);
	EXPECT_EQ(good, cleardown_fax_pause_job(fax, 8), 0);
	EXPECT_EQ(good, set->command, CLEARDOWN_JC_PAUSE);
	EXPECT_EQ(good, cleardown_fax_resume_job(fax, 8), 0);
	EXPECT_EQ(good, set->command, CLEARDOWN_JC_RESUME);
	answer_ret = -1;
	answer_errno = ENOENT;
	EXPECT(good, !cleardown_fax_next_job(fax, 8) && errno == ENOENT);
	cleardown_fax_free(fax);
	return good;
}

static bool rights_are_given_up_and_taken_away(void)
{
	struct cleardown_fax_rights *in = (struct cleardown_fax_rights *)last_arg;
	struct cleardown_fax *fax = fax_or_die();
	uint32_t left = 0;
	bool good = true;

	((struct cleardown_fax_rights *)answer)->out_rights = CLEARDOWN_FAX_READ;
	EXPECT_EQ(good, cleardown_fax_drop_rights(fax, CLDN_FAX_JOB_SUBMIT, &left), 0);
	EXPECT(good, last_nr == CLEARDOWN_IOC_FAX_RIGHTS && !in->handle);
	EXPECT(good, in->drop == CLEARDOWN_FAX_JOB_SUBMIT && left == CLEARDOWN_FAX_READ);
	EXPECT_EQ(good, cleardown_fax_revoke_rights(fax, 77, CLDN_FAX_RIGHTS_ALL, NULL), 0);
	EXPECT(good, in->handle == 77 && in->drop == CLEARDOWN_FAX_RIGHTS_ALL);
	answer_ret = -1;
	answer_errno = EPERM;
	EXPECT(good, cleardown_fax_revoke_rights(fax, 77, 1, &left) == -1 && errno == EPERM);
	cleardown_fax_free(fax);
	return good;
}

static bool handles_are_listed(void)
{
	struct cleardown_fax_handle *out = (struct cleardown_fax_handle *)answer;
	struct cleardown_fax *fax = fax_or_die();
	const struct cleardown_fax_handle_entry *h;
	bool good = true;

	out->out_handle = 12;
	out->out_line = 2;
	out->out_rights = CLEARDOWN_FAX_PORT_QUERY;
	out->out_flags = CLEARDOWN_FAX_HANDLE_WRITE;
	out->out_pid = 812;
	out->out_uid = 1000;
	memset(out->out_comm, 'c', sizeof(out->out_comm));
	h = cleardown_fax_next_handle(fax, 11);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_FAX_HANDLE_NEXT);
	EXPECT_EQ(good, ((struct cleardown_fax_handle *)last_arg)->after, 11);
	EXPECT(good, h && h->handle == 12 && h->line == 2 && h->rights == CLDN_FAX_PORT_QUERY);
	EXPECT(good, h && h->write && h->pid == 812 && h->uid == 1000);
	EXPECT_EQ(good, h ? strlen(h->comm) : 0, CLDN_COMM_LEN - 1);
	answer_ret = -1;
	answer_errno = ENOENT;
	EXPECT(good, !cleardown_fax_next_handle(fax, 12) && errno == ENOENT);
	cleardown_fax_free(fax);
	return good;
}

static bool service_and_lines_are_converted(void)
{
	struct cleardown_fax_port_next *next = (struct cleardown_fax_port_next *)answer;
	struct cleardown_fax_status *s = (struct cleardown_fax_status *)answer;
	struct cleardown_fax *fax = fax_or_die();
	const struct cleardown_fax_service *service;
	const struct cleardown_faxport_status *line;
	bool good = true;

	*s = (struct cleardown_fax_status){
		.out_running = 1,
		.out_servers = 2,
		.out_ports = 3,
		.out_jobs = 4,
		.out_queues = 5,
		.out_lines = 6,
		.out_providers = 7,
	};
	service = cleardown_fax_get_service(fax);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_FAX_STATUS);
	EXPECT(good, service && service->running && service->servers == 2 && service->ports == 3);
	EXPECT(good, service && service->jobs == 4 && service->queues == 5 && service->lines == 6);
	EXPECT(good, service && service->providers == 7);
	memset(answer, 0, sizeof(answer));
	next->out_port.out_line = 9;
	next->out_port.out_status = CLEARDOWN_FPS_SENDING;
	next->out_port.out_job = ~0ULL;
	next->out_port.flags = CLEARDOWN_FAX_PORT_RECEIVE;
	next->out_port.rings = 2;
	next->out_port.priority = 3;
	memset(next->out_port.tsid, 't', sizeof(next->out_port.tsid));
	memset(next->out_port.out_name, 'n', sizeof(next->out_port.out_name));
	line = cleardown_fax_next_line(fax, 8);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_FAX_PORT_NEXT);
	EXPECT(good, line && line->line == 9 && line->job == UINT64_MAX && line->rings == 2);
	EXPECT(good, line && line->flags == CLDN_FAXPORT_RECEIVE && line->priority == 3);
	EXPECT(good, line && !strcmp(cleardown_fps_name(line->fps) ?: "", "sending"));
	EXPECT_EQ(good, line ? strlen(line->tsid) : 0, CLDN_FAX_ID_LEN - 1);
	EXPECT_EQ(good, line ? strlen(line->name) : 0, CLDN_NAME_LEN - 1);
	cleardown_fax_free(fax);
	return good;
}

static bool ports_set_what_is_named(void)
{
	struct cleardown_fax_open_port *open_in = (struct cleardown_fax_open_port *)last_arg;
	struct cleardown_fax_port *in = (struct cleardown_fax_port *)last_arg;
	struct cleardown_fax *fax = fax_or_die();
	uint32_t rings = 0;
	struct cleardown_faxport_setting setting = { .rings = &rings, .csid = "" };
	char id[CLDN_FAX_ID_LEN + 1];
	struct cleardown_faxport *port;
	bool good = true;

	((struct cleardown_fax_open_port *)answer)->out_fd = dup(STDERR_FILENO);
	port = cleardown_faxport_open(fax, 9, true);
	EXPECT(good, port && last_nr == CLEARDOWN_IOC_FAX_OPEN_PORT && open_in->line == 9);
	EXPECT_EQ(good, open_in->mode, CLEARDOWN_FAX_OPEN_MODIFY);
	memset(answer, 0, sizeof(answer));
	/* nought and nothing are values; what is not named is not set */
	EXPECT_EQ(good, cleardown_faxport_set(port, &setting), 0);
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_FAX_PORT);
	EXPECT_EQ(good, in->set, CLEARDOWN_FAX_SET_RINGS | CLEARDOWN_FAX_SET_CSID);
	EXPECT(good, cleardown_faxport_get(port) && !in->set);
	memset(id, 'i', sizeof(id));
	id[CLDN_FAX_ID_LEN] = '\0';
	setting = (struct cleardown_faxport_setting){ .tsid = id };
	last_nr = 0;
	EXPECT(good, cleardown_faxport_set(port, &setting) == -1 && errno == EINVAL && !last_nr);
	((struct cleardown_fax_port *)answer)->out_word = CLEARDOWN_ERROR_DEVICE_IN_USE;
	answer_ret = -1;
	answer_errno = EBUSY;
	setting.tsid = "1";
	EXPECT(good, cleardown_faxport_set(port, &setting) == -1 && errno == EBUSY);
	EXPECT_EQ(good, cleardown_faxport_status_word(port), CLEARDOWN_ERROR_DEVICE_IN_USE);
	EXPECT(good, !cleardown_faxport_open(fax, 9, false) && errno == EBUSY);
	EXPECT_EQ(good, open_in->mode, CLEARDOWN_FAX_OPEN_QUERY);
	cleardown_faxport_free(port);
	cleardown_fax_free(fax);
	return good;
}

static bool lines_are_provided(void)
{
	struct cleardown_fax_report *report = (struct cleardown_fax_report *)last_arg;
	struct cleardown_fax_take *take = (struct cleardown_fax_take *)answer;
	struct cleardown_fax_line *l = (struct cleardown_fax_line *)answer;
	char number[CLDN_FAX_NUMBER_LEN], args[CLDN_FAX_ARGS_LEN];
	struct cleardown_fax_news news = {
		.job = 8,
		.event = CLDN_FEI_SENDING,
		.state = CLDN_JS_INPROGRESS,
		.pages = 1,
		.rate = 9600,
		.remote = "+49 30",
	};
	struct cleardown_queue *queue;
	struct cleardown_faxline *line;
	uint32_t uid = 0, fps = 0;
	bool good = true, running = false;
	int fd;

	queue = queue_or_die(&fd);
	next_fd = STDERR_FILENO;
	line = cleardown_faxline_open("fax0", queue, 5);
	EXPECT(good, line && !strcmp(opened, "/dev/cleardown/fax0"));
	EXPECT_EQ(good, last_nr, CLEARDOWN_IOC_FAX_PROVIDE);
	l->out_held = 1;
	l->out_fps = CLEARDOWN_FPS_AVAILABLE;
	l->out_running = 1;
	EXPECT_EQ(good, cleardown_faxline_held(line, &fps, &running), 1);
	EXPECT(good, running && fps == CLEARDOWN_FPS_AVAILABLE);
	EXPECT_EQ(good, cleardown_faxline_take(line), 0);
	EXPECT_EQ(good, ((struct cleardown_fax_line *)last_arg)->action, CLEARDOWN_FAX_LINE_TAKE);
	EXPECT_EQ(good, cleardown_faxline_give(line), 0);
	EXPECT_EQ(good, ((struct cleardown_fax_line *)last_arg)->action, CLEARDOWN_FAX_LINE_GIVE);
	memset(answer, 0, sizeof(answer));
	take->out_fd = 44;
	take->out_uid = 1000;
	memset(take->out_number, '5', sizeof(take->out_number));
	strcpy(take->out_args, "poll=1");
	EXPECT_EQ(good, cleardown_faxline_take_job(line, 8, &uid, number, args), 44);
	EXPECT(good, uid == 1000 && strlen(number) == CLDN_FAX_NUMBER_LEN - 1);
	EXPECT(good, !strcmp(args, "poll=1"));
	EXPECT_EQ(good, cleardown_faxline_report(line, &news), 0);
	EXPECT(good, report->job == 8 && report->event == CLEARDOWN_FEI_SENDING);
	EXPECT(good, report->state == CLEARDOWN_JS_INPROGRESS && report->pages == 1);
	EXPECT(good, report->rate == 9600 && !strcmp(report->remote, "+49 30"));
	cleardown_faxline_free(line);
	/* a line that is not provided is none */
	answer_ret = -1;
	answer_errno = EPERM;
	EXPECT(good, !cleardown_faxline_open("fax0", queue, 5) && errno == EPERM);
	cleardown_queue_free(queue);
	close(fd);
	return good;
}

static bool events_of_faxes_are_their_own(void)
{
	struct cleardown_fax_event e = {
		.job = 8,
		.line = 2,
		.event = CLEARDOWN_FEI_SENDING,
		.state = 1,
		.pages = 3,
	};
	struct cleardown_record r = {
		.type = CLDN_EV_FAX,
		.text = (const char *)&e,
		.text_len = sizeof(e),
	};
	struct cleardown_fax_news news;
	bool good = true;

	memset(e.remote, 'r', sizeof(e.remote));
	EXPECT_EQ(good, cleardown_fax_news_from_record(&r, &news), 0);
	EXPECT(good, news.job == 8 && news.line == 2 && news.event == CLDN_FEI_SENDING);
	EXPECT(good, news.state == 1 && news.pages == 3);
	EXPECT_EQ(good, strlen(news.remote), CLDN_FAX_ID_LEN - 1);
	r.text_len--;
	EXPECT(good, cleardown_fax_news_from_record(&r, &news) == -1 && errno == ENODATA);
	r.text_len++;
	r.type = CLDN_EV_FAX_OFFER;
	EXPECT(good, cleardown_fax_news_from_record(&r, &news) == -1 && errno == ENODATA);
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
	EXPECT(good, all_named(cleardown_button_name, 0, 15) && !cleardown_button_name(16));
	EXPECT(good, all_named(cleardown_step_name, 1, CLDN_STEP_VOICE));
	EXPECT(good, all_named(cleardown_call_name, 0, CLDN_CALL_CLEARING));
	EXPECT(good, all_named(cleardown_class_name, 1, CLDN_CLASS_FAX));
	EXPECT(good, all_named(cleardown_event_name, CLDN_EV_PHONE_STATE, CLDN_EV_PHONE_BUTTON));
	EXPECT(good, all_named(cleardown_opcode_name, CLDN_OP_DEV_SPECIFIC, CLDN_OP_GET_DATA));
	EXPECT(good, all_named(cleardown_opcode_name, CLDN_OP_DIAL, CLDN_OP_SEND_DTMF));
	EXPECT(good, all_named(cleardown_opcode_name, CLDN_OP_START_DOC, CLDN_OP_RESET));
	EXPECT(good, all_named(cleardown_opcode_name, CLDN_OP_MAKE_CALL, CLDN_OP_MODIFY_QOS));
	EXPECT(good, all_named(cleardown_opcode_name, CLDN_OP_OPEN_AF, CLDN_OP_SAP));
	EXPECT(good, all_named(cleardown_event_name, CLDN_EV_COMPLETION, CLDN_EV_FAX_LINE));
	EXPECT(good, all_named(cleardown_event_name, CLDN_EV_CM, CLDN_EV_CM));
	EXPECT(good, all_named(cleardown_fei_name, CLDN_FEI_DIALING, CLDN_FEI_FAXSVC_STARTED));
	EXPECT(good, all_named(cleardown_vc_name, 0, CLDN_VC_DELETED));
	EXPECT(good, all_named(cleardown_callstate_name, 6, 12));
	EXPECT(good, !cleardown_callstate_name(2) && !cleardown_callstate_name(13));
	EXPECT(good, all_named(cleardown_doc_name, 0, CLDN_DOC_CANCELLED));
	EXPECT(good, all_named(cleardown_dtr_name, 0, CLDN_DTR_PULSE));
	EXPECT(good, all_named(cleardown_flow_name, 0, CLDN_FLOW_XONXOFF));
	for (bit = 1; bit; bit <<= 1) {
		EXPECT_EQ(good, !!cleardown_phonestate_name(bit), !!(CLDN_PHONESTATE_ALL & bit));
		EXPECT_EQ(good, !!cleardown_lampmode_name(bit),
			  bit >= CLDN_LAMPMODE_OFF && bit <= CLDN_LAMPMODE_BROKENFLUTTER);
		EXPECT_EQ(good, !!cleardown_line_name(bit),
			  bit <= CLDN_LINE_RI || (bit >= CLDN_LINE_BUSY && bit <= CLDN_LINE_FAULT));
		EXPECT_EQ(good, !!cleardown_portflag_name(bit), bit <= CLDN_PORT_READS);
		EXPECT_EQ(good, !!cleardown_linkflag_name(bit), bit <= CLDN_VC_LINK_MULTI);
		EXPECT_EQ(good, !!cleardown_hookdev_name(bit), bit <= CLDN_HOOKDEV_HEADSET);
		EXPECT_EQ(good, !!cleardown_faxright_name(bit), bit <= CLDN_FAX_JOB_MANAGE);
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
	for (i = 0; i <= CLDN_DOC_CANCELLED; i++)
		EXPECT_EQ(good, cleardown_doc_from_name(cleardown_doc_name(i)), i);
	for (i = 1; i <= (int)CLDN_FAX_JOB_MANAGE; i <<= 1)
		EXPECT_EQ(good, cleardown_faxright_from_name(cleardown_faxright_name(i)), i);
	EXPECT_EQ(good, cleardown_class_from_name("phone"), CLDN_CLASS_PHONE);
	EXPECT_EQ(good, cleardown_class_from_name("port"), CLDN_CLASS_PORT);
	errno = 0;
	EXPECT_EQ(good, cleardown_mode_from_name("Abort"), -1);
	EXPECT_EQ(good, errno, EINVAL);
	EXPECT_EQ(good, cleardown_state_from_name(NULL), -1);
	return good;
}

static bool causes_have_names_that_lead_back(void)
{
	unsigned int cause, named = 0;
	bool good = true;

	for (cause = 0; cause < 256; cause++) {
		const char *name = cleardown_clearing_name(cause);

		if (!name)
			continue;
		named++;
		EXPECT(good, cause > 0 && cause < 128);
		EXPECT_EQ(good, cleardown_clearing_from_name(name), cause);
		EXPECT_EQ(good, strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		EXPECT(good, strlen(name) < 34);
	}
	EXPECT(good, named > 50);
	EXPECT(good, !strcmp(cleardown_clearing_name(16) ?: "", "normal-clearing"));
	EXPECT(good, !strcmp(cleardown_clearing_name(17) ?: "", "user-busy"));
	EXPECT(good, !strcmp(cleardown_clearing_name(21) ?: "", "call-rejected"));
	EXPECT(good, !strcmp(cleardown_clearing_name(88) ?: "", "incompatible-destination"));
	EXPECT(good, cleardown_clearing_from_name("17") == -1 && errno == EINVAL);
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
	EXPECT(good, !strcmp(cleardown_status_name(CLDN_ERROR_OUT_OF_PAPER), "ERROR_OUT_OF_PAPER"));
	EXPECT(good, !strcmp(cleardown_status_name(2404), "ERROR_DEVICE_IN_USE"));
	EXPECT(good, !cleardown_status_name(0x9000001e));
	return good;
}

/* ---- the list ---- */

static const struct {
	const char *name;
	bool (*run)(void);
} tests[] = {
	{ "an older module is used as far as it goes, and the rest is E2BIG",
	  old_module_is_used_as_far_as_it_goes },
	{ "ctl falls back to reading", ctl_falls_back_to_reading },
	{ "a device is converted, texts get their end", device_is_converted },
	{ "a report is converted, its steps are bounded", report_is_converted_and_bounded },
	{ "bind passes all and keeps the kernel's text", bind_passes_all_and_keeps_the_text },
	{ "rebind says which hardware, or that it is away", rebind_says_what_and_away },
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
	{ "a port opens and closes as its class", port_opens_and_closes_as_its_class },
	{ "the start of a document has level and name", start_of_a_document_has_level_and_name },
	{ "documents are ended with their result", documents_are_ended_with_their_result },
	{ "the display is set and the front converted", display_is_set_and_the_front_converted },
	{ "a telephone's memory is set and asked for", memory_is_set_and_asked_for },
	{ "a key is read from its record", key_is_read_from_its_record },
	{ "a phone's messages are asked for", messages_are_asked_for },
	{ "a phone's id is asked for by class", id_is_asked_for_by_class },
	{ "a printer's status is converted", printer_status_is_converted },
	{ "time-outs and options say what they set", timeouts_and_options_say_what_they_set },
	{ "configure passes all and keeps word and text",
	  configure_passes_all_and_keeps_word_and_text },
	{ "write_all writes all or is cancelled", write_all_writes_all_or_is_cancelled },
	{ "a link opens for writing and closes as its class",
	  link_opens_for_writing_and_closes_as_its_class },
	{ "SAPs are selectors, or all", saps_are_selectors_or_all },
	{ "a link's status is converted and bounded", link_status_is_converted_and_bounded },
	{ "circuits and records of a link are converted",
	  circuits_and_records_of_a_link_are_converted },
	{ "a call manager's calls have their structs", call_manager_passes_all },
	{ "requests for a call manager are converted", requests_for_a_call_manager_are_converted },
	{ "calls of a link are closed from outside", calls_of_a_link_are_closed_from_outside },
	{ "circuits are created and taken", circuits_are_created_and_taken },
	{ "requests of a circuit have their structs", requests_of_a_circuit_have_their_structs },
	{ "a request of a circuit waits for its own completion",
	  request_of_a_circuit_waits_for_its_own_completion },
	{ "a circuit closes with its data", circuit_closes_with_its_data },
	{ "a circuit's status is converted", circuit_status_is_converted },
	{ "records tell of calls and their ends", records_tell_of_calls_and_their_ends },
	{ "addresses are read and written", addresses_are_read_and_written },
	{ "causes have names that lead back", causes_have_names_that_lead_back },
	{ "a fax server connects and closes as its class",
	  server_connects_and_closes_as_its_class },
	{ "a fax is sent with its words", fax_is_sent_with_its_words },
	{ "fax jobs are listed and set", jobs_are_listed_and_set },
	{ "rights are given up and taken away", rights_are_given_up_and_taken_away },
	{ "fax handles are listed", handles_are_listed },
	{ "the fax service and its lines are converted", service_and_lines_are_converted },
	{ "fax ports set what is named", ports_set_what_is_named },
	{ "fax lines are provided", lines_are_provided },
	{ "events of faxes are their own", events_of_faxes_are_their_own },
	{ "names are whole and different", names_are_whole_and_different },
	{ "names lead back to their values", names_lead_back },
	{ "status words have their names", status_words_have_their_names },
};

int main(int argc, char **argv)
{
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc < 2 || !strcmp(argv[1], tests[i].name))
			tap(tests[i].run(), "%s", tests[i].name);
	}
	return tap_done();
}
