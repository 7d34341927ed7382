// SPDX-License-Identifier: GPL-2.0-only
/* What makes a VM's run a pass: see scan.h. */
#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "scan.h"

#define TAINT_OUT_OF_TREE 12
#define TAINT_UNSIGNED 13
#define TAINT_TEST 18 /* KUnit, which only the debug kernel has */

/* Matched anywhere in a line, as the kernel words them in 6.1 and 6.12. */
static const char *const bad_words[] = {
	"WARNING:",
	"BUG:",
	"kernel BUG at",
	"Oops",
	"Call Trace:",
	"Kernel panic",
	"general protection",
	"blocked for more than",
	"soft lockup",
	"hard LOCKUP",
	"hard lockup",
	"self-detected stall",
	"detected stalls",
	"expedited stalls",
	"kthread starved",
	"possible recursive locking",
	"possible circular locking",
	"inconsistent lock state",
	"suspicious RCU usage",
	"scheduling while atomic",
	"sleeping function called",
	"refcount_t:",
	"list_add corruption",
	"list_del corruption",
	"unregister_netdevice: waiting",
	"Object already free",
	"Objects remaining",
	"UBSAN:",
	"KASAN:",
	"kmemleak:",
	"Unknown symbol",
	"disagrees about version of symbol",
};

static void finding(struct verdict *v, const char *what, const char *detail)
{
	fprintf(v->out, "scan %s BAD: %s\n", what, detail);
	v->failed++;
}

/* A skipped test counts as failed unless it wants hardware that no VM has. */
static void put_result(struct verdict *v, const char *line)
{
	bool good = !strncmp(line, "ok ", 3);
	const char *skip = strcasestr(line, "# SKIP");
	bool excused = skip && strcasestr(skip, "hardware");

	if (good && skip && !excused) {
		fprintf(v->out, "not ");
		good = false;
	}
	fprintf(v->out, "%s\n", line);
	v->failed += !good;
	v->passed += good && !skip;
}

void verdict_results(struct verdict *v, FILE *results)
{
	char *line = NULL;
	size_t size = 0;
	unsigned int seen = 0;

	while (results && getline(&line, &size, results) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "ok ", 3) && strncmp(line, "not ok ", 7)) {
			finding(v, "results", line);
			continue;
		}
		put_result(v, line);
		seen++;
	}
	free(line);
	if (!seen)
		finding(v, "results", "the test wrote no result");
}

void verdict_script(struct verdict *v, int status)
{
	char text[64];

	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, sizeof(text), "ended with status %d", WEXITSTATUS(status));
	finding(v, "script", text);
}

void verdict_taint(struct verdict *v, unsigned long mask)
{
	unsigned long ours = 1UL << TAINT_OUT_OF_TREE | 1UL << TAINT_UNSIGNED | 1UL << TAINT_TEST;
	char text[64];

	if (mask & ~ours) {
		snprintf(text, sizeof(text), "mask %#lx, allowed %#lx", mask, ours);
		finding(v, "taint", text);
	} else {
		fprintf(v->out, "scan taint ok: mask %#lx\n", mask);
	}
}

bool log_line_is_bad(const char *text)
{
	for (size_t i = 0; i < sizeof(bad_words) / sizeof(bad_words[0]); i++)
		if (strstr(text, bad_words[i]))
			return true;
	return false;
}

void verdict_log_line(struct verdict *v, const char *text)
{
	if (log_line_is_bad(text))
		finding(v, "log", text);
}

void verdict_log_end(struct verdict *v, bool lost)
{
	if (lost)
		finding(v, "log", "records were overwritten before the scan");
	else
		fprintf(v->out, "scan log: read to its end\n");
}

static bool line_is_zero(const char *line)
{
	const char *colon = strrchr(line, ':');
	char *end;

	return colon && strtoul(colon + 1, &end, 10) == 0 && end != colon + 1 && !*end;
}

bool live_is_zero(FILE *live)
{
	char *line = NULL;
	size_t size = 0;
	unsigned int seen = 0, zero = 0;

	while (getline(&line, &size, live) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		seen++;
		zero += line_is_zero(line);
	}
	free(line);
	return seen && seen == zero;
}

void verdict_live(struct verdict *v, FILE *live)
{
	char *line = NULL;
	size_t size = 0;
	unsigned int seen = 0;

	while (getline(&line, &size, live) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		seen++;
		if (line_is_zero(line))
			fprintf(v->out, "scan live ok: %s\n", line);
		else
			finding(v, "live", line);
	}
	free(line);
	if (!seen)
		finding(v, "live", "the list of live objects is empty");
}

void verdict_leaks(struct verdict *v, FILE *kmemleak)
{
	unsigned int failed = v->failed;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, kmemleak) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "unreferenced object", strlen("unreferenced object")))
			finding(v, "leaks", line);
	}
	free(line);
	if (v->failed == failed)
		fprintf(v->out, "scan leaks: none\n");
}

void verdict_end(struct verdict *v)
{
	fprintf(v->out, "verdict %s %u passed, %u failed\n", v->failed ? "fail" : "pass", v->passed,
		v->failed);
}
