// SPDX-License-Identifier: GPL-2.0-only
/*
 * The printer ports of the stand-in: a thread is the printer, at the other end of a socket. What it
 * takes goes to the file FAKE_PAPER.
 *
 *   FAKE_PRINTER  takes (all it gets), paper (takes nothing, is out of it), deaf (takes nothing),
 *                 cancels (somebody cancels the document), refuses (no connection), unplug
 *   FAKE_MONITOR  set: a language monitor says what was printed
 *   FAKE_ID       the Device ID; without it there is none
 *   FAKE_ID_KNOWN somebody has asked for it before
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fake.h"

#define MOMENT_US 2000
#define PAGES	  2

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int printer_fd = -1;
static __u64 number, taken, thrown_away;
static enum cleardown_doc_state state;
static char doc_name[CLEARDOWN_DOC_NAME_LEN];
static struct cleardown_submit ending;

static bool is(const char *printer)
{
	return !strcmp(setting("FAKE_PRINTER", "takes"), printer);
}

static __u64 waiting(void)
{
	int n = 0;

	return printer_fd >= 0 && ioctl(printer_fd, FIONREAD, &n) == 0 ? n : 0;
}

static void post_doc(void)
{
	struct cleardown_event e = { .type = CLEARDOWN_EV_DOC, .p1 = state, .p3 = number };

	post_data(&e, NULL, 0);
}

static void complete(const struct cleardown_submit *s, int error, __u32 status, const void *data,
		     size_t len)
{
	struct cleardown_event e = {
		.type = CLEARDOWN_EV_COMPLETION,
		.req_id = s->req_id,
		.error = -error,
		.status = status,
		.p1 = s->opcode == CLEARDOWN_OP_START_DOC ? number : 0,
	};

	post_data(&e, data, len);
}

static void throw_away(void)
{
	char buf[4096];
	ssize_t n;

	while (waiting() && (n = read(printer_fd, buf, sizeof(buf))) > 0)
		thrown_away += n;
}

static void cancel_it(void)
{
	throw_away();
	state = CLEARDOWN_DOC_CANCELLED;
	post_doc();
}

static void take_some(void)
{
	const char *path = getenv("FAKE_PAPER");
	FILE *paper = path ? fopen(path, "a") : NULL;
	char buf[4096];
	ssize_t n = read(printer_fd, buf, sizeof(buf));

	if (n > 0)
		taken += n;
	if (paper && n > 0 && fwrite(buf, 1, n, paper) != (size_t)n)
		abort();
	if (paper)
		fclose(paper);
}

static void end_it(void)
{
	struct cleardown_doc_result d = {
		.number = number,
		.accepted = taken + thrown_away,
		.confirmed = taken,
		.discarded = thrown_away,
	};
	bool cancelled = state == CLEARDOWN_DOC_CANCELLED;

	if (!cancelled && getenv("FAKE_MONITOR")) {
		state = CLEARDOWN_DOC_PRINTED;
		d.pages = PAGES;
	} else if (!cancelled) {
		state = CLEARDOWN_DOC_SENT;
	}
	d.state = state;
	complete(&ending, cancelled ? ECANCELED : 0,
		 cancelled ? CLEARDOWN_ERROR_PRINT_CANCELLED : 0, &d, sizeof(d));
	ending.size = 0;
}

static void work(void)
{
	if (waiting() && state == CLEARDOWN_DOC_NONE) {
		state = CLEARDOWN_DOC_OPEN;
		number++;
	}
	if (waiting() && is("cancels") && state == CLEARDOWN_DOC_OPEN)
		cancel_it();
	if (state == CLEARDOWN_DOC_CANCELLED)
		throw_away();
	else if (waiting() && !is("paper") && !is("deaf"))
		take_some();
	if (ending.size && !waiting())
		end_it();
}

static void *printer(void *unused)
{
	for (;;) {
		pthread_mutex_lock(&lock);
		work();
		pthread_mutex_unlock(&lock);
		usleep(MOMENT_US);
	}
	return unused;
}

/* Signals are the program's, never this thread's. */
void port_opened(int far_fd)
{
	sigset_t all, before;
	pthread_t thread;

	printer_fd = far_fd;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, printer, NULL))
		abort();
	pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void start(const struct cleardown_submit *s)
{
	const struct cleardown_op_start_doc *in = (const void *)(unsigned long)s->in_ptr;

	if (is("refuses")) {
		complete(s, ECONNREFUSED, CLEARDOWN_ERROR_NOT_READY, NULL, 0);
		return;
	}
	number++;
	taken = thrown_away = 0;
	state = CLEARDOWN_DOC_OPEN;
	strcpy(doc_name, in->name);
	note("start-doc %s\n", in->name);
	post_doc();
	complete(s, 0, 0, NULL, 0);
	if (is("unplug")) {
		struct cleardown_event e = { .type = CLEARDOWN_EV_FORCED_CLOSE,
					     .p1 = CLEARDOWN_CAUSE_UNPLUG };

		post_data(&e, NULL, 0);
	}
}

int port_id(struct cleardown_port_id *p)
{
	const char *id = getenv("FAKE_ID");

	if (!id || !getenv("FAKE_ID_KNOWN")) {
		errno = id ? ENODATA : EOPNOTSUPP;
		return -1;
	}
	p->out_total = strlen(id);
	memset(p->out_bytes, 0, sizeof(p->out_bytes));
	if (p->offset < p->out_total)
		memcpy(p->out_bytes, id + p->offset, strnlen(id + p->offset, sizeof(p->out_bytes)));
	return 0;
}

int port_submit(struct cleardown_submit *s)
{
	const char *id = getenv("FAKE_ID");

	pthread_mutex_lock(&lock);
	switch (s->opcode) {
	case CLEARDOWN_OP_START_DOC:
		start(s);
		break;
	case CLEARDOWN_OP_END_DOC:
		note("end-doc %u\n",
		     ((const struct cleardown_op_end_doc *)(unsigned long)s->in_ptr)->flags);
		ending = *s;
		break;
	case CLEARDOWN_OP_DEVICE_ID:
		complete(s, id ? 0 : EOPNOTSUPP, id ? 0 : CLEARDOWN_ERROR_NOT_SUPPORTED, id,
			 id ? strlen(id) : 0);
		break;
	default:
		complete(s, 0, 0, NULL, 0);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

int port_cancel(const struct cleardown_cancel *c)
{
	bool is_ours = false;

	pthread_mutex_lock(&lock);
	if (c->what == CLEARDOWN_CANCEL_DOCUMENT && c->id == number &&
	    (state == CLEARDOWN_DOC_OPEN || state == CLEARDOWN_DOC_ENDING)) {
		cancel_it();
		is_ours = true;
	}
	pthread_mutex_unlock(&lock);
	errno = is_ours ? 0 : ESTALE;
	return is_ours ? 0 : -1;
}

int port_status(struct cleardown_port_status *s)
{
	pthread_mutex_lock(&lock);
	s->out_doc_state = state;
	s->out_doc = number;
	s->out_confirmed = taken;
	s->out_accepted = taken + thrown_away + waiting();
	strcpy(s->out_doc_name, doc_name);
	s->out_flags = getenv("FAKE_MONITOR") ? CLEARDOWN_PORT_MONITOR : 0;
	s->out_lines = CLEARDOWN_LINE_VALID | CLEARDOWN_LINE_SELECT;
	if (is("paper")) {
		s->out_flags |= CLEARDOWN_PORT_HELD | CLEARDOWN_PORT_PAPER;
		s->out_lines |= CLEARDOWN_LINE_PERROR;
		s->out_code = 41002;
		strcpy(s->out_display, "LOAD PAPER\x1b[2J");
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

__u64 port_document(void)
{
	return state == CLEARDOWN_DOC_OPEN ? number : 0;
}

void port_counts(struct cleardown_report_head *h)
{
	pthread_mutex_lock(&lock);
	throw_away();
	h->accepted = taken + thrown_away;
	h->confirmed = taken;
	h->discarded = thrown_away;
	h->in_doubt = h->received = 0;
	if (state == CLEARDOWN_DOC_OPEN && *doc_name)
		h->flags |= CLEARDOWN_REPORT_DOC_ABORTED;
	pthread_mutex_unlock(&lock);
}
