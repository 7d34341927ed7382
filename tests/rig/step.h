/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Going in step with the modem bank: a file that both map. The terminal takes the time from it, does
 * what there is to do, and says up to when it has; bank time does not run away meanwhile. So a test
 * is as fast as the machine, and a slow or busy machine changes nothing.
 */
#ifndef RIG_STEP_H
#define RIG_STEP_H

#include <stdint.h>

struct step {
	_Atomic int64_t now;		/* bank time in microseconds */
	_Atomic int64_t seen;		/* the terminal's: all is done that was to be done then */
	_Atomic uint32_t present;	/* the terminal's: it goes in step */
	_Atomic uint32_t follows;	/* the bank's: it has seen that, and waits from now on */
};

#endif
