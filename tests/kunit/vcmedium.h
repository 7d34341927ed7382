/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the two files of the VC fixture: vct.c and vcmedium.c. */
#ifndef TESTS_VCMEDIUM_H
#define TESTS_VCMEDIUM_H

#include "vct.h"

/* The driver of the medium is registered, with a peer; before the bind. Pairs, after the unbind. */
void vct_medium_begin(struct vct *t);
void vct_medium_end(struct vct *t);

#endif /* TESTS_VCMEDIUM_H */
