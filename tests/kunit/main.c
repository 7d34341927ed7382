// SPDX-License-Identifier: GPL-2.0-only
/* The module of the suites; they run when it is loaded, which needs cleardown_sim. */
#include <linux/module.h>
#include "kt.h"

kunit_test_suites(&kt_at_suite, &kt_once_suite, &kt_return_suite, &kt_silence_suite, &kt_free_suite,
		  &kt_bound_suite, &kt_memory_suite, &kt_honest_suite, &kt_death_suite,
		  &kt_stale_suite, &kt_policy_suite, &kt_events_suite, &kt_ladder_suite,
		  &kt_races_suite, &kt_walk_suite, &kt_monitors_suite, &kt_port_suite,
		  &kt_fax_track_suite, &kt_fax_suite, &kt_vc_suite, &kt_vcraces_suite,
		  &kt_vcmanager_suite, &kt_vcparty_suite);

CLDN_IMPORT_NS();
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("cleardown: KUnit suites");
