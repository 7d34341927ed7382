// SPDX-License-Identifier: GPL-2.0-only
/* The hello between two ends of a wire. See hello.h; nothing here but functions of arguments. */
#include <linux/string.h>
#include "cell.h"
#include "hello.h"

#define HELLO_VERSION 1

/* Where the fields are. */
enum hello_field {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_ROLE = 5,
	AT_CAPABILITIES = 6,
	AT_MAC = 8,
	AT_CLOSE_DATA = 14,
	AT_NSAP = 16,
	AT_LABEL = 36,
	AT_NONCE = 40,
};

static const u8 hello_magic[] = { 'C', 'L', 'D', 'N' };

static void hello_put(u8 *out, u64 value, size_t octets)
{
	while (octets--) {
		out[octets] = value;
		value >>= 8;
	}
}

static u64 hello_get(const u8 *in, size_t octets)
{
	u64 value = 0;

	while (octets--)
		value = value << 8 | *in++;
	return value;
}

void cldn_hello_encode(u8 *out, const struct cldn_hello *hello)
{
	memcpy(out + AT_MAGIC, hello_magic, sizeof(hello_magic));
	out[AT_VERSION] = HELLO_VERSION;
	out[AT_ROLE] = hello->role;
	hello_put(out + AT_CAPABILITIES, hello->capabilities, 2);
	memcpy(out + AT_MAC, hello->mac, CLDN_HELLO_MAC);
	hello_put(out + AT_CLOSE_DATA, hello->close_data, 2);
	memcpy(out + AT_NSAP, hello->nsap, CLDN_HELLO_NSAP);
	hello_put(out + AT_LABEL, hello->label, 4);
	hello_put(out + AT_NONCE, hello->nonce, 8);
}

/* Neither a group's address nor none at all. */
static bool hello_is_host(const u8 *mac)
{
	static const u8 none[CLDN_HELLO_MAC];

	return !(mac[0] & 1) && memcmp(mac, none, sizeof(none));
}

static enum cldn_hello_fault hello_check(const struct cldn_hello *hello)
{
	if (hello->role > CLDN_ROLE_NETWORK)
		return CLDN_HELLO_BAD_ROLE;
	if (!hello_is_host(hello->mac))
		return CLDN_HELLO_BAD_MAC;
	if (hello->close_data > CLDN_HELLO_CLOSE_DATA_MAX)
		return CLDN_HELLO_BAD_CLOSE_DATA;
	if (!hello->nsap[0])
		return CLDN_HELLO_BAD_NSAP;
	if (hello->label < CLDN_LABEL_MIN || hello->label > CLDN_LABEL_MAX)
		return CLDN_HELLO_BAD_LABEL;
	return hello->nonce ? CLDN_HELLO_GOOD : CLDN_HELLO_BAD_NONCE;
}

enum cldn_hello_fault cldn_hello_decode(struct cldn_hello *hello, const u8 *buf, size_t len)
{
	enum cldn_hello_fault fault;
	struct cldn_hello h;

	if (len < CLDN_HELLO_SIZE)
		return CLDN_HELLO_SHORT;
	if (memcmp(buf + AT_MAGIC, hello_magic, sizeof(hello_magic)))
		return CLDN_HELLO_FOREIGN;
	if (!buf[AT_VERSION])
		return CLDN_HELLO_VERSION;
	h.role = buf[AT_ROLE];
	h.capabilities = hello_get(buf + AT_CAPABILITIES, 2) & CLDN_HELLO_CAPABILITIES;
	memcpy(h.mac, buf + AT_MAC, CLDN_HELLO_MAC);
	h.close_data = hello_get(buf + AT_CLOSE_DATA, 2);
	memcpy(h.nsap, buf + AT_NSAP, CLDN_HELLO_NSAP);
	h.label = hello_get(buf + AT_LABEL, 4);
	h.nonce = hello_get(buf + AT_NONCE, 8);
	fault = hello_check(&h);
	if (!fault)
		*hello = h;
	return fault;
}

enum cldn_hello_match cldn_hello_match(const struct cldn_hello *ours,
				       const struct cldn_hello *theirs)
{
	int order = memcmp(ours->mac, theirs->mac, CLDN_HELLO_MAC);

	if (!order)
		return CLDN_MATCH_OURSELVES;
	if (ours->label != theirs->label)
		return CLDN_MATCH_LABEL;
	if (ours->role == CLDN_ROLE_AUTO && theirs->role == CLDN_ROLE_AUTO)
		return order < 0 ? CLDN_MATCH_NETWORK : CLDN_MATCH_USER;
	if (ours->role == theirs->role)
		return ours->role == CLDN_ROLE_NETWORK ? CLDN_MATCH_BOTH_NETWORK :
							 CLDN_MATCH_BOTH_USER;
	if (ours->role == CLDN_ROLE_NETWORK || theirs->role == CLDN_ROLE_USER)
		return CLDN_MATCH_NETWORK;
	return CLDN_MATCH_USER;
}
