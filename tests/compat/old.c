// SPDX-License-Identifier: GPL-2.0-only
/*
 * An old binary: built against v1/linux/cleardown.h, the interface as it first landed (2026-11-21), and
 * nothing newer. It binds, operates, closes and reads reports on the module of today, whose structs
 * have grown: it must be served as it was then, and nothing written behind what it has.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/cleardown.h>

#include "../include/tap.h"

#define S 1000000000ULL
#define COOKIE 0x0123456789abcdefULL

/* The sizes with which old binaries were built; the four marked ones have grown since. */
_Static_assert(sizeof(struct cleardown_bind) == 496, "grew to 504");
_Static_assert(sizeof(struct cleardown_unbind) == 200, "grew to 208");
_Static_assert(sizeof(struct cleardown_options) == 24, "grew to 32");
_Static_assert(sizeof(struct cleardown_ctl_close) == 200, "grew to 216");
_Static_assert(sizeof(struct cleardown_close) == 200, "as today");
_Static_assert(sizeof(struct cleardown_report) == 704, "as today");
_Static_assert(sizeof(struct cleardown_event) == 72, "as today");

static char name[CLEARDOWN_NAME_LEN];
static int ctl, events, phone;

/* A struct and what lies behind it, which must not be written. */
#define GUARDED(type)                     \
	struct {                          \
		struct type s;            \
		unsigned char behind[64]; \
	}
#define PREPARE(g)                                            \
	do {                                                  \
		memset(&(g), 0, sizeof((g).s));               \
		memset((g).behind, 0xa5, sizeof((g).behind)); \
		(g).s.size = sizeof((g).s);                   \
	} while (0)

static bool behind_is_whole(const unsigned char *behind)
{
	for (int i = 0; i < 64; i++)
		if (behind[i] != 0xa5)
			return false;
	return true;
}

static int call(int fd, unsigned long nr, void *arg)
{
	return ioctl(fd, nr, arg) ? -errno : 0;
}

static int open_node(const char *node, int flags)
{
	char path[96];

	snprintf(path, sizeof(path), "/dev/cleardown/%s", node);
	return open(path, flags | O_CLOEXEC);
}

static void bind_it(void)
{
	struct cleardown_version version = { .size = sizeof(version) };
	GUARDED(cleardown_bind) b;
	bool good = true;

	EXPECT_EQ(good, call(ctl, CLEARDOWN_IOC_CTL_VERSION, &version), 0);
	EXPECT_EQ(good, version.out_abi, CLEARDOWN_ABI_VERSION);
	PREPARE(b);
	b.s.clazz = CLEARDOWN_CLASS_PHONE;
	strcpy(b.s.link, "sim");
	EXPECT_EQ(good, call(ctl, CLEARDOWN_IOC_CTL_BIND, &b.s), 0);
	EXPECT(good, behind_is_whole(b.behind));
	memcpy(name, b.s.name, sizeof(name));
	EXPECT(good, !strncmp(name, "phone", 5));
	strcpy(b.s.link, "nolink");
	memset(b.s.name, 0, sizeof(b.s.name));
	EXPECT_EQ(good, call(ctl, CLEARDOWN_IOC_CTL_BIND, &b.s), -ENOENT);
	EXPECT(good, *b.s.out_text && behind_is_whole(b.behind));
	tap(good, "an old binary binds, and is told why not");
}

static void open_it(void)
{
	struct cleardown_bind_events e = { .size = sizeof(e), .cookie = COOKIE };
	struct cleardown_info info = { .size = sizeof(info) };
	GUARDED(cleardown_options) o;
	bool good = true;

	phone = open_node(name, O_RDWR);
	events = open_node("events", O_RDONLY);
	e.fd = events;
	EXPECT(good, phone >= 0 && events >= 0);
	EXPECT_EQ(good, call(phone, CLEARDOWN_IOC_BIND_EVENTS, &e), 0);
	PREPARE(o);
	o.s.set = CLEARDOWN_OPT_DEADLINE;
	o.s.deadline_ns = 3 * S;
	EXPECT_EQ(good, call(phone, CLEARDOWN_IOC_SET_OPTIONS, &o.s), 0);
	EXPECT(good, behind_is_whole(o.behind));
	EXPECT_EQ(good, call(phone, CLEARDOWN_IOC_GET_INFO, &info), 0);
	EXPECT_EQ(good, info.out_deadline_ns, 3 * S);
	EXPECT_EQ(good, info.out_cookie, COOKIE);
	tap(good, "it opens, and sets options in a struct that has grown");
}

/* The next record of the queue within a while; false: none. */
static bool next_record(struct cleardown_event *e, size_t room)
{
	struct pollfd ready = { .fd = events, .events = POLLIN };

	return poll(&ready, 1, 20000) == 1 && read(events, e, room) >= (ssize_t)sizeof(*e);
}

static bool complete(uint32_t opcode, uint64_t id, const char *text, struct cleardown_event *e,
		     size_t room)
{
	struct cleardown_submit submit = {
		.size = sizeof(submit),
		.opcode = opcode,
		.req_id = id,
		.deadline_ns = 10 * S,
		.in_ptr = (uintptr_t)text,
		.in_len = strlen(text),
	};
	bool good = true;

	EXPECT_EQ(good, call(phone, CLEARDOWN_IOC_SUBMIT, &submit), 0);
	EXPECT(good, next_record(e, room));
	EXPECT_EQ(good, e->type, CLEARDOWN_EV_COMPLETION);
	EXPECT_EQ(good, e->req_id, id);
	EXPECT_EQ(good, e->cookie, COOKIE);
	EXPECT_EQ(good, e->error, 0);
	return good;
}

static void operate(void)
{
	union {
		struct cleardown_event e;
		char room[512];
	} record;
	char heard[5] = "";
	bool good;

	good = complete(CLEARDOWN_OP_DEV_SPECIFIC, 1, "I0", &record.e, sizeof(record));
	good = complete(CLEARDOWN_OP_DIAL, 2, "201", &record.e, sizeof(record)) && good;
	EXPECT_EQ(good, write(phone, "hello", 5), 5);
	for (int n = 0; good && n < 5;) {
		ssize_t more = read(phone, heard + n, 5 - n);

		EXPECT(good, more > 0);
		n += more;
	}
	EXPECT(good, !memcmp(heard, "hello", 5));
	tap(good, "it asks the modem, dials, writes and reads, each request completed once");
}

static void close_it(void)
{
	struct cleardown_close c = {
		.size = sizeof(c),
		.clazz = CLEARDOWN_CLASS_PHONE,
		.mode = CLEARDOWN_MODE_ORDERLY,
		.deadline_ns = 2 * S,
	};
	struct cleardown_status status = { .size = sizeof(status) };
	struct cleardown_report report = { .size = sizeof(report) };
	const struct cleardown_report_head *h = &c.out_report;
	bool good = true;

	EXPECT_EQ(good, call(phone, CLEARDOWN_IOC_CLOSE, &c), 0);
	EXPECT_EQ(good, c.out_released, 1);
	EXPECT_EQ(good, h->accepted, 5);
	EXPECT_EQ(good, h->accepted, h->confirmed + h->discarded + h->in_doubt);
	EXPECT_EQ(good, h->ops_issued, 2);
	EXPECT_EQ(good, h->ops_completed, 2);
	EXPECT_EQ(good, call(phone, CLEARDOWN_IOC_GET_STATUS, &status), -EBADFD);
	report.after = h->number - 1;
	EXPECT_EQ(good, call(ctl, CLEARDOWN_IOC_CTL_REPORT, &report), 0);
	EXPECT(good, !memcmp(&report.out_head, h, sizeof(*h)));
	EXPECT(good, report.out_nsteps && report.out_nsteps <= CLEARDOWN_MAX_STEPS);
	EXPECT_EQ(good, report.out_owner_pid, getpid());
	EXPECT(good, !strcmp(report.out_name, name));
	close(phone);
	tap(good, "it closes, its handle is dead, and the report is as it was then");
}

/* By ctl, as an administrator; CTL_CLOSE and UNBIND have grown. */
static void end_it(void)
{
	GUARDED(cleardown_ctl_close) c;
	GUARDED(cleardown_unbind) u;
	bool good = true;

	phone = open_node(name, O_RDWR);
	EXPECT(good, phone >= 0);
	PREPARE(u);
	memcpy(u.s.name, name, sizeof(name));
	EXPECT_EQ(good, call(ctl, CLEARDOWN_IOC_CTL_UNBIND, &u.s), -EBUSY);
	EXPECT(good, *u.s.out_text && behind_is_whole(u.behind));
	PREPARE(c);
	c.s.mode = CLEARDOWN_MODE_ORDERLY;
	memcpy(c.s.name, name, sizeof(name));
	c.s.deadline_ns = 2 * S;
	EXPECT_EQ(good, call(ctl, CLEARDOWN_IOC_CTL_CLOSE, &c.s), 0);
	EXPECT_EQ(good, c.s.out_released, 1);
	EXPECT_EQ(good, c.s.out_report.cause, CLEARDOWN_CAUSE_ADMIN);
	EXPECT(good, behind_is_whole(c.behind));
	close(phone);
	close(events);
	EXPECT_EQ(good, call(ctl, CLEARDOWN_IOC_CTL_UNBIND, &u.s), 0);
	EXPECT(good, behind_is_whole(u.behind));
	tap(good, "it closes another's phone and unbinds it, by structs that have grown");
}

int main(void)
{
	ctl = open_node("ctl", O_RDWR);
	if (ctl < 0) {
		tap(false, "ctl opens");
		return tap_done();
	}
	bind_it();
	open_it();
	operate();
	close_it();
	end_it();
	return tap_done();
}
