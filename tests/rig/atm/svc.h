/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stock atmsigd, aread and awrite exchange with a kernel: addresses, quality of service, and
 * the one message of the signalling demon's socket. The kernel's headers for these leave with
 * Linux 7.2, the programs stay as they are, so the layout is kept here; the assertions pin it.
 */
#ifndef RIG_SVC_H
#define RIG_SVC_H

#include <assert.h>
#include <stdint.h>

#define SVC_NSAP_LEN	20

#define FAMILY_PVC	8
#define FAMILY_SVC	20
#define SOL_ATM_LEVEL	264
/* Socket options have level, number and size in one. */
#define OPTION_QOS	((SOL_ATM_LEVEL & 0x1ff) << 22 | 2 << 16 | (int)sizeof(struct svc_qos))

#define CLASS_NONE	0
#define CLASS_UBR	1
#define AAL5_TYPE	5
#define PCR_MAX		(-1)
#define HLI_USER	2

/* Of a PVC's address: take any; leave open. */
#define PVC_ANY		(-1)
#define PVC_UNSPEC	(-2)

struct svc_traffic {
	uint8_t class;
	int32_t max_pcr, pcr, min_pcr;
	int32_t max_cdv;
	int32_t max_sdu;
	uint32_t abr[4];
};

struct svc_qos {
	struct svc_traffic tx;
	struct svc_traffic rx;
	uint8_t aal;
};

struct svc_pvc {
	uint16_t family;
	uint16_t zero;
	int16_t itf;
	int16_t vpi;
	int32_t vci;
};

struct svc_address {
	uint16_t family;
	uint16_t zero;
	uint8_t nsap[SVC_NSAP_LEN];
	char e164[13];
	char join_type;
	uint32_t join_id;
};

struct svc_sap {
	uint8_t hli_type;
	uint8_t hli_length;
	uint8_t hli[8];
	uint8_t blli[3][10];
};

enum svc_type {
	SVC_BIND = 1,
	SVC_CONNECT,
	SVC_ACCEPT,
	SVC_REJECT,
	SVC_LISTEN,
	SVC_OKAY,
	SVC_ERROR,
	SVC_INDICATE,
	SVC_CLOSE,
	SVC_ITF_NOTIFY,
	SVC_MODIFY,
	SVC_IDENTIFY,
	SVC_TERMINATE,
	SVC_ADD_PARTY,
	SVC_DROP_PARTY,
	SVC_TYPES,
};

/* A kernel pointer, which the demon only compares and repeats: the client's own number here. */
struct svc_id {
	uint32_t number;
	uint32_t zero;
};

struct svc_message {
	uint32_t type;
	struct svc_id call;
	struct svc_id listener;
	int32_t reply;
	struct svc_pvc pvc;
	struct svc_address local;
	struct svc_qos qos;
	struct svc_sap sap;
	uint32_t session;
	struct svc_address remote;
};

/* The argument of the interface ioctls. */
struct svc_ioctl {
	int number;
	int length;
	void *arg;
};

static_assert(sizeof(struct svc_traffic) == 40, "traffic parameters");
static_assert(sizeof(struct svc_qos) == 84, "quality of service");
static_assert(OPTION_QOS == 0x42020054, "socket option");
static_assert(sizeof(struct svc_pvc) == 12, "PVC address");
static_assert(sizeof(struct svc_address) == 44, "SVC address");
static_assert(sizeof(struct svc_sap) == 40, "access point");
static_assert(sizeof(struct svc_message) == 252, "message");

#endif
