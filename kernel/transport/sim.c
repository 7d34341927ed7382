// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scripted link: a small V.250 modem in memory, for tests and for trying without hardware.
 *
 * Every line that begins with AT gets OK; D and A connect, and the call is a loop that sends each
 * byte back; it ends when DTR falls, by +++ and H, or by the script. Without a delay an answer is
 * there when write() returns, and its event was raised in it.
 *
 * With set=1 it is a telephone: handset, speaker and headset (V.253), a front with a bell, two
 * lamps and a display of two rows, and a memory of twelve numbers (3GPP TS 27.007). What these show
 * and keep outlives a close, as it would on a desk.
 *
 * The script: at bind by arguments (delay= deaf= short= room= lines= guard= set=), while it runs by
 * debugfs, cleardown_sim/INDEX/control, one command for each write; reading it gives the counters.
 *
 *   delay US       answers come so much later
 *   deaf on|off    the modem reads and does nothing
 *   stall on|off   CTS low: what is queued stays, new bytes are taken up to the room
 *   short N        a write takes at most N bytes, 0 = all
 *   room N         size of the buffer for written bytes
 *   guard MS       silence around +++; also ATS12=
 *   ring N US      so many RINGs, so far apart; 0 stops it
 *   say TEXT       the modem says it, C escapes
 *   carrier 0|1    the DCD line alone
 *   drop           the far end hangs up: NO CARRIER and DCD off
 *   vanish, back   the hardware goes away; open is ENODEV until it is back
 *   slowopen MS, slowclose MS, failopen ERRNO
 *
 * All state is under s->lock, also the timer's; events are raised under it and only between open
 * and shut, so that none comes later. Nothing is allocated after probe but the script's own input.
 */
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/idr.h>
#include <linux/kfifo.h>
#include <linux/module.h>
#include <linux/parser.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <cleardown/link.h>
#include "sim.h"

#define SIM_TX_SIZE 4096
#define SIM_RX_SIZE 16384
#define SIM_LINE 256 /* longest command line; what is beyond is lost, as in a modem */
#define SIM_SAID 64 /* longest line that it says of itself */
#define SIM_CONTROL 512 /* longest command of the script */
#define SIM_SLEEP_MS 60000 /* longest of slowopen and slowclose */
#define SIM_DELAY_US 600000000
#define SIM_RING_US 100 /* least time between rings */
#define SIM_GUARD_MS 1000
#define SIM_S12_MS 20 /* unit of register 12 */

enum sim_result {
	SIM_OK = CLEARDOWN_RESULT_OK,
	SIM_CONNECT = CLEARDOWN_RESULT_CONNECT,
	SIM_RING = CLEARDOWN_RESULT_RING,
	SIM_NO_CARRIER = CLEARDOWN_RESULT_NO_CARRIER,
	SIM_ERROR = CLEARDOWN_RESULT_ERROR,
};

static const char *const sim_texts[] = {
	[SIM_OK] = "OK",       [SIM_CONNECT] = "CONNECT 115200",
	[SIM_RING] = "RING",   [SIM_NO_CARRIER] = "NO CARRIER",
	[SIM_ERROR] = "ERROR",
};

/**
 * struct sim_script - how the modem and its line behave
 * @delay_us: between a command and its answer
 * @guard_ms: silence before and after +++
 * @short_max: most bytes that one write takes, 0 = no such limit
 * @room: size of the buffer for written bytes, at most SIM_TX_SIZE
 * @lines: there are modem lines
 * @set: it is a telephone
 * @deaf: see above
 * @stall: see above
 * @vanished: see above
 * @open_ms: how long open takes
 * @close_ms: how long close takes
 * @open_error: what open fails with, 0 or positive
 */
struct sim_script {
	u32 delay_us;
	u32 guard_ms;
	u32 short_max;
	u32 room;
	bool lines;
	bool set;
	bool deaf;
	bool stall;
	bool vanished;
	u32 open_ms;
	u32 close_ms;
	u32 open_error;
};

/**
 * struct sim_modem - the modem's own state, new at each open
 * @dtr: its DTR input
 * @rts: its RTS input
 * @dcd: its DCD output
 * @ri: its RI output
 * @data: bytes are the call's, not commands
 * @call: a call is up, also when it was escaped from
 * @echo: E1
 * @quiet: Q1
 * @numeric: V0
 * @line: command line so far
 * @line_len: its length
 * @busy: a command is being carried out; @answer comes at @answer_ns
 * @dialing: and it is one that any character ends
 * @answer: its result
 * @info: what it says before that, or NULL
 * @said: room for an @info
 * @answer_ns: when
 * @vls: label of what is joined to the line (V.253)
 * @plus: escape characters in a row
 * @last_ns: when the last byte of the call came
 * @escape_ns: when @plus is complete, unless a byte comes before; 0 = never
 * @rings: still to come
 * @ring_gap_ns: between them
 * @ring_ns: time of the next change of RI, 0 = none
 */
struct sim_modem {
	bool dtr;
	bool rts;
	bool dcd;
	bool ri;
	bool data;
	bool call;
	bool echo;
	bool quiet;
	bool numeric;
	char line[SIM_LINE];
	u32 line_len;
	bool busy;
	bool dialing;
	enum sim_result answer;
	const char *info;
	char said[SIM_SAID];
	u64 answer_ns;
	u32 vls;
	u32 plus;
	u64 last_ns;
	u64 escape_ns;
	u32 rings;
	u64 ring_gap_ns;
	u64 ring_ns;
};

#define SIM_LAMPS 2
#define SIM_ROWS 2
#define SIM_COLUMNS 16
#define SIM_BELLS 3
#define SIM_LOUDEST 7
#define SIM_ENTRIES 12
#define SIM_NUMBER 24
#define SIM_NAME 16

/**
 * struct sim_entry - a location of the telephone's memory
 * @number: "" = it is empty
 * @name: likewise
 */
struct sim_entry {
	char number[SIM_NUMBER + 1];
	char name[SIM_NAME + 1];
};

/**
 * struct sim_front - what the telephone shows and keeps
 * @ring: pattern of its bell, 0 = silent
 * @volume: of the bell
 * @lamps: 0 = dark
 * @display: its rows
 * @book: its memory; the first location is 1
 */
struct sim_front {
	u32 ring;
	u32 volume;
	u32 lamps[SIM_LAMPS];
	char display[SIM_ROWS][SIM_COLUMNS + 1];
	struct sim_entry book[SIM_ENTRIES];
};

/**
 * struct sim_counts - since bind
 * @opens: successful opens
 * @closes: closes
 * @written: bytes taken by write
 * @flushed: of these, thrown away by flush
 * @read: bytes given by read
 * @commands: command lines that began with AT
 * @answers: results given to them
 * @rings: RINGs
 * @lost: bytes the modem could not say because nobody read
 */
struct sim_counts {
	u64 opens;
	u64 closes;
	u64 written;
	u64 flushed;
	u64 read;
	u64 commands;
	u64 answers;
	u64 rings;
	u64 lost;
};

/**
 * struct cldn_sim - a link
 * @link: what the core knows of it
 * @index: its number
 * @binds: probes that no remove has undone, 2 within REBIND; under the core's bind mutex
 * @dir: its debugfs directory
 * @timer: does what is due of @modem
 * @lock: all that follows
 * @live: between open and shut
 * @script: how it is to behave
 * @modem: what it is doing
 * @front: what it shows
 * @counts: what it has done
 * @tx: bytes taken by write
 * @rx: bytes that read will give
 */
struct cldn_sim {
	struct cldn_link *link;
	int index;
	unsigned int binds;
	struct dentry *dir;
	struct hrtimer timer;

	spinlock_t lock; /* of all that follows */
	bool live;
	struct sim_script script;
	struct sim_modem modem;
	struct sim_front front;
	struct sim_counts counts;
	DECLARE_KFIFO(tx, u8, SIM_TX_SIZE);
	DECLARE_KFIFO(rx, u8, SIM_RX_SIZE);
};

static DEFINE_IDA(sim_indexes);
static struct dentry *sim_root;

/* ---- the modem; s->lock is held ---- */

static void sim_event(struct cldn_sim *s, u32 events)
{
	lockdep_assert_held(&s->lock);
	if (s->live)
		cldn_link_event(s->link, events);
}

/* All or nothing: half a result would be worse than none. */
static void sim_say(struct cldn_sim *s, const void *text, size_t len)
{
	if (kfifo_avail(&s->rx) < len) {
		s->counts.lost += len;
		return;
	}
	kfifo_in(&s->rx, text, len);
	sim_event(s, CLDN_LINK_RX);
}

static void sim_say_line(struct cldn_sim *s, const char *text)
{
	char buf[SIM_SAID + 4];

	sim_say(s, buf, scnprintf(buf, sizeof(buf), "\r\n%s\r\n", text));
}

static void sim_say_result(struct cldn_sim *s, enum sim_result result)
{
	char buf[8];

	if (s->modem.quiet)
		return;
	if (s->modem.numeric)
		sim_say(s, buf, scnprintf(buf, sizeof(buf), "%d\r", result));
	else
		sim_say_line(s, sim_texts[result]);
}

static void sim_set_dcd(struct cldn_sim *s, bool dcd)
{
	if (s->modem.dcd == dcd)
		return;
	s->modem.dcd = dcd;
	sim_event(s, CLDN_LINK_LINES);
}

static void sim_ring_stop(struct cldn_sim *s)
{
	s->modem.rings = 0;
	s->modem.ring_ns = 0;
	if (s->modem.ri)
		sim_event(s, CLDN_LINK_LINES);
	s->modem.ri = false;
}

/* Back to command state, on-hook. */
static void sim_on_hook(struct cldn_sim *s)
{
	s->modem.data = false;
	s->modem.call = false;
	s->modem.busy = false;
	s->modem.dialing = false;
	s->modem.vls = 0;
	s->modem.plus = 0;
	s->modem.escape_ns = 0;
	sim_set_dcd(s, false);
}

static void sim_answer_now(struct cldn_sim *s)
{
	struct sim_modem *m = &s->modem;

	m->busy = false;
	m->dialing = false;
	if (s->script.deaf)
		return;
	s->counts.answers++;
	if (m->info)
		sim_say_line(s, m->info);
	sim_say_result(s, m->answer);
	if (m->answer != SIM_CONNECT)
		return;
	m->data = true;
	m->call = true;
	m->plus = 0;
	m->escape_ns = 0;
	sim_set_dcd(s, true);
}

static void sim_answer(struct cldn_sim *s, enum sim_result answer, const char *info, u64 now)
{
	s->modem.answer = answer;
	s->modem.info = info;
	s->modem.busy = true;
	s->modem.answer_ns = now + (u64)s->script.delay_us * NSEC_PER_USEC;
	if (!s->script.delay_us)
		sim_answer_now(s);
}

/* D and A: @answer comes unless a character does before. */
static void sim_dial(struct cldn_sim *s, enum sim_result answer, u64 now)
{
	s->modem.dialing = true;
	sim_answer(s, answer, NULL, now);
}

static void sim_register(struct cldn_sim *s, const char *p)
{
	unsigned int value;

	if (sscanf(p, "12=%u", &value) == 1)
		s->script.guard_ms = min(value, 255U) * SIM_S12_MS;
}

/* What a telephone says about itself. */
static const struct {
	const char *question;
	const char *answer;
} sim_has[] = {
	{ "FCLASS=?", "0,8" },
	{ "VLS=?", "0,\"\"\r\n1,\"T\"\r\n4,\"TS\"\r\n5,\"TSM\"\r\n15,\"HT\"" },
	{ "VGR=?", "(0-15)" },
	{ "VGT=?", "(0-15)" },
	{ "CRMP=?", "+CRMP: (0),(0-7),(0),(0-3)" },
	{ "CIND=?", "+CIND: (\"message\",(0-5)),(\"power\",(0-1))" },
	{ "CDIS=?", "+CDIS: (16),(16)" },
	{ "CPBR=?", "+CPBR: (1-12),24,16" },
	{ "CPBW=?", "+CPBW: (1-12),24,(129,145),16" },
};

static bool sim_set_ring(struct sim_front *f, const char *p)
{
	u32 call, volume, type, ring;

	if (sscanf(p, "%u,%u,%u,%u", &call, &volume, &type, &ring) != 4 || call || type ||
	    volume > SIM_LOUDEST || ring > SIM_BELLS)
		return false;
	f->ring = ring;
	f->volume = volume;
	return true;
}

/* Digits with commas between; what is left out stays. */
static bool sim_set_lamps(struct sim_front *f, const char *p, const char *end)
{
	u32 lamp = 0;

	for (; p < end; p++) {
		if (*p == ',' && ++lamp == SIM_LAMPS)
			return false;
		if (*p != ',' && !isdigit(*p))
			return false;
		if (isdigit(*p))
			f->lamps[lamp] = *p - '0';
	}
	return true;
}

/* Quoted rows with commas between. */
static bool sim_set_display(struct sim_front *f, const char *p, const char *end)
{
	u32 row;

	for (row = 0; p < end; row++) {
		size_t n = *p == '"' ? strcspn(p + 1, "\"") : SIM_LINE;

		if (row == SIM_ROWS || n > SIM_COLUMNS || p[n + 1] != '"')
			return false;
		memcpy(f->display[row], p + 1, n);
		f->display[row][n] = '\0';
		p += n + 2;
		p += *p == ',';
	}
	return true;
}

/* A quoted text at @p, to @to; returns what follows it, NULL where it is none or too long. */
static const char *sim_quoted(const char *p, char *to, size_t size)
{
	size_t n;

	if (*p++ != '"')
		return NULL;
	n = strcspn(p, "\"");
	if (n >= size || p[n] != '"')
		return NULL;
	memcpy(to, p, n);
	to[n] = '\0';
	return p + n + 1;
}

static u32 sim_number_type(const struct sim_entry *entry)
{
	return *entry->number == '+' ? 145 : 129;
}

/* LOCATION,"NUMBER",TYPE,"NAME", or LOCATION alone, which empties it. */
static bool sim_set_entry(struct sim_front *f, const char *p, const char *end)
{
	struct sim_entry entry = {};
	u32 location, type;
	int used = 0;

	if (sscanf(p, "%u%n", &location, &used) != 1 || !location || location > SIM_ENTRIES)
		return false;
	p += used;
	if (p < end) {
		p = *p == ',' ? sim_quoted(p + 1, entry.number, sizeof(entry.number)) : NULL;
		if (!p || sscanf(p, ",%u,%n", &type, &used) != 1)
			return false;
		p = sim_quoted(p + used, entry.name, sizeof(entry.name));
		if (!p || type != sim_number_type(&entry))
			return false;
	}
	f->book[location - 1] = entry;
	return true;
}

/* An empty location has nothing to say. */
static bool sim_get_entry(struct cldn_sim *s, const char *p, const char **info)
{
	const struct sim_entry *entry;
	u32 location;
	int used;

	if (sscanf(p, "%u%n", &location, &used) != 1 || !location || location > SIM_ENTRIES)
		return false;
	entry = &s->front.book[location - 1];
	if (!*entry->number && !*entry->name)
		return true;
	scnprintf(s->modem.said, SIM_SAID, "+CPBR: %u,\"%s\",%u,\"%s\"", location, entry->number,
		  sim_number_type(entry), entry->name);
	*info = s->modem.said;
	return true;
}

/* An extended command, up to @end. A modem that is no telephone says OK to any. */
static bool sim_extended(struct cldn_sim *s, const char *p, const char *end, const char **info)
{
	size_t i;

	if (!s->script.set)
		return true;
	for (i = 0; i < ARRAY_SIZE(sim_has); i++)
		if (!strncmp(p, sim_has[i].question, strlen(sim_has[i].question))) {
			*info = sim_has[i].answer;
			return true;
		}
	if (!strncmp(p, "VLS=", 4))
		return sscanf(p + 4, "%u", &s->modem.vls) == 1;
	if (!strncmp(p, "CRMP=", 5))
		return sim_set_ring(&s->front, p + 5);
	if (!strncmp(p, "CIND=", 5))
		return sim_set_lamps(&s->front, p + 5, end);
	if (!strncmp(p, "CDIS=", 5))
		return sim_set_display(&s->front, p + 5, end);
	if (!strncmp(p, "CPBW=", 5))
		return sim_set_entry(&s->front, p + 5, end);
	if (!strncmp(p, "CPBR=", 5))
		return sim_get_entry(s, p + 5, info);
	return true;
}

/* @p is what follows AT. One letter, one command; the rest of the line belongs to D. */
static void sim_command(struct cldn_sim *s, const char *p, u64 now)
{
	struct sim_modem *m = &s->modem;
	const char *info = NULL;
	const char *end;

	s->counts.commands++;
	while (*p) {
		switch (toupper(*p++)) {
		case 'D':
			sim_ring_stop(s);
			return sim_dial(s, SIM_CONNECT, now);
		case 'A':
			if (!m->rings && !m->ri)
				return sim_dial(s, SIM_NO_CARRIER, now);
			sim_ring_stop(s);
			return sim_dial(s, SIM_CONNECT, now);
		case 'O':
			return sim_dial(s, m->call ? SIM_CONNECT : SIM_NO_CARRIER, now);
		case 'H':
		case 'Z':
			sim_on_hook(s);
			break;
		case 'E':
			m->echo = *p == '1';
			break;
		case 'Q':
			m->quiet = *p == '1';
			break;
		case 'V':
			m->numeric = *p == '0';
			break;
		case 'I':
			info = "cleardown sim";
			break;
		case 'S':
			sim_register(s, p);
			break;
		case '+':
			end = p + strcspn(p, ";");
			if (!sim_extended(s, p, end, &info))
				return sim_answer(s, SIM_ERROR, NULL, now);
			p = end;
			break;
		case '&':
			p += *p ? 1 : 0;
			break;
		}
		p += strspn(p, "0123456789=?;, ");
	}
	sim_answer(s, SIM_OK, info, now);
}

static void sim_command_byte(struct cldn_sim *s, u8 c, u64 now)
{
	struct sim_modem *m = &s->modem;

	if (m->echo)
		sim_say(s, &c, 1);
	if (c == '\b') {
		m->line_len -= m->line_len ? 1 : 0;
	} else if (c != '\r') {
		if (c != '\n' && m->line_len < SIM_LINE - 1)
			m->line[m->line_len++] = c;
	} else {
		m->line[m->line_len] = '\0';
		m->line_len = 0;
		if (!strncasecmp(m->line, "AT", 2))
			sim_command(s, m->line + 2, now);
	}
}

/* The call's loop, and its escape: silence, three of '+', silence. */
static void sim_data_byte(struct cldn_sim *s, u8 c, u64 now)
{
	struct sim_modem *m = &s->modem;
	u64 guard = (u64)s->script.guard_ms * NSEC_PER_MSEC;

	kfifo_put(&s->rx, c);
	if (c == '+' && m->plus < 3 && (m->plus || now - m->last_ns >= guard))
		m->plus++;
	else
		m->plus = 0;
	m->escape_ns = m->plus == 3 ? now + guard : 0;
	m->last_ns = now;
}

/* Is there something that the modem can take from the buffer now? */
static bool sim_can_take(struct cldn_sim *s)
{
	if (s->script.stall || s->script.vanished || kfifo_is_empty(&s->tx))
		return false;
	if (s->script.deaf || s->modem.dialing)
		return true;
	return s->modem.data ? !kfifo_is_full(&s->rx) : !s->modem.busy;
}

/* Returns true when something was taken, so that there is room. */
static bool sim_take(struct cldn_sim *s)
{
	u64 now = ktime_get_ns();
	bool taken = false;
	bool looped = false;
	u8 c;

	while (sim_can_take(s) && kfifo_get(&s->tx, &c)) {
		taken = true;
		if (s->script.deaf)
			continue;
		if (s->modem.dialing) {
			s->modem.answer = SIM_NO_CARRIER;
			sim_answer_now(s);
		} else if (s->modem.data) {
			sim_data_byte(s, c, now);
			looped = true;
		} else {
			sim_command_byte(s, c, now);
		}
	}
	if (looped)
		sim_event(s, CLDN_LINK_RX);
	return taken;
}

static void sim_ring(struct cldn_sim *s, u64 now)
{
	struct sim_modem *m = &s->modem;

	m->ri = !m->ri;
	sim_event(s, CLDN_LINK_LINES);
	if (m->ri) {
		m->rings--;
		s->counts.rings++;
		sim_say_result(s, SIM_RING);
	}
	m->ring_ns = m->ri || m->rings ? now + m->ring_gap_ns / 2 : 0;
}

static void sim_escape(struct cldn_sim *s)
{
	s->modem.escape_ns = 0;
	s->modem.plus = 0;
	s->modem.data = false;
	sim_say_result(s, SIM_OK);
}

static void sim_run_due(struct cldn_sim *s, u64 now)
{
	struct sim_modem *m = &s->modem;

	if (m->busy && m->answer_ns <= now)
		sim_answer_now(s);
	if (m->escape_ns && m->escape_ns <= now)
		sim_escape(s);
	if (m->ring_ns && m->ring_ns <= now)
		sim_ring(s, now);
	if (sim_take(s))
		sim_event(s, CLDN_LINK_ROOM);
}

static void sim_arm(struct cldn_sim *s)
{
	struct sim_modem *m = &s->modem;
	u64 next = U64_MAX;

	if (m->busy)
		next = m->answer_ns;
	if (m->escape_ns)
		next = min(next, m->escape_ns);
	if (m->ring_ns)
		next = min(next, m->ring_ns);
	if (s->live && next != U64_MAX)
		hrtimer_start(&s->timer, ns_to_ktime(next), HRTIMER_MODE_ABS);
}

/* Never restarts by its return value: sim_arm() may have started it again by then. */
static enum hrtimer_restart sim_timer(struct hrtimer *timer)
{
	struct cldn_sim *s = container_of(timer, struct cldn_sim, timer);
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (s->live) {
		sim_run_due(s, ktime_get_ns());
		sim_arm(s);
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return HRTIMER_NORESTART;
}

/* ---- the script ---- */

enum sim_token {
	SIM_DELAY,
	SIM_DEAF,
	SIM_STALL,
	SIM_SHORT,
	SIM_ROOM,
	SIM_LINES,
	SIM_GUARD,
	SIM_SET,
	SIM_RINGS,
	SIM_SAY,
	SIM_CARRIER,
	SIM_DROP,
	SIM_VANISH,
	SIM_BACK,
	SIM_SLOWOPEN,
	SIM_SLOWCLOSE,
	SIM_FAILOPEN,
	SIM_ON,
	SIM_OFF,
	SIM_UNKNOWN,
};

/* %s and not %u: what is no number is an error, not a key of the class. */
static const match_table_t sim_args = {
	{ SIM_DELAY, "delay=%s" }, { SIM_DEAF, "deaf=%s" },   { SIM_SHORT, "short=%s" },
	{ SIM_ROOM, "room=%s" },   { SIM_LINES, "lines=%s" }, { SIM_GUARD, "guard=%s" },
	{ SIM_SET, "set=%s" },	   { SIM_UNKNOWN, NULL },
};

static const char *const sim_words[] = {
	"delay", "deaf", "short", "room", "lines", "guard", "set", NULL,
};

static const match_table_t sim_commands = {
	{ SIM_DELAY, "delay %u" },
	{ SIM_DEAF, "deaf %s" },
	{ SIM_STALL, "stall %s" },
	{ SIM_SHORT, "short %u" },
	{ SIM_ROOM, "room %u" },
	{ SIM_GUARD, "guard %u" },
	{ SIM_RINGS, "ring %u %u" },
	{ SIM_RINGS, "ring %u" },
	{ SIM_SAY, "say %s" },
	{ SIM_CARRIER, "carrier %u" },
	{ SIM_DROP, "drop" },
	{ SIM_VANISH, "vanish" },
	{ SIM_BACK, "back" },
	{ SIM_SLOWOPEN, "slowopen %u" },
	{ SIM_SLOWCLOSE, "slowclose %u" },
	{ SIM_FAILOPEN, "failopen %u" },
	{ SIM_UNKNOWN, NULL },
};

static const match_table_t sim_switch = {
	{ SIM_ON, "on" },
	{ SIM_OFF, "off" },
	{ SIM_UNKNOWN, NULL },
};

static int sim_set(u32 *where, u32 value, u32 max)
{
	if (value > max)
		return -ERANGE;
	*where = value;
	return 0;
}

/* Settings that are a number; s->lock is held, or the link not yet known. */
static int sim_set_number(struct sim_script *script, int token, u32 value)
{
	switch (token) {
	case SIM_DELAY:
		return sim_set(&script->delay_us, value, SIM_DELAY_US);
	case SIM_SHORT:
		return sim_set(&script->short_max, value, SIM_TX_SIZE);
	case SIM_ROOM:
		return sim_set(&script->room, value, SIM_TX_SIZE);
	case SIM_GUARD:
		return sim_set(&script->guard_ms, value, SIM_SLEEP_MS);
	case SIM_SLOWOPEN:
		return sim_set(&script->open_ms, value, SIM_SLEEP_MS);
	case SIM_SLOWCLOSE:
		return sim_set(&script->close_ms, value, SIM_SLEEP_MS);
	case SIM_FAILOPEN:
		return sim_set(&script->open_error, value, MAX_ERRNO);
	case SIM_DEAF:
		script->deaf = value;
		return 0;
	case SIM_LINES:
		script->lines = value;
		return 0;
	case SIM_SET:
		script->set = value;
		return 0;
	}
	return -EINVAL;
}

static int sim_parse_switch(substring_t *arg, bool *on)
{
	substring_t none[MAX_OPT_ARGS];
	int token = match_token(arg->from, sim_switch, none);

	if (token == SIM_UNKNOWN)
		return -EINVAL;
	*on = token == SIM_ON;
	return 0;
}

static int sim_do_ring(struct cldn_sim *s, u32 count, u32 gap_us)
{
	if (!s->live)
		return -ENODEV;
	sim_ring_stop(s);
	if (!count)
		return 0;
	s->modem.rings = count;
	s->modem.ring_gap_ns = (u64)max_t(u32, gap_us, SIM_RING_US) * NSEC_PER_USEC;
	s->modem.ring_ns = ktime_get_ns();
	return 0;
}

static int sim_do_drop(struct cldn_sim *s)
{
	if (!s->live)
		return -ENODEV;
	sim_on_hook(s);
	sim_say_result(s, SIM_NO_CARRIER);
	return 0;
}

static int sim_do_say(struct cldn_sim *s, char *text)
{
	if (!s->live)
		return -ENODEV;
	sim_say(s, text, string_unescape_any_inplace(text));
	return 0;
}

static int sim_do_vanish(struct cldn_sim *s, bool vanished)
{
	s->script.vanished = vanished;
	if (vanished)
		sim_event(s, CLDN_LINK_GONE);
	return 0;
}

static int sim_do_switch(struct cldn_sim *s, int token, substring_t *arg)
{
	bool on;
	int ret = sim_parse_switch(arg, &on);

	if (ret)
		return ret;
	if (token == SIM_DEAF) {
		s->script.deaf = on;
	} else {
		s->script.stall = on;
		sim_event(s, CLDN_LINK_LINES);
	}
	return 0;
}

/* match_uint() allocates in 6.1, and the caller holds s->lock. */
static int sim_parse_uint(substring_t *arg, unsigned int *value)
{
	char digits[16];

	if (match_strlcpy(digits, arg, sizeof(digits)) >= sizeof(digits))
		return -EINVAL;
	return kstrtouint(digits, 0, value);
}

static int sim_do_numbers(struct cldn_sim *s, int token, substring_t *args)
{
	unsigned int a, b = 0;

	if (sim_parse_uint(&args[0], &a) || (args[1].from && sim_parse_uint(&args[1], &b)))
		return -EINVAL;
	if (token == SIM_RINGS)
		return sim_do_ring(s, a, b);
	if (token != SIM_CARRIER)
		return sim_set_number(&s->script, token, a);
	sim_set_dcd(s, a);
	return 0;
}

static int sim_do(struct cldn_sim *s, char *command)
{
	substring_t args[MAX_OPT_ARGS] = {};
	int token = match_token(command, sim_commands, args);

	switch (token) {
	case SIM_DEAF:
	case SIM_STALL:
		return sim_do_switch(s, token, args);
	case SIM_SAY:
		return sim_do_say(s, args[0].from);
	case SIM_DROP:
		return sim_do_drop(s);
	case SIM_VANISH:
	case SIM_BACK:
		return sim_do_vanish(s, token == SIM_VANISH);
	case SIM_UNKNOWN:
		return -EINVAL;
	}
	return sim_do_numbers(s, token, args);
}

/* Carries out one line of the script, which it changes. */
static int sim_command_line(struct cldn_sim *s, char *command)
{
	int ret;

	spin_lock_irq(&s->lock);
	ret = sim_do(s, command);
	/* What the command let go is due now. */
	if (s->live) {
		sim_run_due(s, ktime_get_ns());
		sim_arm(s);
	}
	spin_unlock_irq(&s->lock);
	return ret;
}

#if IS_ENABLED(CONFIG_KUNIT)
int cldn_sim_command(struct cldn_link *link, char *command)
{
	return sim_command_line(link->priv, command);
}
EXPORT_SYMBOL_CLDN(cldn_sim_command);
#endif

static ssize_t sim_control_write(struct file *file, const char __user *ubuf, size_t len,
				 loff_t *pos)
{
	struct cldn_sim *s = ((struct seq_file *)file->private_data)->private;
	char *command;
	int ret;

	if (len > SIM_CONTROL)
		return -EINVAL;
	command = memdup_user_nul(ubuf, len);
	if (IS_ERR(command))
		return PTR_ERR(command);
	command[strcspn(command, "\n")] = '\0';
	ret = sim_command_line(s, command);
	kfree(command);
	return ret ? ret : len;
}

static void sim_show_book(struct seq_file *m, const struct sim_front *front)
{
	u32 i;

	for (i = 0; i < SIM_ENTRIES; i++)
		if (*front->book[i].number || *front->book[i].name)
			seq_printf(m, "entry%u \"%s\" \"%s\"\n", i + 1, front->book[i].number,
				   front->book[i].name);
}

static int sim_control_show(struct seq_file *m, void *unused)
{
	struct cldn_sim *s = m->private;
	struct sim_counts counts;
	struct sim_front front;
	struct sim_modem *modem = &s->modem;

	spin_lock_irq(&s->lock);
	counts = s->counts;
	seq_printf(m, "live %d\ndata %d\ncall %d\nbusy %d\ndtr %d\nrts %d\ndcd %d\nri %d\n",
		   s->live, modem->data, modem->call, modem->busy, modem->dtr, modem->rts,
		   modem->dcd, modem->ri);
	seq_printf(m, "queued %u\nunread %u\nvls %u\n", kfifo_len(&s->tx), kfifo_len(&s->rx),
		   modem->vls);
	front = s->front;
	spin_unlock_irq(&s->lock);
	seq_printf(m, "bell %u\nbell_volume %u\nlamp0 %u\nlamp1 %u\n", front.ring, front.volume,
		   front.lamps[0], front.lamps[1]);
	seq_printf(m, "opens %llu\ncloses %llu\nwritten %llu\nflushed %llu\nread %llu\n",
		   counts.opens, counts.closes, counts.written, counts.flushed, counts.read);
	seq_printf(m, "commands %llu\nanswers %llu\nrings %llu\nlost %llu\n", counts.commands,
		   counts.answers, counts.rings, counts.lost);
	/* Last, for they are no numbers. */
	seq_printf(m, "row0 \"%s\"\nrow1 \"%s\"\n", front.display[0], front.display[1]);
	sim_show_book(m, &front);
	return 0;
}

static int sim_control_open(struct inode *inode, struct file *file)
{
	return single_open(file, sim_control_show, inode->i_private);
}

static const struct file_operations sim_control_fops = {
	.owner = THIS_MODULE,
	.open = sim_control_open,
	.read = seq_read,
	.write = sim_control_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* ---- bind ---- */

/* Unknown keys belong to the class. */
static int sim_parse_arg(struct sim_script *script, char *arg, char *text, size_t len)
{
	substring_t args[MAX_OPT_ARGS];
	unsigned int value;
	int token = match_token(arg, sim_args, args);
	int ret;

	if (token == SIM_UNKNOWN)
		return 0;
	ret = kstrtouint(args[0].from, 10, &value);
	if (!ret)
		ret = sim_set_number(script, token, value);
	if (ret)
		scnprintf(text, len, "the sim link cannot have %s", arg);
	return ret;
}

static int sim_parse_args(struct sim_script *script, const char *given, char *text, size_t len)
{
	char *copy, *rest, *arg;
	int ret = 0;

	script->lines = true;
	script->room = SIM_TX_SIZE;
	script->guard_ms = SIM_GUARD_MS;
	if (!given)
		return 0;
	copy = kstrdup(given, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (!ret && (arg = strsep(&rest, " ")))
		ret = sim_parse_arg(script, arg, text, len);
	kfree(copy);
	return ret;
}

static void sim_add_debugfs(struct cldn_sim *s)
{
	char name[16];

	scnprintf(name, sizeof(name), "%d", s->index);
	s->dir = debugfs_create_dir(name, sim_root);
	debugfs_create_file("control", 0600, s->dir, s, &sim_control_fops);
}

/* REBIND: the same modem is still there, or back; the remove of what it was before follows. */
static int sim_probe_again(struct cldn_sim *s, char *text, size_t len)
{
	if (READ_ONCE(s->script.vanished)) {
		scnprintf(text, len, "sim:%d has vanished and is not back", s->index);
		return -ENODEV;
	}
	s->binds++;
	return 0;
}

static int cldn_sim_probe(struct cldn_link *link, const struct cldn_link_config *cfg, char *text,
			  size_t len)
{
	struct cldn_sim *s;
	int ret;

	if (link->priv)
		return sim_probe_again(link->priv, text, len);
	s = kvzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	ret = sim_parse_args(&s->script, cfg->args, text, len);
	if (ret)
		goto err_free;
	ret = ida_alloc(&sim_indexes, GFP_KERNEL);
	if (ret < 0)
		goto err_free;
	s->index = ret;
	s->binds = 1;
	s->link = link;
	spin_lock_init(&s->lock);
	INIT_KFIFO(s->tx);
	INIT_KFIFO(s->rx);
	hrtimer_init(&s->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	s->timer.function = sim_timer;
	link->priv = s;
	link->dev = 0;
	scnprintf(link->backend, sizeof(link->backend), "sim:%d", s->index);
	sim_add_debugfs(s);
	return 0;

err_free:
	kvfree(s);
	return ret;
}

static void cldn_sim_remove(struct cldn_link *link)
{
	struct cldn_sim *s = link->priv;

	if (--s->binds)
		return;
	/* Waits for readers and writers of the control file. */
	debugfs_remove_recursive(s->dir);
	ida_free(&sim_indexes, s->index);
	kvfree(s);
	link->priv = NULL;
}

/* ---- the link's operations; worker ---- */

/* On 6.1 msleep(0) sleeps for up to two ticks. */
static void sim_sleep(u32 ms)
{
	if (ms)
		msleep(ms);
}

static int cldn_sim_open(struct cldn_link *link)
{
	struct cldn_sim *s = link->priv;
	int ret = 0;

	sim_sleep(READ_ONCE(s->script.open_ms));
	spin_lock_irq(&s->lock);
	if (s->script.vanished)
		ret = -ENODEV;
	else if (s->script.open_error)
		ret = -(int)s->script.open_error;
	if (!ret) {
		memset(&s->modem, 0, sizeof(s->modem));
		s->modem.dtr = true;
		s->modem.rts = true;
		kfifo_reset(&s->tx);
		kfifo_reset(&s->rx);
		s->live = true;
		s->counts.opens++;
		link->in_doubt_max = 0;
		link->reads = true;
	}
	spin_unlock_irq(&s->lock);
	return ret;
}

static void cldn_sim_shut(struct cldn_link *link)
{
	struct cldn_sim *s = link->priv;

	spin_lock_irq(&s->lock);
	s->live = false;
	spin_unlock_irq(&s->lock);
	hrtimer_cancel(&s->timer);
}

static void cldn_sim_close(struct cldn_link *link)
{
	struct cldn_sim *s = link->priv;

	sim_sleep(READ_ONCE(s->script.close_ms));
	spin_lock_irq(&s->lock);
	sim_on_hook(s);
	sim_ring_stop(s);
	s->modem.dtr = false;
	s->modem.rts = false;
	s->counts.closes++;
	spin_unlock_irq(&s->lock);
}

static size_t sim_room(const struct cldn_sim *s, size_t len)
{
	size_t used = kfifo_len(&s->tx);
	size_t room = s->script.room > used ? s->script.room - used : 0;

	if (s->script.short_max)
		len = min_t(size_t, len, s->script.short_max);
	return min(len, room);
}

static ssize_t cldn_sim_write(struct cldn_link *link, const u8 *buf, size_t len)
{
	struct cldn_sim *s = link->priv;
	ssize_t n;

	spin_lock_irq(&s->lock);
	if (s->script.vanished) {
		n = -ENODEV;
	} else {
		n = kfifo_in(&s->tx, buf, sim_room(s, len));
		s->counts.written += n;
		sim_take(s);
		if (n < len && sim_room(s, 1))
			sim_event(s, CLDN_LINK_ROOM);
		sim_arm(s);
	}
	spin_unlock_irq(&s->lock);
	return n;
}

static size_t cldn_sim_read(struct cldn_link *link, u8 *buf, size_t len)
{
	struct cldn_sim *s = link->priv;
	size_t n;

	spin_lock_irq(&s->lock);
	n = kfifo_out(&s->rx, buf, len);
	s->counts.read += n;
	/* The loop may have waited for this. */
	if (n && sim_take(s))
		sim_event(s, CLDN_LINK_ROOM);
	sim_arm(s);
	spin_unlock_irq(&s->lock);
	return n;
}

static size_t cldn_sim_queued(struct cldn_link *link)
{
	struct cldn_sim *s = link->priv;
	size_t n;

	spin_lock_irq(&s->lock);
	n = kfifo_len(&s->tx);
	spin_unlock_irq(&s->lock);
	return n;
}

static bool cldn_sim_sent(struct cldn_link *link)
{
	return !cldn_sim_queued(link);
}

static size_t cldn_sim_flush(struct cldn_link *link)
{
	struct cldn_sim *s = link->priv;
	size_t n;

	spin_lock_irq(&s->lock);
	n = kfifo_len(&s->tx);
	kfifo_reset(&s->tx);
	s->counts.flushed += n;
	spin_unlock_irq(&s->lock);
	return n;
}

static u32 cldn_sim_get_lines(struct cldn_link *link)
{
	struct cldn_sim *s = link->priv;
	const struct sim_modem *m = &s->modem;
	u32 lines = 0;

	spin_lock_irq(&s->lock);
	if (s->script.lines && !s->script.vanished)
		lines = CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_DSR |
			(m->dtr ? CLEARDOWN_LINE_DTR : 0) | (m->rts ? CLEARDOWN_LINE_RTS : 0) |
			(m->dcd ? CLEARDOWN_LINE_DCD : 0) | (m->ri ? CLEARDOWN_LINE_RI : 0) |
			(s->script.stall ? 0 : CLEARDOWN_LINE_CTS);
	spin_unlock_irq(&s->lock);
	return lines;
}

/* DTR falls: the modem hangs up, as with &D2. */
static void sim_dtr_fell(struct cldn_sim *s)
{
	bool had_call = s->modem.call || s->modem.dialing;

	sim_on_hook(s);
	if (had_call && !s->script.deaf)
		sim_say_result(s, SIM_NO_CARRIER);
}

/* A link without lines takes it and nothing happens: so does a cable that lacks the wires. */
static int cldn_sim_set_lines(struct cldn_link *link, u32 set, u32 clear)
{
	struct cldn_sim *s = link->priv;
	struct sim_modem *m = &s->modem;
	int ret = 0;

	spin_lock_irq(&s->lock);
	if (s->script.vanished) {
		ret = -ENODEV;
	} else if (s->script.lines) {
		bool dtr = (m->dtr || set & CLEARDOWN_LINE_DTR) && !(clear & CLEARDOWN_LINE_DTR);

		if (m->dtr && !dtr)
			sim_dtr_fell(s);
		m->dtr = dtr;
		m->rts = (m->rts || set & CLEARDOWN_LINE_RTS) && !(clear & CLEARDOWN_LINE_RTS);
		sim_event(s, CLDN_LINK_LINES);
	}
	spin_unlock_irq(&s->lock);
	return ret;
}

static struct cldn_link_driver cldn_sim_driver = {
	.size = sizeof(struct cldn_link_driver),
	.name = "sim",
	.owner = THIS_MODULE,
	.words = sim_words,
	.probe = cldn_sim_probe,
	.remove = cldn_sim_remove,
	.open = cldn_sim_open,
	.shut = cldn_sim_shut,
	.close = cldn_sim_close,
	.write = cldn_sim_write,
	.read = cldn_sim_read,
	.queued = cldn_sim_queued,
	.sent = cldn_sim_sent,
	.flush = cldn_sim_flush,
	.get_lines = cldn_sim_get_lines,
	.set_lines = cldn_sim_set_lines,
};

static int __init cldn_sim_init(void)
{
	int ret;

	sim_root = debugfs_create_dir("cleardown_sim", NULL);
	ret = cldn_link_register(&cldn_sim_driver);
	if (ret)
		debugfs_remove(sim_root);
	return ret;
}

static void __exit cldn_sim_exit(void)
{
	cldn_link_unregister(&cldn_sim_driver);
	debugfs_remove(sim_root);
	ida_destroy(&sim_indexes);
}

module_init(cldn_sim_init);
module_exit(cldn_sim_exit);
CLDN_IMPORT_NS();
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cleardown: a scripted link for tests");
