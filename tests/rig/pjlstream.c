// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host sends, byte by byte. An UEL leads from any language to PJL if @PJL follows at once;
 * PJL ends with ENTER LANGUAGE, or with the first line that is none of its own.
 */
#include <string.h>
#include <strings.h>

#include "printer.h"

static const char uel[] = "\033%-12345X";
static const char prefix[] = "@PJL";

static struct {
	bool pjl;			/* a PJL line is expected */
	bool fresh;			/* right behind an UEL */
	size_t match;			/* bytes of an UEL so far */
	char line[PJL_LINE_LEN];
	size_t len;
} in;

struct ustatus ustatus;

void stream_init(void)
{
	memset(&in, 0, sizeof(in));
	memset(&ustatus, 0, sizeof(ustatus));
}

/* ---- commands ---- */

/* The value of NAME=value or NAME = "value"; NULL when there is none. */
static const char *option(char *args, const char *name)
{
	char *at = strcasestr(args, name);
	char *end;

	if (!at)
		return NULL;
	at += strlen(name);
	at += strspn(at, " \t");
	if (*at++ != '=')
		return NULL;
	at += strspn(at, " \t");
	if (*at == '"') {
		at++;
		end = at + strcspn(at, "\"");
	} else {
		end = at + strcspn(at, " \t");
	}
	*end = '\0';
	return at;
}

static void cmd_job(char *args)
{
	const char *name = option(args, "NAME");

	job_begin(name ? name : "");
}

static void cmd_eoj(char *args)
{
	job_end(option(args, "NAME"));
}

static void set_switch(bool *what, const char *value)
{
	if (value)
		*what = strcasecmp(value, "OFF") != 0;
}

static void cmd_ustatus(char *args)
{
	char copy[PJL_LINE_LEN];

	strcpy(copy, args);
	set_switch(&ustatus.job, option(copy, "JOB"));
	strcpy(copy, args);
	set_switch(&ustatus.page, option(copy, "PAGE"));
	set_switch(&ustatus.device, option(args, "DEVICE"));
}

static void cmd_ustatusoff(char *args)
{
	(void)args;
	memset(&ustatus, 0, sizeof(ustatus));
}

static void cmd_info(char *args)
{
	struct condition c = condition_now();

	if (!strcasecmp(args, "ID"))
		host_send("@PJL INFO ID\r\n\"cleardown pjlprinter\"\r\n\f");
	else if (!strcasecmp(args, "PAGECOUNT"))
		host_send("@PJL INFO PAGECOUNT\r\n%u\r\n\f", counts.pages);
	else if (!strcasecmp(args, "STATUS"))
		host_send("@PJL INFO STATUS\r\nCODE=%u\r\nDISPLAY=\"%s\"\r\nONLINE=%s\r\n\f",
			  c.code, c.display, c.online ? "TRUE" : "FALSE");
	else
		host_send("@PJL INFO %s\r\n?\r\n\f", args);
}

static void cmd_echo(char *args)
{
	host_send("@PJL ECHO %s\r\n\f", args);
}

static void cmd_enter(char *args)
{
	const char *language = option(args, "LANGUAGE");

	job_language(language ? language : "");
	in.pjl = false;
}

/* What a printer sets and never answers is not listed. */
static const struct {
	const char *name;
	void (*run)(char *args);
} commands[] = {
	{ "JOB", cmd_job },	    { "EOJ", cmd_eoj },
	{ "USTATUS", cmd_ustatus }, { "USTATUSOFF", cmd_ustatusoff },
	{ "INFO", cmd_info },	    { "ECHO", cmd_echo },
	{ "ENTER", cmd_enter },
};

static void run_line(char *line)
{
	size_t i, n = strlen(line);
	char *args;

	log_line("pjl", "%s", line);
	while (n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		line[--n] = '\0';
	line += strlen(prefix);
	line += strspn(line, " \t");
	n = strcspn(line, " \t");
	args = line + n + strspn(line + n, " \t");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strlen(commands[i].name) == n && !strncasecmp(commands[i].name, line, n))
			commands[i].run(args);
}

/* ---- bytes ---- */

static void data_byte(uint8_t byte);

/* Not PJL after all: what was gathered is data. */
static void leave_pjl(void)
{
	size_t i;

	in.pjl = false;
	for (i = 0; i < in.len; i++)
		data_byte((uint8_t)in.line[i]);
	in.len = 0;
}

static void end_line(void)
{
	if (in.len < strlen(prefix)) {
		leave_pjl();
		return;
	}
	in.line[in.len] = '\0';
	in.line[strcspn(in.line, "\r\n")] = '\0';
	in.len = 0;
	in.fresh = false;
	run_line(in.line);
}

/* Empty lines between commands are nothing; right behind an UEL they are a document's. */
static void pjl_byte(uint8_t byte)
{
	size_t head;

	in.line[in.len++] = (char)byte;
	head = in.len < strlen(prefix) ? in.len : strlen(prefix);
	if (!in.fresh && in.len == 1 && (byte == '\r' || byte == '\n'))
		in.len = 0;
	else if (memcmp(in.line, prefix, head))
		leave_pjl();
	else if (byte == '\n')
		end_line();
	else if (in.len == sizeof(in.line) - 1)
		in.len--;
}

static void found_uel(void)
{
	job_uel();
	in.match = 0;
	in.pjl = true;
	in.fresh = true;
	in.len = 0;
}

static void data_byte(uint8_t byte)
{
	size_t i, match = in.match;

	if (byte == (uint8_t)uel[match]) {
		if (++in.match == strlen(uel))
			found_uel();
		return;
	}
	in.match = 0;
	for (i = 0; i < match; i++)
		job_data((uint8_t)uel[i]);
	if (byte == (uint8_t)uel[0])
		in.match = 1;
	else
		job_data(byte);
}

/* An UEL in the middle of a PJL line ends it too. */
void stream_input(const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (in.pjl && in.len && data[i] == (uint8_t)uel[0])
			end_line();
		if (in.pjl)
			pjl_byte(data[i]);
		else
			data_byte(data[i]);
	}
}

void stream_end(void)
{
	size_t i;

	if (in.pjl && in.len)
		end_line();
	for (i = 0; i < in.match; i++)
		job_data((uint8_t)uel[i]);
	job_cut();
	memset(&in, 0, sizeof(in));
}
