// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/class/pjl.c: what goes before and behind a document, and what is found in a back channel.
 * Every stream is read whole, cut at every place, in pieces of every size, and with a silence at
 * every place; the buffers are as small as they may be, so that the sanitizer sees each byte that
 * is written too far.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/class/pjl.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define STREAM(s) (s), sizeof(s) - 1
#define UEL "\033%-12345X"
#define NO_CUT ((size_t)-1)

/* Says which line of a table is wrong, for whoever has to mend it. */
static bool fits(bool good, const char *table, size_t line, const char *text)
{
	if (!good)
		printf("# %s[%zu]: %s\n", table, line, text);
	return good;
}

/* ---- names ---- */

static const struct {
	const char *title;
	unsigned long long number;
	u32 tag;
	const char *name;
} names[] = {
	{ "letter.ps", 42, 0x1f3a77c0, "cleardown 42.1f3a77c0 letter.ps" },
	{ "", 1, 0, "cleardown 1.00000000" },
	{ "  ", 1, 1, "cleardown 1.00000001" },
	{ "a \"quoted\" title", 7, 0xffffffff, "cleardown 7.ffffffff a 'quoted' title" },
	{ "two\r\nlines\t\f\033", 7, 2, "cleardown 7.00000002 two__lines___" },
	{ "Gr\xc3\xbc\xc3\x9f.", 7, 2, "cleardown 7.00000002 Gr__." },
	{ "x \x7f ", 18446744073709551615ULL, 2, "cleardown 18446744073709551615.00000002 x _" },
	{ "0123456789012345678901234567890123456789012345678901234567890123456789", 3, 4,
	  "cleardown 3.00000004 01234567890123456789012345678901234567890123456789012345678" },
};

static bool name_table(void)
{
	struct cldn_pjl_name name;
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		cldn_pjl_name(&name, names[i].number, names[i].tag, names[i].title);
		good &= fits(!strcmp(name.text, names[i].name) && name.len == strlen(name.text) &&
				     name.len <= CLDN_PJL_NAME_MAX,
			     "name", i, name.text);
	}
	return good;
}

static const struct {
	const char *text;
	bool is;
} matches[] = {
	{ "cleardown 42.1f3a77c0 letter.ps", true },
	{ "cleardown 42.1f3a77c0 lett", true },
	{ "cleardown 42.1f3a77c0", true },
	{ "cleardown 42.1f3a77c", false },
	{ "cleardown 42", false },
	{ "", false },
	{ "cleardown 42.1f3a77c0 letter.ps2", false },
	{ "cleardown 42.1f3a77c0 letters", false },
	{ "cleardown 42.1f3a77c1 letter.ps", false },
	{ "cleardown 4.1f3a77c0 letter.ps", false },
	{ "letter.ps", false },
};

static bool match_table(void)
{
	struct cldn_pjl_name name;
	bool good = true;
	size_t i;

	cldn_pjl_name(&name, 42, 0x1f3a77c0, "letter.ps");
	for (i = 0; i < COUNT(matches); i++)
		good &= fits(cldn_pjl_name_is(&name, matches[i].text, strlen(matches[i].text)) ==
				     matches[i].is,
			     "match", i, matches[i].text);
	return good && !cldn_pjl_name_is(&name, name.text, name.len + 1);
}

/* ---- the frame ---- */

#define HEADER(name)                           \
	UEL "@PJL\r\n@PJL USTATUS TIMED=0\r\n" \
	    "@PJL USTATUS JOB=ON\r\n"          \
	    "@PJL USTATUS PAGE=ON\r\n"         \
	    "@PJL USTATUS DEVICE=ON\r\n"       \
	    "@PJL JOB NAME=\"" name "\"\r\n" UEL
#define TRAILER(name)                         \
	UEL "@PJL\r\n@PJL USTATUS JOB=ON\r\n" \
	    "@PJL EOJ NAME=\"" name "\"\r\n" UEL

static bool frame_is(const u8 *out, size_t n, const char *text)
{
	return fits(n == strlen(text) && !memcmp(out, text, n), "frame", n, text);
}

static bool frames(void)
{
	u8 header[CLDN_PJL_HEADER_MAX], trailer[CLDN_PJL_TRAILER_MAX];
	struct cldn_pjl_name name;
	bool good;
	char long_title[200];

	cldn_pjl_name(&name, 42, 0x1f3a77c0, "x");
	good = frame_is(header, cldn_pjl_header(header, &name), HEADER("cleardown 42.1f3a77c0 x"));
	good &= frame_is(trailer, cldn_pjl_trailer(trailer, &name, false),
			 TRAILER("cleardown 42.1f3a77c0 x"));
	good &= frame_is(trailer, cldn_pjl_trailer(trailer, &name, true),
			 TRAILER("cleardown 42.1f3a77c0 x") TRAILER("cleardown 42.1f3a77c0 x"));
	memset(long_title, 'x', sizeof(long_title) - 1);
	long_title[sizeof(long_title) - 1] = 0;
	cldn_pjl_name(&name, ~0ULL, ~0U, long_title);
	good &= name.len == CLDN_PJL_NAME_MAX;
	good &= cldn_pjl_header(header, &name) <= sizeof(header);
	good &= cldn_pjl_trailer(trailer, &name, true) <= sizeof(trailer);
	return good;
}

/* ---- streams ---- */

static const struct {
	const char *what;
	const char *stream;
	size_t len;
	const char *kept;
	size_t kept_len;
	const char *events;
} streams[] = {
	/* As the Technical Reference Manual has them, and printers of other makers. */
	{ "LaserJet 4: a job of three pages",
	  STREAM("@PJL USTATUS JOB\r\nSTART\r\nNAME=\"JOB 14993\"\r\n\f"
		 "@PJL USTATUS PAGE\r\n1\r\n\f@PJL USTATUS PAGE\r\n2\r\n\f"
		 "@PJL USTATUS PAGE\r\n3\r\n\f"
		 "@PJL USTATUS JOB\r\nEND\r\nNAME=\"JOB 14993\"\r\nPAGES=3\r\n\f"),
	  STREAM(""), "start JOB 14993;page 1;page 2;page 3;end JOB 14993 3;" },
	{ "LaserJet 4000: with id and result, the last line without an end",
	  STREAM("@PJL USTATUS JOB\r\nSTART\r\nNAME=\"job name\"\r\nID=346\r\n\f"
		 "@PJL USTATUS JOB\r\nEND\r\nNAME=\"job name\"\r\nPAGES=123\r\nID=346\r\n"
		 "RESULT=OK\r\n\f@PJL USTATUS JOB\r\nEND\r\nNAME=\"b\"\r\nPAGES=1\r\nRESULT=OK\f"),
	  STREAM(""), "start job name;end job name 123;end b 1;" },
	{ "cancelled at the panel: told at once, and again at the end",
	  STREAM("@PJL USTATUS JOB\r\nCANCELED\r\nNAME=\"job name\"\r\nID=346\r\n"
		 "RESULT=USER_CANCELED\r\n\f"
		 "@PJL USTATUS JOB\r\nEND\r\nNAME=\"job name\"\r\nPAGES=2\r\nID=346\r\n"
		 "RESULT=USER_CANCELED\r\n\f"),
	  STREAM(""), "cancel job name;cancel job name 2;" },
	{ "a result before the name, and British spelling",
	  STREAM("@PJL USTATUS JOB\r\nRESULT=HOST_CANCELED\r\nEND\r\nNAME=\"a\"\r\n\f"
		 "@PJL USTATUS JOB\r\nCANCELLED\r\nNAME=\"a\"\r\n\f"),
	  STREAM(""), "cancel a;cancel a;" },
	{ "older: a job without a name",
	  STREAM("@PJL USTATUS JOB\r\nSTART\r\n\f@PJL USTATUS JOB\r\nEND\r\nPAGES=5\r\n\f"),
	  STREAM(""), "start ;end  5;" },
	{ "Brother: blanks around the equals sign",
	  STREAM("@PJL USTATUS JOB\r\nEND\r\nNAME = \"JOB 88554\"\r\nPAGES = 5 \r\n\f"), STREAM(""),
	  "end JOB 88554 5;" },
	{ "LaserJet 4: the cover is open, closed again",
	  STREAM("@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY=\"12 PRINTER OPEN\"\r\n"
		 "ONLINE=FALSE\r\n\f"
		 "@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"00 READY        \"\r\n"
		 "ONLINE=TRUE\r\n\f"),
	  STREAM(""), "device 40021 [12 PRINTER OPEN] off;device 10001 [00 READY] on;" },
	{ "Panasonic: the last line without an end",
	  STREAM("@PJL USTATUS DEVICE\r\nCODE=40022\r\nDISPLAY=\"ERROR:PAPER JAM\"\r\n"
		 "ONLINE=FALSE\f"),
	  STREAM(""), "device 40022 [ERROR:PAPER JAM] off;" },
	{ "verbose: a second message, and none",
	  STREAM("@PJL USTATUS DEVICE\r\nCODE=41203\r\nDISPLAY=\"LOAD A4\"\r\nCODE2=11304\r\n"
		 "DISPLAY2=\"TRAY 2\"\r\nONLINE=FALSE\r\n\f@PJL USTATUS DEVICE\r\nCODE=25008\r\n\f"),
	  STREAM(""), "device 41203 [LOAD A4] off;device 25008 [];" },
	{ "only line feeds, and fill characters",
	  STREAM("@PJL USTATUS PAGE\n7\n\f\0@PJL USTATUS JOB\r\n\0EN\0D\r\nNAME=\"a\"\r\n\f"),
	  STREAM("\0"), "page 7;end a;" },
	{ "a display in another script",
	  STREAM("@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"F\xd6R @10% BEREIT\"\r\n\f"),
	  STREAM(""), "device 10001 [F?R @10% BEREIT];" },

	/* What is the reader's. */
	{ "a status that was asked for is read and stays",
	  STREAM("@PJL ECHO 17:45:22.5 05-17-92\r\n\f@PJL INFO STATUS\r\nCODE=10001\r\n"
		 "DISPLAY=\"00 READY\"\r\nONLINE=TRUE\r\n\f"),
	  STREAM("@PJL ECHO 17:45:22.5 05-17-92\r\n\f@PJL INFO STATUS\r\nCODE=10001\r\n"
		 "DISPLAY=\"00 READY\"\r\nONLINE=TRUE\r\n\f"),
	  "device 10001 [00 READY] on;" },
	{ "other answers of PJL",
	  STREAM("@PJL INFO ID\r\n\"LASERJET 4000\"\r\n\f@PJL INFO PAGECOUNT\r\n183933\r\n\f"
		 "@PJL INQUIRE COPIES\r\n1\r\n\f@PJL USTATUS TIMED\r\nCODE=10001\r\n"
		 "DISPLAY=\"x\"\r\nONLINE=TRUE\r\n\f@PJL INFO USTATUS\r\nJOB=ON [2 ENUMERATED]\r\n\f"
		 "@PJL USTATUS JOBS\r\nSTART\r\n\f@PJL xxxx\r\n?\r\n"),
	  STREAM("@PJL INFO ID\r\n\"LASERJET 4000\"\r\n\f@PJL INFO PAGECOUNT\r\n183933\r\n\f"
		 "@PJL INQUIRE COPIES\r\n1\r\n\f@PJL USTATUS TIMED\r\nCODE=10001\r\n"
		 "DISPLAY=\"x\"\r\nONLINE=TRUE\r\n\f@PJL INFO USTATUS\r\nJOB=ON [2 ENUMERATED]\r\n\f"
		 "@PJL USTATUS JOBS\r\nSTART\r\n\f@PJL xxxx\r\n?\r\n"),
	  "" },
	{ "PCL readback around and between",
	  STREAM("PCL\r\nINFO MEMORY\r\nTOTAL=16384\r\nLARGEST=8192\r\n\f"
		 "@PJL USTATUS PAGE\r\n1\r\n\fPCL\r\nECHO 7\r\n\f"
		 "@PJL USTATUS PAGE\r\n2\r\n\fPCL\r\nENTITY\r\n\f"),
	  STREAM("PCL\r\nINFO MEMORY\r\nTOTAL=16384\r\nLARGEST=8192\r\n\fPCL\r\nECHO 7\r\n\f"
		 "PCL\r\nENTITY\r\n\f"),
	  "page 1;page 2;" },
	{ "PostScript's output, not ended by a line's end",
	  STREAM("%%[ status: busy ]%%\r\n2017.8@PJL USTATUS PAGE\r\n1\r\n\f\004done"),
	  STREAM("%%[ status: busy ]%%\r\n2017.8\004done"), "page 1;" },
	{ "our own header, where the far end echoes", STREAM(HEADER("a") TRAILER("a")),
	  STREAM(HEADER("a") TRAILER("a")), "" },
	{ "addresses and false starts",
	  STREAM("me@home @@PJL @PJL USTATUS@PJL USTATUS JO@PJL USTATUS DEVICES\r\n@"),
	  STREAM("me@home @@PJL @PJL USTATUS@PJL USTATUS JO@PJL USTATUS DEVICES\r\n"), "" },
	{ "bytes of any kind", STREAM("\0\1\2@\xff\xfe@PJL USTATUS \0 JOB\r\n\x80\f\r\n"),
	  STREAM("\0\1\2@\xff\xfe@PJL USTATUS \0 JOB\r\n\x80\f\r\n"), "" },

	/* Damage. */
	{ "the end of a response is lost: the next one is whole, the cut one none",
	  STREAM("@PJL USTATUS JOB\r\nEND\r\nNAME=\"a\"\r\nPAGES=3\r\n@PJL USTATUS PAGE\r\n1\r\n\f"),
	  STREAM(""), "page 1;" },
	{ "it is lost before another language's answer",
	  STREAM("@PJL USTATUS JOB\r\nEND\r\nNAME=\"a\"\r\n%%[ Error: timeout ]%%\r\n"),
	  STREAM("%%[ Error: timeout ]%%\r\n"), "" },
	{ "it is lost before an answer that is the reader's",
	  STREAM("@PJL USTATUS PAGE\r\n1\r\n@PJL ECHO x\r\n\f"), STREAM("@PJL ECHO x\r\n\f"), "" },
	{ "noise in a response",
	  STREAM("@PJL USTATUS JOB\r\nEND\r\nNA\1ME=\"a\"\r\n\f@PJL USTATUS PAGE\r\n2\r\n\f"),
	  STREAM("\1ME=\"a\"\r\n\f"), "page 2;" },
	{ "names that are not whole",
	  STREAM("@PJL USTATUS JOB\r\nEND\r\nNAME=\"abc\r\n\f@PJL USTATUS JOB\r\nEND\r\nNAME=abc\r\n\f"
		 "@PJL USTATUS JOB\r\nEND\r\nNAME=\"\r\n\f@PJL USTATUS JOB\r\nEND\r\nNAME=\"\"\r\n\f"),
	  STREAM(""), "end ;end ;end ;end ;" },
	{ "numbers that are none",
	  STREAM("@PJL USTATUS PAGE\r\nx\r\n\f@PJL USTATUS PAGE\r\n1234567890\r\n\f"
		 "@PJL USTATUS PAGE\r\n\f@PJL USTATUS JOB\r\nEND\r\nPAGES=-1\r\n\f"
		 "@PJL USTATUS DEVICE\r\nCODE=1x\r\nONLINE=TRUE\r\n\f"
		 "@PJL USTATUS PAGE\r\n4 pages\r\n5\r\n6\r\n\f"),
	  STREAM(""), "end ;page 5;" },
	{ "a display and a switch that are none",
	  STREAM("@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"\r\nONLINE=MAYBE\r\n\f"),
	  STREAM(""), "device 10001 [];" },
	{ "neither start nor end",
	  STREAM("@PJL USTATUS JOB\r\nNAME=\"a\"\r\n\f@PJL USTATUS JOB\r\nENDED\r\n\f"), STREAM(""),
	  "" },
};

/* A stream on its way through the parser. */
struct run {
	struct cldn_pjl s;
	char kept[4096];
	size_t kept_len;
	char events[1024];
	size_t given_at; /* what a silence gave to the reader */
	size_t given;
};

__attribute__((format(printf, 2, 3))) static void say(struct run *r, const char *format, ...)
{
	size_t n = strlen(r->events);
	va_list args;

	va_start(args, format);
	vsnprintf(r->events + n, sizeof(r->events) - n, format, args);
	va_end(args);
}

static void write_down(struct run *r)
{
	static const char *const words[] = { "nothing", "start", "end", "cancel", "page", "device" };
	const struct cldn_pjl_event *e = &r->s.event;

	say(r, "%s ", words[e->kind]);
	if (e->kind == CLDN_PJL_PAGE)
		say(r, "%u", e->pages);
	else if (e->kind == CLDN_PJL_DEVICE)
		say(r, "%u [%s]%s", e->code, e->display,
		    e->has_online ? (e->online ? " on" : " off") : "");
	else
		say(r, "%.*s", e->name_len, e->name);
	if (e->has_pages)
		say(r, " %u", e->pages);
	say(r, ";");
}

static void read_piece(struct run *r, const char *bytes, size_t len)
{
	u8 *buf = malloc(len + CLDN_PJL_HELD);
	struct cldn_pjl_chunk c;

	memcpy(buf, bytes, len);
	cldn_pjl_begin(&r->s, &c, buf, len);
	while (cldn_pjl_next(&r->s, &c))
		write_down(r);
	memcpy(r->kept + r->kept_len, buf, c.out);
	r->kept_len += c.out;
	free(buf);
}

static void silence(struct run *r)
{
	u8 buf[CLDN_PJL_HELD];

	r->given_at = r->kept_len;
	r->given = cldn_pjl_release(&r->s, buf);
	memcpy(r->kept + r->kept_len, buf, r->given);
	r->kept_len += r->given;
}

static bool kept_is(const struct run *r, const char *kept, size_t len)
{
	return r->kept_len == len && !memcmp(r->kept, kept, len);
}

static bool run_is(const struct run *r, size_t i)
{
	return !strcmp(r->events, streams[i].events) &&
	       kept_is(r, streams[i].kept, streams[i].kept_len);
}

static bool pieces_of_every_size(void)
{
	bool good = true;
	size_t i, piece, at;

	for (i = 0; i < COUNT(streams); i++) {
		for (piece = 1; piece <= streams[i].len; piece++) {
			struct run r = { .kept_len = 0 };

			for (at = 0; at < streams[i].len; at += piece)
				read_piece(&r, streams[i].stream + at,
					   streams[i].len - at < piece ? streams[i].len - at :
									 piece);
			good &= fits(run_is(&r, i), "streams", i, streams[i].what);
		}
	}
	return good;
}

static bool cut_everywhere(void)
{
	bool good = true;
	size_t i, cut;

	for (i = 0; i < COUNT(streams); i++) {
		for (cut = 0; cut <= streams[i].len; cut++) {
			struct run r = { .kept_len = 0 };

			read_piece(&r, streams[i].stream, cut);
			read_piece(&r, streams[i].stream + cut, streams[i].len - cut);
			good &= fits(run_is(&r, i), "cut", i, streams[i].what);
		}
	}
	return good;
}

/* Does a response that is taken out begin there? */
static bool taken(size_t i, size_t at)
{
	static const char *const heads[] = { "@PJL USTATUS JOB\r", "@PJL USTATUS PAGE\r",
					     "@PJL USTATUS PAGE\n", "@PJL USTATUS DEVICE\r" };
	size_t k;

	for (k = 0; k < COUNT(heads); k++)
		if (streams[i].len - at >= strlen(heads[k]) &&
		    !memcmp(streams[i].stream + at, heads[k], strlen(heads[k])))
			return true;
	return false;
}

/*
 * What was given away at a silence is either the reader's, and then everything is as it were
 * without, or the beginning of a response, which he then has in addition.
 */
static bool silent_is(struct run *r, size_t i, size_t cut)
{
	if (r->given && taken(i, cut - r->given)) {
		memmove(r->kept + r->given_at, r->kept + r->given_at + r->given,
			r->kept_len - r->given_at - r->given);
		r->kept_len -= r->given;
	}
	return run_is(r, i);
}

static bool silent_at(size_t i, size_t cut, size_t piece)
{
	struct run r = { .kept_len = 0 };
	size_t at;

	read_piece(&r, streams[i].stream, cut);
	silence(&r);
	for (at = cut; at < streams[i].len; at += piece)
		read_piece(&r, streams[i].stream + at,
			   streams[i].len - at < piece ? streams[i].len - at : piece);
	return silent_is(&r, i, cut);
}

static bool silence_everywhere(void)
{
	bool good = true;
	size_t i, cut;

	for (i = 0; i < COUNT(streams); i++) {
		for (cut = 0; cut < streams[i].len; cut++) {
			good &= fits(silent_at(i, cut, 1), "silence", i, streams[i].what);
			good &= fits(silent_at(i, cut, 4), "silence", i, streams[i].what);
			good &= fits(silent_at(i, cut, streams[i].len), "silence", i,
				     streams[i].what);
		}
	}
	return good;
}

static bool nothing_is_stuck(void)
{
	static const char mail[] = "me@home, @PJL USTATUS D";
	struct run r = { .kept_len = 0 };
	bool good;

	read_piece(&r, mail, strlen(mail));
	good = kept_is(&r, mail, 9);
	silence(&r);
	good &= kept_is(&r, mail, strlen(mail));
	silence(&r);
	return good && kept_is(&r, mail, strlen(mail));
}

/* ---- what is too long ---- */

static size_t repeat(char *out, size_t n, const char *text, size_t times)
{
	while (times--)
		n += sprintf(out + n, "%s", text);
	return n;
}

static bool long_line(void)
{
	struct run r = { .kept_len = 0 };
	char bytes[2048];
	size_t n = repeat(bytes, 0, "@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY=\"", 1);

	n = repeat(bytes, n, "0123456789", 30);
	n = repeat(bytes, n, "\"\r\nONLINE=FALSE\r\n\f@PJL USTATUS JOB\r\nEND\r\nNAME=\"", 1);
	n = repeat(bytes, n, "x", 81);
	n = repeat(bytes, n, "\"\r\n\f@PJL USTATUS JOB\r\nEND\r\nNAME=\"", 1);
	n = repeat(bytes, n, "y", 300);
	n = repeat(bytes, n, "\"\r\nPAGES=2\r\n\f", 1);
	read_piece(&r, bytes, n);
	return kept_is(&r, "", 0) &&
	       fits(!strcmp(r.events, "device 40021 [012345678901234567890123456789"
				      "012345678901234567890123456789012] off;end ;end  2;"),
		    "long", 0, r.events);
}

/* A response that does not end is given up, and what follows is the reader's. */
static bool endless(void)
{
	struct run r = { .kept_len = 0 };
	char bytes[4096];
	size_t n = repeat(bytes, 0, "@PJL USTATUS PAGE\r\n1\r\n", 1);
	size_t head = strlen("@PJL USTATUS PAGE");
	bool good;

	n = repeat(bytes, n, "0123456789abcdef", 100);
	n = repeat(bytes, n, "\r\n\f@PJL USTATUS PAGE\r\n2\r\n\f", 1);
	read_piece(&r, bytes, n);
	good = !strcmp(r.events, "page 2;");
	good &= kept_is(&r, bytes + head + CLDN_PJL_BLOCK_MAX, 1600 + 8 - CLDN_PJL_BLOCK_MAX);
	return fits(good, "endless", r.kept_len, r.events);
}

/* Whatever comes: nothing is written too far, nothing is made up, and a response is found again. */
static bool noise(void)
{
	static const char parts[] =
		"@PJL USTATUS JOB\r\nEND\r\nNAME=\"\f@PJL INFO STATUS\r\nCODE=%\0";
	static const char page[] = "\r\n\f\1@PJL USTATUS PAGE\r\n9\r\n\f";
	bool good = true;
	size_t i, k;

	srandom(1);
	for (i = 0; i < 20000; i++) {
		struct run r = { .kept_len = 0 };
		char bytes[256];
		size_t n = (size_t)random() % sizeof(bytes), total = n + strlen(page);

		for (k = 0; k < n; k++)
			bytes[k] = random() % 8 ? parts[(size_t)random() % sizeof(parts)] :
						  (char)random();
		/* Words, not only letters: else no response would ever begin. */
		if (n > 40)
			memcpy(bytes + random() % 20, parts, 18);
		for (k = 0; k < n; k += 16)
			read_piece(&r, bytes + k, n - k < 16 ? n - k : 16);
		read_piece(&r, page, strlen(page));
		k = strlen(r.events);
		good &= r.kept_len <= total && k >= 7 && !strcmp(r.events + k - 7, "page 9;");
	}
	return good;
}

static const struct {
	const char *what;
	bool (*run)(void);
} checks[] = {
	{ "a job's name holds what PJL can quote, and is no longer than printers keep",
	  name_table },
	{ "a name that a printer cut is known, another job's is not", match_table },
	{ "header and trailer, to the byte, and the longest ones fit", frames },
	{ "dialogues, in pieces of every size", pieces_of_every_size },
	{ "dialogues, cut at every place", cut_everywhere },
	{ "dialogues, with a silence at every place", silence_everywhere },
	{ "nothing of the reader's is stuck after a silence", nothing_is_stuck },
	{ "a line that is too long is cut, and cut names are none", long_line },
	{ "a response that never ends does not take the rest with it", endless },
	{ "noise is survived", noise },
};

int main(void)
{
	unsigned int failures = 0;
	size_t i;

	for (i = 0; i < COUNT(checks); i++) {
		bool good = checks[i].run();

		printf("%sok %zu - pjl: %s\n", good ? "" : "not ", i + 1, checks[i].what);
		failures += !good;
	}
	printf("1..%zu\n", COUNT(checks));
	return failures != 0;
}
