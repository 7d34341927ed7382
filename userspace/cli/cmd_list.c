// SPDX-License-Identifier: GPL-2.0-or-later
/* list and show: what there is and what it does. Neither touches hardware nor blocks. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <libsmartcols.h>

#include "cli.h"

static void device_to_row(struct libscols_table *table, const struct cleardown_device *device)
{
	const struct cleardown_session *s = &device->session;
	char call[SHORT_TEXT] = "-", owner[SHORT_TEXT], pending[SHORT_TEXT], observers[SHORT_TEXT];
	const char *cells[] = {
		device->name,
		word_or(cleardown_class_name(device->class_id), "?"),
		device->backend,
		word_or(cleardown_state_name(s->state), "?"),
		call,
		owner,
		pending,
		observers,
	};

	if (s->call)
		snprintf(call, sizeof(call), "%" PRIu64, s->call);
	text_process(owner, s->owner_pid, s->owner_comm);
	snprintf(pending, sizeof(pending), "%u", s->pending);
	snprintf(observers, sizeof(observers), "%u", s->observers);
	table_row(table, cells, color_for_state(s->state));
}

static int list_all(struct cleardown_ctl *ctl, struct json_object *array,
		    struct libscols_table *table)
{
	const struct cleardown_device *device = NULL;
	struct json_object *o;

	while ((device = cleardown_ctl_next_device(ctl, device ? device->id : 0))) {
		if (table) {
			device_to_row(table, device);
			continue;
		}
		o = json_object_new_object();
		device_to_json(o, device);
		json_object_array_add(array, o);
	}
	return errno == ENOENT ? XC_OK : complain_errno(NULL, "list the objects", errno);
}

static int list_as_json(struct cleardown_ctl *ctl)
{
	struct json_object *array = json_object_new_array();

	json_object_object_add(doc_open("list"), "objects", array);
	return list_all(ctl, array, NULL);
}

static int list_as_table(struct cleardown_ctl *ctl)
{
	static const struct column columns[] = {
		{ "OBJECT", false }, { "CLASS", false },    { "LINE", false },
		{ "STATE", false },  { "CALL/DOC", true },  { "OWNER", false },
		{ "PENDING", true }, { "OBSERVERS", true },
	};
	struct libscols_table *table = table_new(columns, ARRAY_SIZE(columns));
	int code;

	if (!table)
		return complain_errno(NULL, "make a table", ENOMEM);
	code = list_all(ctl, NULL, table);
	if (!code && scols_table_is_empty(table)) {
		scols_unref_table(table);
		puts("nothing is bound (see `cleardown scan`)");
	} else {
		table_print(table);
	}
	return code;
}

static int run_list(int argc, char **argv)
{
	struct cleardown_ctl *ctl;
	int code = XC_OK;

	if (argc)
		return complain_usage("list takes no operands, not \"%s\"", argv[0]);
	ctl = need_ctl(&code);
	if (!ctl)
		return code;
	code = settings.json ? list_as_json(ctl) : list_as_table(ctl);
	cleardown_ctl_free(ctl);
	return code;
}

const struct verb verb_list = {
	.name = "list",
	.operands = "",
	.summary = "the objects and their state",
	.run = run_list,
};

/* ---- show ---- */

static void status_to_json(struct json_object *o, const struct cleardown_modem_status *s)
{
	put_word(o, "call_state", cleardown_call_name(s->call_state), s->call_state);
	json_object_object_add(o, "offhook", bits_array(s->offhook, cleardown_hookdev_name));
	put_u64(o, "volume", s->volume);
	put_u64(o, "gain", s->gain);
	put_bool(o, "ringing", s->ring_mode);
	put_u64(o, "rings", s->rings);
	put_u64(o, "rate", s->rate);
	put_bytes(o, "caller", s->caller, strlen(s->caller));
	put_bytes(o, "caller_name", s->caller_name, strlen(s->caller_name));
	put_u64(o, "ring_mode", s->ring_mode);
	put_u64(o, "handset_volume", s->handset_volume);
	put_text(o, "button", s->button ? cleardown_button_name(s->button - 1) : NULL);
}

/* The operations that the modem admits, by name. */
static struct json_object *json_opcodes(uint32_t opcodes)
{
	struct json_object *a = json_object_new_array();
	unsigned int i;

	for (i = 0; i < 32; i++)
		if (opcodes & 1U << i && cleardown_opcode_name(0x100 + i))
			json_object_array_add(
				a, json_object_new_string(cleardown_opcode_name(0x100 + i)));
	return a;
}

static struct json_object *json_keys(uint32_t keys)
{
	struct json_object *a = json_object_new_array();
	unsigned int i;

	for (i = 0; i < 32; i++)
		if (keys & 1U << i && cleardown_button_name(i))
			json_object_array_add(a, json_object_new_string(cleardown_button_name(i)));
	return a;
}

static void caps_to_json(struct json_object *o, const struct cleardown_modem_caps *c)
{
	put_bytes(o, "id", c->id, strlen(c->id));
	json_object_object_add(o, "operations", json_opcodes(c->opcodes));
	json_object_object_add(o, "hook_devices",
			       bits_array(c->hook_devices, cleardown_hookdev_name));
	json_object_object_add(o, "volume_devices",
			       bits_array(c->volume_devices, cleardown_hookdev_name));
	json_object_object_add(o, "gain_devices",
			       bits_array(c->gain_devices, cleardown_hookdev_name));
	put_u64(o, "ring_modes", c->ring_modes);
	put_u64(o, "buttons", c->buttons);
	put_u64(o, "lamps", c->lamps);
	put_u64(o, "display_rows", c->display_rows);
	put_u64(o, "data_areas", c->data_areas);
	json_object_object_add(o, "set_buttons", json_keys(c->set_buttons));
	put_u64(o, "number_max", c->number_max);
	put_u64(o, "text_max", c->text_max);
}

static void show_port_as_json(const struct cleardown_device *device, struct cleardown_port *port)
{
	const struct cleardown_printer_status *status = NULL;
	struct json_object *doc = doc_open("show"), *p = NULL;

	device_to_json(doc, device);
	if (port)
		status = cleardown_port_get_status(port);
	if (status) {
		p = json_object_new_object();
		printer_to_json(p, status);
	}
	json_object_object_add(doc, "port", p);
}

static void show_as_json(const struct cleardown_device *device, struct cleardown_phone *phone)
{
	const struct cleardown_modem_status *status = NULL;
	const struct cleardown_modem_caps *caps = NULL;
	struct json_object *doc = doc_open("show"), *s = NULL, *c = NULL;

	device_to_json(doc, device);
	if (phone) {
		status = cleardown_phone_get_status(phone);
		caps = cleardown_phone_get_caps(phone);
	}
	if (status) {
		s = json_object_new_object();
		status_to_json(s, status);
	}
	if (caps) {
		c = json_object_new_object();
		caps_to_json(c, caps);
	}
	json_object_object_add(doc, "phone", s);
	json_object_object_add(doc, "capabilities", c);
}

static void show_settings(const struct cleardown_device *device)
{
	bool serial = !strncmp(device->backend, "tty:", 4);

	if (!serial && !*device->args)
		return;
	printf("  settings      ");
	if (serial)
		printf("%u bit/s, flow %s%s", device->speed,
		       word_or(cleardown_flow_name(device->flow), "?"), *device->args ? ", " : "");
	print_clean(stdout, device->args, strlen(device->args));
	putchar('\n');
}

static void show_session(const struct cleardown_device *device)
{
	const struct cleardown_session *s = &device->session;
	char path[64], text[SHORT_TEXT];

	device_path(device->rdev, path, sizeof(path));
	printf("%s (%s)\n", device->name, word_or(cleardown_class_name(device->class_id), "?"));
	printf("  line          %s%s%s\n", device->backend, *path ? ", " : "", path);
	if (*device->ident)
		printf("  hardware      %s\n", device->ident);
	show_settings(device);
	printf("  state         %s for %s\n", word_or(cleardown_state_name(s->state), "?"),
	       text_duration(text, monotonic_ns() - s->since_ns));
	printf("  owner         %s\n", text_process(text, s->owner_pid, s->owner_comm));
	printf("  observers     %u\n", s->observers);
	printf("  requests      %u outstanding\n", s->pending);
	printf("  bytes         %" PRIu64 " accepted, %" PRIu64 " queued, %" PRIu64 " received\n",
	       s->accepted, s->queued, s->received);
	/* A port's are among what its status tells. */
	if (!(s->lines & CLDN_LINE_VALID) || device->class_id == CLDN_CLASS_PORT)
		return;
	printf("  lines        ");
	lines_to_text(stdout, s->lines, 0, device->class_id);
	putchar('\n');
}

static void show_status(const struct cleardown_device *device,
			const struct cleardown_modem_status *s)
{
	printf("  call          %s", word_or(cleardown_call_name(s->call_state), "?"));
	if (device->session.call)
		printf(", number %" PRIu64, device->session.call);
	if (s->rate)
		printf(", last at %u bit/s", s->rate);
	printf("\n  hook          %s", s->offhook ? "off:" : "on");
	bits_to_text(stdout, s->offhook, cleardown_hookdev_name);
	putchar('\n');
	if (s->ring_mode || *s->caller) {
		printf("  ringing       %s, %u rings, caller \"", s->ring_mode ? "yes" : "no",
		       s->rings);
		print_clean(stdout, s->caller, strlen(s->caller));
		printf("\" ");
		print_clean(stdout, s->caller_name, strlen(s->caller_name));
		putchar('\n');
	}
	printf("  volume, gain  %u, %u; handset %u\n", s->volume, s->gain, s->handset_volume);
}

static void show_caps(const struct cleardown_modem_caps *c)
{
	unsigned int i;

	if (*c->id) {
		printf("  modem         ");
		print_clean(stdout, c->id, strlen(c->id));
		putchar('\n');
	}
	printf("  can do       ");
	for (i = 0; i < 32; i++)
		if (c->opcodes & 1U << i && cleardown_opcode_name(0x100 + i))
			printf(" %s", cleardown_opcode_name(0x100 + i));
	putchar('\n');
}

static void no_more_to_see(int err)
{
	printf("  (no more to be seen: %s)\n", errno_cause(err));
}

static void show_port_as_text(const struct cleardown_device *device, struct cleardown_port *port,
			      int err)
{
	const struct cleardown_printer_status *status;

	show_session(device);
	if (!port) {
		no_more_to_see(err);
		return;
	}
	status = cleardown_port_get_status(port);
	if (status)
		printer_to_text(stdout, status);
}

static void show_as_text(const struct cleardown_device *device, struct cleardown_phone *phone,
			 int err)
{
	const struct cleardown_modem_status *status;
	const struct cleardown_modem_caps *caps;

	show_session(device);
	if (!phone) {
		no_more_to_see(err);
		return;
	}
	status = cleardown_phone_get_status(phone);
	if (status)
		show_status(device, status);
	caps = cleardown_phone_get_caps(phone);
	if (caps && caps->opcodes)
		show_caps(caps);
}

static void show_port(const struct cleardown_device *device)
{
	struct cleardown_port *port =
		cleardown_port_open(device->name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	int err = errno;

	if (settings.json)
		show_port_as_json(device, port);
	else
		show_port_as_text(device, port, err);
	cleardown_port_free(port);
}

static void show_phone(const struct cleardown_device *device)
{
	struct cleardown_phone *phone =
		cleardown_phone_open(device->name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	int err = errno;

	if (settings.json)
		show_as_json(device, phone);
	else
		show_as_text(device, phone, err);
	cleardown_phone_free(phone);
}

/* What the fax server knows of the line, NULL where it cannot be asked. */
static const struct cleardown_faxport_status *fax_line_of(const struct cleardown_device *device,
							  struct cleardown_fax *fax)
{
	const struct cleardown_faxport_status *line = NULL;

	while (fax && (line = cleardown_fax_next_line(fax, line ? line->line : 0)))
		if (line->line == device->id)
			return line;
	return NULL;
}

static void fax_to_json(struct json_object *doc, const struct cleardown_faxport_status *line)
{
	struct json_object *o = line ? json_object_new_object() : NULL;

	if (line)
		faxport_to_json(o, line);
	json_object_object_add(doc, "fax", o);
}

static void fax_to_text(const struct cleardown_faxport_status *line)
{
	printf("  fax           %s, %s\n", word_or(cleardown_fps_name(line->fps), "?"),
	       line->provider_pid ? "with a provider" : "without a provider");
	if (line->job)
		printf("  job           %" PRIu64 "\n", line->job);
	printf("  fax settings  %s, %u rings, priority %u\n", faxport_uses(line), line->rings,
	       line->priority);
}

static void show_fax(const struct cleardown_device *device)
{
	struct cleardown_fax *fax = cleardown_fax_connect(CLDN_OPEN_OBSERVER);
	int err = errno;
	const struct cleardown_faxport_status *line = fax_line_of(device, fax);

	if (settings.json) {
		struct json_object *doc = doc_open("show");

		device_to_json(doc, device);
		fax_to_json(doc, line);
	} else {
		show_session(device);
		if (line)
			fax_to_text(line);
		else
			no_more_to_see(fax ? ENOENT : err);
	}
	if (fax)
		cleardown_fax_close(fax);
	cleardown_fax_free(fax);
}

static int run_show(int argc, char **argv)
{
	struct cleardown_device device;
	int code;

	if (argc > 1)
		return complain_usage("show takes one object");
	code = name_object(CLDN_CLASS_ANY, argc ? argv[0] : NULL, &device);
	if (code)
		return code;
	if (device.class_id == CLDN_CLASS_VC)
		return show_vc(&device, show_which);
	if (show_which != SHOW_NO_CIRCUITS)
		return complain_usage("--states and --stuck are for vcs, %s is a %s", device.name,
				      word_or(cleardown_class_name(device.class_id), "?"));
	if (device.class_id == CLDN_CLASS_PORT)
		show_port(&device);
	else if (device.class_id == CLDN_CLASS_FAX)
		show_fax(&device);
	else
		show_phone(&device);
	return XC_OK;
}

const struct verb verb_show = {
	.name = "show",
	.operands = "[OBJ] [--states] [--stuck]",
	.summary = "one object in full",
	.details = SHOW_DETAILS,
	.options = show_options,
	.set = set_show,
	.run = run_show,
};
