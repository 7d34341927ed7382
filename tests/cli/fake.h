/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the stand-in for the kernel share. */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/cleardown.h>

#define EXPORT __attribute__((visibility("default")))

const char *setting(const char *name, const char *otherwise);
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
__u64 now(void);

/* Queues a record with @len bytes of data; of the phone or port where it names no handle. */
void post_data(struct cleardown_event *e, const void *data, size_t len);

/* A socket pair, of which the return is the program's end and *ours the other. */
int pair(int type, int *ours, int flags);
/* A close's report, as FAKE_CLOSE wants it; it is the one in the ring from now on. */
void fill_head(struct cleardown_report_head *h, __u32 mode, enum cleardown_cause cause);
/* 0, or -1 with errno, by whether the report says that all is free. */
int answer_of(const struct cleardown_report_head *h);
bool close_is(const char *how);
/* For a close that is slow: until another one hurries it. */
void await_hurry(void);
void hurry(void);
/* From now on reports are of this class. */
void report_as(__u32 clazz, const char *name);

/* ---- promises (fakebreak.c) ---- */

/* Not broken by FAKE_BREAK. */
bool keeps(const char *promise);
/* What the program and its children have in common. */
struct shared {
	pid_t owner;		/* of the phone or port, 0 = none */
	pid_t died;		/* who was one when he was killed */
	unsigned int others;	/* circuits and server handles that children have made */
};
struct shared *shared(void);
bool is_child(void);

/* ---- bindings that are kept, with FAKE_BOUND (fakebind.c) ---- */

/* 0, or -1 with errno. */
int bound_list(struct cleardown_list *l);
int bound_add(const struct cleardown_bind *b);
int bound_remove(const char *name);

/* ---- ports (fakeport.c) ---- */

/* The printer's end of an owner's file. */
void port_opened(int far_fd);
/* 0, or -1 with errno. */
int port_submit(struct cleardown_submit *s);
int port_cancel(const struct cleardown_cancel *c);
int port_status(struct cleardown_port_status *s);
int port_id(struct cleardown_port_id *p);
/* Number of the document that is up. */
__u64 port_document(void);
/* What the bytes of the session came to. */
void port_counts(struct cleardown_report_head *h);

/* ---- links of virtual circuits (fakevc.c) ---- */

#define FAKE_LINK 0x900000001ULL /* handle of the link's file; those of its VCs follow */

/* The program's file, or -1. */
int vc_open(int flags);
/* A call on a file that vc_open() or VC_CREATE gave. 0, or -1 with errno. */
int vc_ioctl(int fd, unsigned long nr, void *arg);
/* CTL_CLOSE of a link: all calls, or one. 0, or -1 with errno. */
int vc_ctl_close(struct cleardown_ctl_close *c);
/* What the frames of the call came to. */
void vc_counts(struct cleardown_report_head *h);

/* ---- the fax server (fakefax.c) ---- */

/* The program's file, or -1. */
int fax_open(int flags);
/* A call on the server, or on a port of it. 0, or -1 with errno. */
int fax_ioctl(unsigned long nr, void *arg);

#endif /* FAKE_H */
