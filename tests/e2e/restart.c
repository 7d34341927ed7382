// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine restarts while a phone has a call and a fax line's provider another one. The modems
 * are lines 101 and 102 of the bank; whether they were put on hook, scripts/vm reads in its log.
 *
 * usage: restart TTY TTY2
 */
#define _GNU_SOURCE

#include <sys/reboot.h>

#include "fax.h"

#define FAR "103"
#define FAR_FAX "104"

static bool phone_call(const char *tty, struct phone *phone)
{
	union cd_record rec = { 0 };

	return phone_bind(phone, tty) && !phone_open(phone, 1) &&
	       !phone_do_text(phone, CLEARDOWN_OP_DIAL, FAR, 30000, &rec) &&
	       rec.ev.p1 == CLEARDOWN_RESULT_CONNECT;
}

/* A call in which the far machine's first frame is on its way to us. */
static bool fax_call(const char *tty)
{
	int server = fax_connect(O_RDWR), fd;
	char name[32];

	if (server < 0 || cd_bind_class(CLEARDOWN_CLASS_FAX, "tty", tty_dev(tty), "", name, NULL))
		return false;
	fd = fax_provider(name, cd_events());
	return fd >= 0 && !fax_line(fd, CLEARDOWN_FAX_LINE_TAKE, NULL) &&
	       modem_says(fd, "ATE0V1&D2&C1", "OK", 5000) &&
	       modem_says(fd, "AT+FCLASS=1", "OK", 5000) &&
	       modem_says(fd, "ATDT" FAR_FAX, "CONNECT\r\n", 60000);
}

int main(int argc, char **argv)
{
	static struct phone phone;

	if (argc != 3)
		return 2;
	tap(phone_call(argv[1], &phone), "a phone has a call");
	tap(fax_call(argv[2]), "a fax line has a call");
	if (tap_done())
		return 1;
	fflush(stdout);
	reboot(RB_AUTOBOOT);
	return 1;
}
