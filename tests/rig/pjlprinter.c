// SPDX-License-Identifier: GPL-2.0-only
/*
 * pjlprinter: a printer that understands PJL and answers, as far end of a TCP connection or of a
 * serial line. Options, the host's connection, the loop, the control commands.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "clients.h"
#include "loop.h"
#include "printer.h"

#define READ_LEN	4096

/* One host at a time, as a print server has it; the next one waits until the first is served. */
static struct {
	int fd;				/* -1 = none */
	int listen_fd;			/* -1 = a serial line */
	bool eof;			/* it sends nothing more, but may listen */
	unsigned long long received;
	struct fifo out;
} host = { .fd = -1, .listen_fd = -1 };

static struct {
	bool paper_out, offline, hung;
	struct condition paper;
	char paper_text[64];
} panel;

/* ---- the host ---- */

void host_send(const char *fmt, ...)
{
	char text[1024], shown[2048];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	escape_text(shown, sizeof(shown), (const uint8_t *)text, n);
	if (host.fd < 0 || fifo_put(&host.out, text, n) < n)
		log_line("host", "<- lost: %s", shown);
	else
		log_line("host", "<- %s", shown);
}

static void host_gone(const char *why)
{
	if (host.fd < 0)
		return;
	log_line("host", "gone: %s", why);
	if (!host.eof)
		stream_end();
	close(host.fd);
	host.fd = -1;
	host.eof = false;
	fifo_drop(&host.out, host.out.len);
	if (host.listen_fd < 0)
		loop_end();
}

/* What is to be told, and to whom, each connection says for itself. */
static void host_accept(void)
{
	host.fd = accept4(host.listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (host.fd < 0)
		return;
	log_line("host", "connected");
	stream_init();
}

static bool is_stopped(void)
{
	return panel.paper_out || panel.offline || panel.hung;
}

static bool is_reading(void)
{
	return host.fd >= 0 && !host.eof && !is_stopped() && !jobs_full();
}

static void host_read(void)
{
	uint8_t data[READ_LEN];
	ssize_t n = read(host.fd, data, sizeof(data));

	if (n > 0) {
		host.received += (unsigned long long)n;
		stream_input(data, (size_t)n);
	} else if (n == 0 && host.listen_fd >= 0) {
		host.eof = true;
		log_line("host", "sends nothing more");
		stream_end();
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		host_gone(n ? strerror(errno) : "end of file");
	}
}

static void host_flush(void)
{
	while (host.fd >= 0 && host.out.len && !panel.hung) {
		const uint8_t *data;
		size_t n = fifo_peek(&host.out, &data);
		ssize_t done = write(host.fd, data, n);

		if (done < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (done < 0)
			host_gone(strerror(errno));
		else
			fifo_drop(&host.out, (size_t)done);
	}
	if (host.eof && !jobs_busy() && !host.out.len)
		host_gone("all is told");
}

static bool host_poll_setup(struct pollfd *p)
{
	if (panel.hung)
		return false;
	if (host.fd < 0) {
		*p = (struct pollfd){ .fd = host.listen_fd, .events = POLLIN };
		return host.listen_fd >= 0;
	}
	*p = (struct pollfd){ .fd = host.fd };
	if (is_reading())
		p->events |= POLLIN;
	if (host.out.len)
		p->events |= POLLOUT;
	return true;
}

static void host_poll_done(short revents)
{
	if (host.fd < 0) {
		if (revents & POLLIN)
			host_accept();
	} else if (revents & POLLIN) {
		host_read();
	} else if (revents & (POLLHUP | POLLERR)) {
		host_gone("hung up");
	}
}

static void open_tcp(int port, int rcvbuf)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int on = 1;

	host.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (host.listen_fd < 0)
		die("socket: %m");
	setsockopt(host.listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (rcvbuf)
		setsockopt(host.listen_fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
	if (bind(host.listen_fd, (struct sockaddr *)&a, sizeof(a)) || listen(host.listen_fd, 16))
		die("port %d: %m", port);
}

static void open_tty(const char *path, bool rtscts)
{
	struct termios t;

	host.fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (host.fd < 0 || tcgetattr(host.fd, &t))
		die("%s: %m", path);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	if (rtscts)
		t.c_cflag |= CRTSCTS;
	if (tcsetattr(host.fd, TCSANOW, &t))
		die("%s: %m", path);
	stream_init();
}

/* ---- the panel ---- */

struct condition condition_now(void)
{
	if (panel.paper_out)
		return panel.paper;
	if (panel.offline)
		return (struct condition){ 10002, false, "00 OFFLINE" };
	return (struct condition){ 10001, true, "00 READY" };
}

static void changed(void)
{
	struct condition c = condition_now();

	log_line("panel", "%u %s", c.code, c.display);
	if (ustatus.device)
		host_send("@PJL USTATUS DEVICE\r\nCODE=%u\r\nDISPLAY=\"%s\"\r\nONLINE=%s\r\n\f",
			  c.code, c.display, c.online ? "TRUE" : "FALSE");
	jobs_run(is_stopped());
}

static void cmd_paper(struct client *c, char *rest)
{
	char *word = next_word(&rest);
	long code = 41213;

	if (!strcmp(word, "out")) {
		if (*rest && !next_number(&rest, &code)) {
			reply(c, "error paper out [CODE [TEXT]]");
			return;
		}
		rest += strspn(rest, " ");
		snprintf(panel.paper_text, sizeof(panel.paper_text), "%s",
			 *rest ? rest : "TRAY 1 LOAD A4");
		panel.paper = (struct condition){ (unsigned int)code, false, panel.paper_text };
	} else if (strcmp(word, "in")) {
		reply(c, "error paper out|in");
		return;
	}
	panel.paper_out = *word == 'o';
	changed();
	reply(c, "ok");
}

static void cmd_offline(struct client *c, char *rest)
{
	(void)rest;
	panel.offline = true;
	changed();
	reply(c, "ok");
}

static void cmd_online(struct client *c, char *rest)
{
	(void)rest;
	panel.offline = false;
	changed();
	reply(c, "ok");
}

static void cmd_hang(struct client *c, char *rest)
{
	(void)rest;
	panel.hung = true;
	jobs_run(true);
	reply(c, "ok");
}

static void cmd_cancel(struct client *c, char *rest)
{
	(void)rest;
	if (job_cancel())
		reply(c, "ok");
	else
		reply(c, "error there is no job");
}

/* Power off and on: what it held is lost, a TCP connection too. */
static void cmd_reset(struct client *c, char *rest)
{
	(void)rest;
	memset(&panel, 0, sizeof(panel));
	jobs_reset();
	stream_init();
	fifo_drop(&host.out, host.out.len);
	if (host.listen_fd >= 0)
		host_gone("reset");
	jobs_run(false);
	log_line("panel", "reset");
	reply(c, "ok");
}

static void cmd_send(struct client *c, char *rest)
{
	uint8_t data[LINE_MAX_LEN];
	size_t n = unescape_text(data, sizeof(data), rest);

	if (host.fd < 0 || fifo_put(&host.out, data, n) < n)
		reply(c, "error it does not fit");
	else
		reply(c, "ok %zu", n);
}

static void cmd_stats(struct client *c, char *rest)
{
	(void)rest;
	reply(c,
	      "ok host %d reading %d code %u jobs %d printed %d cancelled %d cut %d received %llu "
	      "bytes %llu pages %u queued %u",
	      host.fd >= 0, is_reading(), condition_now().code, counts.jobs, counts.printed,
	      counts.cancelled, counts.cut, host.received, counts.bytes, counts.pages,
	      counts.queued);
}

/* ---- waiting ---- */

static struct wait {
	char what[32];
} waits[MAX_CLIENTS];

/* -1: no such thing can be waited for. */
static int reached(const char *what)
{
	unsigned long long n = 0;
	char word[32], end;

	if (!strcmp(what, "idle"))
		return !jobs_busy();
	if (!strcmp(what, "host"))
		return host.fd >= 0;
	if (sscanf(what, "%31[a-z]:%llu%c", word, &n, &end) != 2)
		return -1;
	if (!strcmp(word, "jobs"))
		return (unsigned long long)counts.jobs >= n;
	if (!strcmp(word, "printed"))
		return (unsigned long long)counts.printed >= n;
	if (!strcmp(word, "ended"))
		return (unsigned long long)(counts.printed + counts.cancelled + counts.cut) >= n;
	if (!strcmp(word, "pages"))
		return counts.pages >= n;
	if (!strcmp(word, "bytes"))
		return counts.bytes >= n;
	if (!strcmp(word, "received"))
		return host.received >= n;
	return -1;
}

static bool wait_answer(struct client *c, bool late)
{
	struct wait *w = &waits[c->index];

	if (reached(w->what))
		reply(c, "ok %s", w->what);
	else if (late)
		reply(c, "error timeout");
	else
		return false;
	return true;
}

static void cmd_waitfor(struct client *c, char *rest)
{
	struct wait *w = &waits[c->index];
	char *what = next_word(&rest);
	long ms;

	if (strlen(what) >= sizeof(w->what) || reached(what) < 0 || !next_number(&rest, &ms)) {
		reply(c, "error waitfor WHAT TIMEOUT_MS");
		return;
	}
	strcpy(w->what, what);
	client_wait(c, ms);
}

/* ---- the table ---- */

static const struct command commands[] = {
	{ "paper", cmd_paper, "out [CODE [TEXT]] | in",
	  "out: reads and prints nothing until there is some" },
	{ "offline", cmd_offline, "", "reads and prints nothing" },
	{ "online", cmd_online, "", "goes on" },
	{ "hang", cmd_hang, "", "nothing at all any more, for ever" },
	{ "cancel", cmd_cancel, "", "the job in print is cancelled on the panel" },
	{ "reset", cmd_reset, "", "power off and on: as after the start, what it held is lost" },
	{ "send", cmd_send, "TEXT", "text with C escapes to the host" },
	{ "stats", cmd_stats, "", "counts since the start" },
	{ "waitfor", cmd_waitfor, "WHAT MS",
	  "idle host jobs:N printed:N ended:N pages:N bytes:N received:N" },
	{ "help", NULL, "", "the names of the commands" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void open_control(const char *path)
{
	static const struct client_ops ops = {
		.commands = commands,
		.count = COMMANDS,
		.answer = wait_answer,
	};

	clients_open(path, &ops);
}

/* ---- options and the loop ---- */

/* clang-format off */
static const struct option options[] = {
	{ "tcp", required_argument, NULL, 't' },
	{ "rcvbuf", required_argument, NULL, 'b' },
	{ "tty", required_argument, NULL, 'T' },
	{ "rtscts", no_argument, NULL, 'r' },
	{ "dir", required_argument, NULL, 'd' },
	{ "control", required_argument, NULL, 'c' },
	{ "pages-by", required_argument, NULL, 'p' },
	{ "page-ms", required_argument, NULL, 'm' },
	{ "ahead", required_argument, NULL, 'a' },
	{ "idle-ms", required_argument, NULL, 'i' },
	{ "results", no_argument, NULL, 'R' },
	{ "log", required_argument, NULL, 'L' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};
/* clang-format on */

static void help(void)
{
	size_t i;

	puts("Usage: pjlprinter --dir DIR (--tcp PORT | --tty PATH) [OPTION]...\n"
	     "A printer that understands PJL and answers, for tests.\n\n"
	     "  --dir DIR            each job's data to DIR/job-N.data, what became of it to\n"
	     "                       DIR/job-N.json\n"
	     "  --tcp PORT           listens there, one host after another\n"
	     "  --rcvbuf BYTES       of the connections\n"
	     "  --tty PATH           a serial line or a pty; ends when it hangs up\n"
	     "  --rtscts             of the serial line\n"
	     "  --control SOCK       unix socket for control commands\n"
	     "  --pages-by ff|ps     a page ends with a form feed (ff), or is a %%Page: comment\n"
	     "  --page-ms MS         from one page in the tray to the next (0)\n"
	     "  --ahead PAGES        pages that it holds; then it reads nothing (16)\n"
	     "  --idle-ms MS         ends a job without PJL, when nothing comes (15000)\n"
	     "  --results            job status with ID and RESULT, as later printers have it\n"
	     "  --log FILE           log here, not on standard error\n"
	     "  --help               this text\n\n"
	     "Control commands, one per line, one line of answer each:");
	for (i = 0; i < COMMANDS; i++)
		printf("  %-8s %-22s %s\n", commands[i].name, commands[i].args, commands[i].help);
}

static long number(const char *name, const char *text, long least)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!*text || *end || value < least || value > 1000000000)
		die("--%s %s: a number from %ld expected", name, text, least);
	return value;
}

struct where {
	long port, rcvbuf;
	const char *tty;
	bool rtscts;
};

static void set_pages_by(const char *what)
{
	settings.pages_by_ps = !strcmp(what, "ps");
	if (!settings.pages_by_ps && strcmp(what, "ff"))
		die("--pages-by %s: ff or ps expected", what);
}

static void parse_option(int c, struct where *w)
{
	switch (c) {
	case 't':
		w->port = number("tcp", optarg, 1);
		break;
	case 'b':
		w->rcvbuf = number("rcvbuf", optarg, 1);
		break;
	case 'T':
		w->tty = optarg;
		break;
	case 'r':
		w->rtscts = true;
		break;
	case 'd':
		settings.dir = optarg;
		break;
	case 'c':
		open_control(optarg);
		break;
	case 'p':
		set_pages_by(optarg);
		break;
	case 'm':
		settings.page_ms = number("page-ms", optarg, 0);
		break;
	case 'a':
		settings.ahead = (int)number("ahead", optarg, 1);
		break;
	case 'i':
		settings.idle_ms = number("idle-ms", optarg, 1);
		break;
	case 'R':
		settings.results = true;
		break;
	case 'L':
		log_open(optarg);
		break;
	default:
		if (c == 'h')
			help();
		exit(c != 'h');
	}
}

static void turn(void)
{
	struct pollfd p[MAX_CLIENTS + 2];
	int n, hosts;

	clock_run();
	host_flush();
	control_flush();
	hosts = host_poll_setup(p);
	n = hosts + control_poll_setup(p + hosts);
	if (!loop_sleep(p, n, -1))
		return;
	if (hosts)
		host_poll_done(p[0].revents);
	control_poll_done(p + hosts, n - hosts);
}

int main(int argc, char **argv)
{
	struct where where = { 0 };
	int c;

	clock_start(1.0);
	fifo_init(&host.out, 64 * 1024);
	jobs_init();
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		parse_option(c, &where);
	if (optind < argc || !settings.dir || !where.port == !where.tty)
		die("--dir and one of --tcp and --tty are needed; see --help");
	if (mkdir(settings.dir, 0777) && errno != EEXIST)
		die("%s: %m", settings.dir);
	loop_begin();
	if (where.tty)
		open_tty(where.tty, where.rtscts);
	else
		open_tcp((int)where.port, (int)where.rcvbuf);
	log_line("panel", "ready");
	while (!loop_over())
		turn();
	control_cleanup();
	log_line("panel", "end");
	return 0;
}
