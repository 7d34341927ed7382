/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CUPS backend: what its parts share. */
#ifndef CLEARDOWN_CUPS_BACKEND_H
#define CLEARDOWN_CUPS_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cups/backend.h>
#include <cups/cups.h>
#include <cups/sidechannel.h>

#include "cleardown.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NS_PER_MS	INT64_C(1000000)
#define NS_PER_SEC	INT64_C(1000000000)
#define DEVICE_ID_MAX	512
#define BUFFER_SIZE	65536

/* The files that cupsd gives a backend; sidechannel.h has a name for one of them. */
#define BACK_FD		3
#define SIDE_FD		CUPS_SC_FD

/* How the queue's URI wants a job to end. */
enum until {
	UNTIL_BEST,			/* printed where the port can tell, else sent */
	UNTIL_SENT,
	UNTIL_PRINTED,
};

enum phase {
	PHASE_IDLE,			/* nothing to print has come */
	PHASE_STARTING,			/* START_DOC is under way */
	PHASE_WAITING,			/* the printer is not there; START_DOC again in a while */
	PHASE_PRINTING,
	PHASE_ENDING,			/* END_DOC is under way */
	PHASE_OVER,
};

/* A request of the side channel whose answer is not there yet. */
struct side_request {
	cups_sc_command_t command;	/* CUPS_SC_CMD_NONE: there is none */
	uint64_t req_id;		/* of ours that answers it, 0 = the status will */
	uint64_t target;		/* drain: bytes that the printer is to have, once known */
	int64_t end_ns;
};

struct job {
	/* what was asked for */
	char name[CLDN_NAME_LEN];	/* of the port */
	char title[CLDN_DOC_NAME_LEN];
	enum until until;
	bool reset;
	int in;				/* what is printed */
	int copies;			/* still to come, this one counted in */

	/* the port */
	struct cleardown_port *port;
	struct cleardown_queue *queue;
	struct cleardown_printer_status status;
	uint64_t last_id;
	int signal_fd;

	/* the document */
	enum phase phase;
	uint64_t number;
	uint64_t start_id;
	uint64_t end_id;
	bool input_ended;
	bool input_idle;		/* what was sent to us is in our buffer or with the port */
	bool again;			/* the port had room and took nothing */
	bool cancelled;			/* by cupsd */
	int64_t retry_ns;		/* PHASE_WAITING: when */
	int64_t limit_ns;		/* a cancel is not waited for longer; -1 = there was none */
	unsigned int tries;
	struct cleardown_document document;
	int exit_code;

	/* cupsd */
	bool has_side;
	bool has_back;
	struct side_request side;
	unsigned int reasons;		/* those that were told, see job.c */
	uint32_t pages_told;

	size_t begin, end;
	char bytes[BUFFER_SIZE];
};

int64_t monotonic_ns(void);

/* Prints the job. Returns CUPS_BACKEND_*. */
int job_run(struct job *job);

/* Hands in a request of this opcode. Returns its id, or 0 with errno. */
uint64_t job_submit(struct job *job, struct cleardown_request *request);

/* A request of the side channel has come; @job->side.command is NONE. */
void side_read(struct job *job);
/* A completion, whose request may be the side channel's. */
void side_completed(struct job *job, const struct cleardown_record *record);
/* The status has been looked at: what waits for it may be answered. */
void side_look(struct job *job);

#endif /* CLEARDOWN_CUPS_BACKEND_H */
