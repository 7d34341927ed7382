// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows on the host that every finding of the VM's verdict is one: what cannot be provoked on a stock
 * kernel at will (a wrong taint, an object left alive) is given to the same functions as text.
 */
#define _GNU_SOURCE

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "scan.h"

static unsigned int number, bad;

static void expect(const char *what, bool good)
{
	printf("%s %u - %s\n", good ? "ok" : "not ok", ++number, what);
	bad += !good;
}

static FILE *text_file(const char *text)
{
	FILE *f = tmpfile();

	if (!f || fputs(text, f) < 0)
		abort();
	rewind(f);
	return f;
}

static struct verdict begin(void)
{
	struct verdict v = { .out = tmpfile() };

	if (!v.out)
		abort();
	return v;
}

/* Ends the verdict and compares its closing line. */
static void closes_with(const char *what, struct verdict *v, const char *closing)
{
	char line[256], last[256] = "";

	verdict_end(v);
	rewind(v->out);
	while (fgets(line, sizeof(line), v->out))
		strcpy(last, line);
	last[strcspn(last, "\n")] = '\0';
	expect(what, !strcmp(last, closing));
	fclose(v->out);
}

static void results(const char *what, const char *text, const char *closing)
{
	struct verdict v = begin();
	FILE *f = text_file(text);

	verdict_results(&v, f);
	fclose(f);
	closes_with(what, &v, closing);
}

static void results_missing(void)
{
	struct verdict v = begin();

	verdict_results(&v, NULL);
	closes_with("no results file", &v, "verdict fail 0 passed, 1 failed");
}

static void script(const char *what, int status, const char *closing)
{
	struct verdict v = begin();

	verdict_script(&v, status);
	closes_with(what, &v, closing);
}

static void taint(const char *what, unsigned long mask, const char *closing)
{
	struct verdict v = begin();

	verdict_taint(&v, mask);
	closes_with(what, &v, closing);
}

static void log_line(const char *what, const char *text, const char *closing)
{
	struct verdict v = begin();

	verdict_log_line(&v, text);
	closes_with(what, &v, closing);
}

static void log_lost(void)
{
	struct verdict v = begin();

	verdict_log_end(&v, true);
	closes_with("kernel log overwritten", &v, "verdict fail 0 passed, 1 failed");
}

static void live(const char *what, const char *text, bool zero)
{
	struct verdict v = begin();
	FILE *f = text_file(text);

	expect(what, live_is_zero(f) == zero);
	rewind(f);
	verdict_live(&v, f);
	fclose(f);
	closes_with(what, &v,
		    zero ? "verdict pass 0 passed, 0 failed" : "verdict fail 0 passed, 1 failed");
}

static void test_results(void)
{
	results("two passes", "ok 1 - P-1 a\nok 2 - b\n", "verdict pass 2 passed, 0 failed");
	results("a failed result", "ok 1 - a\nnot ok 2 - b\n", "verdict fail 1 passed, 1 failed");
	results("no result at all", "", "verdict fail 0 passed, 1 failed");
	results("a line that is no result", "ok 1 - a\noops\n", "verdict fail 1 passed, 1 failed");
	results("a skip without hardware as its reason", "ok 1 - a\nok 2 - b # SKIP too slow\n",
		"verdict fail 1 passed, 1 failed");
	results("a skip for want of hardware", "ok 1 - a\nok 2 - b # SKIP no hardware: modem\n",
		"verdict pass 1 passed, 0 failed");
	results_missing();
}

static void test_script(void)
{
	script("the script ended well", W_EXITCODE(0, 0), "verdict pass 0 passed, 0 failed");
	script("the script failed", W_EXITCODE(3, 0), "verdict fail 0 passed, 1 failed");
	script("the script was killed", W_EXITCODE(0, SIGKILL), "verdict fail 0 passed, 1 failed");
}

static void test_taint(void)
{
	taint("no taint", 0, "verdict pass 0 passed, 0 failed");
	taint("O and E", 0x3000, "verdict pass 0 passed, 0 failed");
	taint("N, of KUnit", 0x41000, "verdict pass 0 passed, 0 failed");
	taint("W beside them", 0x3200, "verdict fail 0 passed, 1 failed");
	taint("forced unload", 0x8, "verdict fail 0 passed, 1 failed");
}

static void test_log(void)
{
	log_line("a harmless line", "cleardown: loaded", "verdict pass 0 passed, 0 failed");
	log_line("the line of a tainting module",
		 "cleardown: loading out-of-tree module taints kernel.",
		 "verdict pass 0 passed, 0 failed");
	log_line("a WARN", "WARNING: CPU: 0 PID: 1 at kernel/core/close.c:7",
		 "verdict fail 0 passed, 1 failed");
	log_line("a hung task", "INFO: task sh:88 blocked for more than 60 seconds.",
		 "verdict fail 0 passed, 1 failed");
	log_line("an RCU stall", "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
		 "verdict fail 0 passed, 1 failed");
	log_line("a leaked slab", "BUG cldn_op (Tainted: G): Objects remaining in cldn_op",
		 "verdict fail 0 passed, 1 failed");
	log_lost();
}

static void test_live(void)
{
	live("all counts zero", "handle: 0\nop: 0\n", true);
	live("one handle alive", "handle: 1\nop: 0\n", false);
	live("a line without a count", "handle: 0\nop\n", false);
	live("a count that is no number", "handle: 0x\n", false);
	live("an empty list", "", false);
}

static void leaks(const char *what, const char *text, const char *closing)
{
	struct verdict v = begin();
	FILE *f = text_file(text);

	verdict_leaks(&v, f);
	fclose(f);
	closes_with(what, &v, closing);
}

static void test_leaks(void)
{
	leaks("no leak", "", "verdict pass 0 passed, 0 failed");
	leaks("two leaks",
	      "unreferenced object 0xffff888006ec7918 (size 64):\n  comm \"rounds\", pid 7\n"
	      "  backtrace (crc 0):\n    kmalloc\n"
	      "unreferenced object 0xffff888006ec7a18 (size 64):\n",
	      "verdict fail 0 passed, 2 failed");
}

int main(void)
{
	test_results();
	test_script();
	test_taint();
	test_log();
	test_live();
	test_leaks();
	printf("1..%u\n", number);
	return bad ? 1 : 0;
}
