// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * T.30 by spandsp. Its core wants a signal sent, a signal received, or a frame said; it is told
 * when that has happened. Of what goes by on the line the report is made here.
 */
#include <stdlib.h>
#include <string.h>

#include "call.h"

#define SAMPLES_PER_MS	8
#define FLAGS_MS	200		/* before the first frame of an ECM block */
#define CHECK_MS	3200		/* silence, the longest training and most of the check */
#define RX_FLAGS	5		/* of T.30's carrier detection */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the core's wishes ---- */

static void note_wish(struct fax_call *c, struct wish *w, int type, int rate, int arg, int hdlc)
{
	*w = (struct wish){ type, rate, arg, hdlc };
	c->wishes++;
	if (type == T30_MODEM_DONE)
		c->finished = true;
}

static void want_rx(void *arg, int type, int rate, int short_train, int hdlc)
{
	struct fax_call *c = arg;

	note_wish(c, &c->rx, type, rate, short_train, hdlc);
}

static void want_tx(void *arg, int type, int rate, int short_train, int hdlc)
{
	struct fax_call *c = arg;

	note_wish(c, &c->tx, type, rate, short_train, hdlc);
}

/* One frame; length 0: there are no more; negative: forget what was queued. */
static void want_frame(void *arg, const uint8_t *frame, int len)
{
	struct fax_call *c = arg;

	if (c->direct && len >= 0) {
		hdlc_tx_frame(c->hdlc_tx, frame, (size_t)len);
		return;
	}
	c->frames_end = !len;
	if (len > 0 && len <= FRAME_SIZE)
		memcpy(c->frame, frame, (size_t)len);
	c->frame_len = len > 0 && len <= FRAME_SIZE ? (size_t)len : 0;
}

/* ---- the report ---- */

static void note_statistics(struct fax_call *c)
{
	const char *id = t30_get_rx_ident(c->t30);
	t30_stats_t s;

	t30_get_transfer_statistics(c->t30, &s);
	c->report.rate = s.bit_rate;
	c->report.ecm = s.error_correcting_mode;
	c->report.coding = s.encoding == T4_COMPRESSION_ITU_T6	  ? FAX_MMR :
			   s.encoding == T4_COMPRESSION_ITU_T4_2D ? FAX_MR :
								    FAX_MH;
	if (!c->options.receive && s.pages_in_file > c->options.first_page)
		c->report.pages = s.pages_in_file - c->options.first_page;
	if (id)
		snprintf(c->report.far_id, sizeof(c->report.far_id), "%s", id);
}

/* A fast carrier that is not TCF: of an ECM page there may be many. */
static void begin_page(struct fax_call *c)
{
	if (!c->trained || c->page_on)
		return;
	c->page_on = true;
	note_statistics(c);
	c->report.page = c->report.confirmed + 1;
	call_phase(c, FAX_PAGE);
}

static void end_page(struct fax_call *c, enum fax_verdict verdict)
{
	c->report.verdict = verdict;
	if (verdict == FAX_VERDICT_GOOD || verdict == FAX_VERDICT_RETRAIN)
		c->report.confirmed++;
	if (verdict != FAX_VERDICT_PARTIAL)
		c->page_on = false;
	call_phase(c, FAX_PAGE_END);
	c->report.verdict = FAX_VERDICT_NONE;
}

/*
 * The receiver's words: what becomes of the speed and of the page. Good pages are page_done()'s, and
 * of the pages that we receive RTP comes behind it. An answer that is said twice counts once.
 */
static void note_answer(struct fax_call *c, uint8_t fcf)
{
	if (fcf == T30_CFR)
		c->trained = true;
	else if (fcf == T30_FTT)
		c->report.retrains++;
	else if (c->page_on && (fcf == T30_RTN || fcf == T30_PIN))
		end_page(c, FAX_VERDICT_BAD);
	else if (c->page_on && fcf == T30_PPR)
		end_page(c, FAX_VERDICT_PARTIAL);
	else if (c->page_on && fcf == T30_RTP && !c->options.receive)
		end_page(c, FAX_VERDICT_RETRAIN);
}

static void note_frame(t30_state_t *t30, void *arg, int incoming, const uint8_t *msg, int len)
{
	struct fax_call *c = arg;
	bool from_receiver = !!incoming != c->options.receive;
	uint8_t fcf;

	(void)t30;
	if (len < 3)
		return;
	fcf = msg[2] & 0xfe;
	c->far_heard |= !!incoming;
	if (fcf == T30_DCN) {
		if (!incoming || c->report.confirmed)
			call_phase(c, FAX_LEAVING);
	} else if (from_receiver) {
		note_answer(c, fcf);
	} else if (fcf == T30_DCS) {
		c->trained = false;
		c->check_by = c->now + CHECK_MS;
		note_statistics(c);
		call_phase(c, FAX_TRAINING);
	}
}

/*
 * A whole page has its end: for the sender @fcf is the verdict, for the receiver the command behind
 * the page. MCF for a part of an ECM page does not come here.
 */
static int page_done(t30_state_t *t30, void *arg, int fcf)
{
	struct fax_call *c = arg;
	t30_stats_t s;

	t30_get_transfer_statistics(t30, &s);
	if (c->options.receive ? s.pages_rx > c->report.confirmed : fcf == T30_MCF)
		end_page(c, FAX_VERDICT_GOOD);
	c->complete = c->options.receive && !c->page_on && fcf == T30_EOP;
	return T30_ERR_OK;
}

/* ---- how it ended ---- */

static const struct {
	int from, to;
	enum fax_outcome outcome;
} codes[] = {
	{ T30_ERR_CEDTONE, T30_ERR_T1_EXPIRED, FAX_NO_FAX },
	{ T30_ERR_T3_EXPIRED, T30_ERR_T3_EXPIRED, FAX_FAR_SILENT },
	{ T30_ERR_HDLC_CARRIER, T30_ERR_HDLC_CARRIER, FAX_PROTOCOL },
	{ T30_ERR_CANNOT_TRAIN, T30_ERR_CANNOT_TRAIN, FAX_NO_TRAINING },
	{ T30_ERR_OPER_INT_FAIL, T30_ERR_OPER_INT_FAIL, FAX_PROTOCOL },
	{ T30_ERR_INCOMPATIBLE, T30_ERR_NOSIZESUPPORT, FAX_INCOMPATIBLE },
	{ T30_ERR_UNEXPECTED, T30_ERR_UNEXPECTED, FAX_PROTOCOL },
	{ T30_ERR_TX_BADDCS, T30_ERR_TX_BADPG, FAX_FAR_ENDED },
	{ T30_ERR_TX_ECMPHD, T30_ERR_TX_ECMPHD, FAX_PROTOCOL },
	{ T30_ERR_TX_GOTDCN, T30_ERR_TX_GOTDCN, FAX_FAR_ENDED },
	{ T30_ERR_TX_INVALRSP, T30_ERR_TX_INVALRSP, FAX_PROTOCOL },
	{ T30_ERR_TX_NODIS, T30_ERR_TX_NODIS, FAX_NO_FAX },
	{ T30_ERR_TX_PHBDEAD, T30_ERR_TX_T5EXP, FAX_FAR_SILENT },
	{ T30_ERR_RX_ECMPHD, T30_ERR_RX_INVALCMD, FAX_PROTOCOL },
	{ T30_ERR_RX_NOCARRIER, T30_ERR_RX_T2EXP, FAX_FAR_SILENT },
	{ T30_ERR_RX_DCNWHY, T30_ERR_RX_DCNNORTN, FAX_FAR_ENDED },
	{ T30_ERR_FILEERROR, T30_ERR_NOMEM, FAX_DOCUMENT },
	{ T30_ERR_RETRYDCN, T30_ERR_RETRYDCN, FAX_FAR_SILENT },
	{ T30_ERR_CALLDROPPED, T30_ERR_CALLDROPPED, FAX_LINE_LOST },
	{ T30_ERR_NOPOLL, T30_ERR_CSA_UNACCEPTABLE, FAX_INCOMPATIBLE },
};

static enum fax_outcome outcome_of(int code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		if (code >= codes[i].from && code <= codes[i].to)
			return codes[i].outcome;
	return FAX_OK;
}

/*
 * To spandsp a call is good when its last page was refused and no slower speed was tried. Here every
 * page must have been confirmed, and DCN said.
 */
static void protocol_over(t30_state_t *t30, void *arg, int code)
{
	struct fax_call *c = arg;
	enum fax_outcome outcome = outcome_of(code);

	(void)t30;
	note_statistics(c);
	if (!c->options.receive && c->report.dcn_sent)
		c->complete = c->report.pages && c->report.confirmed >= c->report.pages;
	/* A time that ran out, and was made up for, stays in spandsp's status. */
	if (c->complete && outcome != FAX_DOCUMENT)
		outcome = FAX_OK;
	if (outcome == FAX_OK && !c->options.receive) {
		if (!c->report.pages || c->report.confirmed < c->report.pages)
			outcome = FAX_PAGE_REFUSED;
		else if (!c->report.dcn_sent)
			outcome = FAX_LINE_LOST;
	} else if (outcome == FAX_OK && !c->report.confirmed) {
		outcome = FAX_PAGE_REFUSED;
	}
	call_outcome(c, outcome, outcome == FAX_OK ? NULL : t30_completion_code_to_str(code));
}

/* ---- life ---- */

static int t30_modulations(unsigned int which)
{
	return (which & FAX_V27TER ? T30_SUPPORT_V27TER : 0) |
	       (which & FAX_V29 ? T30_SUPPORT_V29 : 0) | (which & FAX_V17 ? T30_SUPPORT_V17 : 0);
}

static int t30_codings(unsigned int which)
{
	return (which & FAX_MH ? T30_SUPPORT_T4_1D_COMPRESSION : 0) |
	       (which & FAX_MR ? T30_SUPPORT_T4_2D_COMPRESSION : 0) |
	       (which & FAX_MMR ? T30_SUPPORT_T6_COMPRESSION : 0);
}

static void set_up(struct fax_call *c)
{
	const struct fax_options *o = &c->options;

	t30_set_ecm_capability(c->t30, !o->no_ecm);
	/* MH is every machine's. */
	t30_set_supported_compressions(c->t30, t30_codings(o->codings | FAX_MH));
	t30_set_supported_resolutions(
		c->t30, T30_SUPPORT_STANDARD_RESOLUTION | T30_SUPPORT_FINE_RESOLUTION |
				T30_SUPPORT_SUPERFINE_RESOLUTION | T30_SUPPORT_R8_RESOLUTION);
	t30_set_supported_image_sizes(
		c->t30, T30_SUPPORT_215MM_WIDTH | T30_SUPPORT_255MM_WIDTH |
				T30_SUPPORT_303MM_WIDTH | T30_SUPPORT_UNLIMITED_LENGTH |
				T30_SUPPORT_A4_LENGTH | T30_SUPPORT_B4_LENGTH |
				T30_SUPPORT_US_LETTER_LENGTH | T30_SUPPORT_US_LEGAL_LENGTH);
	if (o->id)
		t30_set_tx_ident(c->t30, o->id);
	if (o->header)
		t30_set_tx_page_header_info(c->t30, o->header);
	if (o->receive)
		t30_set_rx_file(c->t30, o->file, -1);
	else
		t30_set_tx_file(c->t30, o->file, o->first_page ? o->first_page : -1, -1);
	t30_set_phase_d_handler(c->t30, page_done, c);
	t30_set_phase_e_handler(c->t30, protocol_over, c);
	t30_set_real_time_frame_handler(c->t30, note_frame, c);
}

int protocol_init(struct fax_call *c)
{
	c->t30 = t30_init(NULL, c->options.number != NULL, want_rx, c, want_tx, c, want_frame, c);
	if (!c->t30)
		return -1;
	set_up(c);
	c->modem_has = FAX_V27TER | FAX_V29 | FAX_V17;
	return 0;
}

void protocol_free(struct fax_call *c)
{
	if (c->hdlc_tx)
		hdlc_tx_free(c->hdlc_tx);
	if (c->hdlc_rx)
		hdlc_rx_free(c->hdlc_rx);
	if (c->t30)
		t30_free(c->t30);
}

void protocol_begin(struct fax_call *c)
{
	/* The one that is allowed and those below it. */
	unsigned int allowed = 2 * c->options.fastest - 1;

	t30_set_supported_modems(c->t30, t30_modulations(allowed & c->modem_has));
	t30_restart(c->t30);
	c->running = true;
	c->timed = c->now;
}

void protocol_time(struct fax_call *c)
{
	int samples = (int)((c->now - c->timed) * SAMPLES_PER_MS);

	if (!c->running || samples <= 0)
		return;
	c->timed += (double)samples / SAMPLES_PER_MS;
	t30_timer_update(c->t30, samples);
}

void protocol_end(struct fax_call *c)
{
	if (!c->running)
		return;
	c->running = false;
	t30_terminate(c->t30);
	c->finished = true;
	c->frame_len = 0;
	c->frames_end = false;
}

/* ---- what has happened ---- */

void protocol_sent(struct fax_call *c)
{
	t30_front_end_status(c->t30, T30_FRONT_END_SEND_STEP_COMPLETE);
}

void protocol_hearing(struct fax_call *c)
{
	t30_front_end_status(c->t30, T30_FRONT_END_SIGNAL_PRESENT);
}

void protocol_heard(struct fax_call *c, bool good, bool last)
{
	/* The frame check sequence is the modem's to look at. */
	if (c->heard_len > 2)
		t30_hdlc_accept(c->t30, c->heard, (int)c->heard_len - 2, good);
	if (last)
		protocol_quiet(c);
}

void protocol_quiet(struct fax_call *c)
{
	t30_hdlc_accept(c->t30, NULL, SIG_STATUS_CARRIER_DOWN, true);
}

void protocol_page_begin(struct fax_call *c)
{
	begin_page(c);
	if (!c->rx.hdlc) {
		t30_non_ecm_put_bit(c->t30, SIG_STATUS_TRAINING_IN_PROGRESS);
		t30_non_ecm_put_bit(c->t30, SIG_STATUS_TRAINING_SUCCEEDED);
		return;
	}
	c->hdlc_rx = hdlc_rx_init(c->hdlc_rx, false, true, RX_FLAGS, t30_hdlc_accept, c->t30);
	hdlc_rx_put_bit(c->hdlc_rx, SIG_STATUS_CARRIER_UP);
	hdlc_rx_put_bit(c->hdlc_rx, SIG_STATUS_TRAINING_SUCCEEDED);
}

/* The modem's bytes begin with their least significant bit, spandsp's HDLC with the other one. */
static uint8_t reversed(uint8_t byte)
{
	byte = (uint8_t)(byte >> 4 | byte << 4);
	byte = (uint8_t)((byte & 0xcc) >> 2 | (byte & 0x33) << 2);
	return (uint8_t)((byte & 0xaa) >> 1 | (byte & 0x55) << 1);
}

void protocol_page(struct fax_call *c, const uint8_t *data, size_t len)
{
	size_t i;

	if (!c->rx.hdlc) {
		t30_non_ecm_put_chunk(c->t30, data, (int)len);
		return;
	}
	for (i = 0; i < len; i++)
		hdlc_rx_put_byte(c->hdlc_rx, reversed(data[i]));
}

void protocol_page_end(struct fax_call *c)
{
	if (c->rx.hdlc)
		hdlc_rx_put_bit(c->hdlc_rx, SIG_STATUS_CARRIER_DOWN);
	else
		t30_non_ecm_put_bit(c->t30, SIG_STATUS_CARRIER_DOWN);
}

/* ---- what is sent ---- */

/* The core answers with the next frame of the block, or that there is none. */
static void frame_gone(void *arg)
{
	protocol_sent(arg);
}

void protocol_fill_begin(struct fax_call *c)
{
	begin_page(c);
	if (!c->tx.hdlc)
		return;
	c->hdlc_tx = hdlc_tx_init(c->hdlc_tx, false, 2, false, frame_gone, c);
	hdlc_tx_flags(c->hdlc_tx, c->tx.rate * FLAGS_MS / 8000);
	c->direct = true;
	if (c->frame_len)
		hdlc_tx_frame(c->hdlc_tx, c->frame, c->frame_len);
	c->frame_len = 0;
}

size_t protocol_fill(struct fax_call *c, uint8_t *data, size_t size)
{
	size_t n, i;

	if (!c->tx.hdlc)
		return (size_t)t30_non_ecm_get_chunk(c->t30, data, (int)size);
	n = (size_t)hdlc_tx_get(c->hdlc_tx, data, size);
	for (i = 0; i < n; i++)
		data[i] = reversed(data[i]);
	if (n < size)
		c->direct = false;
	return n;
}

/*
 * A caller that sends may speak whenever he is not spoken to, since all that the other side says are
 * answers. Who receives may in place of an answer; while pages come in nobody would hear it. Where our
 * V.21 carrier is up already it is the one way to end that.
 */
bool protocol_farewell(struct fax_call *c)
{
	bool ours = !c->options.receive || c->tx.type == T30_MODEM_V21;

	if (!c->running || !(c->carrier || (c->far_heard && ours)))
		return false;
	c->frame[0] = 0xff;
	c->frame[1] = 0x13;
	c->frame[2] = (uint8_t)(T30_DCN | !c->options.receive);
	return true;
}
