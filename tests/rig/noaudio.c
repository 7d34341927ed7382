// SPDX-License-Identifier: GPL-2.0-only
/* What clock.c asks for the bank's sake, in rigs without audio. */
#include "bank.h"

bool exch_audio_active(void)
{
	return false;
}

void exch_audio_tick(void)
{
}
