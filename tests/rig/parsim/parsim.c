// SPDX-License-Identifier: GPL-2.0-only
/*
 * A parallel port with a printer behind it, both made up; what gpio-sim is for gpiochips. The port
 * is a platform device, so that it can be unbound like a real one; the printer stays.
 *
 * The printer sees nothing but the lines of the cable and answers on them: compatibility mode, and
 * of IEEE 1284 the negotiation, nibble mode with and without Device ID, byte mode, reverse idle and
 * both kinds of termination. It rejects the other modes. It has no clock of its own: what is due is
 * done when somebody looks at the lines or moves one.
 *
 * /sys/kernel/debug/parsim/N/ has, to be set:
 *
 *   paper, offline, error   1 = out of paper, off line, in fault; each makes it busy, too,
 *   nobusy                  1 = unless this is set
 *   hang                    1 = busy for ever
 *   busy_us                 how long it is busy with a byte
 *   strobe_ns               strobe, set-up and hold that are shorter are counted (500)
 *   compliant               0 = it does not know IEEE 1284
 *   byte                    1 = it knows byte mode
 *   tristate                1 = the port's data lines can be turned round, from when it comes back
 *   answer_us               how long each of its answers on the lines takes
 *   answers                 it gives that many more of them, then it does nothing until there are
 *                           more again and the host is back in compatibility mode
 *   id                      its Device ID
 *   id_form                 of its length: 1 = low byte first, 2 = does not count itself, 3 = both
 *   back                    what is written here can be read from the printer
 *   present                 0 = the port vanishes, 1 = it is back
 *
 * and to be read: data, the bytes that arrived (writing to it forgets them and the counts), and
 * counts.
 */
#include <linux/debugfs.h>
#include <linux/kfifo.h>
#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/parport.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define PARSIM_PORTS 4
#define PARSIM_DATA SZ_8M
#define PARSIM_BACK 4096
#define PARSIM_ID 1024
#define PARSIM_ACK_NS 5000 /* nAck is low at the end of a byte */
#define PARSIM_GIVE_UP_NS (35 * NSEC_PER_MSEC) /* a host that does not go on has left the mode */
#define PARSIM_INIT_NS (50 * NSEC_PER_USEC) /* shortest nInit */

#define STATUS_LINES                                                              \
	(PARPORT_STATUS_ERROR | PARPORT_STATUS_SELECT | PARPORT_STATUS_PAPEROUT | \
	 PARPORT_STATUS_ACK | PARPORT_STATUS_BUSY)
#define CONTROL_LINES                                                             \
	(PARPORT_CONTROL_STROBE | PARPORT_CONTROL_AUTOFD | PARPORT_CONTROL_INIT | \
	 PARPORT_CONTROL_SELECT)

static unsigned int ports = 1;
module_param(ports, uint, 0444);
MODULE_PARM_DESC(ports, "how many (default 1, at most 4)");

enum parsim_phase {
	SIM_COMPAT,
	SIM_ASKED, /* events 1 and 2 were */
	SIM_REJECTED,
	SIM_HOST_BUSY,
	SIM_NIBBLE, /* one is on the lines */
	SIM_BYTE, /* likewise, in byte mode */
	SIM_BYTE_TAKEN, /* events 10 and 11 were */
	SIM_IDLE, /* reverse idle */
	SIM_LEAVING, /* events 22 to 24 were */
	SIM_LEFT, /* events 25 to 27 were */
	SIM_DEAD, /* out of answers */
};

/**
 * struct parsim_counts - what happened since somebody forgot the data
 * @bytes: arrived and kept
 * @lost: arrived when there was no room left
 * @overruns: strobed while the printer was not ready; not kept
 * @short_strobes: strobe, set-up or hold shorter than strobe_ns
 * @conflicts: port and printer drove the data lines both
 * @inits: pulses of nInit
 * @short_inits: of these, too short for a printer to see
 * @negotiations: answered with event 2
 * @rejections: of these, modes that were refused
 * @read: bytes that the host took, those of the Device ID included
 * @read_byte: of these, in byte mode
 */
struct parsim_counts {
	u64 bytes;
	u64 lost;
	u64 overruns;
	u64 short_strobes;
	u64 conflicts;
	u64 inits;
	u64 short_inits;
	u64 negotiations;
	u64 rejections;
	u64 read;
	u64 read_byte;
};

/**
 * struct parsim - a port and its printer
 * @pdev: the port's device; the port comes and goes with its driver
 * @port: while it is there
 * @dir: in debugfs
 * @lock: all that follows
 * @latch: data lines as the host drives them, unless
 * @reverse: it has turned them round
 * @control: PARPORT_CONTROL_* as the host drives them
 * @data_ns: when @latch was written last
 * @strobe_ns: when nStrobe fell, and
 * @strobe_end_ns: when it rose
 * @init_ns: when nInit fell
 * @busy_end_ns: end of the byte that the printer is busy with
 * @phase: of IEEE 1284
 * @lines: the status lines outside compatibility mode, and
 * @next_lines: those that follow at
 * @answer_ns: this time
 * @mode: that was asked for
 * @high: the next nibble is the high one
 * @id_pos: next byte of the Device ID, length included
 * @id_len: of the Device ID
 * @id: the Device ID
 * @back: for the host to read
 * @data: that arrived
 * @len: of @data
 * @counts: see there
 * @set: what can be set as a number
 */
struct parsim {
	struct platform_device *pdev;
	struct parport *port;
	struct dentry *dir;

	spinlock_t lock; /* of all that follows */
	u8 latch;
	bool reverse;
	u8 control;
	u64 data_ns;
	u64 strobe_ns;
	u64 strobe_end_ns;
	u64 init_ns;
	u64 busy_end_ns;
	enum parsim_phase phase;
	u8 lines;
	u8 next_lines;
	u64 answer_ns;
	u8 mode;
	bool high;
	unsigned int id_pos;
	unsigned int id_len;
	char id[PARSIM_ID];
	DECLARE_KFIFO(back, u8, PARSIM_BACK);
	u8 *data;
	size_t len;
	struct parsim_counts counts;
	struct {
		bool paper, offline, error, nobusy, hang, compliant, byte, tristate;
		u32 busy_us, strobe_ns, answer_us, answers, id_form;
	} set;
};

static struct parsim *parsims[PARSIM_PORTS];
static struct dentry *parsim_root;

/* ---- the printer in compatibility mode; s->lock is held ---- */

static bool sim_upset(const struct parsim *s)
{
	return s->set.paper || s->set.offline || s->set.error;
}

static bool sim_busy(const struct parsim *s, u64 now)
{
	return s->set.hang || now < s->busy_end_ns || !(s->control & PARPORT_CONTROL_INIT) ||
	       (sim_upset(s) && !s->set.nobusy);
}

static u8 sim_compat_lines(const struct parsim *s, u64 now)
{
	bool acks = now < s->busy_end_ns && now + PARSIM_ACK_NS >= s->busy_end_ns;

	return (sim_busy(s, now) ? 0 : PARPORT_STATUS_BUSY) | (acks ? 0 : PARPORT_STATUS_ACK) |
	       (s->set.paper ? PARPORT_STATUS_PAPEROUT : 0) |
	       (s->set.offline ? 0 : PARPORT_STATUS_SELECT) |
	       (sim_upset(s) ? 0 : PARPORT_STATUS_ERROR);
}

static void sim_count_short(struct parsim *s, u64 since, u64 now)
{
	if (now - since < s->set.strobe_ns)
		s->counts.short_strobes++;
}

/* What the printer sees on the data lines. Those that nobody drives are high. */
static u8 sim_sees(const struct parsim *s)
{
	return s->reverse ? 0xff : s->latch;
}

static void sim_byte(struct parsim *s, u64 now)
{
	sim_count_short(s, s->data_ns, now);
	if (sim_busy(s, now) || sim_upset(s)) {
		s->counts.overruns++;
		return;
	}
	s->busy_end_ns = now + (u64)s->set.busy_us * NSEC_PER_USEC;
	if (s->len == PARSIM_DATA) {
		s->counts.lost++;
		return;
	}
	s->data[s->len] = sim_sees(s);
	WRITE_ONCE(s->len, s->len + 1);
	s->counts.bytes++;
}

static void sim_compat(struct parsim *s, u8 changed, u64 now)
{
	if (!(changed & PARPORT_CONTROL_STROBE))
		return;
	if (s->control & PARPORT_CONTROL_STROBE) {
		s->strobe_ns = now;
		sim_byte(s, now);
	} else {
		s->strobe_end_ns = now;
		sim_count_short(s, s->strobe_ns, now);
	}
}

/* ---- the printer in other modes; s->lock is held ---- */

static void sim_answer(struct parsim *s, u8 lines, u64 now)
{
	s->lines = s->next_lines;
	if (!s->set.answers) {
		s->phase = SIM_DEAD;
		return;
	}
	s->set.answers--;
	s->next_lines = lines;
	s->answer_ns = now + (u64)s->set.answer_us * NSEC_PER_USEC;
}

static unsigned int sim_id_total(const struct parsim *s)
{
	return s->id_len + 2;
}

static u8 sim_id_byte(const struct parsim *s)
{
	unsigned int length = s->set.id_form & 2 ? s->id_len : sim_id_total(s);

	if (s->id_pos >= 2)
		return s->id[s->id_pos - 2];
	return s->id_pos == (s->set.id_form & 1) ? length >> 8 : length;
}

static bool sim_has_more(const struct parsim *s)
{
	if (s->mode & IEEE1284_DEVICEID)
		return s->id_pos < sim_id_total(s);
	return !kfifo_is_empty(&s->back);
}

static u8 sim_current_byte(struct parsim *s)
{
	u8 byte = 0;

	if (s->mode & IEEE1284_DEVICEID)
		return sim_id_byte(s);
	if (!kfifo_peek(&s->back, &byte))
		return 0;
	return byte;
}

static void sim_byte_taken(struct parsim *s)
{
	s->counts.read++;
	if (s->mode == IEEE1284_MODE_BYTE)
		s->counts.read_byte++;
	if (s->mode & IEEE1284_DEVICEID)
		s->id_pos++;
	else
		kfifo_skip(&s->back);
}

/* nDataAvail and AckDataReq, low when there is something. */
static u8 sim_avail_lines(const struct parsim *s)
{
	return sim_has_more(s) ? 0 : PARPORT_STATUS_ERROR | PARPORT_STATUS_PAPEROUT;
}

/* Event 1: nSelectIn is high and nAutoFd low. */
static void sim_asked(struct parsim *s, u64 now)
{
	s->next_lines = sim_compat_lines(s, now);
	s->phase = SIM_ASKED;
	s->counts.negotiations++;
	sim_answer(s,
		   PARPORT_STATUS_ERROR | PARPORT_STATUS_SELECT | PARPORT_STATUS_PAPEROUT |
			   (s->next_lines & PARPORT_STATUS_BUSY),
		   now);
}

static bool sim_knows(const struct parsim *s)
{
	if (s->mode == IEEE1284_MODE_BYTE)
		return s->set.byte;
	return s->mode == IEEE1284_MODE_NIBBLE ||
	       s->mode == (IEEE1284_MODE_NIBBLE | IEEE1284_DEVICEID);
}

/* Event 4: the mode is on the data lines, nStrobe and nAutoFd are high again. XFlag is Select. */
static void sim_agree(struct parsim *s, u64 now)
{
	u8 lines = PARPORT_STATUS_ACK | PARPORT_STATUS_BUSY;

	s->high = false;
	s->id_pos = 0;
	if (sim_knows(s)) {
		s->phase = SIM_HOST_BUSY;
		lines |= sim_avail_lines(s) | (s->mode ? PARPORT_STATUS_SELECT : 0);
	} else {
		s->phase = SIM_REJECTED;
		s->counts.rejections++;
		lines |= PARPORT_STATUS_ERROR | PARPORT_STATUS_PAPEROUT;
	}
	sim_answer(s, lines, now);
}

static void sim_on_asked(struct parsim *s, u8 changed, u64 now)
{
	if (!(changed & (PARPORT_CONTROL_STROBE | PARPORT_CONTROL_AUTOFD)))
		return;
	if (s->control & PARPORT_CONTROL_STROBE)
		s->mode = sim_sees(s);
	else if (!(s->control & PARPORT_CONTROL_AUTOFD))
		sim_agree(s, now);
}

/* Event 7: the host wants something. When there is nothing it has gone to reverse idle. */
static void sim_on_host_busy(struct parsim *s, u64 now)
{
	u8 nibble;

	if (!(s->control & PARPORT_CONTROL_AUTOFD))
		return;
	if (!s->high && !sim_has_more(s)) {
		s->phase = SIM_IDLE;
		return;
	}
	if (s->mode == IEEE1284_MODE_BYTE) {
		s->phase = SIM_BYTE;
		sim_answer(s, PARPORT_STATUS_SELECT | PARPORT_STATUS_BUSY, now);
		return;
	}
	nibble = sim_current_byte(s) >> (s->high ? 4 : 0) & 0xf;
	s->phase = SIM_NIBBLE;
	sim_answer(s, (nibble & 0x7) << 3 | (nibble & 0x8 ? 0 : PARPORT_STATUS_BUSY), now);
}

/* Event 10: the host has it. */
static void sim_on_nibble(struct parsim *s, u64 now)
{
	if (s->control & PARPORT_CONTROL_AUTOFD)
		return;
	if (s->high)
		sim_byte_taken(s);
	s->high = !s->high;
	s->phase = SIM_HOST_BUSY;
	sim_answer(s, PARPORT_STATUS_ACK | PARPORT_STATUS_BUSY | sim_avail_lines(s), now);
}

/* Event 10 in byte mode. What is on the data lines now is anything. */
static void sim_on_byte(struct parsim *s, u64 now)
{
	if (s->control & PARPORT_CONTROL_AUTOFD)
		return;
	s->phase = SIM_BYTE_TAKEN;
	sim_answer(s, PARPORT_STATUS_ACK | PARPORT_STATUS_SELECT | PARPORT_STATUS_BUSY, now);
}

/* Events 16 and 17: only this pulse tells that the host has it. Then the lines tell of the next. */
static void sim_on_byte_taken(struct parsim *s, u8 changed, u64 now)
{
	if (!(changed & PARPORT_CONTROL_STROBE))
		return;
	if (s->control & PARPORT_CONTROL_STROBE) {
		s->strobe_ns = now;
		sim_byte_taken(s);
		return;
	}
	sim_count_short(s, s->strobe_ns, now);
	s->phase = SIM_HOST_BUSY;
	s->next_lines |= sim_avail_lines(s);
	s->lines = s->next_lines;
}

/* Event 20: the host has seen that there is something, or leaves idle of its own accord. */
static void sim_on_idle(struct parsim *s, u64 now)
{
	if (s->control & PARPORT_CONTROL_AUTOFD)
		return;
	s->phase = SIM_HOST_BUSY;
	sim_answer(s, PARPORT_STATUS_ACK | PARPORT_STATUS_BUSY | sim_avail_lines(s), now);
}

/* Events 18 and 19, when something turns up in reverse idle. */
static void sim_turned_up(struct parsim *s, u64 now)
{
	if (s->phase == SIM_IDLE)
		sim_answer(s, PARPORT_STATUS_BUSY, now);
}

/* Event 22: nSelectIn is low. A host that asked and got no answer just goes back. */
static void sim_leave(struct parsim *s, u64 now)
{
	if (s->phase == SIM_ASKED && !(s->control & PARPORT_CONTROL_AUTOFD)) {
		s->phase = SIM_COMPAT;
		return;
	}
	s->phase = SIM_LEAVING;
	sim_answer(s, s->next_lines & ~(PARPORT_STATUS_ACK | PARPORT_STATUS_BUSY), now);
}

static void sim_on_leaving(struct parsim *s, u64 now)
{
	if (!(s->control & PARPORT_CONTROL_AUTOFD))
		return;
	s->phase = SIM_LEFT;
	sim_answer(s, s->next_lines | PARPORT_STATUS_ACK, now);
}

static void sim_mode(struct parsim *s, u8 changed, u64 now)
{
	bool stays = s->phase < SIM_LEAVING;

	if (stays && s->control & PARPORT_CONTROL_SELECT) {
		sim_leave(s, now);
		return;
	}
	switch (s->phase) {
	case SIM_ASKED:
		sim_on_asked(s, changed, now);
		break;
	case SIM_HOST_BUSY:
		sim_on_host_busy(s, now);
		break;
	case SIM_NIBBLE:
		sim_on_nibble(s, now);
		break;
	case SIM_BYTE:
		sim_on_byte(s, now);
		break;
	case SIM_BYTE_TAKEN:
		sim_on_byte_taken(s, changed, now);
		break;
	case SIM_IDLE:
		sim_on_idle(s, now);
		break;
	case SIM_LEAVING:
		sim_on_leaving(s, now);
		break;
	case SIM_LEFT:
		if (!(s->control & PARPORT_CONTROL_AUTOFD))
			s->phase = SIM_COMPAT;
		break;
	default:
		break;
	}
}

/* ---- the lines; s->lock is held ---- */

/* What became due since somebody looked last. */
static void sim_catch_up(struct parsim *s, u64 now)
{
	if (s->phase == SIM_COMPAT)
		return;
	if (now >= s->answer_ns)
		s->lines = s->next_lines;
	/* An immediate termination: the host does not wait for us. */
	if (s->phase == SIM_LEAVING && now >= s->answer_ns + PARSIM_GIVE_UP_NS)
		s->phase = SIM_COMPAT;
	if (s->phase == SIM_DEAD && s->set.answers && s->control & PARPORT_CONTROL_SELECT)
		s->phase = SIM_COMPAT;
}

/* Does the printer drive the data lines? */
static bool sim_drives(const struct parsim *s)
{
	return s->phase == SIM_BYTE || s->phase == SIM_BYTE_TAKEN;
}

static void sim_turned(struct parsim *s)
{
	if (sim_drives(s) && !s->reverse)
		s->counts.conflicts++;
}

/* nInit ends every mode. */
static void sim_init_line(struct parsim *s, u64 now)
{
	if (!(s->control & PARPORT_CONTROL_INIT)) {
		s->init_ns = now;
		s->counts.inits++;
		s->phase = SIM_COMPAT;
	} else if (now - s->init_ns < PARSIM_INIT_NS) {
		s->counts.short_inits++;
	}
}

static void sim_control_moved(struct parsim *s, u8 control, u64 now)
{
	u8 changed = s->control ^ control;

	sim_catch_up(s, now);
	s->control = control;
	if (changed & PARPORT_CONTROL_INIT)
		sim_init_line(s, now);
	if (s->phase != SIM_COMPAT)
		sim_mode(s, changed, now);
	else if (!s->set.compliant || control & PARPORT_CONTROL_SELECT ||
		 !(control & PARPORT_CONTROL_AUTOFD))
		sim_compat(s, changed, now);
	else
		sim_asked(s, now);
	sim_turned(s);
}

static u8 sim_status(struct parsim *s, u64 now)
{
	sim_catch_up(s, now);
	return s->phase == SIM_COMPAT ? sim_compat_lines(s, now) : s->lines & STATUS_LINES;
}

/* ---- the port; also called with interrupts off ---- */

static void parsim_write_data(struct parport *port, unsigned char byte)
{
	struct parsim *s = port->private_data;
	unsigned long flags;
	u64 now;

	spin_lock_irqsave(&s->lock, flags);
	now = ktime_get_ns();
	/* Held long enough after the strobe? The same byte again moves no line. */
	if (s->phase == SIM_COMPAT && byte != s->latch)
		sim_count_short(s, s->strobe_end_ns, now);
	s->latch = byte;
	s->data_ns = now;
	spin_unlock_irqrestore(&s->lock, flags);
}

/* The printer's byte is there with event 9 and until event 10. */
static unsigned char parsim_read_data(struct parport *port)
{
	struct parsim *s = port->private_data;
	unsigned long flags;
	u8 byte;

	spin_lock_irqsave(&s->lock, flags);
	byte = sim_sees(s);
	if (s->reverse && s->phase == SIM_BYTE && ktime_get_ns() >= s->answer_ns)
		byte = sim_current_byte(s);
	spin_unlock_irqrestore(&s->lock, flags);
	return byte;
}

static void sim_turn(struct parport *port, bool reverse)
{
	struct parsim *s = port->private_data;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	s->reverse = reverse;
	sim_turned(s);
	spin_unlock_irqrestore(&s->lock, flags);
}

static void parsim_data_forward(struct parport *port)
{
	sim_turn(port, false);
}

/* A port that cannot do it goes on driving the lines. */
static void parsim_data_reverse(struct parport *port)
{
	sim_turn(port, port->modes & PARPORT_MODE_TRISTATE);
}

static unsigned char parsim_frob_control(struct parport *port, unsigned char mask,
					 unsigned char value)
{
	struct parsim *s = port->private_data;
	unsigned long flags;
	u8 control;

	spin_lock_irqsave(&s->lock, flags);
	control = ((s->control & ~mask) ^ value) & CONTROL_LINES;
	if (control != s->control)
		sim_control_moved(s, control, ktime_get_ns());
	spin_unlock_irqrestore(&s->lock, flags);
	return control;
}

static void parsim_write_control(struct parport *port, unsigned char control)
{
	parsim_frob_control(port, CONTROL_LINES, control);
}

static unsigned char parsim_read_control(struct parport *port)
{
	struct parsim *s = port->private_data;

	return READ_ONCE(s->control);
}

static unsigned char parsim_read_status(struct parport *port)
{
	struct parsim *s = port->private_data;
	unsigned long flags;
	u8 status;

	spin_lock_irqsave(&s->lock, flags);
	status = sim_status(s, ktime_get_ns());
	spin_unlock_irqrestore(&s->lock, flags);
	return status;
}

/* It has no interrupt. */
static void parsim_nothing(struct parport *port)
{
}

static void parsim_init_state(struct pardevice *dev, struct parport_state *state)
{
	state->u.pc.ctr = PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT;
}

static void parsim_save_state(struct parport *port, struct parport_state *state)
{
	state->u.pc.ctr = parsim_read_control(port);
}

static void parsim_restore_state(struct parport *port, struct parport_state *state)
{
	parsim_write_control(port, state->u.pc.ctr);
}

static struct parport_operations parsim_ops = {
	.write_data = parsim_write_data,
	.read_data = parsim_read_data,
	.write_control = parsim_write_control,
	.read_control = parsim_read_control,
	.frob_control = parsim_frob_control,
	.read_status = parsim_read_status,
	.enable_irq = parsim_nothing,
	.disable_irq = parsim_nothing,
	.data_forward = parsim_data_forward,
	.data_reverse = parsim_data_reverse,
	.init_state = parsim_init_state,
	.save_state = parsim_save_state,
	.restore_state = parsim_restore_state,
	.epp_write_data = parport_ieee1284_epp_write_data,
	.epp_read_data = parport_ieee1284_epp_read_data,
	.epp_write_addr = parport_ieee1284_epp_write_addr,
	.epp_read_addr = parport_ieee1284_epp_read_addr,
	.ecp_write_data = parport_ieee1284_ecp_write_data,
	.ecp_read_data = parport_ieee1284_ecp_read_data,
	.ecp_write_addr = parport_ieee1284_ecp_write_addr,
	.compat_write_data = parport_ieee1284_write_compat,
	.nibble_read_data = parport_ieee1284_read_nibble,
	.byte_read_data = parport_ieee1284_read_byte,
	.owner = THIS_MODULE,
};

static void parsim_leave(void *p)
{
	struct parsim *s = p;

	parport_remove_port(s->port);
	parport_del_port(s->port);
	s->port = NULL;
}

static int parsim_probe(struct platform_device *pdev)
{
	struct parsim *s = parsims[pdev->id];
	struct parport *port;

	port = parport_register_port(0, PARPORT_IRQ_NONE, PARPORT_DMA_NONE, &parsim_ops);
	if (!port)
		return -ENOMEM;
	port->private_data = s;
	s->reverse = false;
	port->modes = PARPORT_MODE_PCSPP | (s->set.tristate ? PARPORT_MODE_TRISTATE : 0);
	port->dev = &pdev->dev;
	s->port = port;
	parport_announce_port(port);
	return devm_add_action_or_reset(&pdev->dev, parsim_leave, s);
}

static struct platform_driver parsim_driver = {
	.driver.name = "parsim",
	.probe = parsim_probe,
};

/* ---- debugfs ---- */

static ssize_t parsim_data_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct parsim *s = file->private_data;

	return simple_read_from_buffer(buf, len, pos, s->data, READ_ONCE(s->len));
}

static ssize_t parsim_data_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct parsim *s = file->private_data;

	spin_lock_irq(&s->lock);
	WRITE_ONCE(s->len, 0);
	memset(&s->counts, 0, sizeof(s->counts));
	spin_unlock_irq(&s->lock);
	return len;
}

static const struct file_operations parsim_data_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = parsim_data_read,
	.write = parsim_data_write,
	.llseek = default_llseek,
};

static int parsim_counts_show(struct seq_file *m, void *unused)
{
	struct parsim *s = m->private;
	struct parsim_counts counts;

	spin_lock_irq(&s->lock);
	sim_catch_up(s, ktime_get_ns());
	counts = s->counts;
	seq_printf(m, "compat %d\ndead %d\nbusy %d\n", s->phase == SIM_COMPAT, s->phase == SIM_DEAD,
		   sim_busy(s, ktime_get_ns()));
	seq_printf(m, "control %#x\nreverse %d\nunread %u\n", s->control, s->reverse,
		   kfifo_len(&s->back));
	spin_unlock_irq(&s->lock);
	seq_printf(m, "bytes %llu\nlost %llu\noverruns %llu\nshort_strobes %llu\n", counts.bytes,
		   counts.lost, counts.overruns, counts.short_strobes);
	seq_printf(m, "inits %llu\nshort_inits %llu\nnegotiations %llu\n", counts.inits,
		   counts.short_inits, counts.negotiations);
	seq_printf(m, "rejections %llu\nread %llu\nread_byte %llu\nconflicts %llu\n",
		   counts.rejections, counts.read, counts.read_byte, counts.conflicts);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(parsim_counts);

static ssize_t parsim_id_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct parsim *s = file->private_data;

	return simple_read_from_buffer(buf, len, pos, s->id, READ_ONCE(s->id_len));
}

/* All of it in one write; the line feed of echo is no part of it. */
static ssize_t parsim_id_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct parsim *s = file->private_data;
	char *text;
	size_t n;

	if (len > PARSIM_ID)
		return -EINVAL;
	text = memdup_user_nul(buf, len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	n = len && text[len - 1] == '\n' ? len - 1 : len;
	spin_lock_irq(&s->lock);
	memcpy(s->id, text, n);
	s->id_len = n;
	spin_unlock_irq(&s->lock);
	kfree(text);
	return len;
}

static const struct file_operations parsim_id_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = parsim_id_read,
	.write = parsim_id_write,
	.llseek = default_llseek,
};

static ssize_t parsim_back_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct parsim *s = file->private_data;
	ssize_t ret = len;
	u8 *bytes;

	if (len > PARSIM_BACK)
		return -EINVAL;
	bytes = memdup_user(buf, len);
	if (IS_ERR(bytes))
		return PTR_ERR(bytes);
	spin_lock_irq(&s->lock);
	if (kfifo_avail(&s->back) < len) {
		ret = -ENOSPC;
	} else {
		kfifo_in(&s->back, bytes, len);
		sim_turned_up(s, ktime_get_ns());
	}
	spin_unlock_irq(&s->lock);
	kfree(bytes);
	return ret;
}

static const struct file_operations parsim_back_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = parsim_back_write,
	.llseek = noop_llseek,
};

static ssize_t parsim_present_write(struct file *file, const char __user *buf, size_t len,
				    loff_t *pos)
{
	struct parsim *s = file->private_data;
	bool present;
	int ret = kstrtobool_from_user(buf, len, &present);

	if (ret)
		return ret;
	if (present)
		ret = device_attach(&s->pdev->dev);
	else
		device_release_driver(&s->pdev->dev);
	return ret < 0 ? ret : len;
}

static const struct file_operations parsim_present_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = parsim_present_write,
	.llseek = noop_llseek,
};

static void parsim_add_files(struct parsim *s, unsigned int index)
{
	char name[8];

	scnprintf(name, sizeof(name), "%u", index);
	s->dir = debugfs_create_dir(name, parsim_root);
	debugfs_create_bool("paper", 0600, s->dir, &s->set.paper);
	debugfs_create_bool("offline", 0600, s->dir, &s->set.offline);
	debugfs_create_bool("error", 0600, s->dir, &s->set.error);
	debugfs_create_bool("nobusy", 0600, s->dir, &s->set.nobusy);
	debugfs_create_bool("hang", 0600, s->dir, &s->set.hang);
	debugfs_create_bool("compliant", 0600, s->dir, &s->set.compliant);
	debugfs_create_bool("byte", 0600, s->dir, &s->set.byte);
	debugfs_create_bool("tristate", 0600, s->dir, &s->set.tristate);
	debugfs_create_u32("busy_us", 0600, s->dir, &s->set.busy_us);
	debugfs_create_u32("strobe_ns", 0600, s->dir, &s->set.strobe_ns);
	debugfs_create_u32("answer_us", 0600, s->dir, &s->set.answer_us);
	debugfs_create_u32("answers", 0600, s->dir, &s->set.answers);
	debugfs_create_u32("id_form", 0600, s->dir, &s->set.id_form);
	debugfs_create_file("id", 0600, s->dir, s, &parsim_id_fops);
	debugfs_create_file("back", 0200, s->dir, s, &parsim_back_fops);
	debugfs_create_file("present", 0200, s->dir, s, &parsim_present_fops);
	debugfs_create_file("data", 0600, s->dir, s, &parsim_data_fops);
	debugfs_create_file("counts", 0400, s->dir, s, &parsim_counts_fops);
}

/* ---- init ---- */

static void parsim_free(struct parsim *s)
{
	debugfs_remove_recursive(s->dir);
	if (!IS_ERR_OR_NULL(s->pdev))
		platform_device_unregister(s->pdev);
	vfree(s->data);
	kfree(s);
}

static int parsim_make(unsigned int index)
{
	static const char id[] = "MFG:Cleardown;MDL:Parsim 1284;CLS:PRINTER;CMD:PJL,PCL;";
	struct parsim *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	parsims[index] = s;
	s->data = vmalloc(PARSIM_DATA);
	if (!s->data)
		return -ENOMEM;
	spin_lock_init(&s->lock);
	INIT_KFIFO(s->back);
	s->control = PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT;
	s->set.compliant = true;
	s->set.strobe_ns = 500;
	s->set.answers = U32_MAX;
	s->id_len = strlen(id);
	memcpy(s->id, id, s->id_len);
	parsim_add_files(s, index);
	s->pdev = platform_device_register_simple("parsim", index, NULL, 0);
	return PTR_ERR_OR_ZERO(s->pdev);
}

static void parsim_free_all(void)
{
	unsigned int i;

	for (i = 0; i < PARSIM_PORTS; i++)
		if (parsims[i])
			parsim_free(parsims[i]);
	platform_driver_unregister(&parsim_driver);
	debugfs_remove(parsim_root);
}

static int __init parsim_init(void)
{
	unsigned int i;
	int ret;

	if (!ports || ports > PARSIM_PORTS)
		return -EINVAL;
	ret = platform_driver_register(&parsim_driver);
	if (ret)
		return ret;
	parsim_root = debugfs_create_dir("parsim", NULL);
	for (i = 0; i < ports && !ret; i++)
		ret = parsim_make(i);
	if (ret)
		parsim_free_all();
	return ret;
}

static void __exit parsim_exit(void)
{
	parsim_free_all();
}

module_init(parsim_init);
module_exit(parsim_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cleardown: a parallel port with a printer, for tests");
