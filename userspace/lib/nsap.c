// SPDX-License-Identifier: LGPL-2.1-or-later
/* The notation of addresses. */
#include <errno.h>

#include "internal.h"

/* Where the dots stand: before the end system identifier, before the selector. */
#define NSAP_ESI 13
#define NSAP_SELECTOR 19

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

CLDN_EXPORT int cleardown_nsap_from_text(const char *text, uint8_t nsap[CLDN_NSAP_LEN])
{
	uint8_t octets[CLDN_NSAP_LEN] = { 0 };
	size_t n = 0, i;

	for (i = 0; text && text[i] && n <= 2 * CLDN_NSAP_LEN; i++) {
		int digit = digit_of(text[i]);

		if (text[i] == '.' && n)
			continue;
		if (digit < 0 || n == 2 * CLDN_NSAP_LEN)
			break;
		octets[n / 2] = octets[n / 2] << 4 | digit;
		n++;
	}
	if (n != 2 * CLDN_NSAP_LEN || text[i] || text[i - 1] == '.') {
		errno = EINVAL;
		return -1;
	}
	for (i = 0; i < CLDN_NSAP_LEN; i++)
		nsap[i] = octets[i];
	return 0;
}

CLDN_EXPORT char *cleardown_nsap_to_text(const uint8_t nsap[CLDN_NSAP_LEN],
					 char text[CLDN_NSAP_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *to = text;
	size_t i;

	for (i = 0; i < CLDN_NSAP_LEN; i++) {
		if (i == NSAP_ESI || i == NSAP_SELECTOR)
			*to++ = '.';
		*to++ = digits[nsap[i] >> 4];
		*to++ = digits[nsap[i] & 15];
	}
	*to = '\0';
	return text;
}
