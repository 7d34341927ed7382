// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fax machine: spandsp's T.30 terminal as a subscriber. It answers and receives into a file, or
 * dials and sends one, and on request it is a bad one. Words, separated by commas:
 *
 * rx=FILE	what it receives is written there
 * tx=FILE	it sends that when it dials
 * id=TEXT	its number (the subscriber's)
 * noecm	it has no error correction
 * mh mr mmr	the codings that it has (all)
 * v27ter v29 v17	the modulations that it has (all)
 * refuse=N	N times it hears noise in TCF, and refuses the speed
 * spoil=N	in N fast carriers with pages it hears noise for half of each half second
 * mute		from DCS on it says nothing any more
 * hush=N	N times its training check is silence
 * miss=N	N times it does not hear the answer to TCF, and begins again
 * leave=N	it hangs up in the middle of page N
 */
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "bank.h"

#define SAMPLES_PER_MS	8
#define HUSH_MS		3000	/* the longest training, and the check */
#define TCF_CLEAN	200	/* ms of it before the noise */
#define TCF_NOISE	1300
#define PAGE_MIDDLE	3000
#define SPOIL_EVERY	500
#define SPOIL_LENGTH	250
#define LOUD		100	/* a sample of a signal */

enum listening {
	LISTEN_PLAIN,
	LISTEN_DCS_END,		/* DCS came: its carrier is still on */
	LISTEN_TCF_BEGIN,
	LISTEN_TCF,
	LISTEN_PAGE,		/* one comes, or goes */
};

struct faxmachine {
	struct line *line;
	fax_state_t *fax;
	void (*done)(struct line *l);
	char rx[256], tx[256], id[NUMBER_LEN];
	bool ecm;
	int codings, modulations;
	int refuse, spoil, leave, miss, hush;
	int hush_ms;		/* of the silence; negative: it begins when DCS has ended */
	bool deaf;
	bool mute, muted;
	bool over;		/* the line is on hook */
	enum listening listening;
	int training_ms;	/* before TCF, at this speed */
	int heard_ms;		/* since the carrier began */
	bool seen[2][128];	/* frames that it has said, and heard, in this call or the last one */
};

/* ---- what goes by ---- */

/* The speed bits of DCS. */
static int training_time(uint8_t bits)
{
	if (bits & 0x20)
		return 1393;
	if (bits & 0x04)
		return 253;
	return bits & 0x08 ? 708 : 943;
}

static void frame_seen(t30_state_t *t30, void *arg, int incoming, const uint8_t *msg, int len)
{
	struct faxmachine *f = arg;
	uint8_t fcf = len > 2 ? msg[2] & 0xfe : 0;

	(void)t30;
	f->seen[!!incoming][fcf >> 1] = true;
	if (fcf != (T4_FCD & 0xfe) && fcf != (T4_RCP & 0xfe))
		log_line(f->line->number, "fax: %s %s", incoming ? "hears" : "says",
			 t30_frametype(msg[2]));
	if (incoming && fcf == T30_DCS && len > 4) {
		f->training_ms = training_time(msg[4]);
		f->listening = LISTEN_DCS_END;
		f->muted = f->mute;
	} else if (!incoming && fcf == T30_DCS) {
		f->deaf = f->miss > 0;
		f->miss -= f->deaf;
		f->hush_ms = f->hush > 0 ? -1 : 0;
		f->hush -= f->hush > 0;
	} else if (fcf == T30_CFR || fcf == T30_MCF || fcf == T30_PPR) {
		f->listening = LISTEN_PAGE;
		f->heard_ms = 0;
	}
}

bool faxmachine_frame_known(const char *name)
{
	int fcf;

	for (fcf = 0; fcf < 256; fcf++)
		if (!strcmp(t30_frametype((uint8_t)fcf), name))
			return true;
	return false;
}

/* Has @f said, or heard, a frame of this name in the present or last call? */
bool faxmachine_frame(const struct faxmachine *f, bool heard, const char *name)
{
	int fcf;

	for (fcf = 0; fcf < 256; fcf++)
		if (f->seen[heard][fcf >> 1] && !strcmp(t30_frametype((uint8_t)fcf), name))
			return true;
	return false;
}

static void ended(t30_state_t *t30, void *arg, int code)
{
	struct faxmachine *f = arg;
	t30_stats_t s;

	t30_get_transfer_statistics(t30, &s);
	log_line(f->line->number, "fax ends: %d %s, pages tx %d rx %d, rate %d, ecm %d, far '%s'",
		 code, t30_completion_code_to_str(code), s.pages_tx, s.pages_rx, s.bit_rate,
		 s.error_correcting_mode, t30_get_rx_ident(t30) ? t30_get_rx_ident(t30) : "");
	if (!f->over)
		f->done(f->line);
}

/* ---- audio ---- */

/* The page that is on its way is not counted yet. */
static bool time_to_leave(struct faxmachine *f)
{
	t30_stats_t s;

	if (!f->leave || f->listening != LISTEN_PAGE || f->heard_ms < PAGE_MIDDLE)
		return false;
	t30_get_transfer_statistics(fax_get_t30_state(f->fax), &s);
	return s.pages_tx + s.pages_rx + 1 == f->leave;
}

static bool loud(const int16_t *amp, int len)
{
	int i;

	for (i = 0; i < len; i++)
		if (abs(amp[i]) > LOUD)
			return true;
	return false;
}

static void make_noise(int16_t *amp, int len)
{
	int i;

	for (i = 0; i < len; i++)
		amp[i] = (int16_t)(random() % 16000 - 8000);
}

static bool noisy_now(struct faxmachine *f)
{
	if (f->listening == LISTEN_TCF)
		return f->heard_ms > f->training_ms + TCF_CLEAN &&
		       f->heard_ms < f->training_ms + TCF_CLEAN + TCF_NOISE;
	/* Past the training of the page, and not into the command behind a short one. */
	return f->listening == LISTEN_PAGE && f->spoil && f->heard_ms > 2000 &&
	       f->heard_ms % SPOIL_EVERY < SPOIL_LENGTH;
}

/* Where in a transmission the far end is, by what is on the line. */
static void follow(struct faxmachine *f, bool signal, int ms)
{
	switch (f->listening) {
	case LISTEN_DCS_END:
		if (!signal)
			f->listening = LISTEN_TCF_BEGIN;
		break;
	case LISTEN_TCF_BEGIN:
		f->heard_ms = 0;
		if (signal)
			f->listening = f->refuse ? LISTEN_TCF : LISTEN_PLAIN;
		break;
	case LISTEN_TCF:
		f->heard_ms += ms;
		if (f->heard_ms < f->training_ms + TCF_CLEAN + TCF_NOISE)
			break;
		f->refuse--;
		f->listening = LISTEN_PLAIN;
		break;
	case LISTEN_PAGE:
		f->heard_ms += signal || f->line->caller ? ms : 0;
		if (signal || f->heard_ms < 2000 || f->line->caller)
			break;
		f->spoil -= !!f->spoil;
		f->listening = LISTEN_PLAIN;
		break;
	default:
		break;
	}
}

static void fax_hears(struct line *l, int16_t *amp, int len)
{
	struct faxmachine *f = machine_fax(l->machine);

	follow(f, loud(amp, len), len / SAMPLES_PER_MS);
	if (noisy_now(f))
		make_noise(amp, len);
	if (f->deaf)
		memset(amp, 0, (size_t)len * sizeof(*amp));
	fax_rx(f->fax, amp, len);
	if (time_to_leave(f)) {
		f->leave = 0;
		f->done(f->line);
	}
}

static int fax_says(struct line *l, int16_t *amp, int len)
{
	struct faxmachine *f = machine_fax(l->machine);
	int n = fax_tx(f->fax, amp, len);

	if (f->hush_ms < 0 && !loud(amp, n))
		f->hush_ms = HUSH_MS;
	if (f->hush_ms > 0)
		f->hush_ms -= len / SAMPLES_PER_MS;
	if (f->muted || f->hush_ms > 0)
		memset(amp, 0, (size_t)len * sizeof(*amp));
	return n;
}

static const struct audio_ops fax_ops = {
	.tx = fax_says,
	.rx = fax_hears,
};

/* ---- a call ---- */

static void configure(struct faxmachine *f, t30_state_t *t30)
{
	t30_set_tx_ident(t30, f->id);
	t30_set_ecm_capability(t30, f->ecm);
	t30_set_supported_compressions(t30, f->codings);
	t30_set_supported_modems(t30, f->modulations);
	t30_set_supported_resolutions(
		t30, T30_SUPPORT_STANDARD_RESOLUTION | T30_SUPPORT_FINE_RESOLUTION |
			     T30_SUPPORT_SUPERFINE_RESOLUTION | T30_SUPPORT_R8_RESOLUTION);
	t30_set_supported_image_sizes(t30, T30_SUPPORT_215MM_WIDTH | T30_SUPPORT_255MM_WIDTH |
						   T30_SUPPORT_303MM_WIDTH |
						   T30_SUPPORT_UNLIMITED_LENGTH);
	if (*f->rx)
		t30_set_rx_file(t30, f->rx, -1);
	if (*f->tx)
		t30_set_tx_file(t30, f->tx, -1, -1);
	t30_set_phase_e_handler(t30, ended, f);
	t30_set_real_time_frame_handler(t30, frame_seen, f);
}

void faxmachine_begin(struct faxmachine *f)
{
	f->fax = fax_init(NULL, f->line->caller);
	if (!f->fax)
		die("spandsp: no fax");
	fax_set_transmit_on_idle(f->fax, 1);
	configure(f, fax_get_t30_state(f->fax));
	f->muted = f->deaf = f->over = false;
	f->hush_ms = 0;
	f->listening = LISTEN_PLAIN;
	memset(f->seen, 0, sizeof(f->seen));
	f->line->audio = &fax_ops;
}

/* The line is on hook, or lost its call. */
void faxmachine_end(struct faxmachine *f)
{
	if (!f->fax)
		return;
	f->over = true;
	t30_terminate(fax_get_t30_state(f->fax));
	fax_free(f->fax);
	f->fax = NULL;
}

/* ---- birth ---- */

static bool take_value(const char *word, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len))
		return false;
	if (snprintf(out, size, "%s", word + len) >= (int)size)
		die("%s: too long", word);
	return true;
}

static bool take_count(const char *word, const char *name, int *out)
{
	char number[16];

	if (!take_value(word, name, number, sizeof(number)))
		return false;
	*out = atoi(number);
	return true;
}

static bool take_ability(struct faxmachine *f, const char *word)
{
	static const struct {
		const char *word;
		int coding, modulation;
	} abilities[] = {
		{ "mh", T30_SUPPORT_T4_1D_COMPRESSION, 0 },
		{ "mr", T30_SUPPORT_T4_2D_COMPRESSION, 0 },
		{ "mmr", T30_SUPPORT_T6_COMPRESSION, 0 },
		{ "v27ter", 0, T30_SUPPORT_V27TER },
		{ "v29", 0, T30_SUPPORT_V29 },
		{ "v17", 0, T30_SUPPORT_V17 },
	};
	size_t i;

	for (i = 0; i < sizeof(abilities) / sizeof(abilities[0]); i++) {
		if (strcmp(word, abilities[i].word))
			continue;
		f->codings |= abilities[i].coding;
		f->modulations |= abilities[i].modulation;
		return true;
	}
	return false;
}

static void take_word(struct faxmachine *f, const char *word)
{
	if (!strcmp(word, "noecm"))
		f->ecm = false;
	else if (!strcmp(word, "mute"))
		f->mute = true;
	else if (!take_value(word, "rx=", f->rx, sizeof(f->rx)) &&
		 !take_value(word, "tx=", f->tx, sizeof(f->tx)) &&
		 !take_value(word, "id=", f->id, sizeof(f->id)) &&
		 !take_count(word, "refuse=", &f->refuse) && !take_count(word, "miss=", &f->miss) &&
		 !take_count(word, "hush=", &f->hush) && !take_count(word, "leave=", &f->leave) &&
		 !take_count(word, "spoil=", &f->spoil) && !take_ability(f, word))
		die("%s: not a word for a fax machine", word);
}

/* @done: its call is over. */
struct faxmachine *faxmachine_new(struct line *l, const char *words, void (*done)(struct line *l))
{
	struct faxmachine *f = calloc(1, sizeof(*f));
	char *copy = strdup(words);
	char *rest = copy, *word;

	if (!f || !copy)
		die("out of memory");
	f->line = l;
	f->done = done;
	f->ecm = true;
	snprintf(f->id, sizeof(f->id), "%s", l->number);
	while ((word = strsep(&rest, ",")))
		if (*word)
			take_word(f, word);
	free(copy);
	if (!f->codings)
		f->codings = T30_SUPPORT_T4_1D_COMPRESSION | T30_SUPPORT_T4_2D_COMPRESSION |
			     T30_SUPPORT_T6_COMPRESSION;
	if (!f->modulations)
		f->modulations = T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17;
	return f;
}
