// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language monitor "pjl" (kernel/class/port_pjl.c) by itself: documents are begun and ended,
 * the printer answers, and what the monitor tells the port is written down and compared.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/random.h>
#include "kernel/class/pjl.h"
#include "kernel/class/port_monitors.h"

#define NAME(n) "cleardown " #n ".0000beef doc"
#define JOB(what, name) "@PJL USTATUS JOB\r\n" what "\r\nNAME=\"" name "\"\r\n"
#define START(name) JOB("START", name) "\f"
#define END(name, pages) JOB("END", name) "PAGES=" #pages "\r\n\f"
#define PAGE(n) "@PJL USTATUS PAGE\r\n" #n "\r\n\f"
#define READY "@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"00 READY\"\r\nONLINE=TRUE\r\n\f"
#define PAPER "@PJL USTATUS DEVICE\r\nCODE=41203\r\nDISPLAY=\"LOAD A4\"\r\nONLINE=FALSE\r\n\f"

static struct cldn_monitor_port port;
static char told[1024];
static char kept[1024];

u32 get_random_u32(void)
{
	return 0xbeef;
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	size_t n = strlen(told);
	va_list args;

	va_start(args, format);
	vsnprintf(told + n, sizeof(told) - n, format, args);
	va_end(args);
}

static void feed(const char *text, size_t len)
{
	size_t size = len + CLDN_MONITOR_HELD, n;
	u8 *buf = malloc(size);
	u32 what = ~0U;

	memcpy(buf, text, len);
	n = cldn_pjl_monitor.received(&port, buf, len, size, &what);
	strncat(kept, (char *)buf, n);
	free(buf);
	if (what & CLDN_MONITOR_PAGES)
		note("pages %u;", port.pages);
	if (what & CLDN_MONITOR_STATUS)
		note("status %u [%s]%s;", port.code, port.display, port.offline ? " off" : "");
	if (what & CLDN_MONITOR_PRINTED)
		note("printed %u;", port.pages);
	if (what & CLDN_MONITOR_CANCELLED)
		note("cancelled %u;", port.pages);
}

/*
 * Plays a script: ( begins document 1, then 2 and so on, ) ends it, ! ends it as aborted, + is the
 * next of the printer's texts.
 */
static bool play(const char *script, const char *const *texts, const char *expected)
{
	u8 buf[CLDN_MONITOR_WRAP];
	u64 number = 0;

	memset(&port, 0, sizeof(port));
	told[0] = 0;
	kept[0] = 0;
	if (cldn_pjl_monitor.open_port(&port))
		return false;
	for (; *script; script++) {
		if (*script == '(')
			cldn_pjl_monitor.start_doc(&port, "doc", ++number, buf);
		else if (*script == '+')
			feed(*texts, strlen(*texts)), texts++;
		else
			cldn_pjl_monitor.end_doc(&port, *script == '!', buf);
	}
	cldn_pjl_monitor.close_port(&port);
	if (strcmp(told, expected))
		printf("# told: %s\n", told);
	return !strcmp(told, expected) && !port.priv;
}

#define PLAY(script, expected, ...) play(script, (const char *const[]){ __VA_ARGS__ }, expected)

static bool printed(void)
{
	return PLAY("(++)+++", "pages 1;pages 2;printed 2;", START(NAME(1)), PAGE(1), PAGE(2),
		    END(NAME(1), 2), END(NAME(1), 2));
}

static bool one_by_one(void)
{
	return PLAY("(+)+(++)+", "pages 2;printed 2;pages 1;printed 1;",
		    START(NAME(1)) PAGE(1) PAGE(2), END(NAME(1), 2) PAGE(3), PAGE(5),
		    START(NAME(2)) PAGE(1), END(NAME(2), 1));
}

static bool count_at_the_end(void)
{
	return PLAY("(+)+", "pages 7;printed 7;", START(NAME(1)), END(NAME(1), 7)) &&
	       PLAY("(+)+", "pages 3;printed 2;", START(NAME(1)) PAGE(3), END(NAME(1), 2)) &&
	       PLAY("(+)++", "pages 1;printed 1;", START(NAME(1)), PAGE(1),
		    JOB("END", NAME(1)) "\f");
}

static bool names_cut(void)
{
	return PLAY("()+", "printed 0;", JOB("END", "cleardown 1.0000beef") "\f");
}

static bool others(void)
{
	return PLAY("(+++++)++++", "", START("cleardown 1.0000feed doc"), PAGE(1),
		    END("cleardown 1.0000feed doc", 1), END("doc", 1),
		    JOB("CANCELED", "cleardown 2.0000beef doc") "\f",
		    "@PJL USTATUS JOB\r\nEND\r\nPAGES=3\r\n\f", END("", 1),
		    "@PJL USTATUS JOB\r\nCANCELED\r\n\f", END("cleardown 1", 1)) &&
	       PLAY("++", "", "@PJL USTATUS JOB\r\nEND\r\n\f", "@PJL USTATUS JOB\r\nSTART\r\n\f");
}

static bool too_early(void)
{
	return PLAY("(++)+", "pages 1;printed 1;", START(NAME(1)), END(NAME(1), 9),
		    PAGE(1) END(NAME(1), 1));
}

static bool cancelled(void)
{
	const char *canceled = JOB("CANCELED", NAME(1)) "\f";
	const char *result = JOB("END", NAME(1)) "PAGES=1\r\nRESULT=USER_CANCELED\r\n\f";

	return PLAY("(++)+", "cancelled 0;", START(NAME(1)), canceled, result) &&
	       PLAY("(++)+", "cancelled 0;", START(NAME(1)), canceled, END(NAME(1), 1)) &&
	       PLAY("(+)++", "cancelled 0;", START(NAME(1)), canceled, result) &&
	       PLAY("(+)++", "pages 1;cancelled 1;", START(NAME(1)), result, canceled);
}

static bool aborted(void)
{
	return PLAY("(+!++", "pages 1;cancelled 1;", START(NAME(1)) PAGE(1), END(NAME(1), 1),
		    END(NAME(1), 0));
}

static bool next_begins(void)
{
	return PLAY("(+)(+++)+", "pages 1;pages 3;pages 2;printed 2;", START(NAME(1)) PAGE(1),
		    START(NAME(2)), PAGE(2) PAGE(3), END(NAME(1), 3), PAGE(1) END(NAME(2), 2));
}

static bool jobs_inside(void)
{
	return PLAY("(++++)+", "pages 1;pages 2;pages 3;pages 4;printed 4;", START(NAME(1)),
		    START("inner") PAGE(1), PAGE(2) END("inner", 2), START("inner") PAGE(1),
		    PAGE(2) END("inner", 2) END(NAME(1), 0));
}

static bool job_before(void)
{
	return PLAY("(+++++)+", "pages 8;pages 1;pages 2;printed 2;", START(NAME(1)), PAGE(8),
		    END("other", 8), PAGE(1), PAGE(2), END(NAME(1), 2)) &&
	       PLAY("(+++)", "pages 1;", PAGE(8), START(NAME(1)), PAGE(1));
}

static bool device(void)
{
	return PLAY("++++++",
		    "status 10001 [00 READY];status 11000 [];status 41203 [LOAD A4] off;"
		    "status 40021 [] off;",
		    READY READY, "@PJL USTATUS DEVICE\r\nCODE=11000\r\n\f", PAPER, PAPER,
		    "@PJL USTATUS DEVICE\r\nCODE=25008\r\n\f",
		    "@PJL USTATUS DEVICE\r\nCODE=40021\r\n\f");
}

static bool reader(void)
{
	const char *answer = "@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY=\"00 READY\"\r\n"
			     "ONLINE=TRUE\r\n\f";

	if (!PLAY("(+++)", "status 10001 [00 READY];", "a@", PAGE(1) "b", answer))
		return false;
	return !strncmp(kept, "a@b", 3) && !strcmp(kept + 3, answer);
}

static bool held_back(void)
{
	if (!PLAY("(++", "", "mail me@", "") || strcmp(kept, "mail me@"))
		return false;
	return PLAY("(+++", "", "mail me@", "", "home@PJL USTATUS") &&
	       !strcmp(kept, "mail me@home");
}

static const struct {
	const char *what;
	bool (*run)(void);
} checks[] = {
	{ "a document is printed when the end of its job was told, once", printed },
	{ "one after another, and pages that belong to none", one_by_one },
	{ "the printer's count at the end, or else what was counted", count_at_the_end },
	{ "a name that the printer cut", names_cut },
	{ "other hosts' jobs, sessions and documents are not ours, nor are nameless ones", others },
	{ "no end before the document has ended", too_early },
	{ "a cancelled document is cancelled, once, and never printed", cancelled },
	{ "an aborted document is never printed", aborted },
	{ "the end of a document that comes when the next has begun is not its", next_begins },
	{ "jobs inside of a document: all pages count", jobs_inside },
	{ "pages of the job before ours are not ours", job_before },
	{ "the printer's state, told when it changes", device },
	{ "what is the reader's stays, in order", reader },
	{ "what is held back is given up at a silence", held_back },
};

int main(void)
{
	unsigned int failures = 0;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		bool good = checks[i].run();

		printf("%sok %zu - pjl monitor: %s\n", good ? "" : "not ", i + 1, checks[i].what);
		failures += !good;
	}
	printf("1..%zu\n", sizeof(checks) / sizeof(checks[0]));
	return failures != 0;
}
