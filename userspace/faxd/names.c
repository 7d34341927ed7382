// SPDX-License-Identifier: GPL-2.0-or-later
/* What a call is called. */
#include <stddef.h>

#include "engine.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	const char *text;
	bool transient;
} outcomes[] = {
	[FAX_OK] = { "ok", "every page was confirmed", false },
	[FAX_BUSY] = { "busy", "the number is busy", true },
	[FAX_NO_ANSWER] = { "no-answer", "nobody answered", true },
	[FAX_NO_DIALTONE] = { "no-dialtone", "the line has no dial tone", true },
	[FAX_BAD_NUMBER] = { "bad-number", "the number cannot be dialled", false },
	[FAX_DELAYED] = { "delayed", "the modem does not dial this number so soon again", true },
	[FAX_BLACKLISTED] = { "blacklisted", "the modem does not dial this number any more",
			      false },
	[FAX_VOICE] = { "voice", "somebody spoke", false },
	[FAX_NO_FAX] = { "no-fax", "no fax was heard", true },
	[FAX_FAR_SILENT] = { "far-silent", "the other side stopped to answer", true },
	[FAX_FAR_ENDED] = { "far-ended", "the other side ended the call", true },
	[FAX_LINE_LOST] = { "line-lost", "the call was lost", true },
	[FAX_NO_TRAINING] = { "no-training", "the line is too bad for every speed", true },
	[FAX_PAGE_REFUSED] = { "page-refused", "a page arrived badly and was not taken", true },
	[FAX_INCOMPATIBLE] = { "incompatible", "the other side cannot take this document", false },
	[FAX_PROTOCOL] = { "protocol", "the other side answered out of turn", true },
	[FAX_DOCUMENT] = { "document", "the file cannot be used", false },
	[FAX_NO_MODEM] = { "no-modem", "the modem does not answer as a fax modem", true },
	[FAX_ABORTED] = { "aborted", "the call was aborted", false },
	[FAX_DEVICE_GONE] = { "device-gone", "the modem is not there any more", true },
};

static const char *const phases[] = {
	[FAX_SETUP] = "setup",	     [FAX_DIALING] = "dialing",	  [FAX_ANSWERING] = "answering",
	[FAX_ANSWERED] = "answered", [FAX_TRAINING] = "training", [FAX_PAGE] = "page",
	[FAX_PAGE_END] = "page-end", [FAX_LEAVING] = "leaving",	  [FAX_HANGUP] = "hangup",
	[FAX_ENDED] = "ended",
};

static const char *const verdicts[] = {
	[FAX_VERDICT_NONE] = "none",	   [FAX_VERDICT_GOOD] = "good",
	[FAX_VERDICT_RETRAIN] = "retrain", [FAX_VERDICT_BAD] = "bad",
	[FAX_VERDICT_PARTIAL] = "partial",
};

const char *fax_outcome_name(enum fax_outcome outcome)
{
	return (size_t)outcome < ARRAY_SIZE(outcomes) ? outcomes[outcome].name : "other";
}

const char *fax_outcome_text(enum fax_outcome outcome)
{
	return (size_t)outcome < ARRAY_SIZE(outcomes) ? outcomes[outcome].text : "";
}

bool fax_outcome_transient(enum fax_outcome outcome)
{
	return (size_t)outcome < ARRAY_SIZE(outcomes) && outcomes[outcome].transient;
}

const char *fax_phase_name(enum fax_phase phase)
{
	return (size_t)phase < ARRAY_SIZE(phases) ? phases[phase] : "other";
}

const char *fax_verdict_name(enum fax_verdict verdict)
{
	return (size_t)verdict < ARRAY_SIZE(verdicts) ? verdicts[verdict] : "other";
}

const char *fax_coding_name(enum fax_coding coding)
{
	return coding == FAX_MMR ? "MMR" : coding == FAX_MR ? "MR" : coding == FAX_MH ? "MH" : "";
}
