// SPDX-License-Identifier: GPL-2.0-only
/*
 * Voice class (V.253, +FCLASS=8): which transducers the modem joins to the line, and what it says
 * behind a DLE: keys of far telephones, the hook of the handset beside it, the end of a stream.
 *
 * A modem is put in voice class by a request that needs it, and leaves it with the hang-up: by
 * HANGUP, by the hook switch, by the close ladder, or at the latest by the start of the next
 * session. @class8 is set before the modem is asked and cleared when it has said OK to class 0.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include "phone_state.h"

/* Bursts of the bell in one ring that are told apart. */
#define PHONE_RING_MODES 3

/* ---- what the modem has ---- */

bool phone_voice_discover(struct phone *ph, bool ok)
{
	return ok && cldn_at_lists(ph->text, ph->text_len, 8);
}

/* A line of +VLS=?: what is wanted is the line with the speaker, with or without microphone, and
 * with the headset.
 */
void phone_vls_line(struct phone *ph, const u8 *line, size_t len)
{
	const u32 listen = CLDN_AT_VLS_LINE | CLDN_AT_VLS_SPEAKER;
	u32 label, parts;

	if (!cldn_at_vls(line, len, &label, &parts))
		return;
	guard(spinlock_irqsave)(&ph->lock);
	ph->voice.selects = true;
	if (parts == CLDN_AT_VLS_LINE)
		ph->voice.line = label;
	else if (parts == listen)
		ph->voice.listen = label;
	else if (parts == (listen | CLDN_AT_VLS_MIC))
		ph->voice.talk = label;
	else if (parts == (CLDN_AT_VLS_LINE | CLDN_AT_VLS_HEADSET))
		ph->voice.headset = label;
}

/* @lock is held. What the answers about voice come to. */
void phone_voice_caps(struct phone *ph)
{
	const struct phone_voice *v = &ph->voice;

	lockdep_assert_held(&ph->lock);
	if (!v->known)
		return;
	ph->caps.out_buttons = CLEARDOWN_BUTTONS;
	if (v->listen || v->talk)
		ph->caps.out_hook_devices |= CLEARDOWN_HOOKDEV_SPEAKER;
	if (v->headset)
		ph->caps.out_hook_devices |= CLEARDOWN_HOOKDEV_HEADSET;
	if (v->sound.known)
		ph->caps.out_volume_devices |= CLEARDOWN_HOOKDEV_HANDSET;
	if (v->cadence)
		ph->caps.out_ring_modes = PHONE_RING_MODES;
}

/* The label of +VLS= for a mode of the speaker, 0 where there is none. */
u32 phone_speaker_label(const struct phone_voice *v, u32 mode)
{
	if (mode == CLEARDOWN_HOOKMODE_SPEAKER)
		return v->listen;
	return mode == CLEARDOWN_HOOKMODE_MICSPEAKER ? v->talk : 0;
}

/* ---- the class ---- */

void phone_set_class(struct phone *ph, bool voice)
{
	ph->class8 = voice;
	cldn_dlg_shield(&ph->dlg, voice);
}

/* The words before a command that wants the modem in voice class, or out of it. */
const char *phone_class_words(const struct phone *ph, bool voice)
{
	if (ph->class8 == voice || (voice && !ph->voice.known))
		return "";
	return voice ? "+FCLASS=8;" : "+FCLASS=0;";
}

/* What hangs up in voice class, and leaves it. NULL: the modem is not in it. */
const char *phone_voice_end(const struct phone *ph)
{
	if (!ph->class8)
		return NULL;
	return ph->voice.selects ? "+VLS=0;H+FCLASS=0" : "H+FCLASS=0";
}

/* ---- the hook switches ---- */

/* Tells which devices are off-hook now: those that the line was joined to, and a lifted handset. */
void phone_show_hook(struct phone *ph)
{
	u32 off = ph->devices | (ph->lifted ? CLEARDOWN_HOOKDEV_HANDSET : 0);
	u32 changed = ph->status.out_offhook ^ off;

	phone_set(ph, &ph->status.out_speaker_mode, ph->speaker_mode);
	phone_set(ph, &ph->status.out_offhook, off);
	if (changed & CLEARDOWN_HOOKDEV_HANDSET)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH,
				  off & CLEARDOWN_HOOKDEV_HANDSET ? CLEARDOWN_HOOKMODE_MICSPEAKER :
								    CLEARDOWN_HOOKMODE_ONHOOK);
	if (changed & CLEARDOWN_HOOKDEV_SPEAKER || ph->speaker_new)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_SPEAKERHOOKSWITCH,
				  off & CLEARDOWN_HOOKDEV_SPEAKER ? ph->speaker_mode :
								    CLEARDOWN_HOOKMODE_ONHOOK);
	if (changed & CLEARDOWN_HOOKDEV_HEADSET)
		phone_state_event(ph, CLEARDOWN_PHONESTATE_HEADSETHOOKSWITCH,
				  off & CLEARDOWN_HOOKDEV_HEADSET ? CLEARDOWN_HOOKMODE_MICSPEAKER :
								    CLEARDOWN_HOOKMODE_ONHOOK);
	ph->speaker_new = false;
}

/* ---- keys ---- */

void phone_button_up(struct phone *ph)
{
	if (!ph->status.out_button)
		return;
	phone_set(ph, &ph->status.out_button, 0);
	cldn_indicate_owed(ph->dev);
}

/* Within a tone the modem repeats its digit; one that it does not frame has no end to be seen. */
static void phone_button(struct phone *ph, u32 button)
{
	if (ph->tone && ph->status.out_button == button + 1)
		return;
	phone_button_up(ph);
	phone_set(ph, &ph->status.out_button, button + 1);
	cldn_indicate_owing(ph->dev, CLEARDOWN_EV_PHONE_BUTTON, button, CLEARDOWN_BUTTONMODE_KEYPAD,
			    CLEARDOWN_BUTTONSTATE_DOWN, CLEARDOWN_BUTTONSTATE_UP);
	if (!ph->tone)
		phone_button_up(ph);
}

/* ---- what comes behind a DLE ---- */

static void phone_code_other(struct phone *ph, u8 code)
{
	const u8 said[] = { CLDN_AT_DLE, code };
	u32 button = cldn_at_button(code);

	if (button < CLEARDOWN_BUTTONS)
		phone_button(ph, button);
	else
		cldn_indicate(ph->dev, CLEARDOWN_EV_DEVSPECIFIC, 0, 0, 0, said, sizeof(said));
}

void phone_dlg_code(struct cldn_dialogue *d, u8 code)
{
	struct phone *ph = phone_of_dlg(d);

	switch (code) {
	case '/':
		ph->tone = true;
		break;
	case '~':
		ph->tone = false;
		phone_button_up(ph);
		break;
	case 'H':
	case 'h':
		ph->lifted = code == 'H';
		phone_show_hook(ph);
		break;
	case 'R':
		phone_ring_text(ph);
		break;
	case CLDN_AT_ETX:
		phone_stream_over(ph);
		break;
	default:
		phone_code_other(ph, code);
	}
}

/* ---- distinctive ring ---- */

/* The bursts of a ring are told before its RING. */
void phone_cadence(struct phone *ph, const u8 *line, size_t len)
{
	u32 tenths;
	bool on;

	if (cldn_at_cadence(line, len, &on, &tenths) && on)
		ph->bursts++;
}

/* A ring has come with its bursts: a different pattern is another ring mode. */
void phone_ring_pattern(struct phone *ph)
{
	u32 mode = clamp_t(u32, ph->bursts, 1, PHONE_RING_MODES);

	ph->bursts = 0;
	if (!ph->status.out_ring_mode || ph->status.out_ring_mode == mode)
		return;
	phone_set(ph, &ph->status.out_ring_mode, mode);
	phone_state_event(ph, CLEARDOWN_PHONESTATE_RINGMODE, mode);
}
