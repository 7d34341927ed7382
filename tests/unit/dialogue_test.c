// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modem dialogue against a link and a clock of our own: what is sent when, and what is told.
 *
 * Every test plays a dialogue and compares two texts with what they must be: the bytes that went
 * to the modem, and the log of the callbacks.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/minmax.h>
#include "kernel/modem/dialogue.h"

#define MS 1000000ULL
#define BYTES(s) ((const u8 *)(s))
#define VALID CLEARDOWN_LINE_VALID
#define DCD (CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_DCD)
#define LOST "\r\nNO CARRIER\r\n"
#define SYNC "ATE0Q0V1\r"
#define OK "\r\nOK\r\n"

/* The world around one dialogue. */
static struct {
	struct cldn_link link;
	struct cldn_dialogue d;
	u64 now;
	u32 lines;
	bool no_lines; /* set_lines fails */
	bool busy; /* the transmitter is not empty */
	bool endless; /* there is always something to read */
	size_t write_room;
	size_t read_room;
	char rx[8192];
	size_t rx_len;
	char sent[4096];
	char log[4096];
	size_t moved; /* bytes of a long transfer, which are not logged */
} w;

static unsigned int results;
static unsigned int failures;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	size_t n = strlen(w.log);
	va_list args;

	va_start(args, format);
	vsnprintf(w.log + n, sizeof(w.log) - n, format, args);
	va_end(args);
}

/* ---- the link ---- */

static ssize_t link_write(struct cldn_link *link, const u8 *buf, size_t len)
{
	size_t n = strlen(w.sent);

	(void)link;
	len = min(len, w.write_room);
	w.write_room -= len;
	memcpy(w.sent + n, buf, len);
	w.sent[n + len] = 0;
	return len;
}

static size_t link_read(struct cldn_link *link, u8 *buf, size_t len)
{
	(void)link;
	if (w.endless) {
		memset(buf, 'x', len);
		return len;
	}
	len = min(len, w.rx_len);
	memcpy(buf, w.rx, len);
	memmove(w.rx, w.rx + len, w.rx_len - len);
	w.rx_len -= len;
	return len;
}

static bool link_sent(struct cldn_link *link)
{
	(void)link;
	return !w.busy;
}

static u32 link_get_lines(struct cldn_link *link)
{
	(void)link;
	return w.lines;
}

static int link_set_lines(struct cldn_link *link, u32 set, u32 clear)
{
	(void)link;
	if (w.no_lines)
		return -1;
	if (set & CLEARDOWN_LINE_DTR)
		note("DTR up;");
	if (clear & CLEARDOWN_LINE_DTR)
		note("DTR down;");
	return 0;
}

static const struct cldn_link_driver link_driver = {
	.write = link_write,
	.read = link_read,
	.sent = link_sent,
	.get_lines = link_get_lines,
	.set_lines = link_set_lines,
};

/* ---- the owner ---- */

static const char *const codes[] = {
	[CLEARDOWN_RESULT_OK] = "OK",	    [CLEARDOWN_RESULT_CONNECT] = "CONNECT",
	[CLEARDOWN_RESULT_RING] = "RING",   [CLEARDOWN_RESULT_NO_CARRIER] = "NO CARRIER",
	[CLEARDOWN_RESULT_ERROR] = "ERROR", [CLEARDOWN_RESULT_NO_DIALTONE] = "NO DIALTONE",
	[CLEARDOWN_RESULT_BUSY] = "BUSY",   [CLEARDOWN_RESULT_NO_ANSWER] = "NO ANSWER",
	[CLEARDOWN_RESULT_NONE] = "NONE",
};

static void owner_text(struct cldn_dialogue *d, const u8 *line, size_t len)
{
	(void)d;
	note("text %.*s;", (int)len, line);
}

static void owner_unasked(struct cldn_dialogue *d, const struct cldn_at_result *r, const u8 *line,
			  size_t len)
{
	(void)d;
	(void)r;
	note("unasked %.*s;", (int)len, line);
}

static void owner_done(struct cldn_dialogue *d, u32 code)
{
	note("done %s;", codes[code]);
	if (code == CLEARDOWN_RESULT_CONNECT)
		note("rate %u;", d->rate);
}

static void owner_code(struct cldn_dialogue *d, u8 code)
{
	(void)d;
	note(code < ' ' ? "code %02x;" : "code %c;", code);
}

static size_t owner_room(struct cldn_dialogue *d)
{
	(void)d;
	return w.read_room;
}

static size_t owner_push(struct cldn_dialogue *d, const u8 *buf, size_t len)
{
	(void)d;
	if (len > w.read_room)
		note("overrun;");
	w.read_room -= len;
	w.moved += len;
	if (len < 64)
		note("<%.*s>", (int)len, buf);
	return len;
}

static void owner_carrier(struct cldn_dialogue *d, bool up)
{
	(void)d;
	note(up ? "back;" : "dropped;");
}

static void owner_lost(struct cldn_dialogue *d, bool said)
{
	(void)d;
	note(said ? "lost, said;" : "lost;");
}

static const struct cldn_dlg_ops owner = {
	.text = owner_text,
	.unasked = owner_unasked,
	.done = owner_done,
	.code = owner_code,
	.room = owner_room,
	.push = owner_push,
	.carrier = owner_carrier,
	.lost = owner_lost,
};

/* ---- what a test does ---- */

/* One turn of the worker. */
static void turn(void)
{
	while (cldn_dlg_read(&w.d, w.now))
		;
	cldn_dlg_tick(&w.d, w.now);
}

/* Time passes; the worker runs when the dialogue asked for it, and only then. */
static void pass(u64 ms)
{
	u64 end = w.now + ms * MS;

	while (cldn_dlg_next(&w.d) <= end) {
		u64 next = cldn_dlg_next(&w.d);

		w.now = max(w.now + 1, next);
		turn();
	}
	w.now = end;
}

static void modem(const char *text)
{
	memcpy(w.rx + w.rx_len, text, strlen(text));
	w.rx_len += strlen(text);
	turn();
}

static void lines(u32 now)
{
	w.lines = now;
	cldn_dlg_lines(&w.d, w.now);
	turn();
}

static void begin(u32 at_first)
{
	memset(&w, 0, sizeof(w));
	w.link.drv = &link_driver;
	w.write_room = sizeof(w.sent) - 1;
	w.read_room = 65536;
	w.now = 1000 * MS;
	w.lines = at_first;
	cldn_dlg_reset(&w.d, &w.link, &owner);
}

static void command(const char *body, u32 kind, u64 limit_ms)
{
	cldn_dlg_command(&w.d, body, strlen(body), kind, w.now, w.now + limit_ms * MS);
	turn();
}

/* Writes into the log how much was sent by now. */
static void note_sent(void)
{
	note("%zu sent;", strlen(w.sent));
}

/* What came so far is not looked at. */
static void forget_past(void)
{
	w.sent[0] = 0;
	w.log[0] = 0;
}

static void begin_synced(u32 at_first)
{
	begin(at_first);
	cldn_dlg_sync(&w.d, w.now, w.now + 1000 * MS);
	modem(OK);
	forget_past();
}

static void begin_online(u32 at_first, u32 in_call)
{
	begin_synced(at_first);
	command("DT1", CLDN_DLG_CALL, 60000);
	w.lines = in_call;
	modem("\r\nCONNECT 2400\r\n");
	forget_past();
}

static void escaped(const char *name, const char *text)
{
	printf("#   %s \"", name);
	for (; *text; text++)
		printf(*text < ' ' || *text > '~' ? "\\x%02x" : "%c", *text & 0xff);
	printf("\"\n");
}

static void verdict(const char *sent, const char *log, const char *what)
{
	bool good = !strcmp(w.sent, sent) && !strcmp(w.log, log);

	printf("%sok %u - dialogue: %s\n", good ? "" : "not ", ++results, what);
	if (good)
		return;
	failures++;
	escaped("sent", w.sent);
	escaped("must", sent);
	escaped("told", w.log);
	escaped("must", log);
}

/* ---- commands ---- */

static void sync_repeats(void)
{
	begin(VALID);
	cldn_dlg_sync(&w.d, w.now, w.now + 2500 * MS);
	pass(1500);
	modem("\xff~garbage" OK);
	modem(OK);
	modem(OK);
	pass(50);
	command("I", CLDN_DLG_PLAIN, 5000);
	modem("7\r\n" OK);
	verdict(SYNC SYNC SYNC "ATI\r", "done OK;text 7;done OK;",
		"a modem that wakes up late is asked again, and answers every try");
}

static void sync_gives_up(void)
{
	begin(VALID);
	cldn_dlg_sync(&w.d, w.now, w.now + 1000 * MS);
	pass(3000);
	verdict(SYNC SYNC, "done NONE;", "a silent modem is given up at the limit, once");
}

static void sync_after_error(void)
{
	begin(VALID);
	cldn_dlg_sync(&w.d, w.now, w.now + 1000 * MS);
	modem("\r\nERROR\r\n");
	pass(100);
	modem("0\r");
	pass(50);
	verdict(SYNC SYNC, "done OK;", "rests of an older line cost one more try, numbers will do");
}

static void plain_command(void)
{
	begin_synced(VALID);
	command("I3", CLDN_DLG_PLAIN, 5000);
	modem("ATI3\r\r\nfirst\r\n\r\nRING\r\n\r\nsecond\r\n" OK);
	modem("\r\nlater\r\n" OK);
	verdict("ATI3\r", "text first;unasked RING;text second;done OK;unasked later;",
		"echo is swallowed, text and rings are told apart, a late OK is nobody's");
}

static void command_syncs_first(void)
{
	begin(VALID);
	command("I", CLDN_DLG_PLAIN, 5000);
	pass(800);
	modem(OK);
	pass(50);
	modem("\r\nERROR\r\n");
	verdict(SYNC SYNC "ATI\r", "done ERROR;", "before synchronisation no command leaves");
}

static void watchdog(void)
{
	begin_synced(VALID);
	command("I", CLDN_DLG_PLAIN, 5000);
	pass(6000);
	command("L1", CLDN_DLG_PLAIN, 5000);
	modem(OK); /* of I, too late */
	pass(20);
	modem(OK); /* of the synchronisation */
	pass(30);
	note_sent();
	pass(20);
	modem(OK);
	verdict("ATI\r" SYNC "ATL1\r", "done NONE;13 sent;done OK;",
		"late answers are not taken for those of the next command");
}

static void forgotten(void)
{
	begin_synced(VALID);
	command("I", CLDN_DLG_PLAIN, 5000);
	cldn_dlg_forget(&w.d);
	pass(6000);
	modem(OK);
	w.write_room = 2;
	command("L1", CLDN_DLG_PLAIN, 5000);
	cldn_dlg_forget(&w.d);
	w.write_room = 100;
	turn();
	verdict("ATI\rAT", "", "nothing is told of a command that was forgotten");
}

/* The session before ended with a command in flight. */
static void next_session(void)
{
	begin_synced(VALID);
	command("I", CLDN_DLG_PLAIN, 5000);
	cldn_dlg_reset(&w.d, &w.link, &owner);
	cldn_dlg_sync(&w.d, w.now, w.now + 5000 * MS);
	modem(OK); /* of I */
	pass(20);
	note_sent();
	modem(OK);
	pass(50);
	command("L1", CLDN_DLG_PLAIN, 5000);
	modem(OK);
	verdict("ATI\r" SYNC "ATL1\r", "13 sent;done OK;done OK;",
		"the answer to an older session's command is not taken for one of this one");
}

static void format_command(void)
{
	begin_synced(VALID);
	command("V0", CLDN_DLG_FORMAT, 5000);
	modem("0\r");
	modem("2\r");
	command("I", CLDN_DLG_PLAIN, 5000);
	modem(OK);
	modem("7\r\n" OK);
	verdict("ATV0\r" SYNC "ATI\r", "done OK;unasked 2;text 7;done OK;",
		"numeric results are known where they can come, and are ended");
}

static void short_writes(void)
{
	begin_synced(VALID);
	w.write_room = 3;
	command("S7=60", CLDN_DLG_PLAIN, 5000);
	w.write_room = 2;
	turn();
	w.write_room = 100;
	turn();
	modem(OK);
	verdict("ATS7=60\r", "done OK;", "a command that the link takes in pieces arrives whole");
}

static void no_carrier_in_command(void)
{
	begin_synced(VALID);
	command("L1", CLDN_DLG_PLAIN, 5000);
	modem(LOST OK);
	verdict("ATL1\r", "unasked NO CARRIER;done OK;",
		"NO CARRIER is not the answer to a plain command");
}

/* ---- calls ---- */

static void dial_ends(void)
{
	static const char *const ends[] = { "BUSY",	  "NO ANSWER", "NO DIALTONE",
					    "NO CARRIER", "ERROR",     "OK" };
	char text[64], log[32];
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		begin_synced(VALID);
		command("DT1", CLDN_DLG_CALL, 60000);
		pass(7000);
		snprintf(text, sizeof(text), "\r\n%s\r\n", ends[i]);
		snprintf(log, sizeof(log), "done %s;", ends[i]);
		modem(text);
		good &= !strcmp(w.log, log) && cldn_dlg_idle(&w.d);
	}
	strcpy(w.log, good ? "" : "a wrong end");
	verdict("ATDT1\r", "", "every result ends a dial");
}

static void connect_with_data(void)
{
	begin_synced(VALID);
	command("DT1", CLDN_DLG_CALL, 60000);
	modem("\r\nCARRIER 2400\r\n\r\nCONNECT 2400/NONE\r\nlogin: ");
	verdict("ATDT1\r", "text CARRIER 2400;done CONNECT;rate 2400;<login: >",
		"bytes right behind CONNECT are data");
}

static void late_line_feed(void)
{
	begin_synced(VALID);
	command("A", CLDN_DLG_CALL, 60000);
	modem("\r\nCONNECT\r");
	modem("\n");
	modem("\nx");
	verdict("ATA\r", "done CONNECT;rate 0;<\nx>",
		"the LF of CONNECT is not data, the next one is");
}

static void unasked_connect(void)
{
	begin_synced(VALID);
	modem("\r\nRING\r\n\r\nCONNECT 300\r\nhi");
	verdict("", "unasked RING;unasked CONNECT 300;<hi>",
		"a modem that answers by itself is in data mode");
}

static void abort_dial(void)
{
	begin_synced(VALID);
	command("DT1", CLDN_DLG_CALL, 60000);
	pass(20);
	cldn_dlg_abort(&w.d, w.now, w.now + 1000 * MS);
	pass(120);
	note_sent();
	pass(20);
	modem(LOST);
	verdict("ATDT1\r\r", "6 sent;done NO CARRIER;",
		"a dial is broken off by a character, not within 125 ms of its command");
}

static void abort_too_late(void)
{
	begin_synced(VALID);
	command("DT1", CLDN_DLG_CALL, 60000);
	pass(5000);
	cldn_dlg_abort(&w.d, w.now, w.now + 1000 * MS);
	turn();
	modem("\r\nCONNECT 2400\r\n");
	pass(2000);
	verdict("ATDT1\r\r", "done CONNECT;rate 2400;", "CONNECT may overtake the abort");
}

static void abort_unheard(void)
{
	begin_synced(VALID);
	command("DT1", CLDN_DLG_CALL, 60000);
	pass(5000);
	cldn_dlg_abort(&w.d, w.now, w.now + 600 * MS);
	pass(5000);
	verdict("ATDT1\r\r\r\r", "done NONE;", "an abort that nobody hears ends at its limit");
}

/* ---- data mode ---- */

static void dcd_ends_call(void)
{
	begin_online(VALID, DCD);
	modem("last words");
	lines(VALID);
	modem(LOST "\r\nRING\r\n");
	modem(LOST);
	pass(3000);
	verdict("", "<last words>dropped;lost, said;unasked RING;unasked NO CARRIER;",
		"DCD and NO CARRIER together end the call once");
}

static void dcd_alone(void)
{
	begin_online(VALID, DCD);
	pass(1000);
	lines(VALID);
	lines(VALID);
	pass(1990);
	modem("still coming\r\n");
	pass(1990);
	note("now;");
	pass(20);
	command("I", CLDN_DLG_PLAIN, 5000);
	verdict(SYNC, "dropped;<still coming>now;<\r\n>lost;",
		"what came before DCD fell is delivered, and the modem may not listen yet");
}

static void dcd_comes_back(void)
{
	begin_online(VALID, DCD);
	lines(VALID);
	modem("x\r");
	pass(1500);
	lines(DCD);
	pass(5000);
	modem("y");
	lines(VALID);
	modem(LOST);
	verdict("", "dropped;<x>back;<\r><y>dropped;lost, said;",
		"a carrier that comes back before S10 is over ends nothing");
}

static void text_with_dcd(void)
{
	begin_online(VALID, DCD);
	modem("said" LOST);
	pass(500);
	modem("on");
	verdict("", "<said><" LOST "><on>", "with DCD high the text is a user's");
}

static void text_before_dcd(void)
{
	begin_online(VALID, DCD);
	modem("x" LOST);
	pass(60);
	lines(VALID);
	verdict("", "<x>dropped;lost, said;", "the text is not data when DCD falls after it");
}

static void text_without_lines(void)
{
	begin_online(0, 0);
	modem("x" LOST);
	pass(90);
	note("now;");
	pass(20);
	verdict("", "<x>now;lost;", "without DCD the text and silence end the call");
}

static void text_with_dead_dcd(void)
{
	begin_online(DCD, DCD);
	modem("x" LOST);
	pass(120);
	verdict("", "<x>lost;", "DCD that was high without a call means nothing");
}

static void dead_dcd_falls(void)
{
	begin_online(DCD, DCD);
	lines(VALID);
	pass(5000);
	modem("x");
	verdict("", "<x>", "and when it falls in a call neither");
}

static void dcd_rises_late(void)
{
	begin_online(VALID, DCD);
	lines(VALID);
	modem(LOST);
	command("DT1", CLDN_DLG_CALL, 60000);
	forget_past();
	modem("\r\nCONNECT 2400\r\n");
	pass(15);
	lines(DCD);
	pass(5000);
	modem("x");
	verdict("", "done CONNECT;rate 2400;<x>", "DCD may rise after CONNECT, in every call");
}

static void nothing_held_from_before(void)
{
	begin_online(VALID, DCD);
	modem("\r\nNO CARR");
	cldn_dlg_hang(&w.d, false, w.now, 250 * MS, 500 * MS);
	pass(600);
	w.d.synced = true;
	command("DT1", CLDN_DLG_CALL, 60000);
	forget_past();
	modem("\r\nCONNECT 2400\r\n");
	modem("IER");
	verdict("", "done CONNECT;rate 2400;<IER>", "no call begins with the end of another one");
}

static void text_and_more(void)
{
	begin_online(0, 0);
	modem("x" LOST);
	pass(50);
	modem("more");
	pass(500);
	verdict("", "<x><" LOST "><more>", "text that goes on is a user's");
}

static void line_end_is_not_kept(void)
{
	begin_online(0, 0);
	modem("prompt\r\n");
	note("now;");
	pass(25);
	modem("NO CARRIER\r\n");
	pass(120);
	verdict("", "<prompt>now;<\r\n>lost;",
		"a line's end is delivered after 20 ms and still begins NO CARRIER");
}

static void slow_reader(void)
{
	begin_online(VALID, DCD);
	w.read_room = 20;
	modem("0123456789abcdefghij" LOST);
	lines(VALID);
	pass(5000);
	turn();
	note("now;");
	w.read_room = 100;
	turn();
	pass(200);
	verdict("", "<012345>dropped;now;<6789abcdefghij>lost, said;",
		"a call is not over before its data could be delivered");
}

static void connect_without_room(void)
{
	begin_synced(VALID);
	command("DT1", CLDN_DLG_CALL, 60000);
	w.read_room = 5;
	modem("\r\nCONNECT 300\r\n0123456789");
	w.read_room = 100;
	turn();
	verdict("ATDT1\r", "done CONNECT;rate 300;<0123456789>",
		"data behind CONNECT waits for room like any other");
}

static void one_turn(void)
{
	bool more;

	begin_online(VALID, DCD);
	w.read_room = 1000000;
	w.endless = true;
	more = cldn_dlg_read(&w.d, w.now);
	sprintf(w.log, "%s %zu", more ? "more," : "over,", w.moved);
	verdict("", "more, 65536", "a turn of the worker ends though there is more to read");
}

static void long_transfer(void)
{
	size_t i;

	begin_online(VALID, DCD);
	for (i = 0; i < 100; i++) {
		w.read_room = 65536;
		memset(w.rx, "x\r"[i % 2], 5000);
		w.rx_len = 5000;
		turn();
	}
	pass(100);
	sprintf(w.log, "%zu", w.moved);
	verdict("", "500000", "no byte of a long transfer is lost");
}

/* ---- the ways out ---- */

static void escape(void)
{
	begin_online(VALID, DCD);
	w.busy = true;
	cldn_dlg_escape(&w.d, w.now, w.now + 9000 * MS);
	pass(500);
	w.busy = false;
	pass(1000);
	note_sent();
	pass(100);
	note_sent();
	modem("rest of data" OK);
	verdict("+++", "0 sent;3 sent;done OK;", "+++ comes a second after the last byte has left");
}

static void escape_fails(void)
{
	begin_online(VALID, DCD);
	cldn_dlg_escape(&w.d, w.now, w.now + 9000 * MS);
	pass(4000);
	note("now;");
	pass(5000);
	verdict("+++", "done NONE;now;", "+++ that is not answered ends before the limit");
}

static void escape_overtaken(void)
{
	begin_online(VALID, DCD);
	cldn_dlg_escape(&w.d, w.now, w.now + 9000 * MS);
	pass(500);
	lines(VALID);
	pass(9000);
	verdict("", "done NO CARRIER;", "the far end may hang up before +++");
}

static void hang(void)
{
	begin_online(VALID, DCD);
	cldn_dlg_hang(&w.d, true, w.now, 250 * MS, 500 * MS);
	pass(30);
	w.lines = VALID;
	pass(200);
	note("now;");
	pass(50);
	verdict("", "DTR down;now;DTR up;done NO CARRIER;",
		"DTR stays low for its least time although DCD has fallen");
}

static void hang_unproven(void)
{
	begin_online(VALID, DCD);
	cldn_dlg_hang(&w.d, false, w.now, 250 * MS, 500 * MS);
	pass(490);
	note("now;");
	pass(20);
	verdict("", "DTR down;now;done NONE;", "with DCD still high nothing is proven");
}

static void hang_said(void)
{
	begin_online(0, 0);
	cldn_dlg_hang(&w.d, false, w.now, 250 * MS, 500 * MS);
	pass(50);
	modem("data" LOST);
	pass(250);
	verdict("", "DTR down;done NO CARRIER;", "without DCD the modem's word proves it");
}

static void hang_dialing(void)
{
	begin_synced(VALID);
	command("DT1", CLDN_DLG_CALL, 60000);
	cldn_dlg_hang(&w.d, false, w.now, 250 * MS, 500 * MS);
	pass(600);
	verdict("ATDT1\r", "DTR down;done NONE;", "DCD that was low before proves nothing");
}

static void hang_without_dtr(void)
{
	begin_online(VALID, DCD);
	w.no_lines = true;
	cldn_dlg_hang(&w.d, true, w.now, 250 * MS, 500 * MS);
	verdict("", "done NONE;", "a line without DTR says so at once");
}

static void codes_between_lines(void)
{
	begin_synced(VALID);
	cldn_dlg_shield(&w.d, true);
	command("+VTS=1", CLDN_DLG_PLAIN, 5000);
	modem("\x10/\x10"
	      "5\r\nte\x10~xt\r\n\x10");
	modem("h" OK "\x10"
	      "R");
	verdict("AT+VTS=1\r", "code /;code 5;code ~;text text;code h;done OK;code R;",
		"codes come in the middle of lines, and cut in two");
}

static void no_shield_no_codes(void)
{
	begin_synced(VALID);
	modem("\x10"
	      "5\r\n");
	verdict("",
		"unasked \x10"
		"5;",
		"outside of voice class a DLE is as good as any byte");
}

static void begin_stream(void)
{
	begin_synced(VALID);
	cldn_dlg_shield(&w.d, true);
	command("+VRX", CLDN_DLG_PLAIN, 5000);
	modem("\r\nCONNECT\r\n");
	forget_past();
}

static void voice_stream(void)
{
	begin_stream();
	modem("ab\x10\x10"
	      "c\x10");
	modem("5d" LOST "e\x10\x03" OK "7\r\n");
	verdict("",
		"<ab\x10\x10"
		"c\x10><5>code 5;<d" LOST "e\x10\x03>code 03;unasked 7;",
		"sound goes up as it is; its end is the end of the stream, and NO CARRIER is not");
}

static void stream_end_answers_nothing(void)
{
	begin_stream();
	modem("sound\x10\x03");
	command("+VTS=7", CLDN_DLG_PLAIN, 5000);
	modem(OK);
	pass(20);
	modem(OK);
	pass(50);
	note("now;");
	modem(OK);
	verdict(SYNC "AT+VTS=7\r", "<sound\x10\x03>code 03;now;done OK;",
		"the OK that ends a stream is not the answer to the next command");
}

static void stream_is_broken_off(void)
{
	begin_stream();
	cldn_dlg_break(&w.d);
	command("H+FCLASS=0", CLDN_DLG_PLAIN, 5000);
	modem("sound\x10\x03" OK OK);
	pass(50);
	modem(OK);
	verdict("\x10\x18\x10\x03\x10\x1b\x10^" SYNC "ATH+FCLASS=0\r", "code 03;done OK;",
		"a stream is ended before the first command");
}

int main(void)
{
	static void (*const tests[])(void) = {
		sync_repeats,
		sync_gives_up,
		sync_after_error,
		plain_command,
		command_syncs_first,
		watchdog,
		forgotten,
		next_session,
		format_command,
		short_writes,
		dial_ends,
		no_carrier_in_command,
		connect_with_data,
		late_line_feed,
		unasked_connect,
		abort_dial,
		abort_too_late,
		abort_unheard,
		dcd_ends_call,
		dcd_alone,
		text_with_dcd,
		dcd_comes_back,
		text_before_dcd,
		text_without_lines,
		text_with_dead_dcd,
		text_and_more,
		dead_dcd_falls,
		dcd_rises_late,
		nothing_held_from_before,
		connect_without_room,
		one_turn,
		line_end_is_not_kept,
		slow_reader,
		long_transfer,
		escape,
		escape_fails,
		escape_overtaken,
		hang,
		hang_unproven,
		hang_said,
		hang_dialing,
		hang_without_dtr,
		codes_between_lines,
		no_shield_no_codes,
		voice_stream,
		stream_end_answers_nothing,
		stream_is_broken_off,
	};
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i]();
	printf("1..%u\n", results);
	return failures != 0;
}
