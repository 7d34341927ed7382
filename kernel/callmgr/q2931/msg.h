/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of ITU-T Q.2931, ATM Forum UNI 3.1 and 4.0: octets to a structure and back. Pure
 * functions over (bytes, length): no lock, no allocation, no kernel call. The same files build in
 * userspace for tests and fuzzing.
 */
#ifndef CLEARDOWN_CALLMGR_Q2931_MSG_H
#define CLEARDOWN_CALLMGR_Q2931_MSG_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
#endif

/* No message that cldn_q2931_build() makes is longer. Received ones may be. */
#define CLDN_Q2931_MSG_MAX 640
/* Protocol discriminator, call reference, type, length. */
#define CLDN_Q2931_HEADER 9

/*
 * Call reference: 23 bits, and the flag that is clear in what the side sends that chose the value,
 * set in what the other side sends.
 */
#define CLDN_Q2931_CREF_FLAG 0x800000
#define CLDN_Q2931_CREF_GLOBAL 0
/* The dummy reference, of no call. */
#define CLDN_Q2931_CREF_DUMMY 0x7fffff

enum cldn_q2931_uni {
	CLDN_Q2931_UNI31,
	CLDN_Q2931_UNI40, /* adds ALERTING, NOTIFY, PARTY ALERTING */
};

enum cldn_q2931_type {
	CLDN_Q2931_ALERTING = 0x01,
	CLDN_Q2931_CALL_PROCEEDING = 0x02,
	CLDN_Q2931_SETUP = 0x05,
	CLDN_Q2931_CONNECT = 0x07,
	CLDN_Q2931_CONNECT_ACK = 0x0f,
	CLDN_Q2931_RESTART = 0x46,
	CLDN_Q2931_RELEASE = 0x4d,
	CLDN_Q2931_RESTART_ACK = 0x4e,
	CLDN_Q2931_RELEASE_COMPLETE = 0x5a,
	CLDN_Q2931_NOTIFY = 0x6e,
	CLDN_Q2931_STATUS_ENQUIRY = 0x75,
	CLDN_Q2931_STATUS = 0x7d,
	CLDN_Q2931_ADD_PARTY = 0x80,
	CLDN_Q2931_ADD_PARTY_ACK = 0x81,
	CLDN_Q2931_ADD_PARTY_REJECT = 0x82,
	CLDN_Q2931_DROP_PARTY = 0x83,
	CLDN_Q2931_DROP_PARTY_ACK = 0x84,
	CLDN_Q2931_PARTY_ALERTING = 0x85,
};

/*
 * Information elements: a bit in cldn_q2931_msg.have, in the order in which they are built. The AAL
 * parameters come first because tshark reads one octet beyond their end.
 */
enum cldn_q2931_ie {
	CLDN_Q2931_IE_AAL, /* 0x58 */
	CLDN_Q2931_IE_TRAFFIC, /* 0x59 */
	CLDN_Q2931_IE_BEARER, /* 0x5e */
	CLDN_Q2931_IE_BHLI, /* 0x5d */
	CLDN_Q2931_IE_BLLI, /* 0x5f, the first one of up to three */
	CLDN_Q2931_IE_CALLED, /* 0x70 */
	CLDN_Q2931_IE_CALLED_SUB, /* 0x71 */
	CLDN_Q2931_IE_CALLING, /* 0x6c */
	CLDN_Q2931_IE_CALLING_SUB, /* 0x6d */
	CLDN_Q2931_IE_TRANSIT, /* 0x78 */
	CLDN_Q2931_IE_CAUSE, /* 0x08, ncauses of them */
	CLDN_Q2931_IE_CALL_STATE, /* 0x14 */
	CLDN_Q2931_IE_CONNECTION, /* 0x5a */
	CLDN_Q2931_IE_RESTART, /* 0x79 */
	CLDN_Q2931_IE_NOTIFICATION, /* 0x27 */
	CLDN_Q2931_IE_GIT, /* 0x7f */
	CLDN_Q2931_IE_UUI, /* 0x7e */
	CLDN_Q2931_IE_QOS, /* 0x5c */
	CLDN_Q2931_IE_ENDPOINT, /* 0x54 */
	CLDN_Q2931_IE_ENDPOINT_STATE, /* 0x55 */
	CLDN_Q2931_NIES,
};

/* The bit of cldn_q2931_msg.have: CLDN_Q2931_HAVE(CAUSE). */
#define CLDN_Q2931_HAVE(name) (1u << CLDN_Q2931_IE_##name)

enum cldn_q2931_cause {
	CLDN_Q2931_CAUSE_UNALLOCATED = 1,
	CLDN_Q2931_CAUSE_VC_UNACCEPTABLE = 10,
	CLDN_Q2931_CAUSE_NORMAL = 16,
	CLDN_Q2931_CAUSE_BUSY = 17,
	CLDN_Q2931_CAUSE_NO_RESPONSE = 18,
	CLDN_Q2931_CAUSE_REJECTED = 21,
	CLDN_Q2931_CAUSE_OUT_OF_ORDER = 27,
	CLDN_Q2931_CAUSE_STATUS_ENQUIRY = 30,
	CLDN_Q2931_CAUSE_UNSPECIFIED = 31,
	CLDN_Q2931_CAUSE_VC_UNAVAILABLE = 35,
	CLDN_Q2931_CAUSE_TEMPORARY = 41,
	CLDN_Q2931_CAUSE_NO_VC = 45,
	CLDN_Q2931_CAUSE_NO_RESOURCE = 47,
	CLDN_Q2931_CAUSE_BAD_CREF = 81,
	CLDN_Q2931_CAUSE_NO_CHANNEL = 82,
	CLDN_Q2931_CAUSE_INCOMPATIBLE = 88,
	CLDN_Q2931_CAUSE_BAD_ENDPOINT = 89,
	CLDN_Q2931_CAUSE_IE_MISSING = 96,
	CLDN_Q2931_CAUSE_MESSAGE_TYPE = 97,
	CLDN_Q2931_CAUSE_IE_UNKNOWN = 99,
	CLDN_Q2931_CAUSE_IE_CONTENTS = 100,
	CLDN_Q2931_CAUSE_STATE = 101,
	CLDN_Q2931_CAUSE_TIMER = 102,
	CLDN_Q2931_CAUSE_LENGTH = 104,
	CLDN_Q2931_CAUSE_PROTOCOL = 111,
};

/* ---- the elements ---- */

#define CLDN_Q2931_NSAP 20
#define CLDN_Q2931_PLAN_E164 1
#define CLDN_Q2931_PLAN_NSAP 2

/**
 * struct cldn_q2931_number - called or calling party number
 * @type: type of number, 0 = unknown (NSAP), 1 = international (E.164)
 * @plan: CLDN_Q2931_PLAN_NSAP: 20 octets; CLDN_Q2931_PLAN_E164: 1 to 15 digits in ASCII
 * @presentation: calling only: 0 = allowed, 1 = restricted, 2 = not available
 * @screening: calling only: 0 = given by the user, not screened
 * @len: octets of @digits; 0 only for a calling number that is not available or restricted
 * @digits: the number
 */
struct cldn_q2931_number {
	u8 type;
	u8 plan;
	u8 presentation;
	u8 screening;
	u8 len;
	u8 digits[CLDN_Q2931_NSAP];
};

#define CLDN_Q2931_SUBADDRESS_MAX 21

/**
 * struct cldn_q2931_subaddress - called or calling party subaddress, as it is on the wire
 * @len: octets
 * @octets: type octet and address
 */
struct cldn_q2931_subaddress {
	u8 len;
	u8 octets[CLDN_Q2931_SUBADDRESS_MAX];
};

/* Cell rates (cells/s) and burst sizes (cells) of the traffic descriptor, at most 0xffffff. */
enum cldn_q2931_rate {
	CLDN_Q2931_FWD_PEAK_0,
	CLDN_Q2931_BWD_PEAK_0,
	CLDN_Q2931_FWD_PEAK,
	CLDN_Q2931_BWD_PEAK,
	CLDN_Q2931_FWD_SUSTAINED_0,
	CLDN_Q2931_BWD_SUSTAINED_0,
	CLDN_Q2931_FWD_SUSTAINED,
	CLDN_Q2931_BWD_SUSTAINED,
	CLDN_Q2931_FWD_MINIMUM,
	CLDN_Q2931_BWD_MINIMUM,
	CLDN_Q2931_FWD_BURST_0,
	CLDN_Q2931_BWD_BURST_0,
	CLDN_Q2931_FWD_BURST,
	CLDN_Q2931_BWD_BURST,
	CLDN_Q2931_NRATES,
};

/**
 * struct cldn_q2931_traffic - ATM traffic descriptor
 * @have: BIT(enum cldn_q2931_rate) of those given
 * @best_effort: unspecified bit rate
 * @has_options: @options was given
 * @options: traffic management options: 0x01 forward tagging, 0x02 backward tagging, 0x80 forward
 *	frame discard, 0x40 backward frame discard
 * @value: by enum cldn_q2931_rate; 0 where not given
 */
struct cldn_q2931_traffic {
	u16 have;
	bool best_effort;
	bool has_options;
	u8 options;
	u32 value[CLDN_Q2931_NRATES];
};

#define CLDN_Q2931_AAL5 5

/**
 * struct cldn_q2931_aal - AAL parameters
 * @type: CLDN_Q2931_AAL5; parameters of other types are read over and cannot be built
 * @has_fwd: @fwd_sdu was given
 * @has_bwd: @bwd_sdu was given
 * @has_sscs: @sscs was given
 * @sscs: service specific part, 0 = none
 * @fwd_sdu: longest SDU from the calling to the called side, octets
 * @bwd_sdu: the other way
 */
struct cldn_q2931_aal {
	u8 type;
	bool has_fwd;
	bool has_bwd;
	bool has_sscs;
	u8 sscs;
	u16 fwd_sdu;
	u16 bwd_sdu;
};

#define CLDN_Q2931_BCOB_A 1
#define CLDN_Q2931_BCOB_C 3
#define CLDN_Q2931_BCOB_X 16

/**
 * struct cldn_q2931_bearer - broadband bearer capability
 * @class: CLDN_Q2931_BCOB_*
 * @has_capability: @capability was given
 * @capability: traffic type and timing (3.1) or ATM transfer capability (4.0), 7 bits
 * @clipping: susceptible to clipping, 0 or 1
 * @multipoint: user plane configuration: 0 = point-to-point, 1 = point-to-multipoint
 */
struct cldn_q2931_bearer {
	u8 class;
	bool has_capability;
	u8 capability;
	u8 clipping;
	u8 multipoint;
};

#define CLDN_Q2931_BHLI_MAX 8

/**
 * struct cldn_q2931_bhli - broadband high layer information
 * @type: 0 = ISO, 1 = user specific, 2 = high layer profile, 3 = vendor specific
 * @len: octets of @info
 * @info: information
 */
struct cldn_q2931_bhli {
	u8 type;
	u8 len;
	u8 info[CLDN_Q2931_BHLI_MAX];
};

#define CLDN_Q2931_BLLI_MAX 13

/**
 * struct cldn_q2931_blli - broadband low layer information
 * @l1: layer 1 protocol, 0 = not given
 * @l2: layer 2 protocol, 0 = not given (12 = LLC)
 * @l3: layer 3 protocol, 0 = not given (11 = TR 9577)
 * @len: octets of @octets
 * @octets: the element as it is on the wire; the three above are read from it, never built
 */
struct cldn_q2931_blli {
	u8 l1;
	u8 l2;
	u8 l3;
	u8 len;
	u8 octets[CLDN_Q2931_BLLI_MAX];
};

/**
 * struct cldn_q2931_qos - quality of service
 * @fwd: class, 0 = unspecified
 * @bwd: class
 */
struct cldn_q2931_qos {
	u8 fwd;
	u8 bwd;
};

/**
 * struct cldn_q2931_connection - connection identifier
 * @assoc: VP-associated signalling: 0 = associated (@vpci means nothing), 1 = explicit VPCI
 * @pref: 0 = this VPCI and VCI, 1 = this VPCI and any VCI, 4 = this VPCI, no VCI
 * @vpci: virtual path connection identifier
 * @vci: virtual channel identifier
 */
struct cldn_q2931_connection {
	u8 assoc;
	u8 pref;
	u16 vpci;
	u16 vci;
};

#define CLDN_Q2931_NCAUSES 2
#define CLDN_Q2931_DIAG_MAX 28

/**
 * struct cldn_q2931_cause_ie - cause
 * @location: 0 = user, 2 = public network serving the local user
 * @value: enum cldn_q2931_cause, 7 bits
 * @diag_len: octets of @diag; a NORMAL cause with diagnostic cannot be built, atmsigd dies of it
 * @diag: diagnostic
 */
struct cldn_q2931_cause_ie {
	u8 location;
	u8 value;
	u8 diag_len;
	u8 diag[CLDN_Q2931_DIAG_MAX];
};

/* Restart class. */
#define CLDN_Q2931_RESTART_VC 0
#define CLDN_Q2931_RESTART_VP 1
#define CLDN_Q2931_RESTART_ALL 2

#define CLDN_Q2931_ENDPOINT_FLAG 0x8000
#define CLDN_Q2931_TRANSIT_MAX 5
#define CLDN_Q2931_NOTIFICATION_MAX 16
/* Of user data in UUI, GIT and in a cause. */
#define CLDN_Q2931_UUI_MAX 128
#define CLDN_Q2931_GIT_MAX 28
#define CLDN_Q2931_CAUSE_DATA_MAX 27

/**
 * struct cldn_q2931_uui - user-user information
 * @protocol: protocol discriminator, 0 = user specific
 * @len: octets of @data
 * @data: what the users say
 */
struct cldn_q2931_uui {
	u8 protocol;
	u8 len;
	u8 data[CLDN_Q2931_UUI_MAX];
};

/**
 * struct cldn_q2931_git - generic identifier transport
 * @application: identifier related standard or application
 * @len: octets of @data
 * @data: identifiers
 */
struct cldn_q2931_git {
	u8 application;
	u8 len;
	u8 data[CLDN_Q2931_GIT_MAX];
};

/**
 * struct cldn_q2931_msg - a message; zero it before filling it in
 * @cref: call reference with its flag, as on the wire
 * @type: enum cldn_q2931_type
 * @action: instruction for a receiver that does not know or expect @type, CLDN_Q2931_ACT_*
 * @explicit: the receiver shall follow @action
 * @have: CLDN_Q2931_HAVE() of the elements below
 * @ncauses: elements of @cause, when CAUSE is there
 * @call_state: state of the sender's call, 6 bits
 * @endpoint_state: state of the sender's party, 6 bits
 * @restart: CLDN_Q2931_RESTART_*
 * @notification_len: octets of @notification
 * @transit_len: octets of @transit
 * @endpoint: endpoint reference; CLDN_Q2931_ENDPOINT_FLAG is set in what the side sends that did
 *	not choose it
 * @cause: causes
 * @connection: VPCI and VCI
 * @qos: quality of service
 * @bearer: bearer capability
 * @aal: AAL parameters
 * @traffic: traffic descriptor
 * @bhli: high layer information
 * @blli: low layer information
 * @called: called party number
 * @calling: calling party number
 * @called_sub: called party subaddress
 * @calling_sub: calling party subaddress
 * @transit: transit network selection, as on the wire
 * @notification: notification indicator, as on the wire
 * @git: generic identifier transport
 * @uui: user-user information
 */
struct cldn_q2931_msg {
	u32 cref;
	u8 type;
	u8 action;
	bool explicit;
	u32 have;
	u8 ncauses;
	u8 call_state;
	u8 endpoint_state;
	u8 restart;
	u8 notification_len;
	u8 transit_len;
	u16 endpoint;
	struct cldn_q2931_cause_ie cause[CLDN_Q2931_NCAUSES];
	struct cldn_q2931_connection connection;
	struct cldn_q2931_qos qos;
	struct cldn_q2931_bearer bearer;
	struct cldn_q2931_aal aal;
	struct cldn_q2931_traffic traffic;
	struct cldn_q2931_bhli bhli;
	struct cldn_q2931_blli blli;
	struct cldn_q2931_number called;
	struct cldn_q2931_number calling;
	struct cldn_q2931_subaddress called_sub;
	struct cldn_q2931_subaddress calling_sub;
	u8 transit[CLDN_Q2931_TRANSIT_MAX];
	u8 notification[CLDN_Q2931_NOTIFICATION_MAX];
	struct cldn_q2931_git git;
	struct cldn_q2931_uui uui;
};

/* cldn_q2931_msg.action */
#define CLDN_Q2931_ACT_CLEAR 0
#define CLDN_Q2931_ACT_DISCARD 1
#define CLDN_Q2931_ACT_REPORT 2

/* ---- parsing ---- */

/*
 * What to do with a message. Of several errors the one furthest down decides. RELEASE and RELEASE
 * COMPLETE are never discarded: whatever is wrong with them, the call ends; the cause belongs into
 * the RELEASE COMPLETE.
 */
enum cldn_q2931_todo {
	CLDN_Q2931_PROCESS,
	CLDN_Q2931_PROCESS_REPORT, /* process, then STATUS with the cause */
	CLDN_Q2931_DISCARD,
	CLDN_Q2931_REPORT, /* discard, STATUS with the cause */
	CLDN_Q2931_CLEAR, /* clear the call with the cause; SETUP: RELEASE COMPLETE with it */
};

#define CLDN_Q2931_VERDICT_DIAG 4

/**
 * struct cldn_q2931_verdict - answer of the parser
 * @todo: enum cldn_q2931_todo
 * @cause: enum cldn_q2931_cause, 0 = nothing is wrong that somebody should hear of
 * @diag_len: octets of @diag
 * @diag: identifiers of the elements at fault, or the message type
 */
struct cldn_q2931_verdict {
	u8 todo;
	u8 cause;
	u8 diag_len;
	u8 diag[CLDN_Q2931_VERDICT_DIAG];
};

/**
 * struct cldn_q2931_rules - what is expected of the sender
 * @uni: enum cldn_q2931_uni
 * @from_network: the sender is the network side
 */
struct cldn_q2931_rules {
	u8 uni;
	bool from_network;
};

/**
 * cldn_q2931_parse - read a message
 * @buf: octets
 * @len: how many
 * @rules: of the link
 * @msg: answer; elements with errors are not in @msg->have
 * @verdict: answer: what to do with the message
 *
 * Return: 0 when the header could be read, so that @msg->cref, @msg->type and @verdict hold for a
 * call; -EBADMSG when there is nothing that could be answered.
 */
int cldn_q2931_parse(const u8 *buf, size_t len, const struct cldn_q2931_rules *rules,
		     struct cldn_q2931_msg *msg, struct cldn_q2931_verdict *verdict);

/**
 * cldn_q2931_unexpected - what to do with a message that does not fit into the call's state
 * @msg: message
 * @cause: MESSAGE_TYPE or STATE
 * @verdict: answer
 */
void cldn_q2931_unexpected(const struct cldn_q2931_msg *msg, u8 cause,
			   struct cldn_q2931_verdict *verdict);

/**
 * cldn_q2931_build - write a message
 * @msg: message
 * @buf: room for it
 * @size: octets of @buf
 *
 * Return: octets written; -EMSGSIZE when @size is too small, -EINVAL when @msg contains a value
 * that has no place on the wire, an element that the message does not know, or lacks one that it
 * always has.
 */
int cldn_q2931_build(const struct cldn_q2931_msg *msg, u8 *buf, size_t size);

/** cldn_q2931_type_name - "SETUP"; "unknown" */
const char *cldn_q2931_type_name(u8 type);

/* ---- data of the user at the end of a call ---- */

/* Ways that a port may use, an or of them; those that cannot hold the whole data are left out. */
#define CLDN_Q2931_DATA_CAUSE 0x01 /* diagnostic of cause REJECTED, up to 27 octets */
#define CLDN_Q2931_DATA_GIT 0x02 /* one identifier, up to 26 octets */
#define CLDN_Q2931_DATA_UUI 0x04 /* up to 128 octets; stock atmsigd cannot read it */

/** cldn_q2931_data_max - the longest data that one of @ways can hold */
size_t cldn_q2931_data_max(u32 ways);

/**
 * cldn_q2931_data_put - put data into a message that may have a cause
 * @msg: RELEASE or RELEASE COMPLETE with its cause already in it
 * @ways: CLDN_Q2931_DATA_*
 * @data: octets
 * @len: how many, at most cldn_q2931_data_max(@ways)
 *
 * With CLDN_Q2931_DATA_CAUSE the first cause becomes REJECTED, "user specific". Return: the ways
 * that were used, 0 when none could.
 */
u32 cldn_q2931_data_put(struct cldn_q2931_msg *msg, u32 ways, const u8 *data, size_t len);

/**
 * cldn_q2931_data_get - find data in a message: UUI first, then a cause, then GIT
 * @msg: any message
 * @len: set to its octets
 *
 * Return: the data inside of @msg, NULL when there is none.
 */
const u8 *cldn_q2931_data_get(const struct cldn_q2931_msg *msg, size_t *len);

#endif /* CLEARDOWN_CALLMGR_Q2931_MSG_H */
