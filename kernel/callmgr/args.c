// SPDX-License-Identifier: GPL-2.0-only
/*
 * What bind can set of the call manager. Words that are not ours belong to the link; close_data= is
 * both's: how much the medium carries, and in which elements it travels.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "callmgr.h"

#define CM_TIMER_MAX_MS 3600000U

/* Milliseconds. */
static const struct {
	const char *name;
	bool saal;
	u8 timer;
} cm_timer_args[] = {
	{ "t301", false, CLDN_Q2931_T301 },
	{ "t303", false, CLDN_Q2931_T303 },
	{ "t308", false, CLDN_Q2931_T308 },
	{ "t309", false, CLDN_Q2931_T309 },
	{ "t310", false, CLDN_Q2931_T310 },
	{ "t313", false, CLDN_Q2931_T313 },
	{ "t316", false, CLDN_Q2931_T316 },
	{ "t317", false, CLDN_Q2931_T317 },
	{ "t322", false, CLDN_Q2931_T322 },
	{ "t397", false, CLDN_Q2931_T397 },
	{ "t398", false, CLDN_Q2931_T398 },
	{ "t399", false, CLDN_Q2931_T399 },
	{ "cc", true, CLDN_SSCOP_CC },
	{ "poll", true, CLDN_SSCOP_POLLING },
	{ "keepalive", true, CLDN_SSCOP_KEEP_ALIVE },
	{ "noresponse", true, CLDN_SSCOP_NO_RESPONSE },
	{ "idle", true, CLDN_SSCOP_QUIET },
};

/* Ours: two, and the clocks above. */
const char *const cm_arg_words[] = {
	"close_data", "uni",  "t301",	   "t303",	 "t308", "t309", "t310",
	"t313",	      "t316", "t317",	   "t322",	 "t397", "t398", "t399",
	"cc",	      "poll", "keepalive", "noresponse", "idle", NULL,
};

static_assert(ARRAY_SIZE(cm_arg_words) == ARRAY_SIZE(cm_timer_args) + 3);

static const struct {
	const char *name;
	u8 way;
} cm_way_args[] = {
	{ "cause", CLDN_Q2931_DATA_CAUSE },
	{ "git", CLDN_Q2931_DATA_GIT },
	{ "uui", CLDN_Q2931_DATA_UUI },
};

static bool cm_is(const char *word, size_t len, const char *name)
{
	return len == strlen(name) && !strncmp(word, name, len);
}

/* "cause+uui"; false for a word that is none of them. */
static bool cm_ways_parse(const char *value, size_t len, u8 *ways)
{
	const char *end = value + len, *next;
	unsigned int i;

	*ways = 0;
	for (; value < end; value = next + 1) {
		next = memchr(value, '+', end - value) ?: end;
		for (i = 0; i < ARRAY_SIZE(cm_way_args); i++)
			if (cm_is(value, next - value, cm_way_args[i].name))
				break;
		if (i == ARRAY_SIZE(cm_way_args))
			return false;
		*ways |= cm_way_args[i].way;
	}
	return value == end + 1; /* one behind the last word: there was one, and no + after it */
}

/* None and numbers are the medium's to judge. */
static const char *cm_close_data_parse(struct cm_link *link, const char *value, size_t len)
{
	u8 ways;

	if (cm_is(value, len, "none") || (len && isdigit(*value)))
		return NULL;
	if (!cm_ways_parse(value, len, &ways))
		return "none, 1 to 128 octets, or what carries it: cause, git, uui, joined by +";
	link->sig.data_ways = ways;
	return NULL;
}

static const char *cm_uni_parse(struct cm_link *link, const char *value, size_t len)
{
	if (cm_is(value, len, "3.1"))
		link->sig.uni = CLDN_Q2931_UNI31;
	else if (cm_is(value, len, "4.0"))
		link->sig.uni = CLDN_Q2931_UNI40;
	else
		return "3.1 or 4.0";
	return NULL;
}

static const char *cm_timer_parse(struct cm_link *link, const char *word, size_t len,
				  const char *value, size_t value_len)
{
	char digits[12];
	unsigned int i;
	u32 ms;

	for (i = 0; i < ARRAY_SIZE(cm_timer_args); i++)
		if (cm_is(word, len, cm_timer_args[i].name))
			break;
	if (i == ARRAY_SIZE(cm_timer_args))
		return NULL;
	strscpy(digits, value, min(value_len + 1, sizeof(digits)));
	if (value_len >= sizeof(digits) || kstrtou32(digits, 10, &ms) || !ms ||
	    ms > CM_TIMER_MAX_MS)
		return "1 to 3600000 ms";
	if (cm_timer_args[i].saal)
		link->saal_ms[cm_timer_args[i].timer] = ms;
	else
		link->sig_ms[cm_timer_args[i].timer] = ms;
	return NULL;
}

/* Returns what is wanted where the value is wrong, else NULL. */
static const char *cm_word_parse(struct cm_link *link, const char *word, size_t len)
{
	const char *value = memchr(word, '=', len);
	size_t name_len, value_len;

	if (!value)
		return NULL;
	name_len = value++ - word;
	value_len = len - name_len - 1;
	if (cm_is(word, name_len, "close_data"))
		return cm_close_data_parse(link, value, value_len);
	if (cm_is(word, name_len, "uni"))
		return cm_uni_parse(link, value, value_len);
	return cm_timer_parse(link, word, name_len, value, value_len);
}

int cm_args_parse(struct cm_link *link, const char *args, char *text, size_t len)
{
	const char *word, *end, *wanted;

	link->sig.uni = CLDN_Q2931_UNI31;
	link->sig.data_ways = CLDN_Q2931_DATA_CAUSE;
	for (word = args; *word; word = *end ? end + 1 : end) {
		end = strchrnul(word, ' ');
		wanted = cm_word_parse(link, word, end - word);
		if (!wanted)
			continue;
		scnprintf(text, len, "%.*s: wanted is %s", (int)(end - word), word, wanted);
		return -EINVAL;
	}
	cm_args_timers(link);
	return 0;
}

/* The standards' clocks for this side of the UNI, and over them those that bind has set. */
void cm_args_timers(struct cm_link *link)
{
	unsigned int i;

	cldn_q2931_timers_default(&link->sig.timers, link->sig.uni, link->sig.side);
	for (i = 0; i < CLDN_Q2931_NTIMERS; i++)
		link->sig.timers.ms[i] = link->sig_ms[i] ?: link->sig.timers.ms[i];
}

void cm_args_saal(struct cm_link *link, struct cldn_sscop_cfg *cfg)
{
	unsigned int i;

	for (i = 0; i < CLDN_SSCOP_TIMERS; i++)
		cfg->ms[i] = link->saal_ms[i] ?: cfg->ms[i];
}
