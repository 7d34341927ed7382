// SPDX-License-Identifier: GPL-2.0-only
/*
 * ispd: what a kernel is to stock atmsigd, over the unix socket that its last argument names: it
 * listens, makes calls, accepts, rejects and closes them, as its control socket says. atmsigd
 * answers its first client for ever, so there is one ispd for the life of an atmsigd.
 *
 *   listener: asked -> listening -> closed
 *   call out: asked -> active | closed
 *   call in:  incoming -> accepting -> active | closed;  incoming -> closed (rejected)
 *   active -> closing -> closed       by close, here
 *   active -> cleared -> closed       by the network; the answer to it makes atmsigd confirm
 *
 * A call to many, for an atmsigd that can make them, is a call out whose parties are counted: asked
 * for, joined, failed. atmsigd does not say that one has left.
 *
 * Causes are atmsigd's: 16 for a close, 21 for a rejection, whatever its client says.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../clients.h"
#include "../loop.h"
#include "svc.h"

#define MAX_CALLS	100000
#define BATCH		64	/* messages between two looks at everything else */

enum state {
	ASKED,
	LISTENING,
	INCOMING,
	ACCEPTING,
	ACTIVE,
	CLOSING,
	CLEARED,
	CLOSED,
	STATES,
};

static const char *const state_names[STATES] = {
	"asked", "listening", "incoming", "accepting", "active", "closing", "cleared", "closed",
};

/* A listener or a call; its number is its place from 1 on, and is not used again. */
struct call {
	enum state state;
	uint32_t listener;	/* of a call in */
	int reply;		/* atmsigd's, of its last answer */
	struct svc_pvc pvc;
	uint8_t remote[SVC_NSAP_LEN];
	bool out;		/* a call that we make */
	uint32_t adding, joined, failed, dropped;	/* parties, but for the first */
};

/* What a call that comes in meets. */
enum answer { HOLD, ACCEPT, REJECT };

static struct call *calls;
static uint32_t call_count;
static uint32_t in_state[STATES];
static int demon_fd = -1;
static struct sockaddr_un own;
static struct svc_qos qos = {
	.tx = { .class = CLASS_UBR, .max_pcr = PCR_MAX, .max_sdu = 8192 },
	.rx = { .class = CLASS_UBR, .max_pcr = PCR_MAX, .max_sdu = 8192 },
	.aal = AAL5_TYPE,
};
static struct svc_sap sap;
static enum answer answer = HOLD;
static bool confirms = true;
/* What a client in waitfor waits for. */
static struct wait {
	uint32_t number;	/* 0: so many calls are or were in a state */
	enum state state;
	uint32_t count;
} waits[MAX_CLIENTS];

/* ---- calls ---- */

static struct call *call_of(uint32_t number)
{
	return number && number <= call_count ? &calls[number - 1] : NULL;
}

/* Its number; 0: too many. */
static uint32_t call_new(enum state state)
{
	if (call_count == MAX_CALLS)
		return 0;
	calls[call_count] = (struct call){ .state = state };
	in_state[state]++;
	return ++call_count;
}

static void call_state(uint32_t number, enum state state)
{
	struct call *c = call_of(number);

	in_state[c->state]--;
	c->state = state;
	in_state[state]++;
	log_line("call", "%u is %s, reply %d, vc %d.%d", number, state_names[state], c->reply,
		 c->pvc.vpi, c->pvc.vci);
}

static bool is_listener(const struct call *c)
{
	return c->state == LISTENING;
}

/* atmsigd hands out calls in the order in which they came to a listener. */
static uint32_t oldest_incoming(void)
{
	uint32_t number;

	for (number = 1; in_state[INCOMING] && number <= call_count; number++)
		if (call_of(number)->state == INCOMING)
			return number;
	return 0;
}

/* ---- messages to atmsigd ---- */

static const char *const type_names[SVC_TYPES] = {
	"nothing",  "bind",	 "connect",   "accept",	    "reject",	  "listen",
	"okay",	    "error",	 "indicate",  "close",	    "itf notify", "modify",
	"identify", "terminate", "add party", "drop party",
};

static void demon_gone(const char *why)
{
	uint32_t number;

	if (demon_fd < 0)
		return;
	log_line("atmsigd", "gone: %s", why);
	close(demon_fd);
	demon_fd = -1;
	for (number = 1; number <= call_count; number++)
		if (call_of(number)->state != CLOSED)
			call_state(number, CLOSED);
}

static void send_message(const struct svc_message *m)
{
	log_line("atmsigd", "<- %s %u listener %u", type_names[m->type], m->call.number,
		 m->listener.number);
	if (demon_fd >= 0 && send(demon_fd, m, sizeof(*m), MSG_NOSIGNAL) != sizeof(*m))
		demon_gone(strerror(errno));
}

static void send_about(enum svc_type type, uint32_t number, uint32_t listener)
{
	struct svc_message m = { .type = type };

	m.call.number = number;
	m.listener.number = listener;
	send_message(&m);
}

static void send_listen(uint32_t number, const uint8_t *nsap)
{
	struct svc_message m = { .type = SVC_LISTEN, .qos = qos, .sap = sap };

	m.call.number = number;
	m.remote.family = FAMILY_SVC;
	memcpy(m.remote.nsap, nsap, SVC_NSAP_LEN);
	send_message(&m);
}

/* Calling is NULL for the interface's own address. */
static void send_connect(enum svc_type type, uint32_t number, const uint8_t *calling,
			 const uint8_t *called, bool many)
{
	struct svc_message m = { .type = type, .qos = qos, .sap = sap, .session = many };

	if (many) /* one way only */
		m.qos.rx.class = CLASS_NONE;
	m.call.number = number;
	m.remote.family = FAMILY_SVC;
	memcpy(m.remote.nsap, called, SVC_NSAP_LEN);
	if (calling) {
		m.local.family = FAMILY_SVC;
		memcpy(m.local.nsap, calling, SVC_NSAP_LEN);
	}
	send_message(&m);
}

static void accept_call(uint32_t number)
{
	call_state(number, ACCEPTING);
	send_about(SVC_ACCEPT, number, call_of(number)->listener);
}

/* A rejected call has no number of its own for atmsigd. */
static void reject_call(uint32_t number)
{
	call_state(number, CLOSED);
	send_about(SVC_REJECT, 0, call_of(number)->listener);
}

static void close_call(uint32_t number)
{
	call_state(number, call_of(number)->state == CLEARED ? CLOSED : CLOSING);
	send_about(SVC_CLOSE, number, 0);
}

/* ---- messages from atmsigd ---- */

static void on_indicate(const struct svc_message *m)
{
	uint32_t number = call_new(INCOMING);
	struct call *c = call_of(number);

	if (!c) {
		send_about(SVC_REJECT, 0, m->listener.number);
		return;
	}
	c->listener = m->listener.number;
	c->pvc = m->pvc;
	memcpy(c->remote, m->remote.nsap, SVC_NSAP_LEN);
	call_state(number, INCOMING);
	if (answer == ACCEPT)
		accept_call(number);
	else if (answer == REJECT)
		reject_call(number);
}

static void on_okay(uint32_t number, struct call *c, const struct svc_message *m)
{
	if (c->out)
		c->pvc = m->pvc;
	if (c->state == ACCEPTING || (c->state == ASKED && c->out))
		call_state(number, ACTIVE);
	else if (c->state == ASKED)
		call_state(number, LISTENING);
}

/* Either the end that was asked for, or the network's, which waits for an answer. */
static void on_close(uint32_t number, struct call *c)
{
	if (c->state == CLOSING) {
		call_state(number, CLOSED);
	} else if (c->state != CLOSED && c->state != CLEARED) {
		call_state(number, CLEARED);
		if (confirms)
			close_call(number);
	}
}

/* True when it was about a party, an answer to our own wish. */
static bool on_party(struct call *c, const struct svc_message *m)
{
	bool failed = m->type == SVC_ERROR && c->adding && c->state == ACTIVE;

	if (m->type == SVC_DROP_PARTY)
		c->dropped += m->reply == 0;
	else if (m->type != SVC_ADD_PARTY && !failed)
		return false;
	else if (c->adding--)
		*(m->type == SVC_ADD_PARTY && m->reply > 0 ? &c->joined : &c->failed) += 1;
	return true;
}

static void on_message(const struct svc_message *m)
{
	uint32_t number = m->call.number;
	struct call *c = call_of(number);

	if (m->type >= SVC_TYPES) {
		log_line("atmsigd", "-> unknown message %u", m->type);
		return;
	}
	log_line("atmsigd", "-> %s %u listener %u reply %d vc %d.%d", type_names[m->type], number,
		 m->listener.number, m->reply, m->pvc.vpi, m->pvc.vci);
	if (m->type == SVC_INDICATE)
		on_indicate(m);
	if (!c)
		return;
	c->reply = m->reply;
	if (on_party(c, m))
		return;
	if (m->type == SVC_OKAY)
		on_okay(number, c, m);
	else if (m->type == SVC_ERROR && c->state != CLOSED)
		call_state(number, CLOSED);
	else if (m->type == SVC_CLOSE)
		on_close(number, c);
}

static void demon_read(void)
{
	struct svc_message m;
	int i;

	for (i = 0; i < BATCH && demon_fd >= 0; i++) {
		ssize_t n = recv(demon_fd, &m, sizeof(m), 0);

		if (n == sizeof(m))
			on_message(&m);
		else if (n >= 0)
			log_line("atmsigd", "-> a message of %zd bytes", n);
		else if (errno == EAGAIN || errno == EINTR)
			return;
		else
			demon_gone(strerror(errno));
	}
}

static void demon_open(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	own.sun_family = AF_UNIX;
	if (snprintf(own.sun_path, sizeof(own.sun_path), "%s.ispd", path) >=
	    (int)sizeof(own.sun_path))
		die("%s: path too long for a socket", path);
	strcpy(a.sun_path, path);
	unlink(own.sun_path);
	demon_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (demon_fd < 0 || bind(demon_fd, (struct sockaddr *)&own, sizeof(own)) ||
	    connect(demon_fd, (struct sockaddr *)&a, sizeof(a)))
		die("%s: %m", path);
}

/* ---- commands ---- */

static bool next_nsap(struct client *c, char **rest, uint8_t *nsap)
{
	char *word = next_word(rest);

	if (parse_hex(nsap, SVC_NSAP_LEN, word) == SVC_NSAP_LEN)
		return true;
	reply(c, "error 40 hex digits expected, not '%s'", word);
	return false;
}

/* The number of a call that there is, or was; 0, and the error is told. */
static uint32_t next_call(struct client *c, char **rest)
{
	char *word = next_word(rest), *end;
	unsigned long number = strtoul(word, &end, 10);

	if (*word && !*end && number <= call_count && call_of((uint32_t)number))
		return (uint32_t)number;
	reply(c, "error no call '%s'", word);
	return 0;
}

static uint32_t asked(struct client *c)
{
	uint32_t number = demon_fd < 0 ? 0 : call_new(ASKED);

	if (!number)
		reply(c, demon_fd < 0 ? "error atmsigd is gone" : "error too many calls");
	return number;
}

static void cmd_listen(struct client *c, char *rest)
{
	uint8_t nsap[SVC_NSAP_LEN];
	uint32_t number;

	if (!next_nsap(c, &rest, nsap))
		return;
	number = asked(c);
	if (!number)
		return;
	send_listen(number, nsap);
	reply(c, "ok %u", number);
}

static void connect_to(struct client *c, char *rest, bool many)
{
	uint8_t calling[SVC_NSAP_LEN], called[SVC_NSAP_LEN];
	bool own_address;
	uint32_t number;

	rest += strspn(rest, " \t");
	own_address = *rest == '-';
	if (own_address)
		next_word(&rest);
	else if (!next_nsap(c, &rest, calling))
		return;
	if (!next_nsap(c, &rest, called))
		return;
	number = asked(c);
	if (!number)
		return;
	call_of(number)->out = true;
	send_connect(SVC_CONNECT, number, own_address ? NULL : calling, called, many);
	reply(c, "ok %u", number);
}

static void cmd_connect(struct client *c, char *rest)
{
	connect_to(c, rest, false);
}

static void cmd_multi(struct client *c, char *rest)
{
	connect_to(c, rest, true);
}

static void cmd_add(struct client *c, char *rest)
{
	uint8_t called[SVC_NSAP_LEN];
	uint32_t number = next_call(c, &rest);

	if (!number || !next_nsap(c, &rest, called))
		return;
	call_of(number)->adding++;
	send_connect(SVC_ADD_PARTY, number, NULL, called, true);
	reply(c, "ok");
}

/* The demon takes the endpoint reference for the reply that it gave. */
static void cmd_drop(struct client *c, char *rest)
{
	struct svc_message m = { .type = SVC_DROP_PARTY };
	uint32_t number = next_call(c, &rest);
	long endpoint;

	if (!number)
		return;
	if (!next_number(&rest, &endpoint)) {
		reply(c, "error drop NUMBER ENDPOINT");
		return;
	}
	m.call.number = number;
	m.reply = (int32_t)endpoint;
	send_message(&m);
	reply(c, "ok");
}

static void cmd_parties(struct client *c, char *rest)
{
	uint32_t number = next_call(c, &rest);
	const struct call *call = call_of(number);

	if (call)
		reply(c, "ok adding %u joined %u failed %u dropped %u", call->adding, call->joined,
		      call->failed, call->dropped);
}

/* The oldest one, which is the only one that atmsigd would take the verdict for. */
static void verdict(struct client *c, void (*act)(uint32_t number))
{
	uint32_t number = oldest_incoming();

	if (!number) {
		reply(c, "error no call is incoming");
		return;
	}
	act(number);
	reply(c, "ok %u", number);
}

static void cmd_accept(struct client *c, char *rest)
{
	(void)rest;
	verdict(c, accept_call);
}

static void cmd_reject(struct client *c, char *rest)
{
	(void)rest;
	verdict(c, reject_call);
}

static bool closable(const struct call *call)
{
	return is_listener(call) || call->state == ACTIVE || call->state == CLEARED ||
	       (call->state == ASKED && call->out);
}

static void close_all(struct client *c)
{
	uint32_t number, n = 0;

	for (number = 1; number <= call_count; number++) {
		if (!closable(call_of(number)) || is_listener(call_of(number)))
			continue;
		close_call(number);
		n++;
	}
	reply(c, "ok %u", n);
}

static void cmd_close(struct client *c, char *rest)
{
	uint32_t number;

	rest += strspn(rest, " \t");
	if (!strcmp(rest, "all")) {
		close_all(c);
		return;
	}
	number = next_call(c, &rest);
	if (!number)
		return;
	if (!closable(call_of(number))) {
		reply(c, "error %u is %s", number, state_names[call_of(number)->state]);
		return;
	}
	close_call(number);
	reply(c, "ok");
}

static void cmd_answer(struct client *c, char *rest)
{
	static const char *const words[] = { "hold", "accept", "reject" };
	char *word = next_word(&rest);
	int i;

	for (i = HOLD; i <= REJECT; i++) {
		if (!strcmp(word, words[i])) {
			answer = (enum answer)i;
			reply(c, "ok");
			return;
		}
	}
	reply(c, "error hold, accept or reject expected, not '%s'", word);
}

static void cmd_confirm(struct client *c, char *rest)
{
	char *word = next_word(&rest);

	if (strcmp(word, "on") && strcmp(word, "off")) {
		reply(c, "error on or off expected, not '%s'", word);
		return;
	}
	confirms = !strcmp(word, "on");
	reply(c, "ok");
}

static void cmd_status(struct client *c, char *rest)
{
	char hex[2 * SVC_NSAP_LEN + 1] = "";
	struct call *call;
	uint32_t number;
	size_t i;

	if (!*rest) {
		reply(c,
		      "ok listening %u incoming %u accepting %u active %u closing %u cleared %u "
		      "closed %u",
		      in_state[LISTENING], in_state[INCOMING], in_state[ACCEPTING],
		      in_state[ACTIVE], in_state[CLOSING], in_state[CLEARED], in_state[CLOSED]);
		return;
	}
	number = next_call(c, &rest);
	if (!number)
		return;
	call = call_of(number);
	for (i = 0; i < SVC_NSAP_LEN; i++)
		sprintf(hex + 2 * i, "%02x", call->remote[i]);
	reply(c, "ok %u %s vc %d.%d reply %d listener %u remote %s", number,
	      state_names[call->state], call->pvc.vpi, call->pvc.vci, call->reply, call->listener,
	      call->listener ? hex : "-");
}

/* ---- waiting ---- */

static int state_named(const char *name)
{
	int i;

	for (i = 0; i < STATES; i++)
		if (!strcmp(state_names[i], name))
			return i;
	return -1;
}

/* A call that is closed never becomes anything else: who waits for that need not wait on. */
static bool wait_answer(struct client *c, bool late)
{
	struct wait *w = &waits[c->index];
	const struct call *call = call_of(w->number);

	if (call ? call->state == w->state : in_state[w->state] >= w->count)
		reply(c, "ok %u", call ? w->number : in_state[w->state]);
	else if (call && call->state == CLOSED)
		reply(c, "error %u is closed, reply %d", w->number, call->reply);
	else if (late)
		reply(c, "error timeout, %s", call ? state_names[call->state] : "too few");
	else
		return false;
	return true;
}

/* NUMBER STATE, or STATE:COUNT. */
static bool parse_wait(struct wait *w, char *word, char **rest)
{
	char *colon = strchr(word, ':'), *end;
	int state;

	w->number = 0;
	w->count = 0;
	if (colon) {
		*colon = '\0';
		w->count = (uint32_t)strtoul(colon + 1, &end, 10);
		if (!colon[1] || *end)
			return false;
	} else {
		w->number = (uint32_t)strtoul(word, &end, 10);
		if (!*word || *end || !call_of(w->number))
			return false;
		word = next_word(rest);
	}
	state = state_named(word);
	w->state = (enum state)state;
	return state >= 0;
}

static void cmd_waitfor(struct client *c, char *rest)
{
	struct wait *w = &waits[c->index];
	char *word = next_word(&rest);
	long ms;

	if (!parse_wait(w, word, &rest) || !next_number(&rest, &ms)) {
		reply(c, "error waitfor NUMBER STATE MS | STATE:COUNT MS");
		return;
	}
	client_wait(c, ms);
}

/* ---- the table ---- */

static const struct command commands[] = {
	{ "listen", cmd_listen, "NSAP", "calls to this address are ours; answers a number" },
	{ "connect", cmd_connect, "CALLING|- CALLED", "makes a call; answers its number" },
	{ "multi", cmd_multi, "CALLING|- CALLED", "the same to many, of whom this is the first" },
	{ "add", cmd_add, "NUMBER CALLED", "one more of them" },
	{ "drop", cmd_drop, "NUMBER ENDPOINT", "one less; the first has endpoint 0" },
	{ "parties", cmd_parties, "NUMBER", "how many were added, and what became of them" },
	{ "accept", cmd_accept, "", "the oldest incoming call; answers its number" },
	{ "reject", cmd_reject, "", "likewise (cause 21)" },
	{ "close", cmd_close, "NUMBER|all", "a call (cause 16) or a listener; all: every call" },
	{ "answer", cmd_answer, "hold|accept|reject", "what calls meet that come from now on" },
	{ "confirm", cmd_confirm, "on|off",
	  "off: the network's RELEASE is answered by close only" },
	{ "status", cmd_status, "[NUMBER]", "one call, or how many are in which state" },
	{ "waitfor", cmd_waitfor, "NUMBER STATE MS | STATE:COUNT MS",
	  "until a call is, or so many are, in a state" },
	{ "log", command_log, "TEXT", "a note in the log" },
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
	{ "atmsigd", required_argument, NULL, 'a' },
	{ "control", required_argument, NULL, 'c' },
	{ "sdu", required_argument, NULL, 's' },
	{ "bhli", required_argument, NULL, 'b' },
	{ "log", required_argument, NULL, 'L' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};
/* clang-format on */

static void help(void)
{
	size_t i;

	puts("Usage: ispd --atmsigd SOCK --control SOCK [OPTION]...\n"
	     "Makes and takes calls for stock atmsigd, in a kernel's place.\n\n"
	     "  --atmsigd SOCK  the unix socket of its command line\n"
	     "  --control SOCK  unix socket for control commands\n"
	     "  --sdu BYTES     largest SDU, both ways (8192)\n"
	     "  --bhli HEX      high layer information of calls and listeners, user specific\n"
	     "  --log FILE      log here, not on standard error\n"
	     "  --help          this text\n\n"
	     "Control commands, one per line, one line of answer each:");
	for (i = 0; i < COMMANDS; i++)
		printf("  %-8s %-34s %s\n", commands[i].name, commands[i].args, commands[i].help);
	puts("\nStates: asked listening incoming accepting active closing cleared closed");
}

static void set_sdu(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!*text || *end || value < 1 || value > 65535)
		die("--sdu %s: a number from 1 to 65535 expected", text);
	qos.tx.max_sdu = (int32_t)value;
	qos.rx.max_sdu = (int32_t)value;
}

static void set_bhli(const char *hex)
{
	sap.hli_type = HLI_USER;
	sap.hli_length = (uint8_t)parse_hex(sap.hli, sizeof(sap.hli), hex);
	if (!sap.hli_length)
		die("--bhli %s: hex of at most 8 octets expected", hex);
}

static const char *parse_options(int argc, char **argv)
{
	const char *path = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'a')
			path = optarg;
		else if (c == 'c')
			open_control(optarg);
		else if (c == 's')
			set_sdu(optarg);
		else if (c == 'b')
			set_bhli(optarg);
		else if (c == 'L')
			log_open(optarg);
		else if (c == 'h')
			help();
		if (c == 'h' || c == '?')
			exit(c != 'h');
	}
	if (optind < argc || !path)
		die("--atmsigd is needed; see --help");
	return path;
}

static void turn(void)
{
	struct pollfd p[MAX_CLIENTS + 2];
	int n;

	clock_run();
	control_flush();
	p[0] = (struct pollfd){ .fd = demon_fd, .events = POLLIN };
	n = 1 + control_poll_setup(p + 1);
	if (!loop_sleep(p, n, -1))
		return;
	if (p[0].revents)
		demon_read();
	control_poll_done(p + 1, n - 1);
}

int main(int argc, char **argv)
{
	const char *path;

	clock_start(1.0);
	path = parse_options(argc, argv);
	calls = calloc(MAX_CALLS, sizeof(*calls));
	if (!calls)
		die("out of memory");
	loop_begin();
	demon_open(path);
	log_line("ispd", "ready");
	while (!loop_over())
		turn();
	control_cleanup();
	unlink(own.sun_path);
	log_line("ispd", "end");
	return 0;
}
