/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cellswitch: types and entry points shared by its parts.
 *
 * cells.c	AAL5, cells and frames; pure functions over (bytes, length)
 * vcs.c	the VCs that were seen: reassembly and counts
 * wire.c	the machine's side: frames, and what befalls them on the way
 * ports.c	the programs' side: the endpoints of atmshim.so
 * pcap.c	what went by, for tshark
 * commands.c	the control socket
 * cellswitch.c	options and the loop
 *
 * The control socket itself, timers and the log are the modem bank's (../).
 */
#ifndef RIG_SWITCH_H
#define RIG_SWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bank.h"

#define SDU_MAX		65535
#define CELL_DATA	48
#define CELL_LEN	52		/* as RFC 4717 sends it: header without HEC, and data */
#define PDU_MAX		((SDU_MAX + 8 + CELL_DATA - 1) / CELL_DATA * CELL_DATA)
#define MAC_LEN		6
#define FRAME_HEAD	18		/* Ethernet header and one label stack entry */
#define FRAME_MAX	9018
#define SIGNALLING_VCI	5

/* ---- cells.c ---- */

struct link {
	uint8_t mac[MAC_LEN];		/* ours */
	uint8_t machine[MAC_LEN];
	uint32_t label;			/* 20 bits */
	size_t mtu;			/* of what follows the Ethernet header */
};

struct cell {
	int vpi, vci;
	bool last;			/* of its PDU */
	bool user;			/* no OAM or resource management cell */
	const uint8_t *data;
};

uint32_t aal5_crc(const uint8_t *data, size_t len);
size_t aal5_pdu(uint8_t *pdu, const uint8_t *sdu, size_t len);	/* PDU_MAX of room */
const char *aal5_fault(const uint8_t *pdu, size_t len, size_t *sdu_len);
size_t frame_make(uint8_t *frame, const struct link *l, int vpi, int vci, const uint8_t *pdu,
		  size_t len, size_t *done);
const char *frame_fault(const struct link *l, const uint8_t *frame, size_t len);
size_t frame_cells(size_t len);
void frame_cell(struct cell *c, const uint8_t *frame, size_t index);

/* ---- vcs.c ---- */

struct vc {
	int vpi, vci;
	unsigned long long in, out;	/* SDUs from and to the machine */
	unsigned long long in_bytes, out_bytes;
	unsigned long long bad;		/* PDUs from the machine that were none */
	uint8_t *last;			/* SDU from the machine */
	size_t last_len;
	uint8_t *pdu;			/* a partial one; NULL between two */
	size_t have;
	bool overlong;			/* drop what follows, up to the last cell */
	struct vc *next;
};

struct vc *vc_find(int vpi, int vci);		/* NULL: never seen */
struct vc *vc_get(int vpi, int vci);		/* NULL: too many */
void vc_cell(const struct cell *c);

/* ---- wire.c ---- */

enum way { TO_MACHINE, FROM_MACHINE, WAYS };

/* Percent of the frames of one way. */
struct faults {
	long loss, dup, reorder, corrupt;
};

extern struct link wire_link;
extern struct faults wire_faults[WAYS];

void wire_open(const char *here, const char *there);
void wire_sdu(int vpi, int vci, const uint8_t *sdu, size_t len);	/* to the machine */
void wire_cable(bool on);
void wire_freeze(bool on);
bool wire_cable_on(void);
bool wire_frozen(void);
bool wire_patch(const uint8_t *from, const uint8_t *to, size_t len, long times);
int wire_poll_setup(struct pollfd *p);
void wire_poll_done(const struct pollfd *p);

/* ---- ports.c ---- */

void ports_open(const char *dir);
void ports_close(void);
void ports_deliver(const struct vc *v, const uint8_t *sdu, size_t len);
void ports_copy(int vpi, int vci, const uint8_t *sdu, size_t len);
void ports_poll_setup(struct pollfd *p);
void ports_poll_done(short revents);

/* ---- pcap.c ---- */

void pcap_open_frames(const char *path);
void pcap_open_sdus(const char *path);
void pcap_frame(const uint8_t *frame, size_t len);
void pcap_sdu(enum way way, int vpi, int vci, const uint8_t *sdu, size_t len);

/* ---- commands.c ---- */

/* Frames and SDUs, and why some were dropped. */
struct stats {
	unsigned long long frames_in, frames_out;
	unsigned long long in, out;	/* SDUs */
	unsigned long long foreign;	/* frames that are not the machine's cells for us */
	unsigned long long bad;		/* PDUs */
	unsigned long long oam;		/* cells without user data */
	unsigned long long nobody;	/* SDUs for a VC that no program has open */
	unsigned long long full;	/* SDUs for a program that does not read; frames for QEMU */
	unsigned long long unplugged, lost, doubled, reordered, corrupted, patched;
};

extern struct stats stats;

void commands_open(const char *path);
void commands_help(void);

#endif
