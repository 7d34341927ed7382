/* SPDX-License-Identifier: GPL-2.0-only */
/* The loop of a rig: until it is told to end; loop.c. */
#ifndef RIG_LOOP_H
#define RIG_LOOP_H

#include "bank.h"

/* From here on SIGINT and SIGTERM end the loop, and come only while it sleeps. */
void loop_begin(void);
bool loop_over(void);
void loop_end(void);

/*
 * Sleeps until something happens to one of @n descriptors, a timer is due, or @most_ms are over
 * (< 0: not at all), and runs what is due then. False when it was woken for nothing.
 */
bool loop_sleep(struct pollfd *p, int n, int most_ms);

#endif
