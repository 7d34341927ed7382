// SPDX-License-Identifier: GPL-2.0-only
/*
 * The serial link: a tty line taken exclusively from inside the kernel.
 *
 * States of a line and who may run in them:
 *
 *   bound    probe has looked at it; nothing of it is held, anybody may open it
 *   taken    open() succeeded: the tty is kopened (an open of its node is EBUSY), our line
 *            discipline is on it, the callbacks below may run at any time
 *   hung up  unplugged, or hung up by somebody: the discipline is off, GONE was reported once, no
 *            function of the driver is called any more
 *   shut     after shut(): callbacks find l->shut and do nothing
 *
 * Callbacks and what they hold: receive_buf2 (kworker, port->buf.lock), write_wakeup and
 * dcd_change (interrupt, the UART's lock), the entry on delta_msr_wait (the same and the wait
 * queue's lock), hangup and flush_buffer (tty_lock). They only set state and raise events, under
 * l->lock, which nests inside all of these; nothing of the tty layer is called with l->lock held.
 * The one exception is receive_buf2, which may throttle the driver, as n_tty does there. With
 * XON/XOFF it and lookahead_buf also stop and start the transmitter: n_tty's work, hence ours.
 *
 * Functions of the driver are called by the worker under a reference on the discipline
 * (cldn_tty_enter()): __tty_hangup() waits for those before it calls ops->hangup, so that a driver
 * sees nothing of us after its hangup. open and close hold tty_lock instead. Order of locks:
 * opening.lock > tty_lock > ldisc reference > l->throttle_mutex > termios_rwsem > l->lock.
 *
 * What the layers below allocate while a line is given back, and what its failure costs:
 *   tty_kclose()   the termios of the line (tty_save_termios()), done at open for that reason
 *   usb_control_msg() of USB adapters: DTR is not lowered, or the old speed not restored; the
 *                  next open of the line programs it again
 */
#include <linux/kfifo.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/serial.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_ldisc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <cleardown/link.h>

#define RX_SIZE 16384
#define RX_HIGH (RX_SIZE * 3 / 4) /* the driver is throttled from here */
#define RX_LOW (RX_SIZE / 4) /* and unthrottled below this */
#define SENT_WAIT_MS 5 /* a look at the transmitter; drivers overstep it by two ticks */
#define LINES_POLL_MS 100 /* between looks at lines that raise no interrupt */
#define SHARED_TRIES 3
#define XON 0x11
#define XOFF 0x13
#define FIRST_SERIAL 64 /* minors of TTY_MAJOR below it are virtual consoles */
#define IS_PTY "is a pseudo-terminal; it has no modem lines and no hardware to free"

static int ldisc = N_DEVELOPMENT;
module_param(ldisc, int, 0444);
MODULE_PARM_DESC(ldisc, "number of the private line discipline (default 29)");

/**
 * struct cldn_tty - a bound line
 * @link: what the core knows of it
 * @dev: its device number
 * @speed: bits per second
 * @rtscts: RTS/CTS flow control
 * @xonxoff: the far end stops and starts us by characters, which nobody else gets
 * @ahead: bytes of the flip buffer whose XON and XOFF were heeded before there was room for them;
 *	callbacks that deliver, which run one at a time
 * @xoff: the far end has stopped us; likewise, the worker reads it
 * @tty: from open to close; worker, and callbacks through disc_data
 * @saved: termios that the next opener is to find
 * @ours: our discipline's open has run on @tty; worker only
 * @dtr_kept: DTR is to stay up when the line is given back; worker only
 * @msr: on the port's delta_msr_wait; woken at every change that raises an interrupt
 * @poll: looks at the lines where none does: 8250 has its modem interrupts off without CRTSCTS
 * @throttle_mutex: serialises throttling by receive_buf2 and unthrottling by the worker
 * @lock: everything below
 * @shut: callbacks do nothing
 * @starved: received bytes were left in the flip buffer for want of room
 * @lost: bytes that the driver still had when it was hung up; they never left
 * @rx: received bytes
 */
struct cldn_tty {
	struct cldn_link *link;
	dev_t dev;
	u32 speed;
	bool rtscts;
	bool xonxoff;
	size_t ahead;
	bool xoff;
	struct tty_struct *tty;
	struct ktermios saved;
	bool ours;
	bool dtr_kept;
	struct wait_queue_entry msr;
	struct delayed_work poll;
	struct mutex throttle_mutex; /* see above */

	spinlock_t lock; /* of all that follows */
	bool shut;
	bool starved;
	size_t lost;
	struct kfifo rx;
};

/*
 * The line whose discipline is being set. Our discipline's open refuses every other tty, so that
 * TIOCSETD on somebody's own terminal gets ENODEV.
 */
static struct {
	struct mutex lock; /* from the announcement to the end of tty_set_ldisc() */
	struct tty_struct *tty; /* written under @lock; read by anybody's TIOCSETD */
	struct cldn_tty *line; /* under @lock, valid while @tty is set */
} opening = {
	.lock = __MUTEX_INITIALIZER(opening.lock),
};

/* ---- callbacks of the line discipline ---- */

/* Context: any. */
static void cldn_tty_report(struct cldn_tty *l, u32 events)
{
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	if (!l->shut)
		cldn_link_event(l->link, events);
	spin_unlock_irqrestore(&l->lock, flags);
}

static int cldn_ld_open(struct tty_struct *tty)
{
	struct cldn_tty *l;

	if (tty != READ_ONCE(opening.tty))
		return -ENODEV;
	/* Ours alone: nobody else can call this for a kopened tty. */
	l = opening.line;
	l->ours = true;
	tty->disc_data = l;
	return 0;
}

/*
 * Bytes that come with a flag: a break and an overrun are no data (the overrun's character is made
 * up by the driver); a character with a wrong stop bit or parity is handed on as it came, as a raw
 * tty without INPCK does.
 */
static size_t cldn_rx_flagged(struct cldn_tty *l, const u8 *buf, const cldn_ldisc_flag_t *flag,
			      size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (flag[i] == TTY_OVERRUN || flag[i] == TTY_BREAK ||
		    (l->xonxoff && (buf[i] == XON || buf[i] == XOFF)))
			continue;
		if (!kfifo_put(&l->rx, buf[i]))
			break;
	}
	return i;
}

/* True when @c is no data but stops or starts the transmitter. */
static bool cldn_rx_flow(struct cldn_tty *l, struct tty_struct *tty, u8 c)
{
	if (c != XON && c != XOFF)
		return false;
	WRITE_ONCE(l->xoff, c == XOFF);
	if (c == XOFF)
		stop_tty(tty);
	else
		start_tty(tty);
	return true;
}

static void cldn_rx_flow_all(struct cldn_tty *l, struct tty_struct *tty, const u8 *buf,
			     const cldn_ldisc_flag_t *flag, size_t from, size_t len)
{
	size_t i;

	for (i = from; i < len; i++)
		if (!flag || flag[i] == TTY_NORMAL)
			cldn_rx_flow(l, tty, buf[i]);
}

/* What is for the reader, without XON and XOFF. Caller holds l->lock. */
static size_t cldn_rx_unflow(struct cldn_tty *l, const u8 *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (buf[i] != XON && buf[i] != XOFF && !kfifo_put(&l->rx, buf[i]))
			break;
	return i;
}

/* Slows the sender down when our reader is late; the flip buffer takes what is on its way. */
static void cldn_rx_throttle(struct cldn_tty *l, struct tty_struct *tty)
{
	if (kfifo_len(&l->rx) < RX_HIGH || tty_throttled(tty))
		return;
	mutex_lock(&l->throttle_mutex);
	if (kfifo_len(&l->rx) >= RX_HIGH && !test_and_set_bit(TTY_THROTTLED, &tty->flags) &&
	    tty->ops->throttle)
		tty->ops->throttle(tty);
	mutex_unlock(&l->throttle_mutex);
}

/* Bytes that are not taken stay in the flip buffer, until cldn_rx_restart(). */
static cldn_ldisc_count_t cldn_ld_receive_buf2(struct tty_struct *tty, const u8 *buf,
					       const cldn_ldisc_flag_t *flag, cldn_ldisc_len_t len)
{
	struct cldn_tty *l = tty->disc_data;
	size_t n;

	if (l->xonxoff)
		cldn_rx_flow_all(l, tty, buf, flag, min_t(size_t, l->ahead, len), len);
	spin_lock_irq(&l->lock);
	if (l->shut) {
		spin_unlock_irq(&l->lock);
		return len;
	}
	if (flag)
		n = cldn_rx_flagged(l, buf, flag, len);
	else if (l->xonxoff)
		n = cldn_rx_unflow(l, buf, len);
	else
		n = kfifo_in(&l->rx, buf, len);
	l->starved = n < len;
	spin_unlock_irq(&l->lock);
	l->ahead = max_t(size_t, l->ahead, len) - n;
	/* Before the event: the worker's read that follows it then sees the throttle. */
	cldn_rx_throttle(l, tty);
	cldn_tty_report(l, CLDN_LINK_RX);
	return n;
}

/*
 * What the flip buffer keeps for want of room is looked at all the same: an XON in it would else
 * wait for a reader who may wait for us.
 */
static void cldn_ld_lookahead_buf(struct tty_struct *tty, const u8 *buf, const u8 *flag,
				  cldn_ldisc_ahead_t len)
{
	struct cldn_tty *l = tty->disc_data;

	if (!l->xonxoff)
		return;
	cldn_rx_flow_all(l, tty, buf, (const cldn_ldisc_flag_t *)flag, 0, len);
	l->ahead += len;
}

static void cldn_ld_write_wakeup(struct tty_struct *tty)
{
	cldn_tty_report(tty->disc_data, CLDN_LINK_ROOM);
}

static void cldn_ld_dcd_change(struct tty_struct *tty, bool active)
{
	cldn_tty_report(tty->disc_data, CLDN_LINK_LINES);
}

/* At a hangup this is called just before the driver's buffer is thrown away. */
static void cldn_ld_flush_buffer(struct tty_struct *tty)
{
	struct cldn_tty *l = tty->disc_data;
	size_t lost;

	if (!test_bit(TTY_HUPPING, &tty->flags))
		return;
	lost = tty_chars_in_buffer(tty);
	spin_lock_irq(&l->lock);
	l->lost = lost;
	spin_unlock_irq(&l->lock);
}

static void cldn_ld_hangup(struct tty_struct *tty)
{
	cldn_tty_report(tty->disc_data, CLDN_LINK_GONE);
}

/*
 * No MODULE_ALIAS_LDISC(): an unprivileged TIOCSETD would load us. Registering overwrites whoever
 * has the number without a word, therefore cldn_tty_set_ldisc() proves that ours was set.
 */
static struct tty_ldisc_ops cldn_ldisc = {
	.owner = THIS_MODULE,
	.name = "cleardown",
	.open = cldn_ld_open,
	.receive_buf2 = cldn_ld_receive_buf2,
	.lookahead_buf = cldn_ld_lookahead_buf,
	.write_wakeup = cldn_ld_write_wakeup,
	.dcd_change = cldn_ld_dcd_change,
	.flush_buffer = cldn_ld_flush_buffer,
	.hangup = cldn_ld_hangup,
};

/*
 * RI, CTS and DSR have no callback in a line discipline, but drivers wake delta_msr_wait at every
 * change (of RI only when it falls: so is the 16550), under the wait queue's lock and usually in
 * interrupt. 0: nobody was woken, so that other waiters have their turn.
 */
static int cldn_msr_changed(struct wait_queue_entry *entry, unsigned int mode, int sync, void *key)
{
	cldn_tty_report(container_of(entry, struct cldn_tty, msr), CLDN_LINK_LINES);
	return 0;
}

static void cldn_lines_poll(struct work_struct *work)
{
	struct cldn_tty *l = container_of(to_delayed_work(work), struct cldn_tty, poll);

	cldn_tty_report(l, CLDN_LINK_LINES);
	schedule_delayed_work(&l->poll, msecs_to_jiffies(LINES_POLL_MS));
}

/* ---- bind ---- */

/* Numbers that need no look at a driver; a kopen of some of them would create something. */
static int cldn_tty_judge_number(dev_t dev, char *text, size_t len)
{
	unsigned int major = MAJOR(dev);
	unsigned int minor = MINOR(dev);

	if (major >= UNIX98_PTY_SLAVE_MAJOR &&
	    major < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT)
		scnprintf(text, len, "pts/%u " IS_PTY, minor);
	else if (major == PTY_MASTER_MAJOR || major == PTY_SLAVE_MAJOR ||
		 (major >= UNIX98_PTY_MASTER_MAJOR && major < UNIX98_PTY_SLAVE_MAJOR))
		scnprintf(text, len, "%u:%u " IS_PTY, major, minor);
	else if (major == TTY_MAJOR && minor < FIRST_SERIAL)
		scnprintf(text, len, "tty%u is a virtual console, not a serial line", minor);
	else if (major == TTYAUX_MAJOR)
		scnprintf(text, len, "%u:%u only stands for another terminal; name that one", major,
			  minor);
	else
		return 0;
	return -EINVAL;
}

static int cldn_tty_judge(struct tty_struct *tty, char *text, size_t len)
{
	const char *name = tty_name(tty);

	if (tty->driver->type == TTY_DRIVER_TYPE_PTY) {
		scnprintf(text, len, "%s " IS_PTY, name);
		return -EINVAL;
	}
	if (tty->driver->type != TTY_DRIVER_TYPE_SERIAL) {
		scnprintf(text, len, "%s is a terminal, but not a serial line", name);
		return -EINVAL;
	}
	if (tty->port->console) {
		scnprintf(text, len, "%s is the system console", name);
		return -EBUSY;
	}
	if (!tty->ops->tiocmset || !tty->ops->tiocmget || !tty->ops->write || !tty->ops->open ||
	    !tty->ops->close) {
		scnprintf(text, len, "the driver of %s (%s) does not control modem lines", name,
			  tty->driver->driver_name);
		return -EINVAL;
	}
	return 0;
}

/*
 * 8250, the driver of TTY_MAJOR, registers lines without a UART and lets them be opened. Other
 * drivers do not, and many say PORT_UNKNOWN of a line that works. Needs no open.
 */
static int cldn_tty_judge_uart(struct tty_struct *tty, char *text, size_t len)
{
	struct serial_struct ss = {};

	if (tty->driver->major != TTY_MAJOR || !tty->ops->get_serial)
		return 0;
	if (!tty->ops->get_serial(tty, &ss) && ss.type != PORT_UNKNOWN)
		return 0;
	scnprintf(text, len, "%s has no UART behind it", tty_name(tty));
	return -ENXIO;
}

static void cldn_tty_set_backend(struct cldn_link *link, struct tty_struct *tty)
{
	scnprintf(link->backend, sizeof(link->backend), "tty:%s", tty_name(tty));
}

/* Somebody has the line: -EAGAIN when he has let go of it by now. */
static int cldn_tty_look_busy(struct cldn_link *link, dev_t dev, char *text, size_t len)
{
	struct tty_struct *tty = tty_kopen_shared(dev);
	int ret;

	if (IS_ERR(tty))
		return PTR_ERR(tty);
	if (!tty)
		return -EAGAIN;
	ret = cldn_tty_judge(tty, text, len);
	if (!ret)
		cldn_tty_set_backend(link, tty);
	tty_kref_put(tty);
	return ret;
}

static int cldn_tty_look_free(struct cldn_link *link, dev_t dev, char *text, size_t len)
{
	struct tty_struct *tty = tty_kopen_exclusive(dev);
	int ret;

	if (IS_ERR(tty))
		return PTR_ERR(tty);
	tty_unlock(tty);
	ret = cldn_tty_judge(tty, text, len);
	if (!ret)
		ret = cldn_tty_judge_uart(tty, text, len);
	if (!ret)
		cldn_tty_set_backend(link, tty);
	tty_kclose(tty);
	return ret;
}

/* The line is not opened by this, and no line of the modem moves. */
static int cldn_tty_look(struct cldn_link *link, dev_t dev, char *text, size_t len)
{
	unsigned int tries;
	int ret;

	ret = cldn_tty_judge_number(dev, text, len);
	if (ret)
		return ret;
	text[0] = '\0';
	for (tries = 0; tries < SHARED_TRIES; tries++) {
		ret = cldn_tty_look_free(link, dev, text, len);
		if (ret == -EBUSY && !text[0])
			ret = cldn_tty_look_busy(link, dev, text, len);
		if (ret != -EAGAIN)
			break;
	}
	if (!ret || text[0])
		return ret;
	if (ret == -EAGAIN || ret == -ENOMEM)
		scnprintf(text, len, "%u:%u cannot be looked at now; try again", MAJOR(dev),
			  MINOR(dev));
	else
		scnprintf(text, len, "%u:%u is no terminal line of this machine", MAJOR(dev),
			  MINOR(dev));
	return ret == -EAGAIN ? -EBUSY : ret;
}

static int cldn_tty_probe(struct cldn_link *link, const struct cldn_link_config *cfg, char *text,
			  size_t len)
{
	struct cldn_tty *l;
	int ret;

	ret = cldn_tty_look(link, cfg->dev, text, len);
	if (ret)
		return ret;
	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	ret = kfifo_alloc(&l->rx, RX_SIZE, GFP_KERNEL);
	if (ret) {
		kfree(l);
		return ret;
	}
	l->link = link;
	l->dev = cfg->dev;
	l->speed = cfg->speed;
	l->rtscts = cfg->flow == CLEARDOWN_FLOW_RTSCTS;
	l->xonxoff = cfg->flow == CLEARDOWN_FLOW_XONXOFF;
	l->shut = true;
	mutex_init(&l->throttle_mutex);
	spin_lock_init(&l->lock);
	init_waitqueue_func_entry(&l->msr, cldn_msr_changed);
	INIT_DELAYED_WORK(&l->poll, cldn_lines_poll);
	link->priv = l;
	link->dev = cfg->dev;
	return 0;
}

static void cldn_tty_remove(struct cldn_link *link)
{
	struct cldn_tty *l = link->priv;

	kfifo_free(&l->rx);
	kfree(l);
	link->priv = NULL;
}

/* ---- taking the line and giving it back ---- */

static void cldn_tty_raw(const struct cldn_tty *l, struct ktermios *t)
{
	*t = l->saved;
	t->c_iflag = IGNBRK;
	t->c_oflag = 0;
	t->c_lflag = 0;
	/*
	 * CLOCAL: a lost carrier is an event, no hangup of the tty. HUPCL: the modem is told when
	 * the line is given back or hung up.
	 */
	t->c_cflag = CS8 | CREAD | CLOCAL | HUPCL | (l->rtscts ? CRTSCTS : 0);
	tty_termios_encode_baud_rate(t, l->speed, l->speed);
}

static void cldn_tty_put_termios(struct tty_struct *tty, const struct ktermios *t)
{
	down_write(&tty->termios_rwsem);
	tty->termios = *t;
	up_write(&tty->termios_rwsem);
}

/*
 * The driver's close, bounded: closing_wait would wait up to 30 s for an output that is stalled,
 * drain_delay 0.1 to 2 s for none. What was to be drained was drained by the class.
 *
 * Caller holds tty_lock and has seen that the tty is not hung up.
 */
static void cldn_tty_driver_close(struct cldn_tty *l)
{
	struct tty_struct *tty = l->tty;
	struct tty_port *port = tty->port;
	struct ktermios t = l->saved;
	unsigned int closing_wait = port->closing_wait;
	unsigned int drain_delay = port->drain_delay;

	/*
	 * HUPCL decides whether the driver lowers DTR. The class has set the lines before; where it
	 * raised DTR to be kept, the driver must not undo that.
	 */
	t.c_cflag |= HUPCL;
	if (l->dtr_kept)
		t.c_cflag &= ~HUPCL;
	/* A driver whose open failed is only told to close. */
	if (tty_port_initialized(port)) {
		/* First, or the end of CRTSCTS lets a stalled transmitter go. */
		tty_driver_flush_buffer(tty);
		tty_set_termios(tty, &t);
	}
	port->closing_wait = ASYNC_CLOSING_WAIT_NONE;
	port->drain_delay = 0;
	tty->ops->close(tty, NULL);
	port->closing_wait = closing_wait;
	port->drain_delay = drain_delay;
}

/*
 * Undoes the kopen and all that came after it. One tty_lock from the test of TTY_HUPPED, which is
 * set under it, to the driver's close: a driver that was hung up has closed already, and a second
 * close would make its count wrong.
 */
static void cldn_tty_give_back(struct cldn_tty *l)
{
	struct tty_struct *tty = l->tty;

	tty_lock(tty);
	if (!test_bit(TTY_HUPPED, &tty->flags))
		cldn_tty_driver_close(l);
	cldn_tty_put_termios(tty, &l->saved);
	tty_ldisc_flush(tty);
	tty_unlock(tty);
	tty_kclose(tty);
	l->tty = NULL;
}

/*
 * The termios are raw before the driver's open, so that there is no moment at which N_TTY echoes a
 * RING to the modem. On error the line is free again.
 */
static int cldn_tty_take(struct cldn_tty *l)
{
	struct tty_struct *tty = tty_kopen_exclusive(l->dev);
	struct ktermios raw;
	int ret;

	if (IS_ERR(tty))
		return PTR_ERR(tty);
	l->tty = tty;
	l->saved = tty->termios;
	/* Makes room for them once, so that tty_kclose() needs no memory. */
	tty_save_termios(tty);
	cldn_tty_raw(l, &raw);
	cldn_tty_put_termios(tty, &raw);
	/* Without a file it does not wait for carrier; it raises DTR and RTS. */
	ret = tty->ops->open(tty, NULL);
	tty_unlock(tty);
	/* 8250 opens a line without a UART; bind has seen one, so it was pulled since. */
	if (ret == -ENXIO || (!ret && tty_io_error(tty)))
		ret = -ENODEV;
	if (ret) {
		cldn_tty_give_back(l);
		return ret;
	}
	/* For drivers that did not look at them in open. */
	tty_set_termios(tty, &raw);
	return 0;
}

/* After this the callbacks run. Called with tty unlocked. */
static int cldn_tty_set_ldisc(struct cldn_tty *l)
{
	int ret;

	l->ours = false;
	mutex_lock(&opening.lock);
	opening.line = l;
	WRITE_ONCE(opening.tty, l->tty);
	ret = tty_set_ldisc(l->tty, ldisc);
	WRITE_ONCE(opening.tty, NULL);
	opening.line = NULL;
	mutex_unlock(&opening.lock);
	if (ret == -EIO)
		return -ENODEV; /* hung up meanwhile */
	/* Another module has taken or cleared the number since we registered it. */
	return !ret && l->ours ? 0 : -EBUSY;
}

/*
 * Bytes that can have left the driver's buffer and not the machine: the FIFO and the shift
 * register. USB drivers do not say; theirs cannot be flushed either, so all of it is in doubt.
 */
static u32 cldn_tty_in_doubt(struct tty_struct *tty)
{
	struct serial_struct ss = {};

	if (tty->ops->get_serial && !tty->ops->get_serial(tty, &ss) && ss.xmit_fifo_size > 0)
		return ss.xmit_fifo_size + 1;
	return tty_write_room(tty);
}

static void cldn_tty_watch_lines(struct cldn_tty *l)
{
	add_wait_queue(&l->tty->port->delta_msr_wait, &l->msr);
	if (!l->rtscts)
		schedule_delayed_work(&l->poll, msecs_to_jiffies(LINES_POLL_MS));
}

static void cldn_tty_unwatch_lines(struct cldn_tty *l)
{
	remove_wait_queue(&l->tty->port->delta_msr_wait, &l->msr);
	cancel_delayed_work_sync(&l->poll);
}

static void cldn_tty_shut(struct cldn_link *link)
{
	struct cldn_tty *l = link->priv;

	spin_lock_irq(&l->lock);
	l->shut = true;
	spin_unlock_irq(&l->lock);
	cldn_tty_unwatch_lines(l);
}

static int cldn_tty_open(struct cldn_link *link)
{
	struct cldn_tty *l = link->priv;
	int ret;

	kfifo_reset(&l->rx);
	l->starved = false;
	l->ahead = 0;
	l->xoff = false;
	l->dtr_kept = false;
	l->lost = 0;
	ret = cldn_tty_take(l);
	if (ret)
		return ret;
	link->in_doubt_max = cldn_tty_in_doubt(l->tty);
	link->reads = true;
	l->shut = false;
	ret = cldn_tty_set_ldisc(l);
	if (ret) {
		l->shut = true;
		cldn_tty_give_back(l);
		return ret;
	}
	/* Stays set: the last wakeup, at an empty buffer, is wanted too. */
	set_bit(TTY_DO_WRITE_WAKEUP, &l->tty->flags);
	cldn_tty_watch_lines(l);
	return 0;
}

static void cldn_tty_close(struct cldn_link *link)
{
	cldn_tty_give_back(link->priv);
}

/* ---- the worker's use of a taken line ---- */

/*
 * Keeps the driver's hangup away until cldn_tty_leave(). NULL: hung up, or about to be. While the
 * line is ours nobody else can want the discipline exclusively.
 */
static struct tty_ldisc *cldn_tty_enter(struct cldn_tty *l)
{
	return tty_ldisc_ref(l->tty);
}

static void cldn_tty_leave(struct tty_ldisc *ld)
{
	tty_ldisc_deref(ld);
}

static ssize_t cldn_tty_write(struct cldn_link *link, const u8 *buf, size_t len)
{
	struct cldn_tty *l = link->priv;
	struct tty_ldisc *ld = cldn_tty_enter(l);
	ssize_t ret;

	if (!ld)
		return -ENODEV;
	ret = min_t(size_t, len, tty_write_room(l->tty));
	if (ret)
		ret = l->tty->ops->write(l->tty, buf, ret);
	cldn_tty_leave(ld);
	return ret;
}

/*
 * Has the flip buffer deliver what it kept for want of room. tty_flip_buffer_push() would also
 * commit what the driver is writing at this moment, without the lock that the driver writes under;
 * tty_buffer_restart_work() is this line and is not exported.
 */
static void cldn_rx_restart(struct cldn_tty *l)
{
	queue_work(system_unbound_wq, &l->tty->port->buf.work);
}

static void cldn_rx_unthrottle(struct cldn_tty *l)
{
	struct tty_ldisc *ld;

	if (!tty_throttled(l->tty) || kfifo_len(&l->rx) >= RX_LOW)
		return;
	ld = cldn_tty_enter(l);
	if (!ld)
		return;
	mutex_lock(&l->throttle_mutex);
	tty_unthrottle(l->tty);
	mutex_unlock(&l->throttle_mutex);
	cldn_tty_leave(ld);
}

static size_t cldn_tty_read(struct cldn_link *link, u8 *buf, size_t len)
{
	struct cldn_tty *l = link->priv;
	bool starved;
	size_t n;

	spin_lock_irq(&l->lock);
	n = kfifo_out(&l->rx, buf, len);
	starved = n && l->starved;
	if (starved)
		l->starved = false;
	spin_unlock_irq(&l->lock);
	if (starved)
		cldn_rx_restart(l);
	cldn_rx_unthrottle(l);
	return n;
}

/* After a hangup: what the driver had at that moment. Also that never left. */
static size_t cldn_tty_queued(struct cldn_link *link)
{
	struct cldn_tty *l = link->priv;
	struct tty_ldisc *ld = cldn_tty_enter(l);
	size_t n;

	if (ld) {
		n = tty_chars_in_buffer(l->tty);
		cldn_tty_leave(ld);
		return n;
	}
	spin_lock_irq(&l->lock);
	n = l->lost;
	spin_unlock_irq(&l->lock);
	return n;
}

/*
 * The driver does not say whether its transmitter is empty, it only waits for that: it is when the
 * wait ended within its limit, since giving up comes after it. A driver that cannot tell returns at
 * once and is believed.
 */
static bool cldn_tty_sent(struct cldn_link *link)
{
	struct cldn_tty *l = link->priv;
	struct tty_ldisc *ld = cldn_tty_enter(l);
	unsigned long limit = msecs_to_jiffies(SENT_WAIT_MS);
	unsigned long begin;
	bool sent;

	if (!ld)
		return false;
	sent = !tty_chars_in_buffer(l->tty);
	if (sent && l->tty->ops->wait_until_sent) {
		begin = jiffies;
		l->tty->ops->wait_until_sent(l->tty, limit);
		sent = jiffies - begin <= limit;
	}
	cldn_tty_leave(ld);
	return sent;
}

/*
 * The transmitter is stopped meanwhile, so that no byte leaves between the count and the flush and
 * is taken for thrown away. Where a driver cannot flush the bytes stay queued.
 */
static size_t cldn_tty_flush(struct cldn_link *link)
{
	struct cldn_tty *l = link->priv;
	struct tty_ldisc *ld = cldn_tty_enter(l);
	size_t before, after;

	if (!ld) {
		spin_lock_irq(&l->lock);
		before = l->lost;
		l->lost = 0;
		spin_unlock_irq(&l->lock);
		return before;
	}
	stop_tty(l->tty);
	before = tty_chars_in_buffer(l->tty);
	tty_driver_flush_buffer(l->tty);
	after = tty_chars_in_buffer(l->tty);
	if (!READ_ONCE(l->xoff))
		start_tty(l->tty);
	cldn_tty_leave(ld);
	return before > after ? before - after : 0;
}

static const struct {
	u32 line;
	int tiocm;
} cldn_line_bits[] = {
	{ CLEARDOWN_LINE_DTR, TIOCM_DTR }, { CLEARDOWN_LINE_RTS, TIOCM_RTS },
	{ CLEARDOWN_LINE_CTS, TIOCM_CTS }, { CLEARDOWN_LINE_DSR, TIOCM_DSR },
	{ CLEARDOWN_LINE_DCD, TIOCM_CD },  { CLEARDOWN_LINE_RI, TIOCM_RI },
};

static u32 cldn_tty_get_lines(struct cldn_link *link)
{
	struct cldn_tty *l = link->priv;
	struct tty_ldisc *ld = cldn_tty_enter(l);
	u32 lines = CLEARDOWN_LINE_VALID;
	int tiocm;
	size_t i;

	if (!ld)
		return 0;
	tiocm = l->tty->ops->tiocmget(l->tty);
	cldn_tty_leave(ld);
	if (tiocm < 0)
		return 0;
	for (i = 0; i < ARRAY_SIZE(cldn_line_bits); i++)
		if (tiocm & cldn_line_bits[i].tiocm)
			lines |= cldn_line_bits[i].line;
	return lines;
}

static unsigned int cldn_out_lines(u32 lines)
{
	return (lines & CLEARDOWN_LINE_DTR ? TIOCM_DTR : 0) |
	       (lines & CLEARDOWN_LINE_RTS ? TIOCM_RTS : 0);
}

/*
 * Who raised DTR himself, last, wants it kept when the line is given back; in all other cases (he
 * lowered it, failed to, or never touched it) the driver's close lowers it.
 */
static int cldn_tty_set_lines(struct cldn_link *link, u32 set, u32 clear)
{
	struct cldn_tty *l = link->priv;
	struct tty_ldisc *ld = cldn_tty_enter(l);
	int ret;

	if (!ld)
		return -ENODEV;
	ret = l->tty->ops->tiocmset(l->tty, cldn_out_lines(set), cldn_out_lines(clear));
	cldn_tty_leave(ld);
	if (clear & CLEARDOWN_LINE_DTR)
		l->dtr_kept = false;
	else if (!ret && set & CLEARDOWN_LINE_DTR)
		l->dtr_kept = true;
	return ret;
}

static struct cldn_link_driver cldn_tty_driver = {
	.size = sizeof(struct cldn_link_driver),
	.name = "tty",
	.by_document = true,
	.owner = THIS_MODULE,
	.probe = cldn_tty_probe,
	.remove = cldn_tty_remove,
	.open = cldn_tty_open,
	.shut = cldn_tty_shut,
	.close = cldn_tty_close,
	.write = cldn_tty_write,
	.read = cldn_tty_read,
	.queued = cldn_tty_queued,
	.sent = cldn_tty_sent,
	.flush = cldn_tty_flush,
	.get_lines = cldn_tty_get_lines,
	.set_lines = cldn_tty_set_lines,
};

static int __init cldn_tty_init(void)
{
	int ret;

	if (ldisc == N_TTY)
		return -EINVAL; /* it would replace every terminal's discipline */
	cldn_ldisc.num = ldisc;
	ret = tty_register_ldisc(&cldn_ldisc);
	if (ret)
		return ret;
	ret = cldn_link_register(&cldn_tty_driver);
	if (ret)
		tty_unregister_ldisc(&cldn_ldisc);
	return ret;
}

static void __exit cldn_tty_exit(void)
{
	cldn_link_unregister(&cldn_tty_driver);
	tty_unregister_ldisc(&cldn_ldisc);
}

module_init(cldn_tty_init);
module_exit(cldn_tty_exit);
CLDN_IMPORT_NS();
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cleardown: serial lines");
