/* SPDX-License-Identifier: GPL-2.0-only */
/* The class of virtual circuits, which is the call manager's. */
#ifndef CLEARDOWN_CALLMGR_CLASS_H
#define CLEARDOWN_CALLMGR_CLASS_H

#include <cleardown/class.h>

extern const struct cldn_class cldn_vc_class;

/* cldn_vc_exit() pairs; nothing of the class is alive then. */
int cldn_vc_init(void);
void cldn_vc_exit(void);

#endif /* CLEARDOWN_CALLMGR_CLASS_H */
