// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fax on its way, as its events tell it. Each of them is in the queue before the job's number is
 * dead, so nothing is asked for again and again.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fax_watch.h"

#define BAR_WIDTH 20
#define ABORT_LIMIT (30 * NS_PER_SEC)

int watch_open(struct watch *w, int signal_fd)
{
	int code = XC_OK;

	w->signal_fd = signal_fd;
	w->begin_ns = monotonic_ns();
	w->fax = need_fax(CLDN_OPEN_OWNER, &code);
	if (!w->fax)
		return code;
	w->queue = cleardown_queue_open();
	if (!w->queue || cleardown_fax_bind_queue(w->fax, w->queue, 0) < 0)
		return complain_errno("fax", "ask for its events", errno);
	return XC_OK;
}

void watch_close(struct watch *w)
{
	leave_fax(w->fax);
	cleardown_queue_free(w->queue);
	json_object_put(w->ticket);
	w->fax = NULL;
	w->queue = NULL;
	w->ticket = NULL;
}

/* ---- progress ---- */

static const char *doing(const struct watch *w)
{
	if (w->news.state & CLDN_JS_NOLINE)
		return "waits for a line";
	switch (w->news.state & ~CLDN_JS_NOLINE) {
	case CLDN_JS_PENDING:
		return "waits";
	case CLDN_JS_RETRYING:
		return "is tried again later";
	case CLDN_JS_DELETING:
		return "is being ended";
	default:
		/* to the kernel every call of ours sends */
		if (!w->pages && w->news.event == CLDN_FEI_SENDING)
			return "fetching";
		return word_or(cleardown_fei_name(w->news.event), "?");
	}
}

static void draw_bar(const struct watch *w)
{
	unsigned int n = w->confirmed < (unsigned int)w->pages ?
				 w->confirmed * BAR_WIDTH / w->pages :
				 BAR_WIDTH;
	char bar[BAR_WIDTH + 1] = "";

	memset(bar, '#', n);
	memset(bar + n, '-', BAR_WIDTH - n);
	fprintf(stderr, " [%s] %u of %d pages", bar, w->confirmed, w->pages);
}

static void tell(const struct watch *w)
{
	fprintf(stderr, "%s%s", *w->line ? w->line : "fax", *w->line ? " to " : ": ");
	print_clean(stderr, w->number, strlen(w->number));
	fprintf(stderr, ": %s", doing(w));
	if (w->news.state == CLDN_JS_RETRYING)
		fprintf(stderr, " (%s)", word_or(cleardown_fei_name(w->outcome), "?"));
	if (w->connected && w->pages)
		draw_bar(w);
	if (w->connected && w->rate)
		fprintf(stderr, ", %u bit/s", w->rate);
	if (w->connected && *w->remote) {
		fputs(", ", stderr);
		print_clean(stderr, w->remote, strlen(w->remote));
	}
}

static void wipe(struct watch *w)
{
	if (w->on_screen)
		fputs("\r\033[K", stderr);
	w->on_screen = false;
}

/* On a terminal one line that changes; with --verbose elsewhere one for each event. */
static void draw(struct watch *w)
{
	bool screen = isatty(STDERR_FILENO);

	if (settings.quiet || (!screen && !settings.verbose))
		return;
	if (screen)
		fputc('\r', stderr);
	tell(w);
	fputs(screen ? "\033[K" : "\n", stderr);
	w->on_screen = screen;
}

/* ---- events ---- */

static bool ends_a_call(enum cldn_fei event)
{
	return event == CLDN_FEI_COMPLETED || event == CLDN_FEI_MODEM_POWERED_OFF ||
	       (event >= CLDN_FEI_BUSY && event <= CLDN_FEI_CALL_BLACKLISTED);
}

static void take_news(struct watch *w, const struct cleardown_fax_news *news)
{
	w->news = *news;
	if (news->line)
		line_name(w->fax, news->line, w->line);
	if (news->pages > w->confirmed)
		w->confirmed = news->pages;
	if (news->rate)
		w->rate = news->rate;
	if (*news->remote)
		snprintf(w->remote, sizeof(w->remote), "%s", news->remote);
	if (news->event == CLDN_FEI_DIALING)
		w->calls++;
	if (news->event == CLDN_FEI_SENDING || news->event == CLDN_FEI_RECEIVING ||
	    news->event == CLDN_FEI_ANSWERED || news->event == CLDN_FEI_HANDLED)
		w->connected = true;
	if (ends_a_call(news->event))
		w->outcome = news->event;
	if (news->event == CLDN_FEI_DELETED)
		w->over = true;
}

static void read_news(struct watch *w)
{
	const struct cleardown_record *record;
	struct cleardown_fax_news news;

	while (!w->over && (record = cleardown_queue_read(w->queue))) {
		if (cleardown_fax_news_from_record(record, &news) < 0 || news.job != w->job)
			continue;
		take_news(w, &news);
		if (!w->over)
			draw(w);
	}
}

/* It is over when DELETED says so; EINVAL is one that has ended by itself. */
static void drop(struct watch *w)
{
	if (w->dropped)
		return;
	w->dropped = true;
	cleardown_fax_delete_job(w->fax, w->job);
}

static int timed_out(struct watch *w)
{
	const struct trouble still = {
		.object = *w->line ? w->line : "fax",
		.action = w->dropped ? "see the end of it" : "wait longer",
		.cause = w->dropped ? "the job is still being ended" :
				      "time ran out; the job goes on without us",
		.remedy = "see `cleardown fax queue`",
		.err = ETIMEDOUT,
	};

	wipe(w);
	return complain(XC_TIMEOUT, &still);
}

/* The first Ctrl-C ends the job, the second one the waiting for that. */
static int take_interrupt(struct watch *w)
{
	if (!take_signal(w->signal_fd))
		return XC_OK;
	if (++w->signals > 1) {
		wipe(w);
		return XC_INTERRUPTED;
	}
	drop(w);
	return XC_OK;
}

static int wait_news(struct watch *w, int64_t end)
{
	struct pollfd fds[] = {
		{ .fd = cleardown_queue_fd(w->queue), .events = POLLIN },
		{ .fd = w->signal_fd, .events = POLLIN },
	};
	int64_t left = end < 0 ? -1 : (end - monotonic_ns()) / NS_PER_MS;

	if (end >= 0 && left < 0)
		left = 0;
	if (left > INT32_MAX)
		left = INT32_MAX;
	if (poll(fds, ARRAY_SIZE(fds), left) < 0 && errno != EINTR)
		return complain_errno("fax", "wait for its events", errno);
	return fds[1].revents ? take_interrupt(w) : XC_OK;
}

int watch_job(struct watch *w)
{
	int64_t limit = timeout_or(CLDN_FOREVER), end = limit < 0 ? -1 : monotonic_ns() + limit;
	bool limited = false;
	int code = XC_OK;

	while (!w->over && !code) {
		read_news(w);
		if (w->over)
			break;
		if (w->once && w->news.state & CLDN_JS_RETRYING)
			drop(w);
		if (w->dropped && !limited) {
			end = monotonic_ns() + ABORT_LIMIT;
			limited = true;
		}
		if (end >= 0 && monotonic_ns() >= end)
			return timed_out(w);
		code = wait_news(w, end);
	}
	wipe(w);
	w->end_ns = monotonic_ns();
	return code;
}

/* ---- what it came to ---- */

/* The daemon knows calls that ended before anybody watched, and has better words. */
static void ask_ticket(struct watch *w)
{
	struct json_object *more = json_object_new_object(), *answer, *ticket;

	put_job(more, "job", w->job);
	answer = daemon_ask("show", more);
	if (answer && json_object_object_get_ex(answer, "job", &ticket) &&
	    json_object_is_type(ticket, json_type_object)) {
		w->ticket = json_object_get(ticket);
		w->connected |= member_number(ticket, "paid") > 0;
		if (member_number(ticket, "confirmed") > (int64_t)w->confirmed)
			w->confirmed = member_number(ticket, "confirmed");
	}
	json_object_put(answer);
}

/*
 * Whoever answers a call may be paid for, be it a fax or a person. The kernel's word for a call that
 * no fax took is no-answer; the spool knows better.
 */
static bool may_cost(const struct watch *w)
{
	const char *outcome = word_or(member_text(w->ticket, "outcome"), "");

	return w->connected || !strcmp(outcome, "voice") || !strcmp(outcome, "no-fax") ||
	       w->outcome == CLDN_FEI_NOT_FAX_CALL || w->outcome == CLDN_FEI_DISCONNECTED;
}

static enum exit_code unpaid_exit(const struct watch *w)
{
	const char *outcome = word_or(member_text(w->ticket, "outcome"), "");

	if (!w->outcome)
		return XC_CANCELLED;
	if (!strcmp(outcome, "document"))
		return XC_DOCUMENT;
	if (!strcmp(outcome, "refused"))
		return XC_PERMISSION;
	switch (w->outcome) {
	case CLDN_FEI_BUSY:
		return XC_REMOTE_BUSY;
	case CLDN_FEI_NO_ANSWER:
		return XC_NO_ANSWER;
	case CLDN_FEI_NO_DIAL_TONE:
	case CLDN_FEI_BAD_ADDRESS:
	case CLDN_FEI_CALL_DELAYED:
	case CLDN_FEI_CALL_BLACKLISTED:
		return XC_NOT_CONNECTED;
	default:
		return XC_DEVICE;
	}
}

static enum exit_code watch_exit(const struct watch *w)
{
	if (w->outcome == CLDN_FEI_COMPLETED)
		return XC_OK;
	if (w->signals)
		return XC_INTERRUPTED;
	if (w->confirmed)
		return XC_PARTIAL;
	return may_cost(w) ? XC_CALL_FAILED : unpaid_exit(w);
}

static const char *cause_of(const struct watch *w)
{
	static const char *const causes[] = {
		[0] = "the job was ended by somebody",
		[CLDN_FEI_BUSY] = "the number is busy",
		[CLDN_FEI_NO_ANSWER] = "nobody answered",
		[CLDN_FEI_BAD_ADDRESS] = "the number cannot be dialled",
		[CLDN_FEI_NO_DIAL_TONE] = "the line has no dial tone",
		[CLDN_FEI_DISCONNECTED] = "the far end went away",
		[CLDN_FEI_FATAL_ERROR] = "it cannot be sent",
		[CLDN_FEI_NOT_FAX_CALL] = "whoever answered is no fax",
		[CLDN_FEI_CALL_DELAYED] = "the modem will not dial it again so soon",
		[CLDN_FEI_CALL_BLACKLISTED] = "the modem will not dial it any more",
		[CLDN_FEI_MODEM_POWERED_OFF] = "the modem is gone",
	};
	const char *text = member_text(w->ticket, "text");

	if (text && *text && w->outcome)
		return text;
	return w->outcome < ARRAY_SIZE(causes) && causes[w->outcome] ? causes[w->outcome] :
								       "it ended";
}

int watch_judge(struct watch *w, int code)
{
	char cause[320];
	const struct trouble trouble = {
		.object = *w->line ? w->line : "fax",
		.action = w->pages ? "send the fax" : "get the fax",
		.cause = cause,
	};

	if (code)
		return code;
	ask_ticket(w);
	code = watch_exit(w);
	if (code == XC_OK)
		return code;
	snprintf(cause, sizeof(cause), "%s; %u of %d pages were confirmed%s",
		 w->signals ? "it was aborted by Ctrl-C" : cause_of(w), w->confirmed, w->pages,
		 may_cost(w) ? "" : ", no call was answered");
	if (!w->pages)
		snprintf(cause, sizeof(cause), "%s", cause_of(w));
	return complain(code, &trouble);
}

void watch_to_json(struct json_object *o, const struct watch *w)
{
	put_job(o, "job", w->job);
	put_text(o, "line", *w->line ? w->line : NULL);
	put_text(o, "number", w->number);
	put_text(o, "event", w->outcome ? cleardown_fei_name(w->outcome) : NULL);
	put_text(o, "outcome", member_text(w->ticket, "outcome"));
	put_bool(o, "over", w->over);
	put_bool(o, "answered", may_cost(w));
	put_u64(o, "pages", w->pages);
	put_u64(o, "confirmed", w->confirmed);
	put_u64(o, "calls", w->calls);
	put_u64(o, "rate", w->rate);
	put_bytes(o, "far_id", w->remote, strlen(w->remote));
	put_u64(o, "duration_ns", (w->end_ns ? w->end_ns : monotonic_ns()) - w->begin_ns);
}

void watch_to_text(FILE *to, const struct watch *w, const char *what)
{
	char text[SHORT_TEXT];

	fprintf(to, "%s: %s", *w->line ? w->line : "fax", what);
	print_clean(to, w->number, strlen(w->number));
	if (w->pages)
		fprintf(to, ", %u of %d pages confirmed", w->confirmed, w->pages);
	else
		fprintf(to, ", %u page%s", w->confirmed, w->confirmed == 1 ? "" : "s");
	if (w->rate)
		fprintf(to, ", %u bit/s", w->rate);
	if (*w->remote) {
		fputs(", by ", to);
		print_clean(to, w->remote, strlen(w->remote));
	}
	fprintf(to, ", %s\n", text_duration(text, w->end_ns - w->begin_ns));
}
