// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control commands of the modem bank. A waitfor holds back the further commands of its own client
 * only. Times in commands are real milliseconds; everything on the lines runs on bank time.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "bank.h"
#include "clients.h"

/* What a client in waitfor waits for. */
static struct wait {
	struct line *line;
	char state[32];
} waits[MAX_CLIENTS];

/* on, off: 1, 0; anything else -1, and the error has been told. */
static int next_switch(struct client *c, char **rest)
{
	char *word = next_word(rest);

	if (!strcmp(word, "on") || !strcmp(word, "1"))
		return 1;
	if (!strcmp(word, "off") || !strcmp(word, "0"))
		return 0;
	reply(c, "error on or off expected, not '%s'", word);
	return -1;
}

static struct modem *need_modem(struct client *c, struct line *l)
{
	if (!l->modem)
		reply(c, "error %s is a machine", l->number);
	return l->modem;
}

static struct machine *need_machine(struct client *c, struct line *l)
{
	if (!l->machine)
		reply(c, "error %s is a modem", l->number);
	return l->machine;
}

/* ---- looking ---- */

static const char *state_name(const struct line *l)
{
	if (l->modem)
		return modem_state_name(l->modem);
	return datacall_up(l) ? "online" : leg_name(l->leg);
}

static void describe(char *out, size_t size, const struct line *l)
{
	const struct modem *m = l->modem;

	snprintf(out, size, "%s %s state %s leg %s peer %s rate %d%s%s%s%s%s", l->number,
		 m ? "modem" : machine_mode(l->machine), state_name(l), leg_name(l->leg),
		 l->peer ? l->peer->number : "-", datacall_up(l) ? datacall_rate(l) : 0,
		 l->busy ? " busy" : "", l->noanswer ? " noanswer" : "",
		 m && m->deaf ? " deaf" : "", m && m->dte.stalled ? " stalled" : "",
		 m && m->dte.present ? " terminal" : "");
}

static void cmd_status(struct client *c, struct line *l, char *rest)
{
	char text[MAX_LINES * 160] = "";
	char *number = next_word(&rest);
	size_t n = 0;
	int i;

	(void)l;
	for (i = 0; i < line_count; i++) {
		if (*number && strcmp(number, lines[i]->number))
			continue;
		if (n)
			n += (size_t)sprintf(text + n, "; ");
		describe(text + n, sizeof(text) - n, lines[i]);
		n += strlen(text + n);
	}
	if (n)
		reply(c, "ok %s", text);
	else
		reply(c, "error no line %s", number);
}

static void cmd_clock(struct client *c, struct line *l, char *rest)
{
	char text[160];

	(void)l;
	(void)rest;
	clock_describe(text, sizeof(text));
	reply(c, "ok %s", text);
}

static void cmd_lines(struct client *c, struct line *l, char *rest)
{
	struct modem *m = need_modem(c, l);
	uint32_t shown;

	(void)rest;
	if (!m)
		return;
	dte_refresh(&m->dte);
	shown = dte_shown(&m->dte);
	reply(c, "ok dtr %d rts %d cts %d dsr %d cd %d ri %d shim %d", m->dte.dtr, m->dte.rts,
	      !!(shown & TIOCM_CTS), !!(shown & TIOCM_DSR), !!(shown & TIOCM_CAR),
	      !!(shown & TIOCM_RI), !!m->dte.shim);
}

static void cmd_count(struct client *c, struct line *l, char *rest)
{
	(void)rest;
	reply(c, "ok rx %llu %08x tx %llu %08x", l->sent.bytes, l->sent.crc, l->received.bytes,
	      l->received.crc);
}

static void cmd_capture(struct client *c, struct line *l, char *rest)
{
	struct modem *m = need_modem(c, l);
	int on;

	if (!m)
		return;
	on = next_switch(c, &rest);
	if (on < 0)
		return;
	m->dte.capture_on = on;
	m->dte.captured = 0;
	reply(c, "ok");
}

static void cmd_captured(struct client *c, struct line *l, char *rest)
{
	uint8_t data[CAPTURE_LEN];
	char text[CAPTURE_LEN * 4 + 8];
	size_t n;

	(void)rest;
	n = l->modem ? dte_captured(&l->modem->dte, data) : machine_captured(l->machine, data);
	escape_text(text, sizeof(text), data, n);
	reply(c, "ok %s", text);
}

/* ---- what happens to the line ---- */

static void cmd_drop(struct client *c, struct line *l, char *rest)
{
	(void)rest;
	exch_drop(l);
	reply(c, "ok");
}

static void cmd_hit(struct client *c, struct line *l, char *rest)
{
	long ms, after = 0;
	char *word;

	if (!next_number(&rest, &ms) || !ms || ms > 60000) {
		reply(c, "error hit NUM MS noise|silence [AFTER]");
		return;
	}
	word = next_word(&rest);
	if ((strcmp(word, "noise") && strcmp(word, "silence")) ||
	    (*rest && (!next_number(&rest, &after) || after > 60000))) {
		reply(c, "error hit NUM MS noise|silence [AFTER]");
	} else if (l->leg != LEG_UP) {
		reply(c, "error %s is %s", l->number, leg_name(l->leg));
	} else {
		exch_hit(l, (int)ms, *word == 's', (int)after);
		reply(c, "ok");
	}
}

static void cmd_tones(struct client *c, struct line *l, char *rest)
{
	struct machine *mc = need_machine(c, l);
	const char *digits = next_word(&rest);
	long ms = 100;

	if (!mc)
		return;
	if (*rest && (!next_number(&rest, &ms) || ms <= 0 || ms > 60000))
		reply(c, "error tones NUM DIGITS [MS]");
	else
		reply(c, machine_tones(mc, digits, (int)ms) ? "ok" : "error not in a voice call");
}

static void cmd_handset(struct client *c, struct line *l, char *rest)
{
	int off = next_switch(c, &rest);
	struct modem *m = off < 0 ? NULL : need_modem(c, l);

	if (!m)
		return;
	voice_handset(m, off);
	reply(c, "ok");
}

static void cmd_ring(struct client *c, struct line *l, char *rest)
{
	char *word = next_word(&rest);
	const char *caller = "100";
	long every = 0, bursts = 1;

	if (!strcmp(word, "stop")) {
		exch_ring_stop(l);
		reply(c, "ok");
		return;
	}
	if (*word && strcmp(word, "every") && strcmp(word, "bursts")) {
		caller = word;
		word = next_word(&rest);
	}
	if (!strcmp(word, "every") && next_number(&rest, &every) && every)
		word = next_word(&rest);
	if (!strcmp(word, "bursts") && next_number(&rest, &bursts) && bursts > 0 && bursts < 10)
		word = next_word(&rest);
	if (*word) {
		reply(c, "error ring NUM [CALLER] [every MS] [bursts N] | ring NUM stop");
	} else if (l->leg != LEG_IDLE) {
		reply(c, "error %s is %s", l->number, leg_name(l->leg));
	} else {
		exch_ring(l, caller, clock_from_real_ms(every), (int)bursts);
		reply(c, "ok");
	}
}

static void cmd_busy(struct client *c, struct line *l, char *rest)
{
	int on = next_switch(c, &rest);

	if (on < 0)
		return;
	l->busy = on;
	reply(c, "ok");
}

static void cmd_noanswer(struct client *c, struct line *l, char *rest)
{
	int on = next_switch(c, &rest);

	if (on < 0)
		return;
	l->noanswer = on;
	reply(c, "ok");
}

/* ---- what the modem does to its terminal ---- */

static void cmd_deaf(struct client *c, struct line *l, char *rest)
{
	struct modem *m = need_modem(c, l);
	bool all, dtr;
	int on;

	if (!m)
		return;
	rest += strspn(rest, " \t");
	all = !strcmp(rest, "all");
	dtr = !strcmp(rest, "dtr");
	on = all || dtr ? 1 : next_switch(c, &rest);
	if (on < 0)
		return;
	m->deaf = on && !dtr;
	m->deaf_lines = all || dtr;
	if (!on)
		at_reset(&m->at);
	reply(c, "ok");
}

static void cmd_stall(struct client *c, struct line *l, char *rest)
{
	struct modem *m = need_modem(c, l);
	int on;

	if (!m)
		return;
	on = next_switch(c, &rest);
	if (on < 0)
		return;
	dte_stall(&m->dte, on);
	reply(c, "ok");
}

static void cmd_garbage(struct client *c, struct line *l, char *rest)
{
	struct modem *m = need_modem(c, l);
	struct counter sum = { 0 };
	long count, i;

	if (!m)
		return;
	if (!next_number(&rest, &count) || count > 65536) {
		reply(c, "error garbage NUM COUNT (at most 65536)");
		return;
	}
	for (i = 0; i < count; i++) {
		uint8_t byte = (uint8_t)(random() >> 8);

		dte_send(&m->dte, &byte, 1);
		counter_add(&sum, &byte, 1);
	}
	log_line(l->number, "<- garbage, %ld bytes", count);
	reply(c, "ok %ld %08x", count, sum.crc);
}

static void cmd_send(struct client *c, struct line *l, char *rest)
{
	uint8_t data[LINE_MAX_LEN];
	size_t n = unescape_text(data, sizeof(data), rest);

	log_line(l->number, "<- (control) %s", rest);
	if (l->modem)
		dte_send(&l->modem->dte, data, n);
	else
		machine_send(l->machine, data, n);
	reply(c, "ok %zu", n);
}

static void cmd_set(struct client *c, struct line *l, char *rest)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} bits[] = {
		{ "cd", TIOCM_CAR },
		{ "cts", TIOCM_CTS },
		{ "ri", TIOCM_RI },
		{ "dsr", TIOCM_DSR },
	};
	struct modem *m = need_modem(c, l);
	char *name = next_word(&rest);
	char *value = next_word(&rest);
	size_t i;

	if (!m)
		return;
	for (i = 0; i < 4; i++) {
		if (strcmp(bits[i].name, name))
			continue;
		if (strcmp(value, "0") && strcmp(value, "1") && strcmp(value, "auto"))
			break;
		dte_force(&m->dte, bits[i].bit, *value == 'a' ? -1 : *value - '0');
		reply(c, "ok");
		return;
	}
	reply(c, "error set NUM cd|cts|ri|dsr 0|1|auto");
}

/* ---- calls of machines, and by hand ---- */

static void cmd_dial(struct client *c, struct line *l, char *rest)
{
	struct machine *mc = need_machine(c, l);

	if (!mc)
		return;
	if (machine_dial(mc, next_word(&rest)))
		reply(c, "ok");
	else
		reply(c, "error %s is %s", l->number, leg_name(l->leg));
}

static void cmd_answer(struct client *c, struct line *l, char *rest)
{
	struct machine *mc = need_machine(c, l);

	(void)rest;
	if (!mc)
		return;
	if (machine_answer(mc))
		reply(c, "ok");
	else
		reply(c, "error %s does not ring", l->number);
}

static void cmd_hangup(struct client *c, struct line *l, char *rest)
{
	(void)rest;
	if (l->machine)
		machine_hangup(l->machine);
	else
		modem_hangup(l->modem, "control");
	reply(c, "ok");
}

static void cmd_source(struct client *c, struct line *l, char *rest)
{
	struct machine *mc = need_machine(c, l);
	long bytes;

	if (!mc)
		return;
	if (!next_number(&rest, &bytes)) {
		reply(c, "error source NUM BYTES");
		return;
	}
	machine_source(mc, (unsigned long long)bytes);
	reply(c, "ok");
}

static void cmd_log(struct client *c, struct line *l, char *rest)
{
	(void)l;
	log_line("-", "note: %s", rest);
	reply(c, "ok");
}

/* ---- waiting ---- */

/* The frame of "said:CFR" or "heard:MPS", or NULL. */
static const char *frame_of(const char *state, bool *heard)
{
	*heard = !strncmp(state, "heard:", 6);
	if (*heard)
		return state + 6;
	return strncmp(state, "said:", 5) ? NULL : state + 5;
}

static bool state_known(const char *state)
{
	static const char *const names[] = {
		"idle", "ringing", "dialing", "online", "onhook", "offhook", "up", "terminal",
	};
	const char *frame;
	bool heard;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], state))
			return true;
	frame = frame_of(state, &heard);
	if (frame)
		return faxmachine_frame_known(frame);
	return !strncmp(state, "rx:", 3) || !strncmp(state, "tx:", 3) ||
	       !strncmp(state, "captured:", 9);
}

static unsigned long long captured_bytes(const struct line *l)
{
	return l->modem ? l->modem->dte.captured : machine_captured_total(l->machine);
}

static bool state_reached(const struct line *l, const char *state)
{
	bool onhook = l->leg == LEG_IDLE || l->leg == LEG_RINGING;
	const char *frame;
	bool heard;

	frame = frame_of(state, &heard);
	if (frame)
		return l->machine && machine_fax(l->machine) &&
		       faxmachine_frame(machine_fax(l->machine), heard, frame);
	if (!strncmp(state, "captured:", 9))
		return captured_bytes(l) >= strtoull(state + 9, NULL, 10);
	if (!strncmp(state, "rx:", 3))
		return l->sent.bytes >= strtoull(state + 3, NULL, 10);
	if (!strncmp(state, "tx:", 3))
		return l->received.bytes >= strtoull(state + 3, NULL, 10);
	if (!strcmp(state, "onhook"))
		return onhook;
	if (!strcmp(state, "offhook"))
		return !onhook;
	if (!strcmp(state, "dialing"))
		return l->leg == LEG_DIALING || l->leg == LEG_RINGBACK;
	if (!strcmp(state, "online"))
		return datacall_up(l) && l->leg == LEG_UP;
	if (!strcmp(state, "terminal"))
		return l->modem && l->modem->dte.present;
	return !strcmp(leg_name(l->leg), state);
}

static bool wait_answer(struct client *c, bool late)
{
	struct wait *w = &waits[c->index];

	if (state_reached(w->line, w->state))
		reply(c, "ok %s", w->state);
	else if (late)
		reply(c, "error timeout, %s is %s", w->line->number, state_name(w->line));
	else
		return false;
	return true;
}

static void cmd_waitfor(struct client *c, struct line *l, char *rest)
{
	struct wait *w = &waits[c->index];
	char *state = next_word(&rest);
	long ms;

	if (!state_known(state) || strlen(state) >= sizeof(w->state) || !next_number(&rest, &ms)) {
		reply(c, "error waitfor NUM STATE TIMEOUT_MS");
		return;
	}
	strcpy(w->state, state);
	w->line = l;
	client_wait(c, ms);
}

/* ---- the table ---- */

static void cmd_help(struct client *c, struct line *l, char *rest);

struct line_command {
	const char *name;
	bool line;		/* the first word is a number */
	void (*run)(struct client *c, struct line *l, char *rest);
	const char *args;
	const char *help;
};

static const struct line_command commands[] = {
	{ "status", false, cmd_status, "[NUM]", "state of one line or all" },
	{ "clock", false, cmd_clock, "", "bank time, and how long it stood still" },
	{ "drop", true, cmd_drop, "NUM", "the line is cut: both ends lose the call" },
	{ "hit", true, cmd_hit, "NUM MS noise|silence [AFTER]",
	  "for MS of bank time, AFTER so many, NUM hears noise, or nothing, in a call" },
	{ "deaf", true, cmd_deaf, "NUM on|off|all|dtr",
	  "the modem swallows what the terminal sends; all: DTR too; dtr: that only" },
	{ "stall", true, cmd_stall, "NUM on|off", "CTS low, and nothing is read" },
	{ "garbage", true, cmd_garbage, "NUM COUNT", "random bytes to the terminal" },
	{ "ring", true, cmd_ring, "NUM [CALLER] [every MS] [bursts N] | stop",
	  "rings without a caller; N bursts in a ring" },
	{ "tones", true, cmd_tones, "NUM DIGITS [MS]",
	  "a voice machine sends DTMF, MS of bank time each (100)" },
	{ "handset", true, cmd_handset, "NUM on|off", "the handset beside the modem is lifted" },
	{ "busy", true, cmd_busy, "NUM on|off", "callers of NUM get BUSY" },
	{ "noanswer", true, cmd_noanswer, "NUM on|off", "NUM rings, S0 and machines keep quiet" },
	{ "send", true, cmd_send, "NUM TEXT",
	  "text with C escapes to the terminal, from a machine to the far end" },
	{ "dial", true, cmd_dial, "NUM TARGET", "a machine calls TARGET" },
	{ "answer", true, cmd_answer, "NUM", "a machine answers at once" },
	{ "hangup", true, cmd_hangup, "NUM", "the subscriber hangs up" },
	{ "source", true, cmd_source, "NUM BYTES", "a machine sends the counted pattern" },
	{ "lines", true, cmd_lines, "NUM", "the signals of the wire" },
	{ "set", true, cmd_set, "NUM cd|cts|ri|dsr 0|1|auto", "forces a signal" },
	{ "waitfor", true, cmd_waitfor, "NUM STATE MS",
	  "idle ringing dialing up online onhook offhook terminal rx:N tx:N captured:N "
	  "heard:FRAME said:FRAME" },
	{ "count", true, cmd_count, "NUM",
	  "data bytes and CRC-32 from (rx) and to (tx) the terminal, last data call" },
	{ "capture", true, cmd_capture, "NUM on|off", "remember what the terminal sends" },
	{ "captured", true, cmd_captured, "NUM", "the last 2 KiB of it, escaped" },
	{ "log", false, cmd_log, "TEXT", "a note in the log" },
	{ "help", false, cmd_help, "", "the names of the commands" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void cmd_help(struct client *c, struct line *l, char *rest)
{
	char text[512] = "";
	size_t i;

	(void)l;
	(void)rest;
	for (i = 0; i < COMMANDS; i++) {
		strcat(text, " ");
		strcat(text, commands[i].name);
	}
	reply(c, "ok%s", text);
}

void control_help(FILE *out)
{
	size_t i;

	fputs("\nControl commands, one per line, one line of answer each:\n", out);
	for (i = 0; i < COMMANDS; i++) {
		char usage[64];

		snprintf(usage, sizeof(usage), "%s %s", commands[i].name, commands[i].args);
		fprintf(out, "  %-41s %s\n", usage, commands[i].help);
	}
}

static void run_command(struct client *c, char *text)
{
	char *rest = text;
	char *name = next_word(&rest);
	struct line *l = NULL;
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			break;
	if (i == COMMANDS) {
		reply(c, "error unknown command '%s'", name);
		return;
	}
	if (commands[i].line) {
		char *number = next_word(&rest);

		l = line_find(number);
		if (!l) {
			reply(c, "error no line '%s'", number);
			return;
		}
	}
	commands[i].run(c, l, rest);
}

void control_open(const char *path)
{
	static const struct client_ops ops = { .run = run_command, .answer = wait_answer };

	clients_open(path, &ops);
}
