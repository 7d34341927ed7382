/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The modem bank: types and entry points shared by its parts.
 *
 * clock.c	bank time (real time multiplied by the speed) and timers
 * util.c	log, byte queues, escaped text
 * dte.c	the wire to a terminal: pty, socket, the line shim's file
 * at.c		V.250 line assembler, command words, result codes
 * atcmd.c	the command tables
 * modem.c	what a modem does: dial, answer, data, escape, hang up
 * fax.c	T.31 (spandsp) behind the +F words
 * voice.c	calls without carrier: DTMF that a modem sends, voice class
 * machine.c	subscribers without a terminal
 * faxmachine.c	one of them: a fax machine
 * exchange.c	numbers, ringing, connecting, the audio between two lines
 * datacall.c	V.22bis with start/stop framing, and the fast call
 * control.c	the commands of the control socket
 * clients.c	the control socket
 *
 * One thread, one loop (main.c). Nothing here blocks.
 */
#ifndef RIG_BANK_H
#define RIG_BANK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <poll.h>

#define MAX_LINES	32
#define MAX_CLIENTS	16
#define NUMBER_LEN	32
#define DIAL_LEN	64
#define AUDIO_BLOCK	160	/* samples, 20 ms at 8 kHz */
#define CAPTURE_LEN	2048

#define MSEC		((usec_t)1000)
#define SEC		((usec_t)1000000)

/* Bank time in microseconds. */
typedef int64_t usec_t;

/* ---- clock.c ---- */

/* Armed timers fire in order of due time; init links a timer for the life of the process. */
struct timer {
	usec_t due;
	bool armed;
	void (*fn)(void *arg);
	void *arg;
	struct timer *next;
};

void clock_start(double speed);
void clock_step(const char *path);	/* step.h */
/* Longest stand; how far bank time may go before somebody has done what he owes; to forget that. */
void clock_wait(long ms, usec_t (*patience)(void), void (*forgive)(void));
void clock_describe(char *out, size_t size);
usec_t clock_now(void);
double clock_real(void);		/* seconds since the start, not multiplied */
usec_t clock_from_real_ms(long ms);
void clock_run(void);			/* timers and audio that are due */
int clock_wait_ns(long *ns);		/* until the next event; -1 = none */
void timer_init(struct timer *t, void (*fn)(void *arg), void *arg);
void timer_set(struct timer *t, usec_t delay);
void timer_stop(struct timer *t);

/* ---- util.c ---- */

struct fifo {
	uint8_t *data;
	size_t cap, head, len;
};

struct counter {
	unsigned long long bytes;
	uint32_t crc;
};

void fifo_init(struct fifo *f, size_t cap);
size_t fifo_room(const struct fifo *f);
size_t fifo_put(struct fifo *f, const void *data, size_t len);
size_t fifo_peek(const struct fifo *f, const uint8_t **data);	/* contiguous part */
void fifo_drop(struct fifo *f, size_t len);
int fifo_get(struct fifo *f);		/* one byte or -1 */
size_t fifo_move(struct fifo *to, struct fifo *from, size_t limit, struct counter *count);
void counter_add(struct counter *c, const void *data, size_t len);
void log_open(const char *path);
void log_line(const char *who, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void escape_text(char *out, size_t size, const uint8_t *data, size_t len);
size_t unescape_text(uint8_t *out, size_t size, const char *text);

/* ---- line: one subscriber of the exchange ---- */

struct line;

enum leg {
	LEG_IDLE,		/* on hook */
	LEG_OFFHOOK,		/* off hook, no call: dial tone, busy tone, or a dead call */
	LEG_DIALING,		/* digits are being sent, or the exchange is looking */
	LEG_RINGBACK,		/* the called line rings */
	LEG_RINGING,		/* this line rings */
	LEG_UP,			/* through-connected */
};

enum progress {
	PROGRESS_DIALED,	/* digits sent and the called line rings */
	PROGRESS_BUSY,
	PROGRESS_NO_DIALTONE,	/* this exchange's answer to unknown numbers */
};

/* What the owner of a line (modem or machine) is told by the exchange and the data call. */
struct line_ops {
	void (*ring)(struct line *l, bool on);		/* a burst begins or ends */
	void (*ring_stop)(struct line *l);		/* the caller gave up */
	void (*progress)(struct line *l, enum progress what);
	void (*connected)(struct line *l);
	void (*cleared)(struct line *l);		/* far end on hook, or line cut */
	void (*carrier)(struct line *l, int rate);	/* data may flow */
	void (*pump)(struct line *l);			/* from_line has bytes or to_line room */
};

struct audio_ops {
	int (*tx)(struct line *l, int16_t *amp, int len);
	void (*rx)(struct line *l, int16_t *amp, int len);
};

struct datacall;
struct modem;
struct machine;
struct faxmachine;

struct line {
	char number[NUMBER_LEN];
	const struct line_ops *ops;
	struct modem *modem;		/* exactly one of the two */
	struct machine *machine;

	/* exchange.c */
	enum leg leg;
	struct line *peer;
	bool caller;
	bool busy, noanswer;		/* control: how the exchange treats calls to it */
	char dialled[DIAL_LEN];
	int rings;
	bool burst;			/* a ring burst is on */
	usec_t ring_on, ring_off;
	bool fake_ring;			/* rings without a caller */
	char ring_caller[NUMBER_LEN];
	int ring_bursts;		/* distinctive ring: in one ring */
	struct timer ring_timer, dial_timer;
	const struct audio_ops *audio;
	int16_t *delay;			/* what this line says, on its way */
	int delay_pos;
	int16_t *tail;			/* what the far end had said when it left */
	int tail_left;			/* blocks until the line is silent and cleared */
	int hit_left;			/* blocks in which it hears something else */
	int hit_after;			/* blocks until then */
	bool hit_silent;

	/* datacall.c */
	bool fast_ok;			/* willing to use the unmodulated call */
	struct datacall *dc;
	struct fifo to_line, from_line;
	struct counter sent, received;	/* from and to the terminal, in the last data call */
};

extern struct line *lines[MAX_LINES];
extern int line_count;
struct line *line_find(const char *number);
struct line *line_add(const char *number);

/* ---- exchange.c ---- */

void exch_init_line(struct line *l);
void exch_set_delay(int ms);
void exch_offhook(struct line *l);
void exch_dial(struct line *l, const char *digits, usec_t dialling_time);
bool exch_answer(struct line *l);
void exch_hangup(struct line *l, const char *why);
void exch_drop(struct line *l);			/* the line itself is cut */
void exch_ring(struct line *l, const char *caller, usec_t every, int bursts);
void exch_ring_stop(struct line *l);
/* What it hears is hit, after and for so much bank time. */
void exch_hit(struct line *l, int ms, bool silent, int after_ms);
bool exch_hears(const struct line *l);	/* the far end, or its last words */
const char *exch_caller_number(const struct line *l);
bool exch_audio_active(void);
void exch_audio_tick(void);
const char *leg_name(enum leg leg);

/* ---- datacall.c ---- */

void datacall_init(struct line *l);
void datacall_begin(struct line *l);
void datacall_end(struct line *l);
bool datacall_up(const struct line *l);
int datacall_rate(const struct line *l);
size_t datacall_room(const struct line *l);
void datacall_pump(struct line *l);	/* move what can be moved, both ways */

/* ---- dte.c ---- */

enum dte_kind { DTE_PTY, DTE_LISTEN, DTE_CONNECT };

struct dte {
	struct line *line;
	enum dte_kind kind;
	char path[256];
	char slave[64];
	int fd, listen_fd;
	bool present;			/* a terminal holds the other end */
	volatile uint32_t *shim;	/* [0] DTR, RTS from the terminal; [1] ours */
	char shim_path[256];
	uint32_t seen;			/* last value of shim[0] */
	uint32_t lines;			/* what we want to show */
	uint32_t forced_mask, forced;	/* control overrides */
	bool dtr, rts;
	bool stalled, hold_input;
	bool rts_flow;			/* the terminal stops us with RTS */
	struct fifo in, out;
	unsigned long long lost;	/* sent since nobody was there */
	struct timer poll_timer;
	uint8_t capture[CAPTURE_LEN];
	size_t captured;		/* total; the ring holds the last CAPTURE_LEN */
	bool capture_on;
};

void dte_init(struct dte *d, struct line *l, enum dte_kind kind, const char *path);
void dte_send(struct dte *d, const void *data, size_t len);
void dte_show(struct dte *d, uint32_t set, uint32_t clear);
void dte_force(struct dte *d, uint32_t bit, int value);	/* -1 = no longer forced */
void dte_stall(struct dte *d, bool on);
bool dte_poll_setup(struct dte *d, struct pollfd *p);
void dte_poll_done(struct dte *d, short revents);
void dte_read_rest(struct dte *d);
void dte_refresh(struct dte *d);
void dte_flush(struct dte *d);
uint32_t dte_shown(const struct dte *d);
size_t dte_captured(const struct dte *d, uint8_t *out);
void dte_cleanup(struct dte *d);

/* ---- at.c, atcmd.c, modem.c ---- */

enum result {
	RES_OK = 0,
	RES_CONNECT = 1,
	RES_RING = 2,
	RES_NO_CARRIER = 3,
	RES_ERROR = 4,
	RES_NO_DIALTONE = 6,
	RES_BUSY = 7,
	RES_NO_ANSWER = 8,
	RES_PENDING = -1,	/* the result comes later */
	RES_NONE = -2,		/* no result at all */
};

enum modem_state {
	MODEM_COMMAND,
	MODEM_DIALING,		/* D until carrier */
	MODEM_ANSWERING,	/* A until carrier */
	MODEM_ONLINE,
	MODEM_ONLINE_COMMAND,
};

/* What a class 1 terminal in a call has to do next. */
enum debt {
	OWES_NOTHING,
	OWES_COMMAND,		/* it has had a final result */
	OWES_DATA,		/* it has had the CONNECT of a transmission */
};

#define AT_LINE_MAX	512
#define SREG_COUNT	38
#define STORED_MAX	24
#define STORED_VALUES	6

/* All that Z and &F restore. */
struct profile {
	uint8_t s[SREG_COUNT];
	uint8_t echo, verbose, quiet, x_level;
	uint8_t dcd_mode, dtr_mode, dsr_mode;
	uint8_t speaker_volume, speaker_mode;
	uint8_t caller_id;
	int stored[STORED_MAX][STORED_VALUES];
};

struct at_parser {
	int state;
	char line[AT_LINE_MAX];
	size_t len;
	bool overflow;
	char last[AT_LINE_MAX];		/* for A/ */
};

struct modem {
	struct line *line;
	struct dte dte;
	struct profile now, saved;
	struct at_parser at;
	enum modem_state state;
	int fclass;
	bool voice_call;		/* dialled with a semicolon: no carrier wanted */
	bool deaf, deaf_lines;		/* control: ignores commands; DTR too */
	bool prefer_fast;		/* what &F restores */
	usec_t command_at;		/* when the last command line ended */
	bool after_cr;
	int plus;			/* escape characters seen */
	usec_t data_at;			/* last data character */
	struct timer guard;		/* S12 after the third escape character */
	struct timer s7;		/* connection timer */
	struct timer s10;		/* carrier loss */
	struct timer caller_id;
	struct timer busy_timer;	/* result that the line's tones bring */
	enum result tone_result;
	struct timer dtr_timer;		/* S25 */
	struct timer tone_timer;	/* end of the +VTS tones */
	void *dtmf;			/* spandsp's dtmf_tx_state_t */
	void *dtmf_in;			/* and dtmf_rx_state_t, voice class */
	int transducers;		/* +VLS */
	bool playing, recording;	/* a voice stream runs */
	bool after_dle;
	struct fifo played;
	struct timer answer;
	enum debt debt;
	usec_t debt_since;
	bool forgiven;			/* it was waited for in vain */
	struct fax *fax;
};

extern bool option_voice;

struct modem *modem_new(struct line *l, enum dte_kind kind, const char *path);
void modem_input(struct modem *m);		/* take what dte.in holds */
void modem_service(struct modem *m);
void modem_wire(struct modem *m, bool present);	/* DTR, RTS or presence changed */
void modem_defaults(struct modem *m, struct profile *p);
void modem_reset(struct modem *m);		/* Z */
enum result modem_dial(struct modem *m, const char *text);
enum result modem_answer(struct modem *m);
enum result modem_online(struct modem *m);	/* O */
enum result modem_hook(struct modem *m, bool off);
void modem_hangup(struct modem *m, const char *why);
void modem_update_lines(struct modem *m);
enum result modem_tones(struct modem *m, const char *digits, long ms);
const char *modem_state_name(const struct modem *m);
void modem_debt(struct modem *m, enum debt what);
usec_t modems_patience(void);	/* for clock_wait() */
void modems_forgive(void);

void at_reset(struct at_parser *p);
bool at_feed(struct modem *m, uint8_t c);	/* true: a command line was executed */
void at_info(struct modem *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void at_result(struct modem *m, enum result r);
bool at_reports(const struct modem *m, enum result r);	/* does X admit it? */
void at_connect(struct modem *m, int rate);

/* One word each; the cursor is moved behind what was used. */
enum result at_basic(struct modem *m, const char **cursor);
enum result at_extended(struct modem *m, const char *name, char op, const char *arg);
int at_stored(const struct modem *m, const char *name, int index);
void at_stored_defaults(struct profile *p);

/* ---- fax.c ---- */

struct fax *fax_new(struct modem *m);
bool fax_word(const char *name);		/* does the T.31 engine own this word? */
enum result fax_command(struct modem *m, const char *text);
bool fax_wants_bytes(const struct modem *m);	/* not in command state */
bool fax_room(const struct modem *m);
void fax_byte(struct modem *m, uint8_t c);
bool fax_dry(const struct modem *m);		/* soon nothing more to send, and that was not all */
void fax_connected(struct modem *m);
void fax_failed(struct modem *m, enum result r);	/* the call is over or never was */
void fax_hangup(struct modem *m);
void fax_audio(struct modem *m, bool on);
void fax_sync(struct modem *m);			/* result code form as ours */

/* ---- voice.c ---- */

void tones_start(struct modem *m, const char *digits, int on_ms, int off_ms);
void tones_stop(struct modem *m);
void voice_begin(struct modem *m);
void voice_end(struct modem *m);
void voice_handset(struct modem *m, bool off);
void voice_far_gone(struct modem *m);
enum result voice_stream(struct modem *m, bool play, bool record);
bool voice_wants_bytes(const struct modem *m);	/* not in command state */
bool voice_room(const struct modem *m);
void voice_byte(struct modem *m, uint8_t c);

/* ---- machine.c ---- */

struct machine *machine_new(struct line *l, const char *mode);
void machine_send(struct machine *mc, const void *data, size_t len);
void machine_source(struct machine *mc, unsigned long long bytes);
bool machine_dial(struct machine *mc, const char *number);
bool machine_answer(struct machine *mc);
bool machine_tones(struct machine *mc, const char *digits, int ms);
void machine_hangup(struct machine *mc);
const char *machine_mode(const struct machine *mc);
unsigned long long machine_captured_total(const struct machine *mc);
size_t machine_captured(const struct machine *mc, uint8_t *out);

struct faxmachine *machine_fax(const struct machine *mc);

/* ---- faxmachine.c ---- */

struct faxmachine *faxmachine_new(struct line *l, const char *words, void (*done)(struct line *l));
void faxmachine_begin(struct faxmachine *f);
void faxmachine_end(struct faxmachine *f);
bool faxmachine_frame_known(const char *name);
bool faxmachine_frame(const struct faxmachine *f, bool heard, const char *name);

/* ---- control.c, clients.c ---- */

void control_open(const char *path);
int control_poll_setup(struct pollfd *p);
void control_poll_done(const struct pollfd *p, int n);
void control_flush(void);
void control_help(FILE *out);
void control_cleanup(void);

#endif
