// SPDX-License-Identifier: GPL-2.0-only
/* The modem's language: the same tables as tests/unit walks, in the kernel that will parse them. */
#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/string.h>

#define AT_SAY(...) pr_info(__VA_ARGS__)
#include "../unit/at_walk.h"

static void at_describe(const struct at_check *check, char *text)
{
	strscpy(text, check->what, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(at, at_checks, at_describe);

static void tables_hold(struct kunit *test)
{
	const struct at_check *check = test->param_value;

	KUNIT_EXPECT_TRUE_MSG(test, check->run(), "%s", check->what);
}

static struct kunit_case cases[] = { { .run_case = tables_hold,
				       .name = "the modem's language: every table holds",
				       .generate_params = at_gen_params },
				     {} };

struct kunit_suite kt_at_suite = {
	.name = "cleardown_at",
	.test_cases = cases,
};
