// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated port of the bench, proved with what programs use for parallel ports: libieee1284,
 * which finds the port by itself and asks the printer by its own lights.
 *
 * usage: parsim-library PORT [tristate]
 *
 * With the word the port's data lines can be turned round, and the printer knows byte mode.
 */
#define _GNU_SOURCE

#include <ieee1284.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "parsim.h"
#include "tap.h"

#define STATUS_READY (S1284_NFAULT | S1284_SELECT | S1284_NACK)
#define STATUS_LINES (STATUS_READY | S1284_PERROR | S1284_BUSY)
/* In the library's eyes only these depend on the port. */
#define OWN_CAPABILITIES (CAP1284_RAW | CAP1284_BYTE | CAP1284_ECP | CAP1284_EPP)
#define LENGTH 2 /* bytes before a Device ID */

/* A way to read that port and printer have. */
struct way {
	int mode;
	const char *name;
	ssize_t (*read)(struct parport *port, int flags, char *buf, size_t len);
};

static const struct way nibble = { M1284_NIBBLE, "nibble", ieee1284_nibble_read };
static const struct way byte = { M1284_BYTE, "byte", ieee1284_byte_read };

static struct parsim printer;
static struct parport *port;

static void find(struct parport_list *list, const char *number)
{
	char name[32];

	snprintf(name, sizeof(name), "parport%s", number);
	if (ieee1284_find_ports(list, 0) != E1284_OK) {
		fprintf(stderr, "the library finds nothing\n");
		exit(1);
	}
	for (int i = 0; i < list->portc; i++)
		if (!strcmp(list->portv[i]->name, name))
			port = list->portv[i];
	if (port)
		return;
	fprintf(stderr, "%s is not among the %d ports found\n", name, list->portc);
	exit(1);
}

/* The library opens the port for this itself; fresh is what comes from the printer. */
static void test_id(void)
{
	static const char id[] = "MFG:Bench;MDL:Of the library;CLS:PRINTER;";
	char got[256] = "";
	bool good = true;

	parsim_forget(&printer);
	parsim_write(&printer, "id", id, strlen(id));
	EXPECT_EQ(good, ieee1284_get_deviceid(port, -1, F1284_FRESH, got, sizeof(got)),
		  LENGTH + strlen(id));
	EXPECT_EQ(good, got[1], LENGTH + strlen(id));
	EXPECT(good, !strcmp(got + LENGTH, id));
	EXPECT_EQ(good, parsim_count(&printer, "read"), LENGTH + strlen(id));
	tap(good, "libieee1284 reads the Device ID from the printer");
}

static void test_open(int own)
{
	int capabilities = 0;
	bool good = true;

	EXPECT_EQ(good, ieee1284_open(port, F1284_EXCL, &capabilities), E1284_OK);
	EXPECT_EQ(good, capabilities & OWN_CAPABILITIES, own);
	EXPECT_EQ(good, ieee1284_claim(port), E1284_OK);
	EXPECT_EQ(good, ieee1284_read_status(port) & STATUS_LINES, STATUS_READY);
	tap(good, "it opens the port, sees what it can do, and a printer that is ready");
}

static void test_conversation(const struct way *way)
{
	static const char said[] = "40 seconds of warming up";
	char got[64] = "", arrived[64] = "";
	bool good = true;

	parsim_forget(&printer);
	parsim_write(&printer, "back", said, strlen(said));
	EXPECT_EQ(good, ieee1284_compat_write(port, 0, "before", 6), 6);
	EXPECT_EQ(good, ieee1284_negotiate(port, way->mode), E1284_OK);
	EXPECT_EQ(good, way->read(port, 0, got, 10), 10);
	ieee1284_terminate(port);
	EXPECT_EQ(good, ieee1284_compat_write(port, 0, " and after", 10), 10);
	EXPECT_EQ(good, ieee1284_negotiate(port, way->mode), E1284_OK);
	EXPECT_EQ(good, way->read(port, 0, got + 10, sizeof(got) - 10), strlen(said) - 10);
	ieee1284_terminate(port);
	EXPECT(good, !strcmp(got, said));
	EXPECT_EQ(good, parsim_data(&printer, arrived, sizeof(arrived)), 16);
	EXPECT(good, !strcmp(arrived, "before and after"));
	EXPECT_EQ(good, parsim_count(&printer, "unread"), 0);
	EXPECT_EQ(good, parsim_count(&printer, "read_byte"), way == &byte ? strlen(said) : 0);
	EXPECT_EQ(good, parsim_count(&printer, "conflicts"), 0);
	EXPECT_EQ(good, ieee1284_read_status(port) & STATUS_LINES, STATUS_READY);
	tap(good, "it writes, reads in %s mode, and writes", way->name);
}

static void test_refusals(void)
{
	static const int modes[] = { M1284_BYTE, M1284_ECP, M1284_EPP };
	bool good = true;

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		EXPECT_EQ(good, ieee1284_negotiate(port, modes[i]), E1284_REJECTED);
	parsim_set(&printer, "compliant", 0);
	EXPECT_EQ(good, ieee1284_negotiate(port, M1284_NIBBLE), E1284_NEGFAILED);
	parsim_set(&printer, "compliant", 1);
	EXPECT_EQ(good, ieee1284_read_status(port) & STATUS_LINES, STATUS_READY);
	tap(good, "it is told of a mode that is missing, and of a printer without IEEE 1284");
}

int main(int argc, char **argv)
{
	bool tristate = argc == 3 && !strcmp(argv[2], "tristate");
	struct parport_list list;

	if (argc != 2 && !tristate) {
		fprintf(stderr, "usage: parsim-library PORT [tristate]\n");
		return 2;
	}
	parsim_at(&printer, argv[1]);
	find(&list, argv[1]);
	test_id();
	test_open(CAP1284_RAW | (tristate ? CAP1284_BYTE : 0));
	test_conversation(&nibble);
	test_refusals();
	if (tristate) {
		parsim_set(&printer, "byte", 1);
		test_conversation(&byte);
		parsim_set(&printer, "byte", 0);
	}
	ieee1284_release(port);
	ieee1284_close(port);
	ieee1284_free_ports(&list);
	return tap_done();
}
