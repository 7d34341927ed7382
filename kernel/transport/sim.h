/* SPDX-License-Identifier: GPL-2.0-only */
/* For the suites of tests/kunit, which cannot write to debugfs. */
#ifndef CLEARDOWN_SIM_H
#define CLEARDOWN_SIM_H

struct cldn_link;

/**
 * cldn_sim_command - carry out one line of the sim link's script (sim.c has the commands)
 * @link: bound to the sim driver
 * @command: without its line's end; changed by parsing
 * Context: process. Return: 0 or a negative errno. Only in a kernel with KUnit.
 */
int cldn_sim_command(struct cldn_link *link, char *command);

#endif /* CLEARDOWN_SIM_H */
