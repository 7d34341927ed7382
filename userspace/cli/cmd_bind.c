// SPDX-License-Identifier: GPL-2.0-or-later
/* bind, rebind and unbind: making a device from a line, and giving the line back. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define DEFAULT_SPEED 115200
#define RAW_PORT "9100"
#define ATMTCP_PORT "2812"

static struct bind_wish opts;
static bool force;

bool parse_flow(const char *word, enum cldn_flow *flow)
{
	if (!strcmp(word, "rtscts"))
		*flow = CLDN_FLOW_RTSCTS;
	else if (!strcmp(word, "none"))
		*flow = CLDN_FLOW_NONE;
	else if (!strcmp(word, "xonxoff"))
		*flow = CLDN_FLOW_XONXOFF;
	else
		return false;
	return true;
}

static int set_flow(const char *argument)
{
	if (!parse_flow(argument, &opts.flow))
		return complain_usage("--flow %s: " FLOW_WORDS, argument);
	return XC_OK;
}

int bind_set(int option, const char *argument)
{
	switch (option) {
	case OPT_AS:
		opts.name = argument;
		return XC_OK;
	case OPT_SPEED:
		if (!parse_u64(argument, UINT32_MAX, &opts.speed))
			return complain_usage("--speed %s: not a number of bits per second",
					      argument);
		return XC_OK;
	case OPT_FLOW:
		return set_flow(argument);
	case OPT_INIT:
		opts.init = argument;
		return XC_OK;
	case OPT_MONITOR:
		opts.monitor = argument;
		return XC_OK;
	default:
		opts.args = argument;
		return XC_OK;
	}
}

static int no_such_line(const char *path, int err)
{
	const char *words[128] = { NULL };
	struct trouble trouble = { .object = path, .action = "bind", .err = err };
	struct dirent *entry;
	char remedy[320];
	const char *near;
	size_t n = 0;
	DIR *dir = opendir("/sys/class/tty");

	while (dir && n < ARRAY_SIZE(words) - 1 && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "tty", 3))
			words[n++] = strdup(entry->d_name);
	if (dir)
		closedir(dir);
	near = nearest_word(strncmp(path, "/dev/", 5) ? path : path + 5, words);
	if (near)
		snprintf(remedy, sizeof(remedy), "did you mean /dev/%s? See `cleardown scan`",
			 near);
	else
		snprintf(remedy, sizeof(remedy), "see `cleardown scan`");
	trouble.cause = err == ENOENT ? "there is no such line" : errno_cause(err);
	trouble.remedy = remedy;
	complain(exit_for_errno(err), &trouble);
	while (n)
		free((char *)words[--n]);
	return exit_for_errno(err);
}

/* "tty:/dev/ttyS1" or "tty:ttyS1": the line's device number is what the kernel takes. */
static int parse_tty(const char *where, struct cleardown_binding *binding)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", *where == '/' ? "" : "/dev/", where);
	if (stat(path, &st) < 0)
		return no_such_line(path, errno);
	if (!S_ISCHR(st.st_mode))
		return complain_usage("%s is not a character device", path);
	binding->link = "tty";
	binding->rdev = st.st_rdev;
	return XC_OK;
}

static int parse_parport(const char *number, struct cleardown_binding *binding)
{
	if (!strncmp(number, "parport", 7))
		number += 7;
	if (!parse_u64(number, INT32_MAX, &binding->rdev))
		return complain_usage("parport:%s: expected its number, parport:0", number);
	binding->link = "parport";
	return XC_OK;
}

/*
 * "host", "host:port", "[v6]", "[v6]:port" in two; @where is written to, and @service is left as it
 * is without a port.
 */
static int split_host(const char *link, char *where, const char **host, const char **service)
{
	char *end = strrchr(where, ':');

	*host = where;
	if (*where == '[') {
		end = strchr(where, ']');
		if (!end || (end[1] && end[1] != ':'))
			return complain_usage("%s:%s: expected %s:[ADDRESS]:PORT", link, where,
					      link);
		*end++ = '\0';
		*host = where + 1;
	} else if (end && strchr(where, ':') != end) {
		return complain_usage("%s:%s: write the address as [%s]", link, where, where);
	}
	if (end && *end) {
		*end = '\0';
		*service = end + 1;
	}
	if (!**host || !**service)
		return complain_usage("expected %s:HOST or %s:HOST:PORT", link, link);
	return XC_OK;
}

static int cannot_resolve(const char *host, int err)
{
	const struct trouble trouble = {
		.object = host,
		.action = "find its address",
		.cause = err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err),
	};

	return complain(err == EAI_NONAME || err == EAI_SERVICE ? XC_NOT_FOUND : XC_DEVICE,
			&trouble);
}

/*
 * The kernel takes an address and a number; names are resolved here, once, at bind. @service: where
 * @where has none.
 */
static int parse_host(const char *link, const char *where, const char *service,
		      struct cleardown_binding *binding, char *args, size_t size)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	char copy[256], address[80], number[16];
	struct addrinfo *found;
	const char *host;
	int code, err;

	snprintf(copy, sizeof(copy), "%s", where);
	code = split_host(link, copy, &host, &service);
	if (code)
		return code;
	err = getaddrinfo(host, service, &hints, &found);
	if (err)
		return cannot_resolve(host, err);
	err = getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), number,
			  sizeof(number), NI_NUMERICHOST | NI_NUMERICSERV);
	freeaddrinfo(found);
	if (err)
		return cannot_resolve(host, err);
	binding->link = link;
	snprintf(args, size, "host=%s port=%s", address, number);
	return XC_OK;
}

/* "atmtcp:listen", "atmtcp:listen:PORT", or where to connect to. */
static int parse_atmtcp(const char *where, struct cleardown_binding *binding, char *args,
			size_t size)
{
	size_t n = strlen("listen");
	uint64_t port = strtoul(ATMTCP_PORT, NULL, 10);

	if (strncmp(where, "listen", n) || (where[n] && where[n] != ':'))
		return parse_host("atmtcp", where, ATMTCP_PORT, binding, args, size);
	if (where[n] && (!parse_u64(where + n + 1, 65535, &port) || !port))
		return complain_usage("atmtcp:%s: expected atmtcp:listen:PORT", where);
	binding->link = "atmtcp";
	snprintf(args, size, "listen=%u", (unsigned int)port);
	return XC_OK;
}

static int no_such_interface(const char *interface)
{
	struct if_nameindex *all = if_nameindex(), *one;
	const char *words[128] = { NULL };
	char remedy[128];
	const struct trouble trouble = {
		.object = interface,
		.action = "bind",
		.cause = "there is no network interface of that name",
		.remedy = remedy,
		.err = ENODEV,
	};
	const char *near;
	size_t n = 0;

	for (one = all; one && one->if_name && n < ARRAY_SIZE(words) - 1; one++)
		words[n++] = one->if_name;
	near = nearest_word(interface, words);
	snprintf(remedy, sizeof(remedy), near ? "did you mean eth:%s?" : "see `ip link`", near);
	complain(XC_NOT_FOUND, &trouble);
	if_freenameindex(all);
	return XC_NOT_FOUND;
}

/* "eth:eth1": the interface's index is what the kernel takes. */
static int parse_eth(const char *interface, struct cleardown_binding *binding)
{
	binding->link = "eth";
	binding->rdev = if_nametoindex(interface);
	return binding->rdev ? XC_OK : no_such_interface(interface);
}

static const char *expected(enum cldn_class class_id)
{
	if (class_id == CLDN_CLASS_VC)
		return "expected eth:INTERFACE, atmtcp:HOST[:PORT] or atmtcp:listen[:PORT]";
	return class_id == CLDN_CLASS_PORT ?
		       "expected parport:0, tty:/dev/ttyS1, tcp:HOST[:PORT] or sim:" :
		       "expected tty:/dev/ttyS1 or sim:";
}

const char *bind_form(enum cldn_class class_id, const char *spec)
{
	static const char *const links[] = { "tty:", "parport:", "tcp:", "eth:" };
	bool is_vc = class_id == CLDN_CLASS_VC, is_port = class_id == CLDN_CLASS_PORT;
	size_t i, n;

	if (!is_vc && (!strcmp(spec, "sim:") || !strcmp(spec, "sim")))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(links); i++) {
		n = strlen(links[i]);
		if (strncmp(spec, links[i], n) || !spec[n])
			continue;
		if (is_vc ? *links[i] == 'e' : *links[i] != 'e' && (is_port || i == 0))
			return NULL;
	}
	return expected(class_id);
}

bool is_bound_to(const struct cleardown_device *device, const char *spec)
{
	struct stat st;
	char path[256];

	if (strncmp(spec, "tty:", 4) || !device->rdev)
		return !strcmp(device->backend, spec);
	snprintf(path, sizeof(path), "%s%s", spec[4] == '/' ? "" : "/dev/", spec + 4);
	return stat(path, &st) == 0 && st.st_rdev == device->rdev;
}

/* What the line itself adds to the settings goes to @args. */
static int parse_backend(const char *spec, struct cleardown_binding *binding, char *args,
			 size_t size)
{
	bool is_port = binding->class_id == CLDN_CLASS_PORT;

	if (binding->class_id == CLDN_CLASS_VC) {
		if (!strncmp(spec, "eth:", 4) && spec[4])
			return parse_eth(spec + 4, binding);
		if (!strncmp(spec, "atmtcp:", 7) && spec[7])
			return parse_atmtcp(spec + 7, binding, args, size);
		return complain_usage("\"%s\": %s", spec, expected(binding->class_id));
	}
	if (!strncmp(spec, "tty:", 4) && spec[4])
		return parse_tty(spec + 4, binding);
	if (!strcmp(spec, "sim:") || !strcmp(spec, "sim")) {
		binding->link = "sim";
		return XC_OK;
	}
	if (is_port && !strncmp(spec, "parport:", 8))
		return parse_parport(spec + 8, binding);
	if (is_port && !strncmp(spec, "tcp:", 4))
		return parse_host("tcp", spec + 4, RAW_PORT, binding, args, size);
	if (*spec == '/')
		return complain_usage("\"%s\": say tty:%s", spec, spec);
	return complain_usage("\"%s\": %s", spec, expected(binding->class_id));
}

/* Settings are separated by blanks, and AT commands need none: they are taken out of the string. */
static void add_init(char *args, size_t size, const char *init)
{
	size_t n = strlen(args);
	const char *c;

	n += snprintf(args + n, size - n, "%sinit=%s", n ? " " : "",
		      strncasecmp(init, "at", 2) ? "AT" : "");
	for (c = init; *c && n < size - 1; c++)
		if (!isspace((unsigned char)*c))
			args[n++] = *c;
	args[n < size ? n : size - 1] = '\0';
}

/* Appends one setting; false when there is no room for it. */
static bool add_arg(char *args, size_t size, const char *key, const char *value)
{
	size_t n = strlen(args);

	if (!value)
		return true;
	return (size_t)snprintf(args + n, size - n, "%s%s%s", n ? " " : "", key, value) < size - n;
}

/* @args has what the line needs already. */
static int make_args(const struct bind_wish *wish, char *args, size_t size)
{
	bool fits = add_arg(args, size, "monitor=", wish->monitor) &&
		    add_arg(args, size, "", wish->args);

	if (wish->init && wish->class_id != CLDN_CLASS_PHONE)
		return complain_usage("--init is for phones");
	if (wish->monitor && wish->class_id != CLDN_CLASS_PORT)
		return complain_usage("--monitor is for ports");
	if (wish->flow == CLDN_FLOW_XONXOFF && wish->class_id != CLDN_CLASS_PORT)
		return complain_usage("--flow xonxoff is for ports, a %s has rtscts or none",
				      word_or(cleardown_class_name(wish->class_id), "line"));
	if (wish->init && strlen(args) + strlen(wish->init) + sizeof(" init=AT") > size)
		fits = false;
	if (!fits)
		return complain_usage("the settings are too long together");
	if (wish->init)
		add_init(args, size, wish->init);
	return XC_OK;
}

bool settings_told(const struct cleardown_device *device)
{
	return strncmp(device->backend, "tty:", 4) || device->speed;
}

static bool has_word(const char *args, const char *word, size_t len)
{
	size_t n;

	for (args += strspn(args, " "); *args; args += n + strspn(args + n, " ")) {
		n = strcspn(args, " ");
		if (n == len && !strncmp(args, word, len))
			return true;
	}
	return false;
}

/* Each word of @args is in @others, too. @own: but for those of the line. */
static bool words_are_in(const char *args, const char *others, bool own)
{
	static const char *const lines[] = { "host=", "port=", "listen=" };
	size_t i, n;

	for (args += strspn(args, " "); *args; args += n + strspn(args + n, " ")) {
		n = strcspn(args, " ");
		for (i = 0; own && i < ARRAY_SIZE(lines); i++)
			if (!strncmp(args, lines[i], strlen(lines[i])))
				break;
		if ((!own || i == ARRAY_SIZE(lines)) && !has_word(others, args, n))
			return false;
	}
	return true;
}

bool has_settings(const struct cleardown_device *device, const struct bind_wish *wish)
{
	bool serial = !strncmp(device->backend, "tty:", 4);
	char args[CLDN_ARGS_LEN] = "";

	if (serial && (device->speed != (wish->speed ? wish->speed : DEFAULT_SPEED) ||
		       device->flow != wish->flow))
		return false;
	return !make_args(wish, args, sizeof(args)) && words_are_in(args, device->args, false) &&
	       words_are_in(device->args, args, true);
}

/* The kernel says why in its own words; it knows better than the errno. */
static int refused(struct cleardown_ctl *ctl, const char *object, const char *action, uint64_t rdev,
		   const char *remedy)
{
	struct trouble trouble = {
		.object = object,
		.action = action,
		.remedy = remedy,
		.err = errno,
	};
	const char *text = cleardown_ctl_error_text(ctl);
	char cause[256];
	struct holder holder;

	trouble.cause = *text ? text : errno_cause(trouble.err);
	trouble.status = cleardown_ctl_status_word(ctl);
	if (trouble.err == EBUSY && find_holder(rdev, &holder)) {
		snprintf(cause, sizeof(cause), "%s; pid %d (%s) has the line open", trouble.cause,
			 holder.pid, holder.comm);
		trouble.cause = cause;
	}
	if (trouble.err == EPERM)
		trouble.remedy = "become root (CAP_SYS_ADMIN)";
	return complain(exit_for_errno(trouble.err), &trouble);
}

int ctl_refused(struct cleardown_ctl *ctl, const char *object, const char *action, uint64_t rdev)
{
	return refused(ctl, object, action, rdev, NULL);
}

/*
 * The line may belong to udev, which sees now whether it is bound (see 60-cleardown.rules); where
 * there is no udev nothing listens.
 */
static void announce_line(uint64_t rdev)
{
	char device[64], path[96];
	FILE *file;

	device_path(rdev, device, sizeof(device));
	if (strncmp(device, "/dev/", 5))
		return;
	snprintf(path, sizeof(path), "/sys/class/tty/%s/uevent", device + 5);
	file = fopen(path, "we");
	if (!file)
		return;
	fputs("change\n", file);
	fclose(file);
}

static void say_bound(struct cleardown_ctl *ctl, const char *name, const char *spec)
{
	const struct cleardown_device *device = cleardown_ctl_find_device(ctl, name);
	struct json_object *doc;

	if (settings.json) {
		doc = doc_open("bound");
		if (device)
			device_to_json(doc, device);
		else
			put_text(doc, "object", name);
	} else {
		printf("%s: bound to %s\n", name, device ? device->backend : spec);
	}
}

/* Settings that classes and links take, to guess from which one was meant. */
static const char *const known_settings[][24] = {
	[CLDN_CLASS_PHONE] = { "init", "dtr", "panel" },
	[CLDN_CLASS_PORT] = { "monitor", "reset", "host", "port", "connect_ms" },
	[CLDN_CLASS_VC] = { "uni", "role", "nsap", "max_sdu", "label", "peer", "host", "port",
			    "listen", "close_data" },
	[CLDN_CLASS_FAX] = { "provider" },
};

/* t303 and its like, and those of SSCOP. */
static const char *const known_clocks[] = {
	"t301", "t303", "t308", "t309", "t310", "t313", "t316",	     "t317",	   "t322",
	"t397", "t398", "t399", "cc",	"poll", "idle", "keepalive", "noresponse", NULL,
};

static bool is_among(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* What the first of the settings that are known to nobody may have been, or NULL. */
static const char *setting_meant(const struct cleardown_binding *binding)
{
	const char *const *words = known_settings[binding->class_id];
	char copy[CLDN_ARGS_LEN], *word, *rest = copy;

	/* what the scripted link does is for tests */
	if (!strcmp(binding->link, "sim"))
		return NULL;
	snprintf(copy, sizeof(copy), "%s", binding->args);
	while ((word = strsep(&rest, " "))) {
		word[strcspn(word, "=")] = '\0';
		if (*word && !is_among(word, words) &&
		    (binding->class_id != CLDN_CLASS_VC || !is_among(word, known_clocks)))
			return nearest_word(word, words);
	}
	return NULL;
}

static bool is_tty(const struct cleardown_binding *binding)
{
	return !strcmp(binding->link, "tty");
}

static int bind_refused(struct cleardown_ctl *ctl, const char *spec,
			const struct cleardown_binding *binding)
{
	const char *meant = errno == EINVAL ? setting_meant(binding) : NULL;
	char remedy[64];

	snprintf(remedy, sizeof(remedy), "did you mean %s?", word_or(meant, ""));
	return refused(ctl, spec, "bind", is_tty(binding) ? binding->rdev : 0,
		       meant ? remedy : NULL);
}

int bind_wished(struct cleardown_ctl *ctl, const struct bind_wish *wish, char *name)
{
	struct cleardown_binding binding = {
		.size = sizeof(binding),
		.class_id = wish->class_id,
		.name = wish->name,
		.speed = wish->speed,
		.flow = wish->flow,
	};
	char args[CLDN_ARGS_LEN] = "";
	struct idents idents;
	const char *got;
	int code = parse_backend(wish->spec, &binding, args, sizeof(args));

	if (!code)
		code = make_args(wish, args, sizeof(args));
	if (code)
		return code;
	binding.args = args;
	if (is_tty(&binding)) {
		idents_of(&idents, binding.rdev);
		binding.ident = idents_best(&idents, wish->spec);
	}
	got = cleardown_ctl_bind(ctl, &binding);
	if (!got)
		return bind_refused(ctl, wish->spec, &binding);
	snprintf(name, CLDN_NAME_LEN, "%s", got);
	if (is_tty(&binding))
		announce_line(binding.rdev);
	return XC_OK;
}

int bind_run(enum cldn_class class_id, const char *spec)
{
	struct cleardown_ctl *ctl;
	char name[CLDN_NAME_LEN];
	int code = XC_OK;

	if (opts.name && strlen(opts.name) >= CLDN_NAME_LEN)
		return complain_usage("--as %s: the name is too long", opts.name);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	opts.class_id = class_id;
	opts.spec = spec;
	code = bind_wished(ctl, &opts, name);
	if (!code)
		say_bound(ctl, name, spec);
	cleardown_ctl_free(ctl);
	return code;
}

static int run_bind(int argc, char **argv)
{
	int class_id;

	if (argc != 2)
		return complain_usage("bind takes a class and a line: bind phone tty:/dev/ttyS1");
	class_id = cleardown_class_from_name(argv[0]);
	if (class_id < 0)
		return complain_usage("\"%s\" is no class of objects; phone, port, vc and fax are",
				      argv[0]);
	return bind_run(class_id, argv[1]);
}

const struct option bind_options[] = {
	{ "as", required_argument, NULL, OPT_AS },
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "flow", required_argument, NULL, OPT_FLOW },
	{ "init", required_argument, NULL, OPT_INIT },
	{ "monitor", required_argument, NULL, OPT_MONITOR },
	{ "args", required_argument, NULL, OPT_ARGS },
	{ 0 },
};

const struct verb verb_bind = {
	.name = "bind",
	.operands =
		"phone tty:DEVICE|sim: [OPTIONS], or\n"
		"       cleardown bind port parport:N|tty:DEVICE|tcp:HOST[:PORT]|sim: [OPTIONS], or\n"
		"       cleardown bind vc eth:INTERFACE|atmtcp:HOST[:PORT]|atmtcp:listen[:PORT]\n"
		"                      [OPTIONS], or\n"
		"       cleardown bind fax tty:DEVICE [OPTIONS]",
	.summary = "make an object from a line",
	.details =
		"      --as NAME        its name; otherwise the first free one (phone0, fax0)\n"
		"      --speed N        tty: bits per second on the line (115200)\n"
		"      --flow WHICH     tty: rtscts (default), none, or for ports xonxoff\n"
		"      --init STRING    phones: AT command sent at each open\n"
		"      --monitor pjl    ports: the printer speaks PJL and says what it has printed\n"
		"      --args TEXT      further settings, key=value key=value. Of a phone: dtr=none, where\n"
		"                       DTR is not wired, or ignored: +++ and ATH hang up; panel=ask,\n"
		"                       for a telephone with bell, lamps, display, memory. Of a fax:\n"
		"                       provider=UID, who beside root may speak T.30 on it. Of a port:\n"
		"                       reset=1, an abort resets the printer; of tcp connect_ms=N, for\n"
		"                       how long it is tried. Of a vc:\n"
		"                       uni=3.1|4.0; role=user|network; nsap=HEX; max_sdu=N; of eth\n"
		"                       label=N; peer=MAC; of atmtcp peer=HEX, the other end's nsap, and\n"
		"                       of one that listens host=ADDRESS, the only one it takes;\n"
		"                       close_data=none|N, and cause, git or uui, joined by +:\n"
		"                       the elements that carry it (cause, 27 octets; uui: 128);\n"
		"                       clocks in ms: t301 t303 t308 t309 t310 t313 t316 t317 t322, of\n"
		"                       parties t397 t398 t399, of SSCOP cc poll keepalive noresponse idle;\n"
		"                       a key that is none of the class's and the line's is refused\n"
		"\nThe line is not taken: opening a phone or a parallel port does that, other ports\n"
		"have it only while a document is printed, a fax while its provider wants it: so one\n"
		"line can be a phone and a fax. A HOST is resolved once, now; PORT is 9100, of\n"
		"atmtcp 2812. A vc's interface goes on carrying what it carried; its peer, an interface\n"
		"bound likewise, is found by itself. By atmtcp, ATM over TCP, one end listens, and is the\n"
		"network; or both connect to a relay, and bind says which of them is. Needs root.\n"
		"Examples: cleardown bind phone tty:/dev/ttyS1 --init 'ATS0=0'\n"
		"          cleardown bind port parport:0\n"
		"          cleardown bind port tcp:printer.example.org --monitor pjl\n"
		"          cleardown bind vc eth:eth1 --args t308=2000\n"
		"          cleardown bind vc atmtcp:relay.example.org --args role=network\n"
		"          cleardown bind fax tty:/dev/ttyS1 --args provider=120\n",
	.options = bind_options,
	.set = bind_set,
	.run = run_bind,
};

/* ---- rebind ---- */

/* How long a close may take that was still under way when its line came back. */
#define REBIND_WAIT_MS 6000
#define REBIND_POLL_MS 20

static bool away;

/* The line that came, as objects may have known it. */
struct line {
	const char *spec;
	char backend[CLDN_SPEC_LEN];
	struct cleardown_binding binding;
	struct idents idents;
};

/* "tty:/dev/ttyUSB0" and "tty:ttyUSB0" are "tty:ttyUSB0" for the kernel. */
static void name_line(struct line *line, const char *spec)
{
	const char *where = strchr(spec, ':') + 1;

	line->spec = spec;
	if (!strncmp(where, "/dev/", 5))
		where += 5;
	snprintf(line->backend, sizeof(line->backend), "%.*s:%s", (int)strcspn(spec, ":"), spec,
		 where);
}

static int find_line(struct line *line, const char *spec)
{
	const char *where = strchr(spec, ':') + 1;
	char path[64];
	int code;

	name_line(line, spec);
	if (strncmp(spec, "tty:", 4))
		return parse_parport(where, &line->binding);
	code = parse_tty(where, &line->binding);
	if (code)
		return code;
	idents_of(&line->idents, line->binding.rdev);
	/* The kernel's name of what a link leads to. */
	device_path(line->binding.rdev, path, sizeof(path));
	if (!strncmp(path, "/dev/", 5))
		snprintf(line->backend, sizeof(line->backend), "tty:%s", path + 5);
	return XC_OK;
}

/* By what it is, where both know; else by its name. */
static bool is_its_line(const struct cleardown_device *device, const struct line *line)
{
	if (*device->ident && line->idents.n)
		return idents_have(&line->idents, device->ident);
	return !strcmp(device->backend, line->backend);
}

static bool lost_its_line(const struct cleardown_device *device)
{
	char path[64];

	if (device->session.state == CLDN_STATE_GONE)
		return true;
	if (!device->rdev)
		return false;
	/* Nobody has tried to use it since. */
	device_path(device->rdev, path, sizeof(path));
	return device->session.state == CLDN_STATE_IDLE && !*path;
}

static bool is_ending(const struct cleardown_device *device)
{
	return device->session.state == CLDN_STATE_CLOSING ||
	       device->session.state == CLDN_STATE_STUCK;
}

static int rebind_device(struct cleardown_ctl *ctl, const char *name, const struct line *line)
{
	const char *ident = idents_best(&line->idents, line->spec);

	if (cleardown_ctl_rebind_as(ctl, name, line->binding.rdev, ident) < 0)
		return ctl_refused(ctl, name, "rebind", line->binding.rdev);
	doc_print(); /* of the one before */
	if (!settings.quiet)
		say_bound(ctl, name, line->backend);
	return XC_OK;
}

/*
 * Gives each object its line again that had this one: a phone and a fax may share it. @ending: one
 * is about to lose it.
 */
static int rebind_all(struct cleardown_ctl *ctl, const struct line *line, size_t *found,
		      bool *ending)
{
	const struct cleardown_device *next;
	struct cleardown_device device = { 0 };
	int code = XC_OK, one;

	*ending = false;
	while ((next = cleardown_ctl_next_device(ctl, device.id))) {
		device = *next;
		if (!is_its_line(&device, line))
			continue;
		*ending |= is_ending(&device);
		if (!lost_its_line(&device))
			continue;
		++*found;
		one = rebind_device(ctl, device.name, line);
		code = code ? code : one;
	}
	return code;
}

static int rebind_lost(struct cleardown_ctl *ctl, const struct line *line)
{
	const struct trouble trouble = {
		.object = line->spec,
		.cause = "no object lost this line",
		.remedy = "name the object",
		.err = ENOENT,
	};
	int64_t end = monotonic_ns() + REBIND_WAIT_MS * 1000000LL;
	int code = XC_OK, one;
	size_t found = 0;
	bool ending;

	for (;;) {
		one = rebind_all(ctl, line, &found, &ending);
		code = code ? code : one;
		if (!ending || monotonic_ns() > end)
			break;
		usleep(REBIND_POLL_MS * 1000);
	}
	if (found)
		return code;
	return settings.quiet ? XC_NOT_FOUND : complain(XC_NOT_FOUND, &trouble);
}

/* The line was pulled: its name is all that is left of it. One that is in use notices by itself. */
static int lose_line(struct cleardown_ctl *ctl, const char *spec)
{
	const struct cleardown_device *device = NULL;
	struct line line = { 0 };
	int code = XC_OK;

	name_line(&line, spec);
	while ((device = cleardown_ctl_next_device(ctl, device ? device->id : 0))) {
		if (strcmp(device->backend, line.backend))
			continue;
		if (cleardown_ctl_away(ctl, device->name) < 0 && errno != EBUSY)
			code = ctl_refused(ctl, device->name, "note that its line is gone", 0);
	}
	return code;
}

static int rebind_object(struct cleardown_ctl *ctl, const char *word, const char *spec)
{
	struct line line = { .binding.size = sizeof(line.binding) };
	struct cleardown_device device;
	int code = find_line(&line, spec);

	if (!code && word)
		code = find_object(ctl, CLDN_CLASS_ANY, word, &device);
	if (!code)
		code = word ? rebind_device(ctl, device.name, &line) : rebind_lost(ctl, &line);
	if (!code && !strncmp(spec, "tty:", 4))
		announce_line(line.binding.rdev);
	return code;
}

static int run_rebind(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if ((argc != 1 && argc != 2) || (away && argc != 1))
		return complain_usage(
			"rebind takes an object and its line: rebind phone0 tty:ttyUSB0");
	if (strncmp(argv[argc - 1], "tty:", 4) && strncmp(argv[argc - 1], "parport:", 8))
		return complain_usage("\"%s\": expected tty:DEVICE or parport:N", argv[argc - 1]);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	if (away)
		code = lose_line(ctl, argv[0]);
	else
		code = rebind_object(ctl, argc == 2 ? argv[0] : NULL, argv[argc - 1]);
	cleardown_ctl_free(ctl);
	return code;
}

static int rebind_set(int option, const char *argument)
{
	(void)option;
	(void)argument;
	away = true;
	return XC_OK;
}

static const struct option rebind_options[] = {
	{ "away", no_argument, NULL, OPT_AWAY },
	{ 0 },
};

const struct verb verb_rebind = {
	.name = "rebind",
	.operands = "[OBJ] tty:DEVICE|parport:N, or\n"
		    "       cleardown rebind --away tty:DEVICE",
	.summary = "give an object whose line went away its line again",
	.details =
		"      --away           the line was pulled: what is bound to it is gone until it is back\n"
		"\nWithout OBJ: each one that lost this line, by the name of the hardware in\n"
		"/dev/serial/by-id, whatever the line is called now; by the name of the line where\n"
		"there is none. The udev rule does this when a USB modem is pulled and plugged in\n"
		"again. Needs root.\n",
	.options = rebind_options,
	.set = rebind_set,
	.run = run_rebind,
};

/* ---- unbind ---- */

int unbind_device(struct cleardown_ctl *ctl, const struct cleardown_device *device)
{
	char cause[128], remedy[192];
	struct trouble trouble = {
		.object = device->name,
		.action = "unbind",
		.cause = cause,
		.remedy = remedy,
		.err = EBUSY,
	};

	if (cleardown_ctl_unbind(ctl, device->name, force) == 0) {
		if (!strncmp(device->backend, "tty:", 4))
			announce_line(device->rdev);
		return XC_OK;
	}
	if (errno != EBUSY || !device->session.owner_pid)
		return ctl_refused(ctl, device->name, "unbind", 0);
	snprintf(cause, sizeof(cause), "held by pid %d (%s)", device->session.owner_pid,
		 device->session.owner_comm);
	snprintf(remedy, sizeof(remedy),
		 "run `cleardown close %s` first, or `unbind %s --force`, which aborts its %s",
		 device->name, device->name,
		 device->class_id == CLDN_CLASS_PORT ? "document" : "call");
	trouble.status = cleardown_ctl_status_word(ctl);
	return complain(XC_BUSY, &trouble);
}

static int unbind_object(struct cleardown_ctl *ctl, enum cldn_class class_id, const char *word)
{
	struct cleardown_device device;
	int code = find_object(ctl, class_id, word, &device);

	if (!code)
		code = unbind_device(ctl, &device);
	if (code)
		return code;
	if (settings.json)
		put_text(doc_open("unbound"), "object", device.name);
	else
		printf("%s: unbound from %s\n", device.name, device.backend);
	return XC_OK;
}

int unbind_run(enum cldn_class class_id, const char *word)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = unbind_object(ctl, class_id, word);
	cleardown_ctl_free(ctl);
	return code;
}

static int run_unbind(int argc, char **argv)
{
	if (argc > 1)
		return complain_usage("unbind takes one object");
	return unbind_run(CLDN_CLASS_ANY, argc ? argv[0] : NULL);
}

int unbind_set(int option, const char *argument)
{
	(void)option;
	(void)argument;
	force = true;
	return XC_OK;
}

const struct option unbind_options[] = {
	{ "force", no_argument, NULL, OPT_FORCE },
	{ 0 },
};

const struct verb verb_unbind = {
	.name = "unbind",
	.operands = "[OBJ] [--force]",
	.summary = "give the line of an object back",
	.details = "      --force          abort whoever has it open first (cause: admin)\n"
		   "\nNeeds root.\n",
	.options = unbind_options,
	.set = unbind_set,
	.run = run_unbind,
};
