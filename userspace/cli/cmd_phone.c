// SPDX-License-Identifier: GPL-2.0-or-later
/* phone: dial, answer, talk and the smaller operations. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "phonecli.h"
#include "pump.h"

#define LEVEL_MAX 0xffff

static struct {
	struct close_options close;
	bool leave_at_connect;
	bool stay;
	uint64_t rings;
	uint32_t device; /* CLDN_HOOKDEV_*, 0 = the modem's first */
	int64_t hold_ns; /* -1 = until Ctrl-C */
} opts = {
	.close = { .deadline_ns = CLDN_DEADLINE_DEFAULT },
	.rings = 1,
	.hold_ns = -1,
};

/* ---- options ---- */

static int set_device(const char *argument)
{
	unsigned int bit;

	for (bit = CLDN_HOOKDEV_HANDSET; bit <= CLDN_HOOKDEV_HEADSET; bit <<= 1)
		if (!strcmp(argument, cleardown_hookdev_name(bit)))
			opts.device = bit;
	if (!opts.device)
		return complain_usage("--device %s: handset, speaker or headset", argument);
	return XC_OK;
}

static int set_until(const char *argument)
{
	if (strcmp(argument, "connect") && strcmp(argument, "end"))
		return complain_usage("--wait %s: connect or end", argument);
	opts.leave_at_connect = !strcmp(argument, "connect");
	return XC_OK;
}

static int set_hold(const char *argument)
{
	uint64_t seconds;

	if (!parse_u64(argument, UINT32_MAX, &seconds))
		return complain_usage("--hold %s: not a number of seconds", argument);
	opts.hold_ns = seconds * NS_PER_SEC;
	return XC_OK;
}

static int set_phone(int option, const char *argument)
{
	switch (option) {
	case OPT_WAIT:
		return set_until(argument);
	case OPT_STAY:
		opts.stay = true;
		return XC_OK;
	case OPT_RINGS:
		if (!parse_u64(argument, 1000, &opts.rings) || !opts.rings)
			return complain_usage("--rings %s: not a number from 1 to 1000", argument);
		return XC_OK;
	case OPT_DEVICE:
		return set_device(argument);
	case OPT_HOLD:
		return set_hold(argument);
	default:
		return close_option(&opts.close, option, argument);
	}
}

/* ---- which phone ---- */

bool phone_named(const char *word)
{
	struct cleardown_ctl *ctl = cleardown_ctl_open();
	bool is_one = ctl && is_object(ctl, word);

	cleardown_ctl_free(ctl);
	return is_one || (!strncmp(word, "phone", 5) && word[5] &&
			  strspn(word + 5, "0123456789") == strlen(word + 5));
}

int phone_own(struct session *s, const char *word, const char *type)
{
	struct cleardown_device device;
	int code = name_object(CLDN_CLASS_PHONE, word, &device);

	if (!code)
		code = session_open(s, CLDN_CLASS_PHONE, device.name, &opts.close);
	if (!code && settings.json)
		put_text(doc_open(type), "object", s->name);
	return code;
}

int phone_let_go(struct session *s, enum cldn_mode mode, int code)
{
	return session_close(s, &opts.close, mode, code);
}

/* ---- calls ---- */

struct phone_call {
	const char *number; /* NULL: an incoming call */
	int64_t begin_ns; /* of the connection, 0 = there was none */
	int64_t end_ns;
	const char *result;
	const char *ended;
	uint32_t rate;
	bool is_talk;
	struct pump pump;
};

static const char *const ended_words[] = {
	[ENDED_BY_PEER] = "peer",   [ENDED_BY_INPUT] = "end-of-input", [ENDED_BY_OUTPUT] = "output",
	[ENDED_BY_SIGNAL] = "user", [ENDED_BY_FORCE] = "force",	       [ENDED_BY_ERROR] = "error",
};

/* Events may lag behind the completion of dial or answer: the status is what holds now. */
static void note_connection(struct session *s, struct phone_call *call)
{
	const struct cleardown_modem_status *status = cleardown_phone_get_status(s->phone);

	call->begin_ns = monotonic_ns();
	if (status) {
		s->call_state = status->call_state;
		call->rate = status->rate;
	} else {
		s->call_state = CLDN_CALL_ONLINE;
	}
	progress("%s: connected at %u bit/s", s->name, call->rate);
}

/* Dials or answers. XC_OK: a data call is up. */
static int connect_call(struct session *s, struct phone_call *call)
{
	struct cleardown_request request = {
		.opcode = call->number ? CLDN_OP_DIAL : CLDN_OP_ANSWER,
		.in = call->number,
		.in_len = call->number ? strlen(call->number) : 0,
	};
	const struct cleardown_record *record;
	int64_t limit = call->number ? timeout_or(CLDN_FOREVER) : CLDN_FOREVER;
	const char *action = call->number ? "dial" : "answer";
	int code;

	if (call->number)
		progress("%s: dialling %s", s->name, call->number);
	code = session_request(s, action, &request, limit, &record);
	if (code)
		return code;
	call->result = cleardown_result_name(record->p1);
	code = session_judge(s, action, record);
	if (!code)
		note_connection(s, call);
	return code;
}

static int waited_in_vain(struct session *s, enum seen seen)
{
	const struct trouble nobody = {
		.object = s->name,
		.action = "answer",
		.cause = "nobody has called",
		.err = ETIMEDOUT,
	};

	switch (seen) {
	case SEEN_SIGNAL:
		return XC_INTERRUPTED;
	case SEEN_TIMEOUT:
		return complain(XC_TIMEOUT, &nobody);
	default:
		return complain_errno(s->name, "read its events", errno);
	}
}

/* Waits for the ring after which is to be answered. */
static int await_ring(struct session *s, struct phone_call *call)
{
	int64_t limit = timeout_or(CLDN_FOREVER);
	int64_t end = limit < 0 ? -1 : monotonic_ns() + limit;
	const struct cleardown_record *record;
	enum seen seen;

	progress("%s: waiting for a call", s->name);
	while (s->rings < opts.rings) {
		seen = session_next(s, NULL, 0, end, &record);
		if (seen != SEEN_RECORD && seen != SEEN_FILE)
			return waited_in_vain(s, seen);
		if (s->dead)
			return session_ended_by_force(s, "wait for a call", XC_DEVICE);
		if (s->call_state == CLDN_CALL_ONLINE) {
			/* The modem answers by itself (S0). */
			call->result = "connect";
			note_connection(s, call);
			return XC_OK;
		}
	}
	progress("%s: answering%s%s", s->name, *s->caller ? ", caller " : "", s->caller);
	return connect_call(s, call);
}

static int ended_code(struct session *s, enum ended ended)
{
	switch (ended) {
	case ENDED_BY_SIGNAL:
		return XC_INTERRUPTED;
	case ENDED_BY_ERROR:
		return complain_errno(s->name, "carry the call", errno);
	case ENDED_BY_FORCE:
		return session_ended_by_force(s, "carry the call on", XC_CALL_FAILED);
	default:
		return XC_OK;
	}
}

static int unsent_code(const struct session *s, const struct pump *pump)
{
	size_t unsent = pump_unsent(pump);
	char cause[96];
	const struct trouble trouble = {
		.object = s->name,
		.action = "send all",
		.cause = cause,
	};

	snprintf(cause, sizeof(cause), "the call ended with %zu bytes of input unsent", unsent);
	return unsent ? complain(XC_DISCARDED, &trouble) : XC_OK;
}

/* A call that is up, to its end. *mode becomes the way in which the phone is to be closed. */
static int carry_call(struct session *s, struct phone_call *call, enum cldn_mode *mode)
{
	enum ended ended;
	int code;

	if (opts.leave_at_connect) {
		call->end_ns = monotonic_ns();
		call->ended = "user";
		return XC_OK;
	}
	ended = pump_run(&call->pump, s);
	call->end_ns = monotonic_ns();
	call->ended = ended_words[ended];
	progress("%s: ended by %s", s->name, call->ended);
	if (ended == ENDED_BY_INPUT)
		*mode = CLDN_MODE_DRAIN;
	code = ended_code(s, ended);
	return code ? code : unsent_code(s, &call->pump);
}

static void call_to_json(struct json_object *o, const struct session *s,
			 const struct phone_call *call)
{
	put_text(o, "direction", call->number ? "out" : "in");
	if (call->number)
		put_text(o, "number", call->number);
	else
		put_bytes(o, "caller", s->caller, strlen(s->caller));
	put_bool(o, "connected", call->begin_ns);
	put_text(o, "result", call->result);
	put_u64(o, "rate", call->rate);
	put_u64(o, "duration_ns", call->end_ns - call->begin_ns);
	put_text(o, "ended_by", call->ended);
	put_u64(o, "sent", call->pump.sent);
	put_u64(o, "received", call->pump.received);
}

static void call_to_text(const struct session *s, const struct phone_call *call)
{
	const char *caller = *s->caller ? s->caller : "an unnamed caller";
	char text[SHORT_TEXT];

	if (!call->begin_ns || settings.quiet)
		return;
	fprintf(call->is_talk ? stderr : stdout,
		"%s: call %s%s, %u bit/s, %s, ended by %s; %" PRIu64 " bytes sent, %" PRIu64
		" received\n",
		s->name, call->number ? "to " : "from ", call->number ? call->number : caller,
		call->rate, text_duration(text, call->end_ns - call->begin_ns), call->ended,
		call->pump.sent, call->pump.received);
}

static int whole_call(const char *word, struct phone_call *call)
{
	enum cldn_mode mode = CLDN_MODE_ORDERLY;
	struct session s;
	int code;

	if (call->is_talk)
		doc_to_stderr();
	code = phone_own(&s, word, "call");
	if (code)
		return code;
	code = call->number ? connect_call(&s, call) : await_ring(&s, call);
	if (!code)
		code = carry_call(&s, call, &mode);
	if (settings.json)
		call_to_json(doc_current(), &s, call);
	else if (!call->is_talk || settings.verbose)
		call_to_text(&s, call);
	return phone_let_go(&s, mode, code);
}

static int run_dial(int argc, char **argv)
{
	static struct phone_call call = { .pump = { .in = -1, .out = -1 } };

	if ((argc != 1 && argc != 2) || phone_named(argv[argc - 1]))
		return complain_usage("dial takes a number, and before it an object");
	call.number = argv[argc - 1];
	return whole_call(argc == 2 ? argv[0] : NULL, &call);
}

static int run_answer(int argc, char **argv)
{
	static struct phone_call call = { .pump = { .in = -1, .out = -1 } };

	if (argc > 1)
		return complain_usage("answer takes one object");
	return whole_call(argc ? argv[0] : NULL, &call);
}

static int run_talk(int argc, char **argv)
{
	static struct phone_call call = {
		.is_talk = true,
		.pump = { .in = STDIN_FILENO, .out = STDOUT_FILENO },
	};
	const char *word = NULL;

	if (argc > 2)
		return complain_usage("talk takes an object and a number at most");
	if (argc == 2 || (argc == 1 && phone_named(argv[0])))
		word = *argv++;
	if (word)
		argc--;
	call.number = argc ? argv[0] : NULL;
	call.pump.stay = opts.stay;
	return whole_call(word, &call);
}

/* ---- hang up somebody's call ---- */

static int no_call(const char *name)
{
	const struct trouble trouble = {
		.object = name,
		.action = "hang up",
		.cause = "no call is up",
		.err = ENOTCONN,
	};

	return complain(XC_NOT_FOUND, &trouble);
}

/* Until the call with this number is over. */
static int await_over(struct cleardown_phone *phone, const char *name, uint64_t call)
{
	int64_t end = monotonic_ns() + timeout_or(15 * NS_PER_SEC);
	struct pollfd pfd = { .fd = catch_signals(), .events = POLLIN };
	const struct cleardown_session *session;

	for (;;) {
		session = cleardown_phone_get_session(phone);
		if (!session)
			return complain_errno(name, "ask for its state", errno);
		if (session->call != call)
			return XC_OK;
		if (monotonic_ns() >= end)
			return complain_errno(name, "wait longer for the end", ETIMEDOUT);
		if (poll(&pfd, 1, 20) > 0)
			return XC_INTERRUPTED;
	}
}

static int not_hung_up(const char *name, int err)
{
	const struct trouble other_user = {
		.object = name,
		.action = "hang up",
		.cause = "it is another user's call",
		.remedy = "become that user, or root",
		.err = err,
	};

	if (err == ESTALE)
		return no_call(name);
	return err == EPERM ? complain(XC_PERMISSION, &other_user) :
			      complain_errno(name, "hang up", err);
}

static int hang_up(struct cleardown_phone *phone, const char *name)
{
	const struct cleardown_session *session = cleardown_phone_get_session(phone);
	uint64_t call;
	int code;

	if (!session)
		return complain_errno(name, "ask for its state", errno);
	call = session->call;
	if (!call)
		return no_call(name);
	if (cleardown_phone_cancel_call(phone, call) < 0)
		return not_hung_up(name, errno);
	code = await_over(phone, name, call);
	if (code)
		return code;
	if (settings.json) {
		put_text(doc_open("hangup"), "object", name);
		put_u64(doc_current(), "call", call);
	} else {
		printf("%s: call %" PRIu64 " is over\n", name, call);
	}
	return XC_OK;
}

static int run_hangup(int argc, char **argv)
{
	struct cleardown_device device;
	struct cleardown_phone *phone;
	int code;

	if (argc > 1)
		return complain_usage("hangup takes one object");
	code = name_object(CLDN_CLASS_PHONE, argc ? argv[0] : NULL, &device);
	if (code)
		return code;
	phone = cleardown_phone_open(device.name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	if (!phone)
		return complain_errno(device.name, "open it as an observer", errno);
	code = hang_up(phone, device.name);
	cleardown_phone_free(phone);
	return code;
}

/* ---- one request ---- */

int phone_request(struct session *s, const char *action, struct cleardown_request *request,
		  const struct cleardown_record **record)
{
	const struct cleardown_record *own;
	int code = session_request(s, action, request, timeout_or(CLDN_FOREVER), &own);

	if (code)
		return code;
	if (settings.json)
		put_word(doc_current(), "result", cleardown_result_name(own->p1), own->p1);
	if (record)
		*record = own;
	return session_judge(s, action, own);
}

/* The device that --device names, or @usual, or the first that the modem has. */
static uint32_t choose_device(uint32_t available, uint32_t usual)
{
	if (opts.device)
		return opts.device;
	if (available & usual)
		return usual;
	return available ? available & -available : CLDN_HOOKDEV_SPEAKER;
}

int phone_hold(struct session *s, const char *what)
{
	int64_t end = opts.hold_ns < 0 ? -1 : monotonic_ns() + opts.hold_ns;
	const struct cleardown_record *record;

	progress("%s: %s%s", s->name, what, end < 0 ? "; Ctrl-C ends" : "");
	for (;;) {
		switch (session_next(s, NULL, 0, end, &record)) {
		case SEEN_SIGNAL:
			return XC_INTERRUPTED;
		case SEEN_TIMEOUT:
			return XC_OK;
		case SEEN_ERROR:
			return complain_errno(s->name, "read its events", errno);
		default:
			if (s->dead)
				return session_ended_by_force(s, "hold it", XC_DEVICE);
		}
	}
}

static int run_hook(int argc, char **argv)
{
	const struct cleardown_modem_caps *caps;
	struct cleardown_request request = { .opcode = CLDN_OP_SET_HOOKSWITCH };
	struct session s;
	bool off;
	int code;

	if (argc != 1 && argc != 2)
		return complain_usage("hook takes on or off, and before it an object");
	off = !strcmp(argv[argc - 1], "off");
	if (!off && strcmp(argv[argc - 1], "on"))
		return complain_usage("hook %s: on or off", argv[argc - 1]);
	code = phone_own(&s, argc == 2 ? argv[0] : NULL, "hook");
	if (code)
		return code;
	caps = cleardown_phone_get_caps(s.phone);
	request.a = choose_device(caps ? caps->hook_devices : 0, CLDN_HOOKDEV_HANDSET);
	request.b = off ? CLDN_HOOKMODE_MICSPEAKER : CLDN_HOOKMODE_ONHOOK;
	code = phone_request(&s, "set the hook switch", &request, NULL);
	if (!code && off)
		code = phone_hold(&s, "off-hook");
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

static bool parse_level(const char *word, uint64_t *level)
{
	char number[16];
	size_t len = strlen(word);

	if (!len || word[len - 1] != '%')
		return parse_u64(word, LEVEL_MAX, level);
	snprintf(number, sizeof(number), "%.*s", (int)len - 1, word);
	if (!parse_u64(number, 100, level))
		return false;
	*level = *level * LEVEL_MAX / 100;
	return true;
}

static int show_level(const char *word, bool is_gain)
{
	const struct cleardown_modem_status *status;
	struct cleardown_device device;
	struct cleardown_phone *phone;
	int code = name_object(CLDN_CLASS_PHONE, word, &device);
	uint32_t level;

	if (code)
		return code;
	phone = cleardown_phone_open(device.name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	status = phone ? cleardown_phone_get_status(phone) : NULL;
	if (!status) {
		code = complain_errno(device.name, "ask for its level", errno);
	} else {
		level = is_gain				    ? status->gain :
			opts.device == CLDN_HOOKDEV_HANDSET ? status->handset_volume :
							      status->volume;
		if (settings.json) {
			put_text(doc_open(is_gain ? "gain" : "volume"), "object", device.name);
			put_u64(doc_current(), "level", level);
		} else {
			printf("%u\n", level);
		}
	}
	cleardown_phone_free(phone);
	return code;
}

static int set_level(const char *word, uint64_t level, bool is_gain)
{
	const char *type = is_gain ? "gain" : "volume";
	struct cleardown_request request = {
		.opcode = is_gain ? CLDN_OP_SET_GAIN : CLDN_OP_SET_VOLUME,
		.b = level,
	};
	const struct cleardown_modem_caps *caps;
	uint32_t available = 0;
	struct session s;
	int code = phone_own(&s, word, type);

	if (code)
		return code;
	caps = cleardown_phone_get_caps(s.phone);
	if (caps)
		available = is_gain ? caps->gain_devices : caps->volume_devices;
	request.a = choose_device(available, CLDN_HOOKDEV_SPEAKER);
	if (settings.json)
		put_u64(doc_current(), "level", level);
	code = phone_request(&s, is_gain ? "set the gain" : "set the volume", &request, NULL);
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

static int volume_or_gain(int argc, char **argv, bool is_gain)
{
	const char *what = is_gain ? "gain" : "volume";
	uint64_t level;

	if (argc > 2)
		return complain_usage("%s takes an object and a level at most", what);
	if (!argc || (argc == 1 && phone_named(argv[0])))
		return show_level(argc ? argv[0] : NULL, is_gain);
	if (!parse_level(argv[argc - 1], &level))
		return complain_usage("%s %s: a level is 0 to 65535, or 0%% to 100%%", what,
				      argv[argc - 1]);
	return set_level(argc == 2 ? argv[0] : NULL, level, is_gain);
}

static int run_volume(int argc, char **argv)
{
	return volume_or_gain(argc, argv, false);
}

static int run_gain(int argc, char **argv)
{
	return volume_or_gain(argc, argv, true);
}

static void ring_to_text(const char *name, const struct cleardown_modem_status *status)
{
	if (!status->ring_mode) {
		printf("%s: does not ring\n", name);
		return;
	}
	printf("%s: rings, mode %u, %u so far%s", name, status->ring_mode, status->rings,
	       *status->caller ? ", caller " : "");
	print_clean(stdout, status->caller, strlen(status->caller));
	putchar('\n');
}

static int show_ring(const char *word)
{
	const struct cleardown_modem_status *status;
	struct cleardown_device device;
	struct cleardown_phone *phone;
	int code = name_object(CLDN_CLASS_PHONE, word, &device);

	if (code)
		return code;
	phone = cleardown_phone_open(device.name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	status = phone ? cleardown_phone_get_status(phone) : NULL;
	if (!status) {
		code = complain_errno(device.name, "ask whether it rings", errno);
	} else if (settings.json) {
		put_text(doc_open("ring"), "object", device.name);
		put_u64(doc_current(), "mode", status->ring_mode);
		put_u64(doc_current(), "rings", status->rings);
		put_bytes(doc_current(), "caller", status->caller, strlen(status->caller));
	} else {
		ring_to_text(device.name, status);
	}
	cleardown_phone_free(phone);
	return code;
}

static int set_ring(const char *word, uint64_t mode, uint64_t level)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_SET_RING,
		.a = mode,
		.b = level,
	};
	struct session s;
	int code = phone_own(&s, word, "ring");

	if (code)
		return code;
	if (settings.json)
		put_u64(doc_current(), "mode", mode);
	code = phone_request(&s, "set its ring", &request, NULL);
	if (!code && mode)
		code = phone_hold(&s, "ringing");
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

static int run_ring(int argc, char **argv)
{
	uint64_t mode, level = LEVEL_MAX;
	const char *word = NULL;

	if (argc && phone_named(argv[0])) {
		word = *argv++;
		argc--;
	}
	if (argc > 2)
		return complain_usage("ring takes an object, a mode and a level at most");
	if (!argc)
		return show_ring(word);
	if (!parse_u64(argv[0], UINT32_MAX, &mode))
		return complain_usage("ring %s: a mode is a number, 0 is silence", argv[0]);
	if (argc == 2 && !parse_level(argv[1], &level))
		return complain_usage("ring %s: a level is 0 to 65535, or 0%% to 100%%", argv[1]);
	return set_ring(word, mode, level);
}

static int run_dtmf(int argc, char **argv)
{
	struct cleardown_request request = { .opcode = CLDN_OP_SEND_DTMF };
	struct session s;
	const char *digits;
	int code;

	if (argc != 1 && argc != 2)
		return complain_usage("dtmf takes digits, and before them an object");
	digits = argv[argc - 1];
	if (!*digits || strspn(digits, "0123456789ABCDabcd*#") != strlen(digits))
		return complain_usage("dtmf %s: digits are 0-9 A-D * #", digits);
	code = phone_own(&s, argc == 2 ? argv[0] : NULL, "dtmf");
	if (code)
		return code;
	request.in = digits;
	request.in_len = strlen(digits);
	code = phone_request(&s, "send the digits", &request, NULL);
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

/* ---- at ---- */

/* Calls @line for each non-empty line of the modem's answer. */
static void each_line(const char *text, size_t len, struct json_object *array)
{
	size_t begin, end;

	for (begin = 0; begin < len; begin = end + 1) {
		end = begin;
		while (end < len && text[end] != '\r' && text[end] != '\n')
			end++;
		if (end == begin)
			continue;
		if (array) {
			json_object_array_add(array, bytes_string(text + begin, end - begin));
		} else {
			print_clean(stdout, text + begin, end - begin);
			putchar('\n');
		}
	}
}

static void answer_out(const char *command, const struct cleardown_record *record,
		       struct json_object *answers)
{
	struct json_object *o, *lines;

	if (!answers) {
		each_line(record->text, record->text_len, NULL);
		fflush(stdout);
		return;
	}
	o = json_object_new_object();
	lines = json_object_new_array();
	each_line(record->text, record->text_len, lines);
	put_text(o, "command", command);
	put_word(o, "result", cleardown_result_name(record->p1), record->p1);
	put_errno(o, "errno", record->error);
	json_object_object_add(o, "lines", lines);
	json_object_array_add(answers, o);
}

/* The kernel adds AT and the end of the line; who writes AT himself gets one AT all the same. */
static int one_command(struct session *s, const char *command, struct json_object *answers)
{
	const char *rest = strncasecmp(command, "at", 2) ? command : command + 2;
	struct cleardown_request request = {
		.opcode = CLDN_OP_DEV_SPECIFIC,
		.in = rest,
		.in_len = strlen(rest),
	};
	const struct cleardown_record *record;
	char action[64];
	int code;

	snprintf(action, sizeof(action), "run AT%s", rest);
	code = session_request(s, action, &request, timeout_or(CLDN_FOREVER), &record);
	if (code)
		return code;
	answer_out(command, record, answers);
	return session_judge(s, action, record);
}

static int run_at(int argc, char **argv)
{
	struct json_object *answers = NULL;
	const char *word = NULL;
	struct session s;
	int code, i = 0;

	if (argc && phone_named(argv[0]))
		word = argv[i++];
	if (i == argc)
		return complain_usage("at takes commands, and before them an object");
	code = phone_own(&s, word, "at");
	if (code)
		return code;
	if (settings.json) {
		answers = json_object_new_array();
		json_object_object_add(doc_current(), "answers", answers);
	}
	for (; i < argc && !code; i++)
		code = one_command(&s, argv[i], answers);
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

/* ---- the table ---- */

#define CLOSE_DETAILS                                                               \
	"      --mode MODE      how the phone is closed: drain, orderly or abort\n" \
	"      --deadline MS    bound of that close\n"                              \
	"      --dtr WHAT       the DTR line at the end: drop (default), keep, pulse:MS\n"

#define AFTERWARDS \
	"\nCtrl-C closes in order, twice aborts. With --verbose the close report is shown.\n"

static const struct option own_options[] = {
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ 0 },
};

static const struct option dial_options[] = {
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ 0 },
};

static const struct option answer_options[] = {
	{ "rings", required_argument, NULL, OPT_RINGS },
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ 0 },
};

static const struct option talk_options[] = {
	{ "rings", required_argument, NULL, OPT_RINGS },
	{ "stay", no_argument, NULL, OPT_STAY },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ 0 },
};

static const struct option hook_options[] = {
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ 0 },
};

static const struct option ring_options[] = {
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ 0 },
};

static const struct option level_options[] = {
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ "dtr", required_argument, NULL, OPT_DTR },
	{ 0 },
};

static const struct verb phone_verbs[] = {
	{
		.name = "dial",
		.operands = "[OBJ] NUMBER [OPTIONS]",
		.summary = "call a number and stay until the call ends",
		.details =
			"      --wait UNTIL     end (default): until the far end hangs up; connect: until\n"
			"                       it has answered\n" CLOSE_DETAILS
			"      --timeout SEC    how long to try\n"
			"\nNUMBER is a V.250 dial string. Data that comes in is counted and dropped: talk\n"
			"shows it.\n" AFTERWARDS,
		.options = dial_options,
		.set = set_phone,
		.run = run_dial,
	},
	{
		.name = "answer",
		.operands = "[OBJ] [OPTIONS]",
		.summary = "wait for a call, answer it, stay until it ends",
		.details =
			"      --rings N        answer at the Nth ring (1)\n"
			"      --wait UNTIL     end (default) or connect, as for dial\n" CLOSE_DETAILS
			"      --timeout SEC    how long to wait for a call\n" AFTERWARDS,
		.options = answer_options,
		.set = set_phone,
		.run = run_answer,
	},
	{
		.name = "talk",
		.operands = "[OBJ] [NUMBER] [OPTIONS]",
		.summary = "join standard input and output to a data call",
		.details =
			"      --stay           after the end of the input stay until the far end hangs up\n"
			"      --rings N        without NUMBER: answer at the Nth ring (1)\n" CLOSE_DETAILS
			"      --timeout SEC    how long to try, or to wait for a call\n"
			"\nWithout NUMBER waits for a call and answers it. The end of the input drains what\n"
			"was sent, then hangs up. With --json the document goes to stderr.\n" AFTERWARDS,
		.options = talk_options,
		.set = set_phone,
		.run = run_talk,
	},
	{
		.name = "hangup",
		.operands = "[OBJ]",
		.summary = "end the call that another process has up",
		.details =
			"For the user whose process it is, and for root. The phone stays open; close ends\n"
			"that too.\n",
		.run = run_hangup,
	},
	{
		.name = "hook",
		.operands = "[OBJ] on|off [OPTIONS]",
		.summary = "put the hook switch on or off",
		.details = "      --hold SEC       off: for how long; otherwise until Ctrl-C\n"
			   "      --device WHICH   handset, speaker or headset\n" CLOSE_DETAILS
				   AFTERWARDS,
		.options = hook_options,
		.set = set_phone,
		.run = run_hook,
	},
	{
		.name = "volume",
		.operands = "[OBJ] [LEVEL] [OPTIONS]",
		.summary = "show or set the speaker's volume",
		.details = "      --device WHICH   handset, speaker or headset\n" CLOSE_DETAILS
			   "\nLEVEL is 0 to 65535, or 0% to 100%.\n" AFTERWARDS,
		.options = level_options,
		.set = set_phone,
		.run = run_volume,
	},
	{
		.name = "gain",
		.operands = "[OBJ] [LEVEL] [OPTIONS]",
		.summary = "show or set the microphone's gain",
		.details = "      --device WHICH   handset, speaker or headset\n" CLOSE_DETAILS
			   "\nLEVEL is 0 to 65535, or 0% to 100%.\n" AFTERWARDS,
		.options = level_options,
		.set = set_phone,
		.run = run_gain,
	},
	{
		.name = "ring",
		.operands = "[OBJ] [MODE [LEVEL]] [OPTIONS]",
		.summary = "show how it rings, or make it ring",
		.details =
			"      --hold SEC       how long to ring; otherwise until Ctrl-C\n" CLOSE_DETAILS
			"\nWithout MODE shows whether the line rings, and in which pattern: 1, or with\n"
			"distinctive ring 2 for two bursts and 3 for more. MODE and LEVEL (0 to 65535, or\n"
			"0% to 100%) are for a telephone bound with panel=ask, and 0 is silence; a modem has\n"
			"no bell. The close at the end silences it.\n" AFTERWARDS,
		.options = ring_options,
		.set = set_phone,
		.run = run_ring,
	},
	{
		.name = "panel",
		.operands = "[OBJ]",
		.summary = "show what a telephone's front has and shows",
		.details = "Bell, lamps and display of a telephone bound with panel=ask.\n",
		.run = run_panel,
	},
	{
		.name = "lamp",
		.operands = "[OBJ] LAMP MODE [OPTIONS]",
		.summary = "light a lamp of a telephone",
		.details =
			"      --hold SEC       for how long; otherwise until Ctrl-C\n" CLOSE_DETAILS
			"\nLAMP is its number, from 0 on; MODE off, steady, wink, flash, flutter or\n"
			"broken-flutter, where the lamp can. The close at the end darkens it.\n" AFTERWARDS,
		.options = ring_options,
		.set = set_phone,
		.run = run_lamp,
	},
	{
		.name = "display",
		.operands = "[OBJ] TEXT... [OPTIONS]",
		.summary = "show a text on a telephone's display",
		.details =
			"      --hold SEC       for how long; otherwise until Ctrl-C\n" CLOSE_DETAILS
			"\nOne TEXT for each row; what is too long is cut off. The close at the end clears it.\n" AFTERWARDS,
		.options = ring_options,
		.set = set_phone,
		.run = run_display,
	},
	{
		.name = "button",
		.operands = "[OBJ] KEY [NUMBER [TEXT]] [OPTIONS]",
		.summary = "show or set what a telephone's key calls",
		.details = CLOSE_DETAILS
		"\nKEY is one of 0 to 9, where the telephone has a number for it: KEY # calls it. TEXT is\n"
		"what it shows then. An empty NUMBER takes it away. It is memory: no close undoes it.\n" AFTERWARDS,
		.options = own_options,
		.set = set_phone,
		.run = run_button,
	},
	{
		.name = "data",
		.operands = "[OBJ] AREA [TEXT] [OPTIONS]",
		.summary = "show or set a data area of a telephone",
		.details = CLOSE_DETAILS
		"\nAREA is its number, from 0 on; TEXT a telephone number and, behind a blank, a text for\n"
		"it. An empty TEXT empties the area. It is memory: no close undoes it.\n" AFTERWARDS,
		.options = own_options,
		.set = set_phone,
		.run = run_data,
	},
	{
		.name = "dtmf",
		.operands = "[OBJ] DIGITS [OPTIONS]",
		.summary = "send tones",
		.details = CLOSE_DETAILS AFTERWARDS,
		.options = own_options,
		.set = set_phone,
		.run = run_dtmf,
	},
	{
		.name = "at",
		.operands = "[OBJ] COMMAND... [OPTIONS]",
		.summary = "send AT commands and show what the modem says",
		.details = CLOSE_DETAILS
		"\nCOMMAND goes without AT: cleardown phone at I3. Stops at the first one that\n"
		"fails.\n" AFTERWARDS,
		.options = own_options,
		.set = set_phone,
		.run = run_at,
	},
	{ 0 },
};

const struct verb verb_phone = {
	.name = "phone",
	.operands = "VERB [OPERANDS]",
	.summary = "calls and other operations of a phone",
	.details =
		"The phone is opened, used, and closed in order by each of these (hangup excepted).\n"
		"[OBJ] may be left out when there is one phone.\n",
	.verbs = phone_verbs,
};
