/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of the interface in every wrong form: what the programs for phones and for VCs share. Who
 * includes it fills @files, sets @border to cd_border(), and has unchanged().
 */
#ifndef TESTS_FORM_H
#define TESTS_FORM_H

#include <stddef.h>

#include "cd.h"
#include "tap.h"

#define POISON 0xa5
#define FORM_FILES 8

/* The files that the calls are made on, by struct call's @on; the end of readable memory. */
static int files[FORM_FILES];
static char *border;

/* Nothing has changed since the program took stock. */
static bool unchanged(void);

/* Just that, for who has a struct snapshot and takes @before with take_snapshot(). */
#define FORM_UNCHANGED                                      \
	static struct snapshot before;                      \
                                                            \
	static bool unchanged(void)                         \
	{                                                   \
		struct snapshot now;                        \
                                                            \
		take_snapshot(&now);                        \
		return !memcmp(&now, &before, sizeof(now)); \
	}

static const char *const form_live[] = { "devices", "handles", "ops", "queues", "records" };
static const char *const form_sums[] = { "issued", "completed", "closes", "reports",
					 "late_events" };

#define FORM_LIVE (sizeof(form_live) / sizeof(form_live[0]))
#define FORM_SUMS (sizeof(form_sums) / sizeof(form_sums[0]))

/* What the module counts: no wrong call may move it. */
struct form_counts {
	long live[FORM_LIVE];
	long sum[FORM_SUMS];
};

static inline void form_count(struct form_counts *c)
{
	for (size_t i = 0; i < FORM_LIVE; i++)
		c->live[i] = cd_counter("live", form_live[i]);
	for (size_t i = 0; i < FORM_SUMS; i++)
		c->sum[i] = cd_counter("stats", form_sums[i]);
}

/**
 * struct call - one call, well-formed, so that it changes nothing
 * @cmd: its number
 * @name: as in CLEARDOWN_IOC_
 * @on: a file that it belongs to
 * @size: of its struct
 * @fill: sets the members that the kernel reads; the others are poison
 * @result: of the call as it is filled
 * @least: size of its first version, 0 = it has not grown
 */
struct call {
	unsigned long cmd;
	const char *name;
	int on;
	uint32_t size;
	void (*fill)(void *arg);
	int result;
	uint32_t least;
};

#define CALL(on, name, type, fill, result)                                            \
	{                                                                             \
		CLEARDOWN_IOC_##name, #name, on, sizeof(struct type), fill, result, 0 \
	}
/* One that has grown; @last was the last member. */
#define GROWN(on, name, type, last, fill, result)                                      \
	{                                                                              \
		CLEARDOWN_IOC_##name, #name, on, sizeof(struct type), fill, result,    \
			offsetof(struct type, last) + sizeof(((struct type *)0)->last) \
	}

/* Room for any argument and what may follow it; how it was before the call. */
static char argument[3 * 4096] __attribute__((aligned(8)));
static char copy[sizeof(argument)];

static inline void fill_nothing(void *arg)
{
	(void)arg;
}

/* No class has this opcode. */
static inline void fill_submit(void *p)
{
	struct cleardown_submit *arg = p;

	arg->opcode = 0xfff;
	arg->req_id = 99;
	arg->deadline_ns = CD_S;
	arg->in_ptr = 0;
	arg->in_len = 0;
	arg->flags = 0;
	arg->__reserved = 0;
}

/* No such request is outstanding. */
static inline void fill_cancel(void *p)
{
	struct cleardown_cancel *arg = p;

	arg->what = CLEARDOWN_CANCEL_REQUEST;
	arg->id = 99;
	arg->__reserved = 0;
}

/* Of a handle of @class; must be made wrong before it is used on one that is open. */
static inline void fill_close_of(void *p, uint32_t class)
{
	struct cleardown_close *arg = p;

	arg->clazz = class;
	arg->mode = CLEARDOWN_MODE_ORDERLY;
	arg->flags = 0;
	arg->deadline_ns = 5 * CD_S;
	arg->data_ptr = 0;
	arg->data_len = 0;
	arg->party = 0;
}

/* No such SAP. */
static inline void fill_sap(void *p)
{
	struct cleardown_vc_sap *arg = p;

	arg->flags = CLEARDOWN_SAP_REMOVE;
	arg->selector = 99;
}

/* Of the @n in @calls the one with that number, or NULL. */
static inline const struct call *call_find(const struct call *calls, size_t n, unsigned long cmd)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i].cmd == cmd)
			return &calls[i];
	return NULL;
}

static inline void prepare(const struct call *call, uint32_t size)
{
	memset(argument, POISON, sizeof(argument));
	call->fill(argument);
	memcpy(argument, &size, sizeof(size));
}

static inline int at(const struct call *call, void *pointer)
{
	return cd_ioctl(files[call->on], call->cmd, pointer);
}

static inline int make(const struct call *call)
{
	memcpy(copy, argument, sizeof(copy));
	return at(call, argument);
}

static inline bool untouched(void)
{
	return !memcmp(copy, argument, sizeof(copy));
}

/* ---- sizes ---- */

static inline uint32_t least(const struct call *call)
{
	return call->least ?: call->size;
}

static inline bool too_small(const struct call *call)
{
	const uint32_t sizes[] = { 0, 1, 3, 4, least(call) - 8, least(call) - 4, least(call) - 1 };
	bool good = true;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		prepare(call, sizes[i]);
		EXPECT_EQ(good, make(call), -EINVAL);
		EXPECT(good, untouched());
	}
	return good;
}

static inline bool too_large(const struct call *call)
{
	const uint32_t sizes[] = { call->size + 1, call->size + 8, 4096, 4097, 8192, ~0U };
	bool good = true;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		prepare(call, sizes[i]);
		if (sizes[i] <= 8192) {
			memset(argument + call->size, 0, 8192 - call->size);
			/* one byte of the surplus; beyond a page nothing is looked at */
			argument[sizes[i] - 1] = sizes[i] <= 4096;
		}
		EXPECT_EQ(good, make(call), -E2BIG);
		EXPECT(good, untouched());
	}
	return good;
}

/* A caller from the future whose new members are zero is served as one of today. */
static inline bool larger(const struct call *call)
{
	const uint32_t sizes[] = { call->size, call->size + 1, call->size + 8, 4096 };
	bool good = true;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		prepare(call, sizes[i]);
		memset(argument + call->size, 0, 4096 - call->size);
		EXPECT_EQ(good, make(call), call->result);
		EXPECT_EQ(good, *(uint32_t *)argument, sizes[i]);
		EXPECT(good, !memcmp(copy + call->size, argument + call->size,
				     sizeof(copy) - call->size));
	}
	return good;
}

/* A caller of the first version is served, and no byte behind his struct is written. */
static inline bool first_version(const struct call *call)
{
	uint32_t size = least(call);
	bool good = true;

	prepare(call, size);
	EXPECT_EQ(good, make(call), call->result);
	EXPECT_EQ(good, *(uint32_t *)argument, size);
	EXPECT(good, !memcmp(copy + size, argument + size, sizeof(copy) - size));
	return good;
}

static inline void test_sizes(const struct call *call)
{
	bool good = too_small(call);

	good &= first_version(call);
	good &= too_large(call);
	good &= larger(call);
	EXPECT(good, unchanged());
	tap(good, "%s: a wrong size is EINVAL or E2BIG, a zero surplus is served", call->name);
}

/* ---- pointers ---- */

static inline bool unreadable(const struct call *call)
{
	bool good = true;

	EXPECT_EQ(good, at(call, NULL), -EFAULT);
	EXPECT_EQ(good, at(call, (void *)1), -EFAULT);
	EXPECT_EQ(good, at(call, border), -EFAULT);
	EXPECT_EQ(good, at(call, (void *)0xffff888000000000UL), -EFAULT);
	EXPECT_EQ(good, at(call, (void *)~0UL), -EFAULT);
	return good;
}

/* The last @missing bytes of the argument are not there. */
static inline bool cut(const struct call *call, uint32_t missing)
{
	char *arg = border - call->size + missing;
	bool good = true;

	prepare(call, call->size);
	memcpy(arg, argument, call->size - missing);
	EXPECT_EQ(good, at(call, arg), -EFAULT);
	EXPECT(good, !memcmp(arg, argument, call->size - missing));
	return good;
}

/* ---- files of another kind ---- */

/* On the first @n files, where they are none that it @belongs to. */
static inline bool foreign(const struct call *call, int n,
			   bool (*belongs)(const struct call *call, int on))
{
	bool good = true;

	for (int on = 0; on < n; on++) {
		if (belongs(call, on))
			continue;
		prepare(call, call->size);
		EXPECT_EQ(good, cd_ioctl(files[on], call->cmd, argument), -ENOTTY);
	}
	EXPECT(good, unchanged());
	return good;
}

/* ---- values ---- */

/**
 * struct value - a member with a value that it cannot have
 * @cmd: the call
 * @name: of the member
 * @offset: in the struct
 * @width: 4 or 8
 * @value: it gets
 * @status: offset of the status word, 0 = the call has none
 * @error: that follows
 * @word: and its status word
 */
struct value {
	unsigned long cmd;
	const char *name;
	size_t offset;
	size_t width;
	uint64_t value;
	size_t status;
	int error;
	uint32_t word;
};

/* The first four members of one. */
#define MEMBER(call, type, member)                                              \
	CLEARDOWN_IOC_##call, #call "." #member, offsetof(struct type, member), \
		sizeof(((struct type *)0)->member)

#endif /* TESTS_FORM_H */
