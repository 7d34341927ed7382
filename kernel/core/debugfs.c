// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/cleardown: exact counts. "live" reads zero everywhere when nothing is bound,
 * open or unread: the leak check of every test.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include "internal.h"

atomic_long_t cldn_live[CLDN_COUNTS];
atomic_long_t cldn_stat[CLDN_STATS];

static const char *const cldn_live_names[CLDN_COUNTS] = {
	[CLDN_DEVICES] = "devices", [CLDN_HANDLES] = "handles", [CLDN_OPS] = "ops",
	[CLDN_QUEUES] = "queues",   [CLDN_RECORDS] = "records", [CLDN_USERS] = "users",
	[CLDN_PARTS] = "parts",
};

static const char *const cldn_stat_names[CLDN_STATS] = {
	[CLDN_ISSUED] = "issued",
	[CLDN_COMPLETED] = "completed",
	[CLDN_CLAIMS_LOST] = "claims_lost",
	[CLDN_LATE] = "late_events",
	[CLDN_DROPPED] = "dropped_events",
	[CLDN_ORPHANED] = "orphaned_events",
	[CLDN_CLOSES] = "closes",
	[CLDN_REPORTS] = "reports",
	[CLDN_STUCK] = "stuck",
	[CLDN_UNCLEAN] = "file_closes",
};

static struct dentry *cldn_debugfs;

static int live_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < CLDN_COUNTS; i++)
		seq_printf(m, "%s: %ld\n", cldn_live_names[i], atomic_long_read(&cldn_live[i]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(live);

static int stats_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < CLDN_STATS; i++)
		seq_printf(m, "%s: %ld\n", cldn_stat_names[i], atomic_long_read(&cldn_stat[i]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

void cldn_debugfs_init(void)
{
	cldn_debugfs = debugfs_create_dir("cleardown", NULL);
	debugfs_create_file("live", 0444, cldn_debugfs, NULL, &live_fops);
	debugfs_create_file("stats", 0444, cldn_debugfs, NULL, &stats_fops);
}

void cldn_debugfs_exit(void)
{
	debugfs_remove(cldn_debugfs);
}
