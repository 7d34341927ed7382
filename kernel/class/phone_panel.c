// SPDX-License-Identifier: GPL-2.0-only
/*
 * The front of a telephone that is a modem, too: its bell, its lamps, its display. Commands are
 * those of 3GPP TS 27.007: +CRMP, +CIND, +CDIS. They are asked for where bind said panel=ask, for
 * what a mobile telephone calls indicators are no lamps to set.
 *
 * @panel is what the telephone has and shows, as it acknowledged it. @panel_used is set before it
 * is asked to show anything, and cleared when it has said OK to the command that puts all of it to
 * rest: that of the close ladder, or at the latest that of the start of the next session.
 */
#include <linux/bitops.h>
#include <linux/ctype.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "phone_state.h"

#define PANEL_RING_MODES 255
#define PANEL_LAMP_VALUES 6

/* ---- what there is ---- */

/* The range in the parentheses that open as the @nth, from 0 on. */
static bool panel_range(const u8 *line, size_t len, u32 nth, u32 *low, u32 *high)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (line[i] == '(' && !nth--)
			return cldn_at_range(line + i, len - i, low, high);
	return false;
}

/* +CRMP: (kinds of call),(volumes),(types),(patterns); pattern 0 is silence. */
static void panel_find_bell(struct phone *ph)
{
	u32 low, high;

	if (!panel_range(ph->text, ph->text_len, 1, &ph->bell.low, &ph->bell.high) ||
	    !panel_range(ph->text, ph->text_len, 3, &low, &high) || !high)
		return;
	ph->bell.known = true;
	ph->panel.out_ring_modes = min_t(u32, high, PANEL_RING_MODES);
	ph->caps.out_opcodes |= BIT(CLEARDOWN_OP_SET_RING & 0xff);
}

/* +CIND: ("name",(values)),...: value 0 is off, the others are the lamp's modes in TAPI's order. */
static void panel_find_lamps(struct phone *ph)
{
	struct cleardown_phone_panel *p = &ph->panel;
	u32 low, high;

	/* Each lamp opens two parentheses: about itself, and about its values. */
	while (p->out_lamps < CLEARDOWN_LAMPS &&
	       panel_range(ph->text, ph->text_len, 2 * p->out_lamps + 1, &low, &high)) {
		high = min_t(u32, high, PANEL_LAMP_VALUES - 1);
		p->out_lamp_modes[p->out_lamps] = CLEARDOWN_LAMPMODE_OFF * (BIT(high + 1) - 1);
		p->out_lamp[p->out_lamps++] = CLEARDOWN_LAMPMODE_OFF;
	}
	ph->caps.out_lamps = p->out_lamps;
	if (p->out_lamps)
		ph->caps.out_opcodes |= BIT(CLEARDOWN_OP_SET_LAMP & 0xff);
}

/* +CDIS: (characters of a row),... */
static void panel_find_display(struct phone *ph)
{
	struct cleardown_phone_panel *p = &ph->panel;
	u32 low, high;

	while (p->out_display_rows < CLEARDOWN_DISPLAY_ROWS &&
	       panel_range(ph->text, ph->text_len, p->out_display_rows, &low, &high) && high) {
		high = min_t(u32, high, CLEARDOWN_DISPLAY_COLUMNS);
		p->out_display_columns = min(p->out_display_columns ?: high, high);
		p->out_display_rows++;
	}
	ph->caps.out_display_rows = p->out_display_rows;
	if (!p->out_display_rows)
		return;
	memset(p->out_display, ' ', p->out_display_rows * p->out_display_columns);
	ph->caps.out_opcodes |= BIT(CLEARDOWN_OP_SET_DISPLAY & 0xff);
}

/* @lock is held. @text is the line that answered the question about @part. */
void phone_panel_discover(struct phone *ph, enum phone_panel_part part)
{
	lockdep_assert_held(&ph->lock);
	switch (part) {
	case PHONE_PANEL_BELL:
		panel_find_bell(ph);
		break;
	case PHONE_PANEL_LAMPS:
		panel_find_lamps(ph);
		break;
	case PHONE_PANEL_DISPLAY:
		panel_find_display(ph);
		break;
	default:
		phone_book_discover(ph, part);
	}
}

int phone_get_panel(struct cldn_handle *h, void *arg)
{
	struct phone *ph = phone_of(h->dev);
	struct cleardown_phone_panel *out = arg;
	u32 size = out->size;

	guard(spinlock_irqsave)(&ph->lock);
	*out = ph->panel;
	out->size = size;
	return 0;
}

/* ---- at submit ---- */

static int panel_refuse(u32 *status, u32 word)
{
	*status = word;
	return -EINVAL;
}

static int panel_check_lamp(const struct cleardown_phone_panel *p,
			    const struct cleardown_op_lamp *in, u32 *status)
{
	if (in->lamp >= p->out_lamps)
		return panel_refuse(status, CLEARDOWN_PHONEERR_INVALBUTTONLAMPID);
	if (hweight32(in->mode) != 1 || in->mode & ~p->out_lamp_modes[in->lamp])
		return panel_refuse(status, CLEARDOWN_PHONEERR_INVALLAMPMODE);
	return 0;
}

/* What a quoted string of a command cannot carry is refused. */
bool phone_text_valid(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isascii(text[i]) || !isprint(text[i]) || strchr("\"\\;", text[i]))
			return false;
	return true;
}

static int panel_check_display(const struct cleardown_phone_panel *p,
			       const struct cleardown_op_display *in, u32 *status)
{
	if (in->row >= p->out_display_rows || in->column >= p->out_display_columns ||
	    !phone_text_valid(in->text, strnlen(in->text, sizeof(in->text))))
		return panel_refuse(status, CLEARDOWN_PHONEERR_INVALPARAM);
	return 0;
}

/* The requests of this file, and of phone_book.c; the telephone is known to have what they need. */
int phone_panel_check(struct phone *ph, u32 opcode, const void *in, u32 len, u32 *status)
{
	const struct cleardown_op_ring *ring = in;

	guard(spinlock_irqsave)(&ph->lock);
	switch (opcode) {
	case CLEARDOWN_OP_SET_RING:
		if (ring->mode > ph->panel.out_ring_modes)
			return panel_refuse(status, CLEARDOWN_PHONEERR_INVALRINGMODE);
		return 0;
	case CLEARDOWN_OP_SET_LAMP:
		if (len != sizeof(struct cleardown_op_lamp))
			return panel_refuse(status, CLEARDOWN_PHONEERR_INVALPARAM);
		return panel_check_lamp(&ph->panel, in, status);
	case CLEARDOWN_OP_SET_DISPLAY:
		if (len != sizeof(struct cleardown_op_display))
			return panel_refuse(status, CLEARDOWN_PHONEERR_INVALPARAM);
		return panel_check_display(&ph->panel, in, status);
	default:
		return phone_book_check(ph, opcode, in, len, status);
	}
}

/* ---- the bell ---- */

static u32 panel_ring_step(const struct phone *ph)
{
	const struct cleardown_op_ring *in = (const void *)ph->op->in;

	return cldn_at_step(in->volume, ph->bell.low, ph->bell.high);
}

void phone_start_ring(struct phone *ph)
{
	const struct cleardown_op_ring *in = (const void *)ph->op->in;
	char body[40];

	snprintf(body, sizeof(body), "+CRMP=0,%u,0,%u", panel_ring_step(ph), in->mode);
	ph->panel_used = true;
	phone_op_short(ph, body);
}

/* What is told and read back is the volume that the bell really has. */
void phone_done_ring(struct phone *ph, u32 code)
{
	const struct cleardown_op_ring *in = (const void *)ph->op->in;
	u32 level = cldn_at_level(panel_ring_step(ph), ph->bell.low, ph->bell.high);
	u32 before = ph->panel.out_ring_volume;

	if (code != CLEARDOWN_RESULT_OK) {
		phone_op_failed(ph, code);
		return;
	}
	phone_set(ph, &ph->panel.out_ring_mode, in->mode);
	phone_set(ph, &ph->panel.out_ring_volume, level);
	phone_state_event(ph, CLEARDOWN_PHONESTATE_RINGMODE, in->mode);
	if (level != before)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_RINGVOLUME, level);
	phone_op_end(ph, 0, 0, code);
}

/* ---- a lamp ---- */

void phone_start_lamp(struct phone *ph)
{
	const struct cleardown_op_lamp *in = (const void *)ph->op->in;
	char body[CLEARDOWN_LAMPS + 16];

	/* Values that are left out stay as they are. */
	snprintf(body, sizeof(body), "+CIND=%.*s%u", (int)in->lamp, ",,,,,,,",
		 ilog2(in->mode / CLEARDOWN_LAMPMODE_OFF));
	ph->panel_used = true;
	phone_op_short(ph, body);
}

void phone_done_lamp(struct phone *ph, u32 code)
{
	const struct cleardown_op_lamp *in = (const void *)ph->op->in;

	if (code != CLEARDOWN_RESULT_OK) {
		phone_op_failed(ph, code);
		return;
	}
	phone_set(ph, &ph->panel.out_lamp[in->lamp], in->mode);
	phone_state_event(ph, CLEARDOWN_PHONESTATE_LAMP, in->lamp);
	phone_op_end(ph, 0, 0, code);
}

/* ---- the display ---- */

/* What is beyond the end of the row is cut off. */
static void panel_write(const struct phone *ph, char *text)
{
	const struct cleardown_op_display *in = (const void *)ph->op->in;
	const struct cleardown_phone_panel *p = &ph->panel;
	size_t len = strnlen(in->text, sizeof(in->text));

	memcpy(text, p->out_display, sizeof(p->out_display));
	memcpy(text + in->row * p->out_display_columns + in->column, in->text,
	       min_t(size_t, len, p->out_display_columns - in->column));
}

/* +CDIS tells all rows at once. */
void phone_start_display(struct phone *ph)
{
	u32 columns = ph->panel.out_display_columns;
	char text[sizeof(ph->panel.out_display)];
	char body[CLDN_AT_BODY_MAX];
	size_t n = scnprintf(body, sizeof(body), "+CDIS=");
	u32 row;

	panel_write(ph, text);
	for (row = 0; row < ph->panel.out_display_rows; row++)
		n += scnprintf(body + n, sizeof(body) - n, "%s\"%.*s\"", row ? "," : "",
			       (int)columns, text + row * columns);
	ph->panel_used = true;
	phone_op_short(ph, body);
}

void phone_done_display(struct phone *ph, u32 code)
{
	char text[sizeof(ph->panel.out_display)];

	if (code != CLEARDOWN_RESULT_OK) {
		phone_op_failed(ph, code);
		return;
	}
	panel_write(ph, text);
	scoped_guard(spinlock_irqsave, &ph->lock)
		memcpy(ph->panel.out_display, text, sizeof(text));
	phone_state_event(ph, CLEARDOWN_PHONESTATE_DISPLAY, 0);
	phone_op_end(ph, 0, 0, code);
}

/* ---- rest ---- */

static size_t panel_rest_values(char *body, size_t n, const char *word, u32 count,
				const char *value)
{
	u32 i;

	if (count)
		n += scnprintf(body + n, PHONE_REST_MAX - n, "%s%s", n ? ";" : "", word);
	for (i = 0; i < count; i++)
		n += scnprintf(body + n, PHONE_REST_MAX - n, "%s%s", i ? "," : "", value);
	return n;
}

/* The command after which the bell is silent, the lamps are dark and the display is blank; "" where
 * nothing was asked of them. @body: PHONE_REST_MAX bytes. Returns its length.
 */
size_t phone_panel_rest(const struct phone *ph, char *body)
{
	const struct cleardown_phone_panel *p = &ph->panel;
	size_t n = 0;

	*body = 0;
	if (!ph->panel_used)
		return 0;
	if (p->out_ring_modes)
		n = scnprintf(body, PHONE_REST_MAX, "+CRMP=0,%u,0,0", ph->bell.low);
	n = panel_rest_values(body, n, "+CIND=", p->out_lamps, "0");
	return panel_rest_values(body, n, "+CDIS=", p->out_display_rows, "\"\"");
}

/* The telephone has said OK to that command; observers, who stay, are told of the silence. */
void phone_panel_rested(struct phone *ph)
{
	bool rang = ph->panel.out_ring_mode;

	ph->panel_used = false;
	phone_panel_forget(ph);
	if (rang)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_RINGMODE, 0);
}

/* A session begins: the panel shows nothing, or is about to be told so. */
void phone_panel_forget(struct phone *ph)
{
	struct cleardown_phone_panel *p = &ph->panel;
	u32 i;

	guard(spinlock_irqsave)(&ph->lock);
	p->out_ring_mode = 0;
	p->out_ring_volume = 0;
	for (i = 0; i < p->out_lamps; i++)
		p->out_lamp[i] = CLEARDOWN_LAMPMODE_OFF;
	memset(p->out_display, ' ', p->out_display_rows * p->out_display_columns);
}
