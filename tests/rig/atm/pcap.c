// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two captures: the frames as they are on the wire, and the SDUs in the SunATM form (link type
 * 123), whose first octet tells tshark what a VC carries. tshark does not put cells together by
 * itself.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "switch.h"

#define LINK_ETHERNET	1
#define LINK_SUNATM	123
#define SUNATM_HEAD	4
#define SUNATM_SENT	0x80		/* by the machine */
#define SUNATM_SSCOP	6
#define SUNATM_ILMI	5
#define ILMI_VCI	16

static FILE *frames, *sdus;

static FILE *begin(const char *path, uint32_t link)
{
	struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, longest, link;
	} head = { 0xa1b2c3d4, 2, 4, 0, 0, SDU_MAX + SUNATM_HEAD, link };
	FILE *f = fopen(path, "w");

	if (!f || fwrite(&head, sizeof(head), 1, f) != 1 || fflush(f))
		die("%s: %m", path);
	return f;
}

void pcap_open_frames(const char *path)
{
	frames = begin(path, LINK_ETHERNET);
}

void pcap_open_sdus(const char *path)
{
	sdus = begin(path, LINK_SUNATM);
}

/* Written out at once: the capture is read while the switch runs, and after it was killed. */
static void record(FILE *f, const void *head, size_t head_len, const void *data, size_t len)
{
	struct timespec now;
	struct {
		uint32_t seconds, micros, kept, length;
	} of;

	clock_gettime(CLOCK_REALTIME, &now);
	of.seconds = (uint32_t)now.tv_sec;
	of.micros = (uint32_t)(now.tv_nsec / 1000);
	of.kept = (uint32_t)(head_len + len);
	of.length = of.kept;
	fwrite(&of, sizeof(of), 1, f);
	fwrite(head, 1, head_len, f);
	fwrite(data, 1, len, f);
	fflush(f);
}

void pcap_frame(const uint8_t *frame, size_t len)
{
	if (frames)
		record(frames, "", 0, frame, len);
}

void pcap_sdu(enum way way, int vpi, int vci, const uint8_t *sdu, size_t len)
{
	uint8_t head[SUNATM_HEAD] = { 0, (uint8_t)vpi, (uint8_t)(vci >> 8), (uint8_t)vci };

	if (!sdus)
		return;
	if (vpi == 0 && vci == SIGNALLING_VCI)
		head[0] = SUNATM_SSCOP;
	else if (vpi == 0 && vci == ILMI_VCI)
		head[0] = SUNATM_ILMI;
	if (way == FROM_MACHINE)
		head[0] |= SUNATM_SENT;
	record(sdus, head, sizeof(head), sdu, len);
}
