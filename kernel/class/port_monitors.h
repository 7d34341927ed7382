/* SPDX-License-Identifier: GPL-2.0-only */
/* The language monitors that cleardown.ko holds. */
#ifndef CLEARDOWN_CLASS_PORT_MONITORS_H
#define CLEARDOWN_CLASS_PORT_MONITORS_H

#include <cleardown/monitor.h>

extern struct cldn_monitor cldn_pjl_monitor;

#endif /* CLEARDOWN_CLASS_PORT_MONITORS_H */
