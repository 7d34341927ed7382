// SPDX-License-Identifier: GPL-2.0-or-later
/* phone: lamps, display and memory of a telephone that was bound with panel=ask. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "phonecli.h"

/* ---- the front ---- */

static struct json_object *modes_array(uint32_t modes)
{
	struct json_object *a = json_object_new_array();
	uint32_t bit;

	for (bit = 1; bit; bit <<= 1)
		if (modes & bit && cleardown_lampmode_name(bit))
			json_object_array_add(a,
					      json_object_new_string(cleardown_lampmode_name(bit)));
	return a;
}

static void panel_to_json(struct json_object *o, const struct cleardown_panel *p)
{
	struct json_object *lamps = json_object_new_array(), *rows = json_object_new_array();
	struct json_object *lamp;
	uint32_t i;

	put_u64(o, "ring_modes", p->ring_modes);
	put_u64(o, "ring_mode", p->ring_mode);
	put_u64(o, "ring_volume", p->ring_volume);
	for (i = 0; i < p->lamps; i++) {
		lamp = json_object_new_object();
		put_text(lamp, "mode", cleardown_lampmode_name(p->lamp[i]));
		json_object_object_add(lamp, "modes", modes_array(p->lamp_modes[i]));
		json_object_array_add(lamps, lamp);
	}
	json_object_object_add(o, "lamps", lamps);
	for (i = 0; i < p->display_rows; i++)
		json_object_array_add(rows, bytes_string(p->display[i], strlen(p->display[i])));
	json_object_object_add(o, "display", rows);
}

static void panel_to_text(const char *name, const struct cleardown_panel *p)
{
	uint32_t i;

	if (p->ring_modes)
		printf("%s: bell: %u of %u patterns, volume %u\n", name, p->ring_mode,
		       p->ring_modes, p->ring_volume);
	for (i = 0; i < p->lamps; i++)
		printf("%s: lamp %u: %s\n", name, i, cleardown_lampmode_name(p->lamp[i]) ?: "?");
	for (i = 0; i < p->display_rows; i++) {
		printf("%s: row %u: ", name, i);
		print_clean(stdout, p->display[i], strlen(p->display[i]));
		putchar('\n');
	}
	if (!p->ring_modes && !p->lamps && !p->display_rows)
		printf("%s: has no bell, lamps or display that can be set\n", name);
}

int run_panel(int argc, char **argv)
{
	const struct cleardown_panel *panel;
	struct cleardown_device device;
	struct cleardown_phone *phone;
	int code;

	if (argc > 1)
		return complain_usage("panel takes one object");
	code = name_object(CLDN_CLASS_PHONE, argc ? argv[0] : NULL, &device);
	if (code)
		return code;
	phone = cleardown_phone_open(device.name, CLDN_OPEN_OBSERVER | CLDN_OPEN_NOWAIT);
	panel = phone ? cleardown_phone_get_panel(phone) : NULL;
	if (!panel) {
		code = complain_errno(device.name, "ask for its panel", errno);
	} else if (settings.json) {
		put_text(doc_open("panel"), "object", device.name);
		panel_to_json(doc_current(), panel);
	} else {
		panel_to_text(device.name, panel);
	}
	cleardown_phone_free(phone);
	return code;
}

static uint32_t lamp_mode(const char *word)
{
	uint32_t bit;

	for (bit = CLDN_LAMPMODE_OFF; bit <= CLDN_LAMPMODE_BROKENFLUTTER; bit <<= 1)
		if (!strcmp(word, cleardown_lampmode_name(bit)))
			return bit;
	return 0;
}

int run_lamp(int argc, char **argv)
{
	struct cleardown_request request = { .opcode = CLDN_OP_SET_LAMP };
	struct session s;
	uint64_t lamp;
	int code;

	if (argc != 2 && argc != 3)
		return complain_usage("lamp takes a number and a mode, and before them an object");
	request.b = lamp_mode(argv[argc - 1]);
	if (!request.b)
		return complain_usage(
			"lamp %s: off, steady, wink, flash, flutter or broken-flutter",
			argv[argc - 1]);
	if (!parse_u64(argv[argc - 2], UINT32_MAX, &lamp))
		return complain_usage("lamp %s: lamps have numbers, from 0 on", argv[argc - 2]);
	request.a = lamp;
	code = phone_own(&s, argc == 3 ? argv[0] : NULL, "lamp");
	if (code)
		return code;
	if (settings.json) {
		put_u64(doc_current(), "lamp", lamp);
		put_text(doc_current(), "mode", cleardown_lampmode_name(request.b));
	}
	code = phone_request(&s, "set the lamp", &request, NULL);
	if (!code && request.b != CLDN_LAMPMODE_OFF)
		code = phone_hold(&s, "lit");
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

int run_display(int argc, char **argv)
{
	struct cleardown_request request = { .opcode = CLDN_OP_SET_DISPLAY };
	const char *word = NULL;
	struct session s;
	int code, row;

	if (argc > 1 && phone_named(argv[0])) {
		word = *argv++;
		argc--;
	}
	if (!argc)
		return complain_usage("display takes a text for each row");
	code = phone_own(&s, word, "display");
	if (code)
		return code;
	for (row = 0; row < argc && !code; row++) {
		request.a = row;
		request.in = argv[row];
		request.in_len = strlen(argv[row]);
		code = phone_request(&s, "set the display", &request, NULL);
	}
	if (!code)
		code = phone_hold(&s, "displayed");
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

/* ---- the memory ---- */

static bool find_key(const char *word, uint32_t *button)
{
	for (*button = 0; cleardown_button_name(*button); ++*button)
		if (!strcmp(word, cleardown_button_name(*button)))
			return true;
	return false;
}

static void key_out(const struct session *s, const struct cleardown_key *key)
{
	if (settings.json) {
		put_bytes(doc_current(), "number", key->number, strlen(key->number));
		put_bytes(doc_current(), "text", key->text, strlen(key->text));
		return;
	}
	printf("%s: key %s ", s->name, cleardown_button_name(key->button));
	if (*key->number) {
		printf("calls ");
		print_clean(stdout, key->number, strlen(key->number));
		if (*key->text)
			putchar(' ');
		print_clean(stdout, key->text, strlen(key->text));
		putchar('\n');
	} else {
		puts("has no number");
	}
}

static int ask_key(struct session *s, uint32_t button)
{
	struct cleardown_request request = { .opcode = CLDN_OP_GET_BUTTON, .a = button };
	const struct cleardown_record *record;
	struct cleardown_key key;
	int code = phone_request(s, "ask for the key", &request, &record);

	if (code)
		return code;
	if (cleardown_key_from_record(record, &key) < 0)
		return complain_errno(s->name, "ask for the key", errno);
	key_out(s, &key);
	return XC_OK;
}

static int set_key(struct session *s, uint32_t button, const char *number, const char *text)
{
	struct cleardown_key key = {
		.button = button,
		.function = *number ? CLDN_BUTTONFUNCTION_ABBREVDIAL : CLDN_BUTTONFUNCTION_NONE,
	};
	struct cleardown_request request = {
		.opcode = CLDN_OP_SET_BUTTON,
		.in = &key,
		.in_len = sizeof(key),
	};

	snprintf(key.number, sizeof(key.number), "%s", number);
	snprintf(key.text, sizeof(key.text), "%s", text);
	return phone_request(s, "set the key", &request, NULL);
}

int run_button(int argc, char **argv)
{
	const char *word = NULL;
	struct session s;
	uint32_t button;
	int code;

	if (argc && phone_named(argv[0])) {
		word = *argv++;
		argc--;
	}
	if (!argc || argc > 3)
		return complain_usage("button takes a key, and a number and a text for it");
	if (!find_key(argv[0], &button))
		return complain_usage("button %s: no key", argv[0]);
	if ((argc > 1 && strlen(argv[1]) > CLDN_NUMBER_LEN) ||
	    (argc > 2 && strlen(argv[2]) > CLDN_BUTTON_TEXT_LEN))
		return complain_usage("button %s: number or text is too long", argv[0]);
	code = phone_own(&s, word, "button");
	if (code)
		return code;
	if (settings.json)
		put_text(doc_current(), "button", cleardown_button_name(button));
	if (argc == 1)
		code = ask_key(&s, button);
	else
		code = set_key(&s, button, argv[1], argc == 3 ? argv[2] : "");
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}

static int ask_area(struct session *s, uint32_t area)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_GET_DATA,
		.a = area,
		.b = CLDN_DATA_LEN,
	};
	const struct cleardown_record *record;
	int code = phone_request(s, "ask for the data", &request, &record);

	if (code)
		return code;
	if (settings.json) {
		put_bytes(doc_current(), "data", record->text, record->text_len);
		return XC_OK;
	}
	print_clean(stdout, record->text, record->text_len);
	putchar('\n');
	return XC_OK;
}

/* The zero that ends the text is sent, too: no text is an area that is to be empty. */
static int set_area(struct session *s, uint32_t area, const char *text)
{
	struct cleardown_request request = {
		.opcode = CLDN_OP_SET_DATA,
		.a = area,
		.in = text,
		.in_len = *text ? strlen(text) : 1,
	};

	return phone_request(s, "set the data", &request, NULL);
}

int run_data(int argc, char **argv)
{
	const char *word = NULL;
	struct session s;
	uint64_t area;
	int code;

	if (argc && phone_named(argv[0])) {
		word = *argv++;
		argc--;
	}
	if (!argc || argc > 2)
		return complain_usage(
			"data takes the number of an area, and what it is to contain");
	if (!parse_u64(argv[0], UINT32_MAX, &area))
		return complain_usage("data %s: areas have numbers, from 0 on", argv[0]);
	if (argc == 2 && strlen(argv[1]) > CLDN_DATA_LEN)
		return complain_usage("data %s: the text is too long", argv[0]);
	code = phone_own(&s, word, "data");
	if (code)
		return code;
	if (settings.json)
		put_u64(doc_current(), "area", area);
	code = argc == 1 ? ask_area(&s, area) : set_area(&s, area, argv[1]);
	return phone_let_go(&s, CLDN_MODE_ORDERLY, code);
}
