/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between the supported kernels (6.1, 6.12), and nothing else; Kbuild includes
 * this file before each source. No other file tests the version.
 */
#ifndef CLEARDOWN_COMPAT_H
#define CLEARDOWN_COMPAT_H

#include <linux/version.h>
#include <linux/device/class.h>
#include <linux/export.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/module.h>

/* The namespace became a string in 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define EXPORT_SYMBOL_CLDN(symbol) EXPORT_SYMBOL_NS_GPL(symbol, "CLEARDOWN")
#define CLDN_IMPORT_NS() MODULE_IMPORT_NS("CLEARDOWN")
#else
#define EXPORT_SYMBOL_CLDN(symbol) EXPORT_SYMBOL_NS_GPL(symbol, CLEARDOWN)
#define CLDN_IMPORT_NS() MODULE_IMPORT_NS(CLEARDOWN)
#endif

/* 6.2 made the device of class->devnode const, 6.4 dropped the owner of class_create(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define CLDN_DEVNODE_CONST const
#else
#define CLDN_DEVNODE_CONST
#endif

static inline struct class *cldn_class_create(const char *name)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return class_create(name);
#else
	return class_create(THIS_MODULE, name);
#endif
}

/* 6.7 gave it a place for the number, which is the caller's business here. */
static inline int cldn_receive_fd(struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return receive_fd(file, NULL, O_CLOEXEC);
#else
	return receive_fd(file, O_CLOEXEC);
#endif
}

/* 6.6 changed the types of tty_ldisc_ops.receive_buf2 and lookahead_buf. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
typedef size_t cldn_ldisc_count_t;
typedef u8 cldn_ldisc_flag_t;
typedef size_t cldn_ldisc_len_t;
typedef size_t cldn_ldisc_ahead_t;
#else
typedef int cldn_ldisc_count_t;
typedef char cldn_ldisc_flag_t;
typedef int cldn_ldisc_len_t;
typedef unsigned int cldn_ldisc_ahead_t;
#endif

#endif /* CLEARDOWN_COMPAT_H */
