// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a fax can be: text, a halftone, a blank page, text with a line, and a long page, in each coding,
 * with and without error correction; and a short page at each speed of each modulation. Sent and
 * received by the daemon, each in one call, and the same over there pixel for pixel.
 *
 * usage: fax-wide TTY NUMBER [all]	all: five pages also in those codings that others stand for
 */
#define _GNU_SOURCE

#include "faxd.h"

struct way {
	const char *far; /* the machine */
	const char *document;
	const char *args;
	unsigned int pages;
	int rate;
	const char *coding; /* NULL: any */
	bool ecm;
	bool rare; /* only when all are wanted */
};

static const struct way sent[] = {
	{ "200", "five.tif", NULL, 5, 14400, "MMR", true, false },
	{ "202", "five.tif", NULL, 5, 14400, "MR", true, true },
	{ "201", "five.tif", NULL, 5, 14400, "MH", true, true },
	{ "202", "five.tif", "ecm=off", 5, 14400, "MR", false, true },
	{ "201", "five.tif", "ecm=off", 5, 14400, "MH", false, false },
	{ "221", "fax1.tif", NULL, 1, 12000, NULL, true, false },
	{ "222", "fax1.tif", NULL, 1, 9600, NULL, true, false },
	{ "224", "fax1.tif", NULL, 1, 7200, NULL, true, false },
	{ "230", "fax1.tif", NULL, 1, 9600, NULL, true, false },
	{ "231", "fax1.tif", NULL, 1, 7200, NULL, true, false },
	{ "240", "fax1.tif", NULL, 1, 4800, NULL, true, false },
	{ "241", "fax1.tif", NULL, 1, 2400, NULL, true, false },
};

static const struct way received[] = {
	{ "200", "five.tif", NULL, 5, 14400, "MMR", true, false },
	{ "202", "five.tif", NULL, 5, 14400, "MR", true, true },
	{ "201", "five.tif", NULL, 5, 14400, "MH", true, true },
	{ "212", "five.tif", NULL, 5, 14400, "MR", false, false },
	{ "211", "five.tif", NULL, 5, 14400, "MH", false, true },
	{ "221", "fax1.tif", NULL, 1, 12000, NULL, true, false },
	{ "222", "fax1.tif", NULL, 1, 9600, NULL, true, false },
	{ "224", "fax1.tif", NULL, 1, 7200, NULL, true, false },
	{ "230", "fax1.tif", NULL, 1, 9600, NULL, true, false },
	{ "231", "fax1.tif", NULL, 1, 7200, NULL, true, false },
	{ "240", "fax1.tif", NULL, 1, 4800, NULL, true, false },
	{ "241", "fax1.tif", NULL, 1, 2400, NULL, true, false },
};

static struct desk desk;

static bool call_was(const struct way *w)
{
	char words[64];
	bool good = log_has("\"outcome\":\"ok\"");

	snprintf(words, sizeof(words), "\"confirmed\":%u,\"rate\":%d,\"ecm\":%s", w->pages, w->rate,
		 w->ecm ? "true" : "false");
	EXPECT(good, log_has(words));
	snprintf(words, sizeof(words), "\"coding\":\"%s\"", w->coding ? w->coding : "");
	EXPECT(good, !w->coding || log_has(words));
	return good;
}

static void name_way(char text[80], const struct way *w)
{
	snprintf(text, 80, "%u page%s at %d bit/s%s%s with%s error correction", w->pages,
		 w->pages == 1 ? "" : "s", w->rate, w->coding ? " in " : "",
		 w->coding ? w->coding : "", w->ecm ? "" : "out");
}

static void send_one(const struct way *w)
{
	uint64_t job = send_fax(desk.server, w->document, w->far, w->args);
	bool good = job;
	char name[80];

	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, faxd_job_is(job, "calls", "1"));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_SENDING, job), 1 + 2 * w->pages);
	EXPECT(good, told_pages(&desk, CLEARDOWN_FEI_COMPLETED, job, w->pages));
	EXPECT(good, call_was(w));
	EXPECT(good, same_fax(w->document, "rx.tif"));
	bank("waitfor %s idle 20000", w->far);
	name_way(name, w);
	tap(good, "sent: %s, to %s, pixel for pixel", name, w->far);
}

static void receive_one(const struct way *w)
{
	struct wanted idle = { CLEARDOWN_EV_FAX, SESSION, 0, CLEARDOWN_FEI_IDLE, 0 };
	unsigned int idles = desk_count(&desk, CLEARDOWN_FEI_IDLE, 0);
	unsigned int completed = desk_count(&desk, CLEARDOWN_FEI_COMPLETED, 0);
	bool good = bank("dial %s %s", w->far, desk.number);
	char name[80], words[256], file[80];

	EXPECT(good, tape_wait(&desk.tape, idle, idles + 1, CALL_MS, NULL));
	EXPECT_EQ(good, desk_count(&desk, CLEARDOWN_FEI_COMPLETED, 0), completed + 1);
	EXPECT(good, call_was(w));
	snprintf(words, sizeof(words), "hostctl save got.tif <%s >/dev/null",
		 faxd_received("file", file));
	EXPECT(good, *file && !system(words) && same_fax(w->document, "got.tif"));
	bank("waitfor %s idle 20000", w->far);
	name_way(name, w);
	tap(good, "received: %s, from %s, pixel for pixel", name, w->far);
}

int main(int argc, char **argv)
{
	bool all = argc > 3;
	size_t i;

	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, NULL), "a line, and its daemon"))
		return 1;
	alarm(0);
	for (i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
		if (all || !sent[i].rare)
			send_one(&sent[i]);
	tap(desk_port(&desk, CLEARDOWN_FAX_PORT_SEND | CLEARDOWN_FAX_PORT_RECEIVE, 1) &&
		    faxd_line_is("state", "listening", 20000),
	    "and it takes calls");
	for (i = 0; i < sizeof(received) / sizeof(received[0]); i++)
		if (all || !received[i].rare)
			receive_one(&received[i]);
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(desk_close(&desk), "unbind");
	return tap_done();
}
