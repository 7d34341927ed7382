/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket of the fax provider: AF_UNIX, SOCK_SEQPACKET, one JSON object in a message, one in its
 * answer. Whoever may connect may ask; a user sees and changes his own jobs, root and the daemon's own
 * user those of all.
 *
 *  {"op":"queue"}			{"ok":true,"jobs":[JOB...]}, "all":true: ended ones too
 *  {"op":"show","job":ID}		{"ok":true,"job":JOB}
 *  {"op":"alter","job":ID, "at":N, "kill":N, "number":"..."}	at least one; EBUSY: its call is up
 *  {"op":"rm","job":ID}		ends it as well as it can be ended, and removes it
 *  {"op":"received"}			{"ok":true,"faxes":[FAX...]}: those that a user has polled; for root all
 *  {"op":"fetch","name":NAME}		{"ok":true} and with it, as SCM_RIGHTS, the file of such a fax, for
 *					reading: the TIFF, or with "pdf":true the PDF
 *  {"op":"status"}			{"ok":true,"lines":[LINE...],"pending":N}
 *
 * An error is {"ok":false,"errno":"ENOENT","error":"a sentence"}. ID is a string of decimal digits, or a
 * number; times are seconds of CLOCK_REALTIME, 0 is none.
 *
 *  JOB	 {"job","uid","number","state":"preparing|pending|active|done|failed","paused","pages","confirmed","calls",
 *	 "paid","outcome","text","submitted","not_before","kill_after","line","poll"}; outcome is ""
 *	 before the first call; show has {"job","uid","state","outcome":"refused","text"} of one that
 *	 was not taken, for a while
 *  FAX	 {"name","file","pdf","from","pages","line","time","outcome"}; "job" and "uid" of what was polled
 *  LINE {"line","state":"gone|free|listening|unavailable|sending|receiving","phase","job","page","rate",
 *	 "number"}; job, page, rate and number only in a call; job and number for those who may see it
 */
#ifndef CLEARDOWN_FAXD_CONTROL_H
#define CLEARDOWN_FAXD_CONTROL_H

#define CONTROL_CLIENTS		16	/* for another one, the one that was quiet for the longest is let go */
#define CONTROL_REQUEST		4096	/* the longest request */
#define CONTROL_ANSWER		131072	/* the longest answer; E2BIG instead of a longer one */

#endif /* CLEARDOWN_FAXD_CONTROL_H */
