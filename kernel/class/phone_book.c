// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a telephone: the locations of the store that it has selected, by the commands of
 * 3GPP TS 27.007 (+CPBR, +CPBW). TSPI has two names for such a place, and a location has one of
 * them: a key's function where the telephone itself calls it by that key (n#, 3GPP TS 22.030), a
 * data area elsewhere. Asked for like the panel, and unlike it never undone: what is stored is the
 * telephone's, and the next owner finds it.
 */
#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "phone_state.h"

/* Keys that call a location of their own. */
#define BOOK_KEYS 10
#define BOOK_LINE "+CPBR:"
/* Types of a number in the octet of 3GPP TS 24.008. */
#define BOOK_NATIONAL 129
#define BOOK_INTERNATIONAL 145

/**
 * struct book_text - a number with its text
 * @number: see struct cleardown_button
 * @number_len: its length
 * @text: likewise
 * @text_len: its length
 */
struct book_text {
	const char *number;
	size_t number_len;
	const char *text;
	size_t text_len;
};

/* ---- what there is ---- */

static u32 book_first_area(const struct cldn_at_book *book)
{
	return max_t(u32, book->first, BOOK_KEYS);
}

static void book_find(struct phone *ph)
{
	struct cleardown_phone_caps *caps = &ph->caps;
	struct cldn_at_book *book = &ph->book;
	u32 key;

	if (!cldn_at_book(ph->text, ph->text_len, book))
		return;
	for (key = book->first; key < BOOK_KEYS && key <= book->last; key++)
		caps->out_set_buttons |= BIT(key);
	if (book->last >= book_first_area(book))
		caps->out_data_areas = book->last - book_first_area(book) + 1;
	caps->out_number_max = min_t(u32, book->number_max ?: U32_MAX, CLEARDOWN_NUMBER_LEN);
	caps->out_text_max = min_t(u32, book->name_max ?: U32_MAX, CLEARDOWN_BUTTON_TEXT_LEN);
	if (caps->out_set_buttons)
		caps->out_opcodes |= BIT(CLEARDOWN_OP_GET_BUTTON & 0xff);
	if (caps->out_data_areas)
		caps->out_opcodes |= BIT(CLEARDOWN_OP_GET_DATA & 0xff);
}

/* @lock is held. See phone_panel_discover(). What cannot be asked cannot be set. */
void phone_book_discover(struct phone *ph, enum phone_panel_part part)
{
	struct cleardown_phone_caps *caps = &ph->caps;

	lockdep_assert_held(&ph->lock);
	if (part == PHONE_PANEL_BOOK) {
		book_find(ph);
		return;
	}
	if (caps->out_set_buttons)
		caps->out_opcodes |= BIT(CLEARDOWN_OP_SET_BUTTON & 0xff);
	if (caps->out_data_areas)
		caps->out_opcodes |= BIT(CLEARDOWN_OP_SET_DATA & 0xff);
}

/* ---- at submit ---- */

static int book_refuse(u32 *status, u32 word, int error)
{
	*status = word;
	return error;
}

static struct book_text book_of_button(const struct cleardown_button *in)
{
	return (struct book_text){
		.number = in->number,
		.number_len = strnlen(in->number, sizeof(in->number)),
		.text = in->text,
		.text_len = strnlen(in->text, sizeof(in->text)),
	};
}

/* "NUMBER TEXT" */
static struct book_text book_of_data(const struct cleardown_op_data *in)
{
	size_t len = strnlen(in->data, min_t(size_t, in->size, sizeof(in->data)));
	const char *blank = memchr(in->data, ' ', len);
	size_t number_len = blank ? blank - in->data : len;
	size_t text = blank ? number_len + 1 : len;

	return (struct book_text){
		.number = in->data,
		.number_len = number_len,
		.text = in->data + text,
		.text_len = len - text,
	};
}

static bool book_text_fits(const struct cleardown_phone_caps *caps, const struct book_text *t)
{
	return t->number_len <= caps->out_number_max && t->text_len <= caps->out_text_max &&
	       cldn_at_number_valid((const u8 *)t->number, t->number_len) &&
	       phone_text_valid(t->text, t->text_len);
}

static bool book_has_button(const struct cleardown_phone_caps *caps, u32 button)
{
	return button < BOOK_KEYS && caps->out_set_buttons & BIT(button);
}

static bool book_function_valid(u32 function, const struct book_text *t)
{
	switch (function) {
	case CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL:
		return t->number_len;
	case CLEARDOWN_BUTTONFUNCTION_NONE:
		return !t->number_len && !t->text_len;
	default:
		return false;
	}
}

static int book_check_button(const struct cleardown_phone_caps *caps,
			     const struct cleardown_button *in, u32 *status)
{
	struct book_text t = book_of_button(in);

	if (!book_has_button(caps, in->button))
		return book_refuse(status, CLEARDOWN_PHONEERR_INVALBUTTONLAMPID, -EINVAL);
	if (in->mode != CLEARDOWN_BUTTONMODE_KEYPAD || in->out_state ||
	    !book_function_valid(in->function, &t) || !book_text_fits(caps, &t))
		return book_refuse(status, CLEARDOWN_PHONEERR_INVALPARAM, -EINVAL);
	return 0;
}

static int book_check_data(const struct cleardown_phone_caps *caps,
			   const struct cleardown_op_data *in, u32 *status)
{
	struct book_text t = book_of_data(in);

	if (in->area >= caps->out_data_areas)
		return book_refuse(status, CLEARDOWN_PHONEERR_INVALDATAID, -EINVAL);
	if (in->size > sizeof(in->data) || !book_text_fits(caps, &t))
		return book_refuse(status, CLEARDOWN_PHONEERR_INVALPARAM, -EINVAL);
	return 0;
}

static int book_check_get(const struct cleardown_phone_caps *caps, u32 opcode,
			  const struct cleardown_op_get *in, u32 *status)
{
	if (opcode == CLEARDOWN_OP_GET_DATA) {
		if (in->id >= caps->out_data_areas)
			return book_refuse(status, CLEARDOWN_PHONEERR_INVALDATAID, -EINVAL);
		return 0;
	}
	if (!book_has_button(caps, in->id))
		return book_refuse(status, CLEARDOWN_PHONEERR_INVALBUTTONLAMPID, -EINVAL);
	if (in->size < sizeof(struct cleardown_button))
		return book_refuse(status, CLEARDOWN_PHONEERR_STRUCTURETOOSMALL, -ERANGE);
	return 0;
}

static u32 book_input_size(u32 opcode)
{
	switch (opcode) {
	case CLEARDOWN_OP_SET_BUTTON:
		return sizeof(struct cleardown_button);
	case CLEARDOWN_OP_SET_DATA:
		return sizeof(struct cleardown_op_data);
	case CLEARDOWN_OP_GET_BUTTON:
	case CLEARDOWN_OP_GET_DATA:
		return sizeof(struct cleardown_op_get);
	default:
		return 0;
	}
}

/* @lock is held. The requests of this file; the telephone is known to have what they need. */
int phone_book_check(struct phone *ph, u32 opcode, const void *in, u32 len, u32 *status)
{
	u32 size = book_input_size(opcode);

	lockdep_assert_held(&ph->lock);
	if (!size)
		return 0;
	if (len != size)
		return book_refuse(status, CLEARDOWN_PHONEERR_INVALPARAM, -EINVAL);
	switch (opcode) {
	case CLEARDOWN_OP_SET_BUTTON:
		return book_check_button(&ph->caps, in, status);
	case CLEARDOWN_OP_SET_DATA:
		return book_check_data(&ph->caps, in, status);
	default:
		return book_check_get(&ph->caps, opcode, in, status);
	}
}

/* ---- storing ---- */

static void book_store(struct phone *ph, u32 location, const struct book_text *t)
{
	u32 type = t->number_len && *t->number == '+' ? BOOK_INTERNATIONAL : BOOK_NATIONAL;
	char body[CLDN_AT_BODY_MAX];

	if (!t->number_len && !t->text_len)
		snprintf(body, sizeof(body), "+CPBW=%u", location);
	else
		snprintf(body, sizeof(body), "+CPBW=%u,\"%.*s\",%u,\"%.*s\"", location,
			 (int)t->number_len, t->number, type, (int)t->text_len, t->text);
	phone_op_short(ph, body);
}

void phone_start_set_button(struct phone *ph)
{
	const struct cleardown_button *in = (const void *)ph->op->in;
	struct book_text t = book_of_button(in);

	book_store(ph, in->button, &t);
}

void phone_start_set_data(struct phone *ph)
{
	const struct cleardown_op_data *in = (const void *)ph->op->in;
	struct book_text t = book_of_data(in);

	if (in->size)
		book_store(ph, book_first_area(&ph->book) + in->area, &t);
	else
		phone_op_end(ph, 0, 0, CLEARDOWN_RESULT_OK);
}

void phone_done_stored(struct phone *ph, u32 code)
{
	if (code == CLEARDOWN_RESULT_OK)
		phone_op_end(ph, 0, 0, code);
	else
		phone_op_failed(ph, code);
}

/* ---- asking ---- */

static void book_ask(struct phone *ph, u32 location)
{
	char body[24];

	snprintf(body, sizeof(body), "+CPBR=%u", location);
	phone_op_short(ph, body);
}

/*
 * What @text has of the location, among lines that nobody asked for. An empty one has no line.
 * False for an answer that is none.
 */
static bool book_read(const u8 *text, size_t len, u32 location, struct cldn_at_entry *entry)
{
	size_t begin, end;
	bool good = true;

	for (begin = 0; begin < len; begin = end + 1) {
		end = begin;
		while (end < len && text[end] != '\n')
			end++;
		if (cldn_at_entry(text + begin, end - begin, entry) && entry->location == location)
			return true;
		good &= end - begin < strlen(BOOK_LINE) ||
			memcmp(text + begin, BOOK_LINE, strlen(BOOK_LINE));
	}
	*entry = (struct cldn_at_entry){ .location = location, .number = text, .name = text };
	return good;
}

/* The telephone's answer, or the request has ended without. */
static bool book_answer(struct phone *ph, u32 code, u32 location, struct cldn_at_entry *entry)
{
	if (code == CLEARDOWN_RESULT_OK && book_read(ph->text, ph->text_len, location, entry))
		return true;
	ph->text_len = 0;
	phone_op_failed(ph, code);
	return false;
}

/* Ends the request with @size bytes of @data, or as many as are wanted. */
static void book_tell(struct phone *ph, const void *data, size_t size)
{
	const struct cleardown_op_get *in = (const void *)ph->op->in;

	ph->text_len = min_t(size_t, size, in->size);
	memcpy(ph->text, data, ph->text_len);
	phone_op_end(ph, 0, 0, CLEARDOWN_RESULT_OK);
}

void phone_start_get_button(struct phone *ph)
{
	const struct cleardown_op_get *in = (const void *)ph->op->in;

	book_ask(ph, in->id);
}

static u32 book_button_state(const struct phone *ph, u32 button)
{
	if (!ph->caps.out_buttons)
		return CLEARDOWN_BUTTONSTATE_UNKNOWN;
	return ph->status.out_button == button + 1 ? CLEARDOWN_BUTTONSTATE_DOWN :
						     CLEARDOWN_BUTTONSTATE_UP;
}

void phone_done_get_button(struct phone *ph, u32 code)
{
	const struct cleardown_op_get *in = (const void *)ph->op->in;
	struct cleardown_button out = { .button = in->id, .mode = CLEARDOWN_BUTTONMODE_KEYPAD };
	struct cldn_at_entry e;

	if (!book_answer(ph, code, in->id, &e))
		return;
	out.function = e.number_len ? CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL :
				      CLEARDOWN_BUTTONFUNCTION_NONE;
	out.out_state = book_button_state(ph, in->id);
	memcpy(out.number, e.number, min(e.number_len, sizeof(out.number)));
	memcpy(out.text, e.name, min(e.name_len, sizeof(out.text)));
	book_tell(ph, &out, sizeof(out));
}

void phone_start_get_data(struct phone *ph)
{
	const struct cleardown_op_get *in = (const void *)ph->op->in;

	if (in->size)
		book_ask(ph, book_first_area(&ph->book) + in->id);
	else
		phone_op_end(ph, 0, 0, CLEARDOWN_RESULT_OK);
}

void phone_done_get_data(struct phone *ph, u32 code)
{
	const struct cleardown_op_get *in = (const void *)ph->op->in;
	u32 location = book_first_area(&ph->book) + in->id;
	char data[CLEARDOWN_DATA_LEN + 1];
	struct cldn_at_entry e;
	size_t n;

	if (!book_answer(ph, code, location, &e))
		return;
	n = scnprintf(data, sizeof(data), "%.*s", (int)e.number_len, e.number);
	if (e.name_len)
		n += scnprintf(data + n, sizeof(data) - n, " %.*s", (int)e.name_len, e.name);
	book_tell(ph, data, n);
}
