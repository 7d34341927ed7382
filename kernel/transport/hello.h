/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hello: how two ends of a wire find each other and agree which of them is the network. It is
 * an SDU on a channel of its own, sent to a group of hosts until a peer is known, and as an answer
 * to the peer alone. All numbers with the most significant octet first:
 *
 *   magic "CLDN" (4) | version (1) = 1 | role (1) | capabilities (2) | MAC (6) | close_data (2)
 *   | NSAP (20) | label (4) | nonce (8)
 *
 * Octets behind those are a later version's; they are admitted and not looked at, and so are
 * capabilities that are not known. Nothing else is: a hello is right in every field or is none.
 *
 * Pure functions over (bytes, length): no lock, no allocation, no kernel call. The same files build
 * in userspace for tests and fuzzing.
 */
#ifndef CLEARDOWN_TRANSPORT_HELLO_H
#define CLEARDOWN_TRANSPORT_HELLO_H

#include <linux/types.h>

/* Its channel: one of those that UNI leaves to the ATM Forum, and that nobody was given. */
#define CLDN_HELLO_VPI 0
#define CLDN_HELLO_VCI 30

#define CLDN_HELLO_SIZE 48U
#define CLDN_HELLO_MAC 6
#define CLDN_HELLO_NSAP 20
#define CLDN_HELLO_CLOSE_DATA_MAX 128

/* Capabilities */
#define CLDN_HELLO_MULTIPOINT 0x0001
#define CLDN_HELLO_CAPABILITIES 0x0001

enum cldn_hello_role {
	CLDN_ROLE_AUTO, /* whatever the other one is not */
	CLDN_ROLE_USER,
	CLDN_ROLE_NETWORK,
};

/**
 * struct cldn_hello - what an end says of itself
 * @role: enum cldn_hello_role
 * @capabilities: CLDN_HELLO_*
 * @mac: the interface's; the source of the frame has to be the same
 * @close_data: longest close data that it takes, octets, 0 for none
 * @nsap: its ATM address, of 20 octets
 * @label: under which it listens
 * @nonce: another one after each boot, never 0: a peer that began anew is known by it
 */
struct cldn_hello {
	u8 role;
	u16 capabilities;
	u8 mac[CLDN_HELLO_MAC];
	u16 close_data;
	u8 nsap[CLDN_HELLO_NSAP];
	u32 label;
	u64 nonce;
};

enum cldn_hello_fault {
	CLDN_HELLO_GOOD,
	CLDN_HELLO_SHORT,
	CLDN_HELLO_FOREIGN, /* the magic is another one */
	CLDN_HELLO_VERSION, /* version 0 */
	CLDN_HELLO_BAD_ROLE,
	CLDN_HELLO_BAD_MAC, /* no address of a single host */
	CLDN_HELLO_BAD_CLOSE_DATA,
	CLDN_HELLO_BAD_NSAP, /* no address: it begins with 0 */
	CLDN_HELLO_BAD_LABEL,
	CLDN_HELLO_BAD_NONCE,
};

/**
 * cldn_hello_encode - make a hello
 * @out: CLDN_HELLO_SIZE octets
 * @hello: what to say; the fields are the caller's to get right
 */
void cldn_hello_encode(u8 *out, const struct cldn_hello *hello);

/**
 * cldn_hello_decode - read a hello
 * @hello: answer; as it was unless the hello is good
 * @buf: SDU
 * @len: its octets
 * Return: CLDN_HELLO_GOOD, or what is wrong with it.
 */
enum cldn_hello_fault cldn_hello_decode(struct cldn_hello *hello, const u8 *buf, size_t len);

/* What we are beside a peer. */
enum cldn_hello_match {
	CLDN_MATCH_USER,
	CLDN_MATCH_NETWORK,
	CLDN_MATCH_BOTH_NETWORK, /* conflict: both were told to be the network */
	CLDN_MATCH_BOTH_USER, /* conflict: there is no network */
	CLDN_MATCH_LABEL, /* conflict: the labels are not the same */
	CLDN_MATCH_OURSELVES, /* our own hello, or a second host with our MAC */
};

/**
 * cldn_hello_match - agree on the sides; both ends come to the same result
 * @ours: what we say
 * @theirs: good
 *
 * Who was told what to be is it. Where both may be anything the lower MAC is the network.
 * Return: enum cldn_hello_match.
 */
enum cldn_hello_match cldn_hello_match(const struct cldn_hello *ours,
				       const struct cldn_hello *theirs);

#endif /* CLEARDOWN_TRANSPORT_HELLO_H */
