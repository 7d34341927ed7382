/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict of one VM: the test's own result lines, then what a look at the kernel found, then one
 * closing line. All of it is text in, text out, so that scan_test.c can show each finding on the host.
 */
#ifndef CLEARDOWN_TESTS_VM_SCAN_H
#define CLEARDOWN_TESTS_VM_SCAN_H

#include <stdbool.h>
#include <stdio.h>

struct verdict {
	FILE *out;
	unsigned int passed;
	unsigned int failed;
};

/* Copies the TAP result lines and counts them; none at all is a failure. */
void verdict_results(struct verdict *v, FILE *results);

/* The exit status of the test script, as wait(2) gives it. */
void verdict_script(struct verdict *v, int status);

/* The taint mask: only out-of-tree (O), unsigned (E) and, by KUnit, test (N) are ours to set. */
void verdict_taint(struct verdict *v, unsigned long mask);

/* True when a line of the kernel log tells of a defect. */
bool log_line_is_bad(const char *text);

/* Writes each bad line; lost says how many records were overwritten before they could be read. */
void verdict_log_line(struct verdict *v, const char *text);
void verdict_log_end(struct verdict *v, bool lost);

/* True when every line reads "name: 0"; verdict_live() writes the lines that do not. */
bool live_is_zero(FILE *live);
void verdict_live(struct verdict *v, FILE *live);

/* What kmemleak has found, after its second scan; each object's first line is written. */
void verdict_leaks(struct verdict *v, FILE *kmemleak);

/* Writes the closing line. Nothing may follow it. */
void verdict_end(struct verdict *v);

#endif
