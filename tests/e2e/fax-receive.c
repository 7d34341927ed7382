// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that come in: the daemon answers where the port says so, keeps the pages, and makes a PDF of
 * them; a phone on the same line has it in between.
 *
 * usage: fax-receive TTY NUMBER	with the machines 200, which sends fax2.tif and receives, and 201,
 *					which sends fax3.tif slowly
 */
#define _GNU_SOURCE

#include "faxd.h"

#define HOOK_SAYS "/tmp/spool/hook"

static struct desk desk;
static char phone[32];
static unsigned int faxes; /* received so far */

static unsigned int last_number(void)
{
	struct json_object *o = faxd_asks("{\"op\":\"received\"}");
	struct json_object *all = json_object_object_get(o, "faxes");
	unsigned int n = all ? json_object_array_length(all) : 0;

	json_object_put(o);
	return n;
}

/* What the daemon says of the last fax that it has received. */
static const char *last_fax(const char *name, char text[80])
{
	struct json_object *o = faxd_asks("{\"op\":\"received\"}");
	struct json_object *all = json_object_object_get(o, "faxes");
	size_t n = all ? json_object_array_length(all) : 0;

	text[0] = 0;
	if (n == faxes && n)
		member(json_object_array_get_idx(all, n - 1), name, text);
	json_object_put(o);
	return text;
}

static bool last_fax_has(const char *name, const char *value)
{
	uint64_t end = cd_now() + 20000 * CD_MS;
	char text[80];

	while (strcmp(last_fax(name, text), value))
		if (cd_now() > end || !between_looks())
			break;
	if (!strcmp(text, value))
		return true;
	fprintf(stderr, "# %s is '%s', not '%s'\n", name, text, value);
	return false;
}

/* All of it: while it is made it has another name. */
static bool is_pdf(const char *path)
{
	char words[256];

	snprintf(words, sizeof(words), "grep -aq '^%%PDF-' %s && grep -aq '%%%%EOF' %s", path,
		 path);
	return !system(words);
}

static bool comes_to_be_pdf(const char *path)
{
	uint64_t end = cd_now() + 30000 * CD_MS;

	while (access(path, F_OK))
		if (cd_now() > end || !between_looks())
			return false;
	return is_pdf(path);
}

/* As if the daemon had been killed while it made @pdf. */
static bool unmake_pdf(const char *pdf)
{
	const char *name = strrchr(pdf, '/');
	char made[100];

	if (!name)
		return false;
	snprintf(made, sizeof(made), "%.*s/.%s", (int)(name - pdf), pdf, name + 1);
	return !rename(pdf, made) && !truncate(made, 100);
}

/* The pages, through the host, and that there is a PDF. */
static bool last_fax_is(const char *document)
{
	char text[80], words[256];
	uint64_t end = cd_now() + 30000 * CD_MS;

	snprintf(words, sizeof(words), "hostctl save got.tif <%s >/dev/null",
		 last_fax("file", text));
	if (!*text || system(words) || !same_fax(document, "got.tif"))
		return false;
	while (!*last_fax("pdf", text))
		if (cd_now() > end || !between_looks())
			return false;
	return is_pdf(text);
}

static unsigned int line_events(uint32_t event)
{
	return desk_count(&desk, event, 0);
}

static bool line_wait(uint32_t event, unsigned int n)
{
	struct wanted w = { CLEARDOWN_EV_FAX, SESSION, 0, event, 0 };

	return tape_wait(&desk.tape, w, n, CALL_MS, NULL);
}

static bool hook_said(const char *words)
{
	uint64_t end = cd_now() + 20000 * CD_MS;
	char command[160];

	snprintf(command, sizeof(command), "grep -q '%s' " HOOK_SAYS " 2>/dev/null", words);
	while (system(command))
		if (cd_now() > end || !between_looks())
			return false;
	return true;
}

/* ---- the cases ---- */

static void not_before_it_is_told(void)
{
	bool good = true;

	EXPECT(good, faxd_line_is("state", "free", 5000));
	EXPECT(good, tty_free(desk.tty));
	EXPECT(good, desk_port(&desk, CLEARDOWN_FAX_PORT_SEND | CLEARDOWN_FAX_PORT_RECEIVE, 2));
	EXPECT(good, faxd_line_is("state", "listening", 20000));
	EXPECT(good, !tty_free(desk.tty));
	tap(good, "the port is told to receive, and the daemon has the line and listens");
}

static bool the_call_ends_well(unsigned int idle)
{
	bool well = line_wait(CLEARDOWN_FEI_IDLE, idle + 1);
	char text[80];

	faxes = last_number();
	well &= !strcmp(last_fax("outcome", text), "ok");
	bank("waitfor 200 idle 60000");
	return well;
}

/* Who has asked for the events gets them to the last, without his handle. */
static void a_call_comes_in(void)
{
	unsigned int completed = line_events(CLEARDOWN_FEI_COMPLETED);
	unsigned int idle = line_events(CLEARDOWN_FEI_IDLE);
	unsigned int ringing = line_events(CLEARDOWN_FEI_RINGING);
	unsigned int answered = line_events(CLEARDOWN_FEI_ANSWERED);
	unsigned int receiving = line_events(CLEARDOWN_FEI_RECEIVING);

	bool good = bank("dial 200 101");

	EXPECT(good, line_wait(CLEARDOWN_FEI_ANSWERED, answered + 1));
	EXPECT(good, fax_fps(desk.server, desk.name) == CLEARDOWN_FPS_ANSWERED ||
			     fax_fps(desk.server, desk.name) == CLEARDOWN_FPS_RECEIVING);
	EXPECT_EQ(good, cd_open(phone, O_RDWR), -EBUSY);
	EXPECT_EQ(good, fax_close(desk.server, NULL), 0);
	close(desk.server);
	EXPECT(good, the_call_ends_well(idle));
	EXPECT_EQ(good, line_events(CLEARDOWN_FEI_COMPLETED), completed + 1);
	EXPECT(good, line_events(CLEARDOWN_FEI_RINGING) >= ringing + 2); /* it may read late */
	EXPECT_EQ(good, line_events(CLEARDOWN_FEI_ANSWERED), answered + 1);
	EXPECT_EQ(good, line_events(CLEARDOWN_FEI_RECEIVING), receiving + 4);
	desk.server = fax_connect(O_RDWR);
	tap(good,
	    "F-10 RF-1 the server handle is closed in a call that comes in: events to the last");
	good = true;
	EXPECT(good, last_fax_has("pages", "2"));
	EXPECT(good, last_fax_has("from", "200"));
	EXPECT(good, last_fax_is("fax2.tif"));
	EXPECT(good, hook_said("^received .*tif .*pdf 200 2 fax0$"));
	EXPECT(good, log_has("\"direction\":\"in\""));
	tap(good, "its pages, pixel for pixel, with a PDF beside them; the hook is told");
}

/* One ring, and the caller thinks better of it. */
static void a_caller_gives_up(void)
{
	unsigned int ringing = line_events(CLEARDOWN_FEI_RINGING);
	unsigned int idle = line_events(CLEARDOWN_FEI_IDLE);
	unsigned int answered = line_events(CLEARDOWN_FEI_ANSWERED);
	bool good = bank("ring 101 300 every 60000");

	EXPECT(good, line_wait(CLEARDOWN_FEI_RINGING, ringing + 1));
	EXPECT(good, bank("ring 101 stop"));
	EXPECT(good, line_wait(CLEARDOWN_FEI_IDLE, idle + 1));
	EXPECT_EQ(good, line_events(CLEARDOWN_FEI_ANSWERED), answered);
	EXPECT(good, faxd_line_is("state", "listening", 5000));
	tap(good, "a caller that gives up is not answered, and the line is idle again");
}

/* The interlock: nothing is restarted. */
static void a_phone_in_between(void)
{
	int owner = cd_open(phone, O_RDWR);
	bool good = owner >= 0;
	uint64_t job;

	EXPECT(good, faxd_line_is("state", "unavailable", 20000));
	EXPECT_EQ(good, fax_fps(desk.server, desk.name), CLEARDOWN_FPS_UNAVAILABLE);
	job = send_fax(desk.server, "fax1.tif", "200", NULL);
	EXPECT(good, faxd_job_is(job, "state", "pending"));
	EXPECT_EQ(good, fax_job_state(desk.server, job),
		  CLEARDOWN_JS_PENDING | CLEARDOWN_JS_NOLINE);
	close(owner);
	EXPECT(good, desk_job_ends(&desk, job));
	EXPECT(good, same_fax("fax1.tif", "rx.tif"));
	EXPECT(good, hook_said("^done [0-9]* 200 1 ok"));
	EXPECT(good, faxd_line_is("state", "listening", 20000));
	tap(good,
	    "P-15 a job behind an open phone waits, runs when the phone closes, and the daemon "
	    "listens again");
}

/* Of a slow machine, whose pages take several seconds: one that looks late is in it, too. */
static bool in_page_two(void)
{
	uint64_t end = cd_now() + CALL_MS * CD_MS;
	char text[80] = "";

	if (!bank("waitfor 201 idle 60000") || !bank("dial 201 101") ||
	    !faxd_line_is("state", "receiving", CALL_MS))
		return false;
	while (strcmp(faxd_line("page", text), "2") && *text && cd_now() < end)
		between_looks();
	return *text;
}

static void killed_in_a_reception(void)
{
	static const char *const more[] = { "--hook", "/tests/fax-hook", NULL };
	char pdf[80];
	bool good = *last_fax("pdf", pdf) && in_page_two();

	EXPECT_EQ(good, faxd_end(&desk, SIGKILL, 20000), SIGKILL);
	EXPECT(good, desk_quiet(&desk));
	EXPECT(good, unmake_pdf(pdf));
	bank("waitfor 201 idle 60000");
	EXPECT(good, faxd_start(&desk, more));
	faxes = last_number();
	EXPECT(good, last_fax_has("outcome", "cut"));
	EXPECT(good, last_fax_has("pages", "1"));
	EXPECT(good, faxd_line_is("state", "listening", 20000));
	EXPECT(good, comes_to_be_pdf(pdf));
	tap(good, "killed in a reception: on-hook, and the page that had come is kept");
}

static void polled(void)
{
	uint64_t job;
	bool good = bank("waitfor 200 idle 60000");

	close(open("/tests/nothing", O_WRONLY | O_CREAT, 0644));
	job = send_fax(desk.server, "nothing", "200", "poll=1");
	EXPECT(good, desk_job_ends(&desk, job));
	faxes = last_number();
	EXPECT(good, last_fax_has("pages", "2") && last_fax_is("fax2.tif"));
	EXPECT(good, desk_port(&desk, CLEARDOWN_FAX_PORT_SEND, 2));
	EXPECT(good, faxd_line_is("state", "free", 20000));
	EXPECT(good, desk_quiet(&desk));
	tap(good, "a call that polls; told to receive no more the daemon gives the line back");
}

int main(int argc, char **argv)
{
	static const char *const more[] = { "--hook", "/tests/fax-hook", NULL };

	if (argc < 3)
		return 2;
	if (!tap(desk_open(&desk, argv) && faxd_start(&desk, more) &&
			 !cd_bind_class(CLEARDOWN_CLASS_PHONE, "tty", tty_dev(desk.tty), "", phone,
					NULL),
		 "a line with its daemon, and a phone on it"))
		return 1;
	not_before_it_is_told();
	a_call_comes_in();
	a_caller_gives_up();
	a_phone_in_between();
	killed_in_a_reception();
	polled();
	tap(!faxd_end(&desk, SIGTERM, 20000), "the daemon ends");
	tap(!cd_unbind(phone, 0) && desk_close(&desk), "unbind");
	return tap_done();
}
