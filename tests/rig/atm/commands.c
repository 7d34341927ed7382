// SPDX-License-Identifier: GPL-2.0-only
/* Control commands of cellswitch, one answer each. Times are real milliseconds. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../clients.h"
#include "switch.h"

#define SHOWN_MAX	4000		/* octets of an SDU in an answer */

struct stats stats;

/* What a client in waitfor waits for: a count of all VCs (vc is NULL) or of one. */
static struct wait {
	bool of_vc;
	int vpi, vci;
	char what[8];
	unsigned long long count;
} waits[MAX_CLIENTS];

/* ---- words ---- */

static int next_switch(struct client *c, char **rest)
{
	char *word = next_word(rest);

	if (!strcmp(word, "on"))
		return 1;
	if (!strcmp(word, "off"))
		return 0;
	reply(c, "error on or off expected, not '%s'", word);
	return -1;
}

static bool parse_vc(const char *word, int *vpi, int *vci)
{
	char end;

	return sscanf(word, "%d.%d%c", vpi, vci, &end) == 2 && *vpi >= 0 && *vpi <= 255 &&
	       *vci >= 0 && *vci <= 65535;
}

/* ---- what befalls frames ---- */

/* PERCENT [to|from], of the member at offset of struct faults. */
static void set_fault(struct client *c, char *rest, size_t offset)
{
	long percent;
	char *only;
	int way;

	if (!next_number(&rest, &percent) || percent > 100) {
		reply(c, "error PERCENT [to|from] expected");
		return;
	}
	only = next_word(&rest);
	if (*only && strcmp(only, "to") && strcmp(only, "from")) {
		reply(c, "error to or from expected, not '%s'", only);
		return;
	}
	for (way = 0; way < WAYS; way++)
		if (!*only || way == (*only == 't' ? TO_MACHINE : FROM_MACHINE))
			*(long *)((char *)&wire_faults[way] + offset) = percent;
	reply(c, "ok");
}

static void cmd_loss(struct client *c, char *rest)
{
	set_fault(c, rest, offsetof(struct faults, loss));
}

static void cmd_dup(struct client *c, char *rest)
{
	set_fault(c, rest, offsetof(struct faults, dup));
}

static void cmd_reorder(struct client *c, char *rest)
{
	set_fault(c, rest, offsetof(struct faults, reorder));
}

static void cmd_corrupt(struct client *c, char *rest)
{
	set_fault(c, rest, offsetof(struct faults, corrupt));
}

static void cmd_cable(struct client *c, char *rest)
{
	int on = next_switch(c, &rest);

	if (on < 0)
		return;
	wire_cable(on);
	reply(c, "ok");
}

static void cmd_freeze(struct client *c, char *rest)
{
	int on = next_switch(c, &rest);

	if (on < 0)
		return;
	wire_freeze(on);
	reply(c, "ok");
}

static void cmd_patch(struct client *c, char *rest)
{
	uint8_t from[256], to[256];
	char *word = next_word(&rest);
	long times = 1;
	size_t len;

	if (!strcmp(word, "off")) {
		wire_patch(from, to, 0, 0);
		reply(c, "ok");
		return;
	}
	len = parse_hex(from, sizeof(from), word);
	if (!len || parse_hex(to, sizeof(to), next_word(&rest)) != len ||
	    (*rest && !next_number(&rest, &times))) {
		reply(c, "error patch HEX HEX [TIMES], both as long | patch off");
		return;
	}
	wire_patch(from, to, len, times);
	reply(c, "ok");
}

static void cmd_sdu(struct client *c, char *rest)
{
	uint8_t sdu[LINE_MAX_LEN / 2];
	int vpi, vci;
	size_t len;

	if (!parse_vc(next_word(&rest), &vpi, &vci)) {
		reply(c, "error sdu VPI.VCI HEX");
		return;
	}
	len = parse_hex(sdu, sizeof(sdu), next_word(&rest));
	if (!len) {
		reply(c, "error no hex");
		return;
	}
	log_line("control", "an SDU of %zu bytes on %d.%d", len, vpi, vci);
	wire_sdu(vpi, vci, sdu, len);
	reply(c, "ok %zu", len);
}

/* ---- looking ---- */

static void cmd_status(struct client *c, char *rest)
{
	const struct faults *to = &wire_faults[TO_MACHINE], *from = &wire_faults[FROM_MACHINE];

	(void)rest;
	reply(c, "ok cable %s freeze %s loss %ld %ld dup %ld %ld reorder %ld %ld corrupt %ld %ld",
	      wire_cable_on() ? "on" : "off", wire_frozen() ? "on" : "off", to->loss, from->loss,
	      to->dup, from->dup, to->reorder, from->reorder, to->corrupt, from->corrupt);
}

static void cmd_stats(struct client *c, char *rest)
{
	const struct stats *s = &stats;

	(void)rest;
	reply(c,
	      "ok frames_in %llu frames_out %llu in %llu out %llu foreign %llu bad %llu oam %llu "
	      "nobody %llu full %llu unplugged %llu lost %llu doubled %llu reordered %llu "
	      "corrupted %llu patched %llu",
	      s->frames_in, s->frames_out, s->in, s->out, s->foreign, s->bad, s->oam, s->nobody,
	      s->full, s->unplugged, s->lost, s->doubled, s->reordered, s->corrupted, s->patched);
}

static void cmd_vc(struct client *c, char *rest)
{
	struct vc *v;
	int vpi, vci;

	if (!parse_vc(next_word(&rest), &vpi, &vci)) {
		reply(c, "error vc VPI.VCI");
		return;
	}
	v = vc_find(vpi, vci);
	if (v)
		reply(c, "ok in %llu in_bytes %llu out %llu out_bytes %llu bad %llu partial %zu",
		      v->in, v->in_bytes, v->out, v->out_bytes, v->bad, v->have);
	else
		reply(c, "ok in 0 in_bytes 0 out 0 out_bytes 0 bad 0 partial 0");
}

static void cmd_last(struct client *c, char *rest)
{
	char text[2 * SHOWN_MAX + 1] = "";
	struct vc *v = NULL;
	int vpi, vci;
	size_t i;

	if (parse_vc(next_word(&rest), &vpi, &vci))
		v = vc_find(vpi, vci);
	if (!v || !v->last) {
		reply(c, "error no SDU came on that VC");
		return;
	}
	for (i = 0; i < v->last_len && i < SHOWN_MAX; i++)
		sprintf(text + 2 * i, "%02x", v->last[i]);
	reply(c, "ok %zu %s", v->last_len, text);
}

/* ---- waiting ---- */

static unsigned long long counted(const struct wait *w)
{
	const struct vc *v = w->of_vc ? vc_find(w->vpi, w->vci) : NULL;
	bool in = !strcmp(w->what, "in");

	if (w->of_vc && !v)
		return 0;
	if (w->of_vc)
		return in ? v->in : v->out;
	if (!strcmp(w->what, "bad"))
		return stats.bad;
	return in ? stats.in : stats.out;
}

static bool wait_answer(struct client *c, bool late)
{
	struct wait *w = &waits[c->index];

	if (counted(w) >= w->count)
		reply(c, "ok %llu", counted(w));
	else if (late)
		reply(c, "error timeout, %s is %llu", w->what, counted(w));
	else
		return false;
	return true;
}

static void cmd_waitfor(struct client *c, char *rest)
{
	struct wait *w = &waits[c->index];
	char *word = next_word(&rest);
	long ms;
	char end;

	w->of_vc = isdigit((unsigned char)*word) && parse_vc(word, &w->vpi, &w->vci);
	if (w->of_vc)
		word = next_word(&rest);
	if (sscanf(word, "%7[a-z]:%llu%c", w->what, &w->count, &end) != 2 ||
	    (strcmp(w->what, "in") && strcmp(w->what, "out") && strcmp(w->what, "bad")) ||
	    !next_number(&rest, &ms)) {
		reply(c, "error waitfor [VPI.VCI] in:N|out:N|bad:N MS");
		return;
	}
	client_wait(c, ms);
}

/* ---- the table ---- */

static const struct command commands[] = {
	{ "loss", cmd_loss, "PERCENT [to|from]", "frames to or from the machine that are lost" },
	{ "dup", cmd_dup, "PERCENT [to|from]", "frames that come twice" },
	{ "reorder", cmd_reorder, "PERCENT [to|from]", "frames that the next one overtakes" },
	{ "corrupt", cmd_corrupt, "PERCENT [to|from]", "frames with a bit that is changed" },
	{ "cable", cmd_cable, "on|off", "off: frames of both ways are lost" },
	{ "freeze", cmd_freeze, "on|off", "on: frames wait, and go on in their order at off" },
	{ "patch", cmd_patch, "HEX HEX [TIMES] | off",
	  "puts the second for the first in the next TIMES (1) SDUs to the machine that have it" },
	{ "sdu", cmd_sdu, "VPI.VCI HEX", "an SDU to the machine" },
	{ "status", cmd_status, "", "the switches; percentages to and from the machine" },
	{ "stats", cmd_stats, "", "counts since the start, of frames and SDUs" },
	{ "vc", cmd_vc, "VPI.VCI", "counts of one VC" },
	{ "last", cmd_last, "VPI.VCI", "the last SDU from the machine on it: length, hex" },
	{ "waitfor", cmd_waitfor, "[VPI.VCI] WHAT MS",
	  "until in:N or out:N SDUs came or went, or bad:N (of all VCs)" },
	{ "log", command_log, "TEXT", "a note in the log" },
	{ "help", NULL, "", "the names of the commands" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

void commands_help(void)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		printf("  %-8s %-22s %s\n", commands[i].name, commands[i].args, commands[i].help);
}

void commands_open(const char *path)
{
	static const struct client_ops ops = {
		.commands = commands,
		.count = COMMANDS,
		.answer = wait_answer,
	};

	clients_open(path, &ops);
}
