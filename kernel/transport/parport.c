// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parallel link: a printer port taken exclusively, written to in compatibility mode.
 *
 * States of a port and who may run in them:
 *
 *   bound    probe has seen the port; only its number is kept, anybody may use it
 *   taken    open() succeeded: our pardevice is the only one on the port (PARPORT_DEV_EXCL: with a
 *            second one that waits for the port the kernel's parport_claim() can lock up the
 *            processor) and has claimed it, from open to close. The worker moves the lines.
 *   gone     detach() has taken the pardevice away: l->dev is NULL, GONE was reported once, the
 *            port's functions are called no more. close finds nothing to give back.
 *   shut     after shut(): no timer runs, detach() reports nothing
 *
 * Only the worker touches the port, under l->mutex, and each of its calls is over after CALL_NS: no
 * function of the kernel's IEEE 1284 library is used, since those wait for 40 ms and more and some
 * let go of the port in the middle. detach() sets l->gone, which is tested at each byte and each
 * look at the printer, and then has the mutex within a millisecond. It must give the port back
 * before it returns, or the module of the port's driver could never be unloaded again. open and
 * close take longer where the printer does: ANSWER_NS for each mode that is asked for, LEFT_NS
 * after a printer that was left by the lines alone, TERMINATE_NS to leave it in good order.
 *
 * Order of locks: the parport layer's registration_lock > ports.lock > l->mutex > l->lock. detach()
 * and match_port() run under the first; registering and unregistering a pardevice does not take it.
 * Nothing that may load a module (parport_find_number()) is called: a low-level driver takes
 * registration_lock when it announces its ports. ports.lock keeps detach() away while a port is
 * found and taken, so that no pardevice is put on a port that has been detached already.
 *
 * States of the way back (struct pp_reverse), from which the printer is brought to forward idle
 * before the next byte is written:
 *
 *   FORWARD                       compatibility mode, forward idle
 *   ASK, AGREE                    a mode was asked for
 *   PIECE, TAKEN                  the printer sends
 *   LEAVE, LEFT                   on the way back to FORWARD
 *
 * The mode is byte mode where the port can turn its data lines round and the printer agrees, which
 * is found out at open and holds until the printer gets stuck in it; else nibble mode, which every
 * port and every IEEE 1284 printer has. ECP is not used: a software handshake gains nothing in it
 * over byte mode, and it can be left by way of its forward phase only, one answer of the printer
 * more before each write. In byte mode the data lines are the printer's from the first PIECE until
 * FORWARD.
 *
 * Interrupts of the port are off: a timer looks for room, and for something to read.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/parport.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <cleardown/link.h>

#define PP_NAME "cleardown" /* of the pardevice and of the driver, which have to agree */
#define CALL_NS (2 * NSEC_PER_MSEC) /* longest that the worker is in the port */
#define SPIN_NS (50 * NSEC_PER_USEC) /* for a printer that is busy with a byte */
#define ACK_LOOKS 4
#define ROOM_MIN_NS (100 * NSEC_PER_USEC) /* then the timer looks, ever more rarely */
#define ROOM_MAX_NS (5 * NSEC_PER_MSEC)
/*
 * IEEE 1284 wants 750 ns at the host for each of data set-up, strobe and data hold, so that 500 ns
 * are left at the printer.
 */
#define PULSE_NS 750
#define INIT_US 50
#define ANSWER_NS (35 * NSEC_PER_MSEC) /* the standard's limit for each answer of a printer */
#define ANSWER_LOOKS 50 /* in quick succession; most printers answer within microseconds */
#define TERMINATE_NS (40 * NSEC_PER_MSEC) /* at close, of the 50 that the class reserves for it */
#define LEFT_NS (2 * ANSWER_NS) /* then a printer that was left by the lines alone is ready again */
#define MODE_US 400 /* from the mode on the data lines to the question, as in the library */
#define READ_NS (200 * NSEC_PER_MSEC) /* between questions whether there is something to read */
#define PORTION 16 /* bytes that a call reads */
#define ID_KEPT 1024
#define ID_MAX 0xfff /* what claims to be longer is no Device ID */

#define CONTROL_FORWARD (PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT)
#define CONTROL_LINES (CONTROL_FORWARD | PARPORT_CONTROL_AUTOFD | PARPORT_CONTROL_STROBE)
/* The port inverts Busy: the bit is set when the printer is not busy. */
#define STATUS_READY (PARPORT_STATUS_BUSY | PARPORT_STATUS_SELECT | PARPORT_STATUS_ERROR)
#define STATUS_LINES (STATUS_READY | PARPORT_STATUS_PAPEROUT)

enum pp_step {
	PP_FORWARD,
	PP_ASK,
	PP_AGREE,
	PP_PIECE,
	PP_TAKEN,
	PP_LEAVE,
	PP_LEFT,
};

/**
 * struct pp_reverse - the way back
 * @best: IEEE1284_MODE_NIBBLE or _BYTE, in which this session reads
 * @step: what we wait for
 * @end_ns: when the printer must have answered
 * @mode: asked for: @best, or nibble mode with IEEE1284_DEVICEID
 * @stop: no further byte; the port is wanted for something else
 * @more: the printer had something left when it was last asked
 * @second: the next nibble is the high one
 * @result: 0, or why nothing came
 * @status: the lines as the printer answered
 * @byte: that arrives
 * @left: bytes that this call may still read
 * @next_ns: when it makes sense to ask again whether there is something
 * @len: bytes in @buf
 * @buf: read, for who calls read
 * @id_busy: a Device ID is being read
 * @id_len: bytes of it, its two length bytes included
 * @id: the first of them
 */
struct pp_reverse {
	u8 best;
	enum pp_step step;
	u64 end_ns;
	u8 mode;
	bool stop;
	bool more;
	bool second;
	int result;
	u8 status;
	u8 byte;
	unsigned int left;
	u64 next_ns;
	unsigned int len;
	u8 buf[PORTION];
	bool id_busy;
	unsigned int id_len;
	u8 id[ID_KEPT];
};

/**
 * struct cldn_parport - a bound port
 * @link: what the core knows of it
 * @number: of the port
 * @mutex: the port's lines and all that follows up to @gone
 * @at: where it is while it is taken; under ports.lock
 * @dev: our pardevice while it is taken
 * @status: the printer's lines as last seen in compatibility mode
 * @unacked: the byte strobed last was not seen to be taken: Busy was high ever since
 * @wait_ns: next delay of @room; worker only
 * @settled_ns: when the printer will have come out of the mode in which it was left before
 * @rev: the way back
 * @gone: the worker is to leave the port; written by detach() and open
 * @room: looks again after a printer that took nothing
 * @look: asks for a look whether there is something to read
 * @lock: @live
 * @live: events may be reported
 */
struct cldn_parport {
	struct cldn_link *link;
	u32 number;
	struct mutex mutex; /* see above */
	struct pp_port *at;
	struct pardevice *dev;
	u8 status;
	bool unacked;
	u64 wait_ns;
	u64 settled_ns;
	struct pp_reverse rev;
	bool gone;
	struct hrtimer room;
	struct hrtimer look;
	spinlock_t lock; /* see above */
	bool live;
};

/**
 * struct pp_port - a port that is there, from its announcement to its detach
 * @node: in ports.list
 * @port: referenced, which keeps its memory and nothing else
 * @user: who has taken it
 * @left_ns: when its printer was last left by the lines alone
 */
struct pp_port {
	struct list_head node;
	struct parport *port;
	struct cldn_parport *user;
	u64 left_ns;
};

static struct {
	struct mutex lock; /* see the top of the file */
	struct list_head list;
} ports = {
	.lock = __MUTEX_INITIALIZER(ports.lock),
	.list = LIST_HEAD_INIT(ports.list),
};

/* Context: any. */
static void pp_event(struct cldn_parport *l, u32 events)
{
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	if (l->live)
		cldn_link_event(l->link, events);
	spin_unlock_irqrestore(&l->lock, flags);
}

static void pp_set_live(struct cldn_parport *l, bool live)
{
	spin_lock_irq(&l->lock);
	l->live = live;
	spin_unlock_irq(&l->lock);
}

/* ---- timers ---- */

static enum hrtimer_restart pp_room_timer(struct hrtimer *timer)
{
	struct cldn_parport *l = container_of(timer, struct cldn_parport, room);

	/* The way back may wait for its next look as well. */
	pp_event(l, CLDN_LINK_ROOM | (l->link->reads ? CLDN_LINK_RX : 0));
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart pp_look_timer(struct hrtimer *timer)
{
	pp_event(container_of(timer, struct cldn_parport, look), CLDN_LINK_RX);
	hrtimer_forward_now(timer, ns_to_ktime(READ_NS));
	return HRTIMER_RESTART;
}

/* Caller: the worker, which also cancels it. */
static void pp_look_again(struct cldn_parport *l)
{
	hrtimer_start(&l->room, ns_to_ktime(l->wait_ns), HRTIMER_MODE_REL);
	l->wait_ns = min_t(u64, 2 * l->wait_ns, ROOM_MAX_NS);
}

/* ---- compatibility mode; l->mutex is held and the port is ours ---- */

static u8 pp_look(struct cldn_parport *l)
{
	l->status = parport_read_status(l->dev->port);
	if (l->status & PARPORT_STATUS_BUSY)
		l->unacked = false;
	return l->status;
}

/*
 * Has it taken the byte that was strobed last? Most printers have within microseconds. A few looks
 * at least: the time may have gone by while this thread did not run.
 */
static bool pp_acked(struct cldn_parport *l)
{
	u64 end = ktime_get_ns() + SPIN_NS;
	unsigned int looks = 0;

	while (l->unacked && (looks++ < ACK_LOOKS || ktime_get_ns() < end))
		pp_look(l);
	return !l->unacked;
}

/*
 * May it get a byte? A printer that is off line, out of paper or in fault may not, and will not be
 * ready soon either; one that is only busy often is.
 */
static bool pp_ready(struct cldn_parport *l, u64 end)
{
	u64 spin_end = 0;
	u64 now;

	for (;;) {
		u8 status = pp_look(l) & STATUS_LINES;

		if (READ_ONCE(l->gone))
			return false;
		now = ktime_get_ns();
		if (status == STATUS_READY)
			return now < end;
		if (status != (STATUS_READY & ~PARPORT_STATUS_BUSY))
			return false;
		if (!spin_end)
			spin_end = min(end, now + SPIN_NS);
		if (now >= spin_end)
			return false;
		cpu_relax();
	}
}

static void pp_strobe(struct cldn_parport *l, u8 byte)
{
	struct parport *port = l->dev->port;

	parport_write_data(port, byte);
	ndelay(PULSE_NS);
	parport_write_control(port, CONTROL_FORWARD | PARPORT_CONTROL_STROBE);
	ndelay(PULSE_NS);
	parport_write_control(port, CONTROL_FORWARD);
	ndelay(PULSE_NS);
	l->unacked = true;
}

static size_t pp_forward(struct cldn_parport *l, const u8 *buf, size_t len, u64 end)
{
	size_t n = 0;

	while (n < len && pp_ready(l, end)) {
		pp_strobe(l, buf[n++]);
		cond_resched();
	}
	if (l->unacked)
		pp_look(l);
	return n;
}

/* ---- the way back; l->mutex is held and the port is ours ---- */

/*
 * What we do with the control lines at the beginning of a step, and the lines with which the
 * printer answers. The numbers are the standard's, of our event and of the printer's.
 */
static const struct {
	u8 lines;
	u8 set;
	u8 mask;
	u8 value;
} pp_steps[] = {
	/* 29 */
	[PP_FORWARD] = { CONTROL_LINES, CONTROL_FORWARD, 0, 0 },
	/* 1, 2 */
	[PP_ASK] = { PARPORT_CONTROL_SELECT | PARPORT_CONTROL_AUTOFD, PARPORT_CONTROL_AUTOFD,
		     PARPORT_STATUS_ERROR | PARPORT_STATUS_SELECT | PARPORT_STATUS_PAPEROUT |
			     PARPORT_STATUS_ACK,
		     PARPORT_STATUS_ERROR | PARPORT_STATUS_SELECT | PARPORT_STATUS_PAPEROUT },
	/* 4, 6 */
	[PP_AGREE] = { PARPORT_CONTROL_STROBE | PARPORT_CONTROL_AUTOFD, 0, PARPORT_STATUS_ACK,
		       PARPORT_STATUS_ACK },
	/* 7, 9 */
	[PP_PIECE] = { PARPORT_CONTROL_AUTOFD, PARPORT_CONTROL_AUTOFD, PARPORT_STATUS_ACK, 0 },
	/* 10, 11 */
	[PP_TAKEN] = { PARPORT_CONTROL_AUTOFD, 0, PARPORT_STATUS_ACK, PARPORT_STATUS_ACK },
	/* 22, 24 */
	[PP_LEAVE] = { PARPORT_CONTROL_SELECT | PARPORT_CONTROL_AUTOFD, PARPORT_CONTROL_SELECT,
		       PARPORT_STATUS_ACK, 0 },
	/* 25, 27 */
	[PP_LEFT] = { PARPORT_CONTROL_AUTOFD, PARPORT_CONTROL_AUTOFD, PARPORT_STATUS_ACK,
		      PARPORT_STATUS_ACK },
};

static void pp_enter(struct cldn_parport *l, enum pp_step step)
{
	struct parport *port = l->dev->port;

	l->rev.step = step;
	l->rev.end_ns = ktime_get_ns() + ANSWER_NS;
	/* Event 14, before 7. */
	if (step == PP_PIECE && l->rev.mode == IEEE1284_MODE_BYTE)
		parport_data_reverse(port);
	parport_frob_control(port, pp_steps[step].lines, pp_steps[step].set);
	if (step == PP_FORWARD)
		parport_data_forward(port);
}

/* Out of any mode, by the lines alone, at which the printer lets go of the data lines. */
static void pp_force_forward(struct cldn_parport *l)
{
	parport_write_control(l->dev->port, CONTROL_FORWARD);
	parport_data_forward(l->dev->port);
	l->rev.step = PP_FORWARD;
}

static void pp_pulse(struct cldn_parport *l)
{
	struct parport *port = l->dev->port;

	parport_frob_control(port, PARPORT_CONTROL_STROBE, PARPORT_CONTROL_STROBE);
	ndelay(PULSE_NS);
	parport_frob_control(port, PARPORT_CONTROL_STROBE, 0);
}

static void pp_ask(struct cldn_parport *l, u8 mode)
{
	struct pp_reverse *rev = &l->rev;

	rev->mode = mode;
	rev->stop = false;
	rev->more = false;
	rev->second = false;
	rev->result = 0;
	rev->id_len = 0;
	/* Event 0. Without a strobe the printer does not take it for data. */
	parport_write_data(l->dev->port, mode);
	usleep_range(MODE_US, 2 * MODE_US);
	pp_enter(l, PP_ASK);
}

/* The lengths that the first two bytes of a Device ID can mean. */
static void pp_id_lengths(const struct pp_reverse *rev, unsigned int *low, unsigned int *high)
{
	unsigned int big = rev->id[0] << 8 | rev->id[1];
	unsigned int little = rev->id[1] << 8 | rev->id[0];

	*low = min(big, little);
	*high = max(big, little);
}

/*
 * Is the Device ID complete? Some printers send its length low byte first, some do not count the
 * two bytes of the length. So there are four ends that it can have; at the first three of them only
 * a semicolon tells that it is one. The usual end is that the printer has nothing more.
 */
static bool pp_id_complete(struct pp_reverse *rev)
{
	unsigned int low, high, n = rev->id_len;

	if (n < 2)
		return false;
	pp_id_lengths(rev, &low, &high);
	if (!low || low > ID_MAX) {
		/* A printer without a Device ID that repeats one nibble for ever. */
		rev->result = -EIO;
		return true;
	}
	if (n >= min(high + 2, ID_MAX))
		return true;
	/* 1 and 2 are 0x100 and 0x200, low byte first. */
	return rev->byte == ';' && (n == high || (low > 2 && (n == low || n == low + 2)));
}

static bool pp_enough(struct pp_reverse *rev)
{
	return rev->mode & IEEE1284_DEVICEID ? pp_id_complete(rev) : rev->len == PORTION;
}

static void pp_byte(struct pp_reverse *rev)
{
	rev->left--;
	if (!(rev->mode & IEEE1284_DEVICEID)) {
		rev->buf[rev->len++] = rev->byte;
		return;
	}
	if (rev->id_len < ID_KEPT)
		rev->id[rev->id_len] = rev->byte;
	rev->id_len++;
}

/*
 * nFault, Select, PError and Busy carry bits 0 to 3. After the second nibble the printer takes the
 * byte for read, whatever becomes of its answer.
 */
static void pp_nibble(struct pp_reverse *rev)
{
	u8 nibble = (rev->status >> 3 & 0x7) | (rev->status & PARPORT_STATUS_BUSY ? 0 : 0x8);

	rev->byte = rev->second ? rev->byte | nibble << 4 : nibble;
	if (rev->second)
		pp_byte(rev);
	rev->second = !rev->second;
}

/* Between two bytes: does another one follow? nFault low says that the printer has one. */
static enum pp_step pp_next_byte(struct pp_reverse *rev)
{
	bool enough = pp_enough(rev) || rev->stop;

	rev->more = !(rev->status & PARPORT_STATUS_ERROR);
	return rev->more && !enough ? PP_PIECE : PP_LEAVE;
}

/* Event 9 was. */
static void pp_piece(struct cldn_parport *l)
{
	if (l->rev.mode == IEEE1284_MODE_BYTE)
		l->rev.byte = parport_read_data(l->dev->port);
	else
		pp_nibble(&l->rev);
}

/*
 * Event 11 was. In byte mode events 16 and 17 tell the printer that we have the byte, and after
 * them its lines tell whether there is another one.
 */
static enum pp_step pp_taken(struct cldn_parport *l)
{
	struct pp_reverse *rev = &l->rev;

	if (rev->mode == IEEE1284_MODE_BYTE) {
		pp_pulse(l);
		pp_byte(rev);
		rev->status = parport_read_status(l->dev->port);
	}
	return rev->second ? PP_PIECE : pp_next_byte(rev);
}

/* The printer agreed when XFlag (Select) is high; for plain nibble mode it is low. */
static enum pp_step pp_agreed(struct pp_reverse *rev, bool answered)
{
	if (answered && (!rev->mode || rev->status & PARPORT_STATUS_SELECT))
		return pp_next_byte(rev);
	rev->result = -EOPNOTSUPP;
	return PP_LEAVE;
}

/* The printer has answered, or had its time for that. */
static enum pp_step pp_next(struct cldn_parport *l, bool answered)
{
	struct pp_reverse *rev = &l->rev;

	switch (rev->step) {
	case PP_ASK:
		if (!answered) {
			rev->result = -EOPNOTSUPP; /* does not know IEEE 1284, or is off */
			return PP_FORWARD;
		}
		/* Event 3. */
		parport_frob_control(l->dev->port, PARPORT_CONTROL_STROBE, PARPORT_CONTROL_STROBE);
		ndelay(PULSE_NS);
		return PP_AGREE;
	case PP_AGREE:
		return pp_agreed(rev, answered);
	case PP_PIECE:
	case PP_TAKEN:
		if (!answered) {
			rev->result = -EIO;
			rev->more = false;
			rev->best = IEEE1284_MODE_NIBBLE;
			return PP_LEAVE;
		}
		if (rev->step == PP_TAKEN)
			return pp_taken(l);
		pp_piece(l);
		return PP_TAKEN;
	case PP_LEAVE:
		return PP_LEFT;
	default:
		return PP_FORWARD;
	}
}

/* Return: 1 = the printer has answered, 0 = it did not in time, or -EAGAIN. */
static int pp_await(struct cldn_parport *l, u64 end)
{
	struct parport *port = l->dev->port;
	struct pp_reverse *rev = &l->rev;
	u8 mask = pp_steps[rev->step].mask;
	u8 value = pp_steps[rev->step].value;
	unsigned int looks = 0;
	u64 now;

	for (;;) {
		/* Before the look: the time may go by while this thread does not run. */
		now = ktime_get_ns();
		if ((parport_read_status(port) & mask) == value)
			break;
		if (now >= rev->end_ns)
			return 0;
		if (now >= end || READ_ONCE(l->gone))
			return -EAGAIN;
		if (looks++ < ANSWER_LOOKS)
			udelay(1);
		else
			usleep_range(50, 100);
	}
	/* Once more, for the lines that came a little later than nAck. */
	rev->status = parport_read_status(port);
	return 1;
}

/* Return: 0 once the port is back in forward idle, -EAGAIN to be called again. */
static int pp_run(struct cldn_parport *l, u64 end)
{
	struct pp_reverse *rev = &l->rev;
	int ret;

	rev->left = PORTION;
	while (rev->step != PP_FORWARD) {
		if (!rev->left && rev->step == PP_PIECE)
			return -EAGAIN;
		ret = pp_await(l, end);
		if (ret < 0)
			return ret;
		pp_enter(l, pp_next(l, ret));
	}
	return 0;
}

/* The port is wanted for something else. A byte that has begun still comes, and is kept. */
static int pp_stop(struct cldn_parport *l, u64 end)
{
	l->rev.stop = true;
	l->rev.id_busy = false;
	return pp_run(l, end);
}

static size_t pp_read_portion(struct cldn_parport *l, u8 *buf, size_t len)
{
	struct pp_reverse *rev = &l->rev;
	u64 now = ktime_get_ns();
	bool busy;

	if (rev->step == PP_FORWARD && !rev->len) {
		/* Not while the last byte is unacked: the printer could mistake the strobe. */
		if (now < rev->next_ns || !pp_acked(l))
			return 0;
		pp_ask(l, rev->best);
	}
	busy = pp_run(l, now + CALL_NS);
	rev->next_ns = rev->more ? 0 : now + READ_NS;
	len = min_t(size_t, len, rev->len);
	memcpy(buf, rev->buf, len);
	rev->len -= len;
	memmove(rev->buf, rev->buf + len, rev->len);
	if (len)
		l->wait_ns = ROOM_MIN_NS;
	if (busy || rev->more || rev->len)
		pp_look_again(l);
	return len;
}

static ssize_t pp_read_id(struct cldn_parport *l, u8 *buf, size_t len)
{
	struct pp_reverse *rev = &l->rev;
	u64 end = ktime_get_ns() + CALL_NS;
	int ret;

	if (!rev->id_busy) {
		ret = pp_stop(l, end);
		if (ret)
			return ret;
		pp_ask(l, IEEE1284_MODE_NIBBLE | IEEE1284_DEVICEID);
		rev->id_busy = true;
	}
	ret = pp_run(l, end);
	if (ret)
		return ret;
	rev->id_busy = false;
	if (rev->result)
		return rev->result;
	if (rev->id_len <= 2)
		return -EIO;
	len = min3(len, (size_t)rev->id_len - 2, (size_t)ID_KEPT - 2);
	memcpy(buf, rev->id + 2, len);
	return len;
}

/* ---- ports come and go; registration_lock is held ---- */

/* Caller holds ports.lock. */
static struct pp_port *pp_find(const struct parport *port)
{
	struct pp_port *p;

	list_for_each_entry(p, &ports.list, node)
		if (p->port == port)
			return p;
	return NULL;
}

/* Caller holds ports.lock. */
static struct pp_port *pp_find_number(u32 number)
{
	struct pp_port *p;

	list_for_each_entry(p, &ports.list, node)
		if (p->port->number == number)
			return p;
	return NULL;
}

/*
 * May be called twice for a port that is announced while the driver registers. Without memory the
 * port stays unknown to us, and bind says so.
 */
static void pp_match_port(struct parport *port)
{
	struct pp_port *p;

	mutex_lock(&ports.lock);
	if (!pp_find(port)) {
		p = kzalloc(sizeof(*p), GFP_KERNEL);
		if (p) {
			p->port = parport_get_port(port);
			list_add_tail(&p->node, &ports.list);
		}
	}
	mutex_unlock(&ports.lock);
}

/*
 * Caller holds ports.lock. The printer is left in forward idle: in good order when it goes along
 * with that in time, else by the lines alone, which the standard allows at any time.
 */
static void pp_give_back(struct cldn_parport *l)
{
	mutex_lock(&l->mutex);
	if (l->dev) {
		if (pp_stop(l, ktime_get_ns() + TERMINATE_NS))
			l->at->left_ns = ktime_get_ns();
		pp_force_forward(l);
		parport_release(l->dev);
		parport_unregister_device(l->dev);
		l->dev = NULL;
		l->at->user = NULL;
		l->at = NULL;
	}
	mutex_unlock(&l->mutex);
}

/* May be called twice as well, by a driver that goes and by ours. */
static void pp_detach(struct parport *port)
{
	struct cldn_parport *l;
	struct pp_port *p;

	mutex_lock(&ports.lock);
	p = pp_find(port);
	if (p) {
		l = p->user;
		if (l) {
			WRITE_ONCE(l->gone, true);
			pp_give_back(l);
			pp_event(l, CLDN_LINK_GONE);
		}
		list_del(&p->node);
		parport_put_port(port);
		kfree(p);
	}
	mutex_unlock(&ports.lock);
}

/* Without a probe of its own it gets the pardevices that have its name. */
static struct parport_driver pp_driver = {
	.name = PP_NAME,
	.match_port = pp_match_port,
	.detach = pp_detach,
};

/* ---- bind ---- */

/* Who has a pardevice on the port, or false. */
static bool pp_holder(const struct parport *port, char *name, size_t len)
{
	struct parport *phys = port->physport;
	bool held;

	spin_lock(&phys->pardevice_lock);
	held = phys->devices;
	if (held)
		strscpy(name, phys->devices->name, len);
	spin_unlock(&phys->pardevice_lock);
	return held;
}

static int pp_look_at(u32 number, char *text, size_t len)
{
	struct pp_port *p;
	char holder[32];
	int ret = 0;

	mutex_lock(&ports.lock);
	p = pp_find_number(number);
	if (!p) {
		scnprintf(text, len, "parport%u is no parallel port of this machine", number);
		ret = -ENODEV;
	} else if (pp_holder(p->port, holder, sizeof(holder))) {
		/* No error: whether it is free counts when it is opened. */
		scnprintf(text, len, "parport%u cannot be opened while %s has it (lp: rmmod lp)",
			  number, holder);
	}
	mutex_unlock(&ports.lock);
	return ret;
}

static int cldn_parport_probe(struct cldn_link *link, const struct cldn_link_config *cfg,
			      char *text, size_t len)
{
	struct cldn_parport *l;
	int ret;

	ret = pp_look_at(cfg->number, text, len);
	if (ret)
		return ret;
	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->link = link;
	l->number = cfg->number;
	mutex_init(&l->mutex);
	spin_lock_init(&l->lock);
	hrtimer_init(&l->room, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	l->room.function = pp_room_timer;
	hrtimer_init(&l->look, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	l->look.function = pp_look_timer;
	link->priv = l;
	link->dev = MKDEV(LP_MAJOR, cfg->number);
	scnprintf(link->backend, sizeof(link->backend), "parport:%u", cfg->number);
	return 0;
}

static void cldn_parport_remove(struct cldn_link *link)
{
	kfree(link->priv);
	link->priv = NULL;
}

/* ---- taking the port and giving it back; worker ---- */

/*
 * Caller holds ports.lock. Who has it is looked up first, since the parport layer complains in the
 * log when it refuses us.
 */
static int pp_register(struct cldn_parport *l, struct parport *port)
{
	static const struct pardev_cb cb = { .flags = PARPORT_DEV_EXCL };
	struct module *owner = port->ops->owner;
	char holder[32];

	if (pp_holder(port, holder, sizeof(holder)))
		return -EBUSY;
	if (!try_module_get(owner))
		return -ENODEV; /* it is being unloaded; detach is about to come */
	l->dev = parport_register_dev_model(port, PP_NAME, &cb, l->number);
	module_put(owner);
	if (l->dev)
		return 0;
	return pp_holder(port, holder, sizeof(holder)) ? -EBUSY : -ENOMEM;
}

/* Caller holds ports.lock and l->mutex. */
static int pp_take(struct cldn_parport *l)
{
	struct pp_port *p = pp_find_number(l->number);
	int ret;

	if (!p)
		return -ENODEV;
	ret = pp_register(l, p->port);
	if (ret)
		return ret;
	if (parport_claim(l->dev)) {
		parport_unregister_device(l->dev);
		l->dev = NULL;
		return -EBUSY;
	}
	p->user = l;
	l->at = p;
	l->settled_ns = p->left_ns ? p->left_ns + LEFT_NS : 0;
	parport_disable_irq(p->port);
	pp_force_forward(l);
	pp_look(l);
	return 0;
}

/* Caller holds l->mutex. */
static bool pp_agrees(struct cldn_parport *l, u8 mode)
{
	int ret;

	pp_ask(l, mode);
	do {
		ret = pp_stop(l, ktime_get_ns() + CALL_NS);
	} while (ret && !READ_ONCE(l->gone));
	return !ret && !l->rev.result;
}

/*
 * Does the printer speak IEEE 1284, and how? It is asked at open, since only a printer can tell;
 * one that is off or knows nothing of it costs the 35 ms that the standard gives it.
 */
static bool pp_reads(struct cldn_parport *l)
{
	bool reads;

	while (ktime_get_ns() < l->settled_ns && !READ_ONCE(l->gone))
		usleep_range(1000, 2000);
	mutex_lock(&l->mutex);
	reads = l->dev && pp_agrees(l, IEEE1284_MODE_NIBBLE);
	if (reads && l->dev->port->modes & PARPORT_MODE_TRISTATE &&
	    pp_agrees(l, IEEE1284_MODE_BYTE))
		l->rev.best = IEEE1284_MODE_BYTE;
	mutex_unlock(&l->mutex);
	return reads;
}

static int cldn_parport_open(struct cldn_link *link)
{
	struct cldn_parport *l = link->priv;
	int ret;

	mutex_lock(&ports.lock);
	mutex_lock(&l->mutex);
	memset(&l->rev, 0, sizeof(l->rev));
	l->unacked = false;
	l->wait_ns = ROOM_MIN_NS;
	WRITE_ONCE(l->gone, false);
	ret = pp_take(l);
	mutex_unlock(&l->mutex);
	if (!ret)
		pp_set_live(l, true); /* under ports.lock: detach reports from here on */
	mutex_unlock(&ports.lock);
	if (ret)
		return ret;
	link->in_doubt_max = 1;
	link->reads = pp_reads(l);
	if (link->reads)
		hrtimer_start(&l->look, ns_to_ktime(READ_NS), HRTIMER_MODE_REL);
	return 0;
}

static void cldn_parport_shut(struct cldn_link *link)
{
	struct cldn_parport *l = link->priv;

	pp_set_live(l, false);
	hrtimer_cancel(&l->room);
	hrtimer_cancel(&l->look);
}

static void cldn_parport_close(struct cldn_link *link)
{
	mutex_lock(&ports.lock);
	pp_give_back(link->priv);
	mutex_unlock(&ports.lock);
}

/* ---- the worker's use of a port that is taken, or was until detach ---- */

static ssize_t cldn_parport_write(struct cldn_link *link, const u8 *buf, size_t len)
{
	struct cldn_parport *l = link->priv;
	u64 end = ktime_get_ns() + CALL_NS;
	ssize_t n = 0;

	mutex_lock(&l->mutex);
	if (!l->dev)
		n = -ENODEV;
	else if (!pp_stop(l, end))
		n = pp_forward(l, buf, len, end);
	if (n > 0)
		l->wait_ns = ROOM_MIN_NS;
	if (n >= 0 && (n < len || l->unacked))
		pp_look_again(l);
	mutex_unlock(&l->mutex);
	return n;
}

static size_t cldn_parport_read(struct cldn_link *link, u8 *buf, size_t len)
{
	struct cldn_parport *l = link->priv;
	size_t n = 0;

	mutex_lock(&l->mutex);
	if (l->dev && link->reads && !l->rev.id_busy)
		n = pp_read_portion(l, buf, len);
	mutex_unlock(&l->mutex);
	return n;
}

/* A byte is in the printer or it was not taken: nothing is kept here. */
static size_t cldn_parport_queued(struct cldn_link *link)
{
	return 0;
}

static size_t cldn_parport_flush(struct cldn_link *link)
{
	return 0;
}

/* On the way back the lines do not tell. */
static bool cldn_parport_sent(struct cldn_link *link)
{
	struct cldn_parport *l = link->priv;
	bool sent = false;

	mutex_lock(&l->mutex);
	if (l->dev)
		sent = l->rev.step == PP_FORWARD ? pp_acked(l) : !l->unacked;
	if (l->dev && !sent)
		pp_look_again(l);
	mutex_unlock(&l->mutex);
	return sent;
}

static u32 cldn_parport_get_lines(struct cldn_link *link)
{
	struct cldn_parport *l = link->priv;
	u32 lines = 0;
	u8 status;

	mutex_lock(&l->mutex);
	if (l->dev) {
		status = l->rev.step == PP_FORWARD ? pp_look(l) : l->status;
		lines = CLEARDOWN_LINE_VALID |
			(status & PARPORT_STATUS_BUSY ? 0 : CLEARDOWN_LINE_BUSY) |
			(status & PARPORT_STATUS_ACK ? 0 : CLEARDOWN_LINE_ACK) |
			(status & PARPORT_STATUS_PAPEROUT ? CLEARDOWN_LINE_PERROR : 0) |
			(status & PARPORT_STATUS_SELECT ? CLEARDOWN_LINE_SELECT : 0) |
			(status & PARPORT_STATUS_ERROR ? 0 : CLEARDOWN_LINE_FAULT);
	}
	mutex_unlock(&l->mutex);
	return lines;
}

static int cldn_parport_set_lines(struct cldn_link *link, u32 set, u32 clear)
{
	return -EOPNOTSUPP;
}

/* Whatever mode the printer was in, it is in compatibility mode after this. */
static int cldn_parport_reset(struct cldn_link *link)
{
	struct cldn_parport *l = link->priv;
	int ret = -ENODEV;

	mutex_lock(&l->mutex);
	if (l->dev) {
		l->rev.id_busy = false;
		parport_write_control(l->dev->port, PARPORT_CONTROL_SELECT);
		udelay(INIT_US);
		pp_force_forward(l);
		ret = 0;
	}
	mutex_unlock(&l->mutex);
	return ret;
}

static ssize_t cldn_parport_device_id(struct cldn_link *link, u8 *buf, size_t len)
{
	struct cldn_parport *l = link->priv;
	ssize_t ret = -ENODEV;

	mutex_lock(&l->mutex);
	if (l->dev)
		ret = pp_read_id(l, buf, len);
	mutex_unlock(&l->mutex);
	return ret;
}

static struct cldn_link_driver cldn_parport_driver = {
	.size = sizeof(struct cldn_link_driver),
	.name = "parport",
	.owner = THIS_MODULE,
	.probe = cldn_parport_probe,
	.remove = cldn_parport_remove,
	.open = cldn_parport_open,
	.shut = cldn_parport_shut,
	.close = cldn_parport_close,
	.write = cldn_parport_write,
	.read = cldn_parport_read,
	.queued = cldn_parport_queued,
	.sent = cldn_parport_sent,
	.flush = cldn_parport_flush,
	.get_lines = cldn_parport_get_lines,
	.set_lines = cldn_parport_set_lines,
	.reset = cldn_parport_reset,
	.device_id = cldn_parport_device_id,
};

/* First the ports, so that none is unknown when somebody binds. */
static int __init cldn_parport_init(void)
{
	int ret;

	ret = parport_register_driver(&pp_driver);
	if (ret)
		return ret;
	ret = cldn_link_register(&cldn_parport_driver);
	if (ret)
		parport_unregister_driver(&pp_driver);
	return ret;
}

static void __exit cldn_parport_exit(void)
{
	cldn_link_unregister(&cldn_parport_driver);
	parport_unregister_driver(&pp_driver);
}

module_init(cldn_parport_init);
module_exit(cldn_parport_exit);
CLDN_IMPORT_NS();
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cleardown: parallel ports");
