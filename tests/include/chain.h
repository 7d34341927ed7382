/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sweeps of faults: a call is made again with its first, second, ... possible fault striking, until
 * there are no more. Who includes it has in_worker(), settled() and nothing_left().
 */
#ifndef TESTS_CHAIN_H
#define TESTS_CHAIN_H

#include "fault.h"
#include "tap.h"

#define CHAIN_MOST 400

/**
 * struct chain - a call, and what surrounds it
 * @name: for the result
 * @ids: of the contract
 * @begin: without faults before each call, may be NULL
 * @call: with the fault: 0 or an errno
 * @failed: it failed with that errno: true when it changed nothing, or what the interface allows
 * @end: without faults after each call, whether it failed or not, may be NULL
 * @worker: swept with the fault in the device's thread too
 */
struct chain {
	const char *name;
	const char *ids;
	void (*begin)(void);
	int (*call)(void);
	bool (*failed)(int error);
	void (*end)(void);
	bool worker;
};

/* What a call may say when the fault struck the device's thread. */
static bool in_worker(int error);
/* After each call and its end. */
static bool settled(void);
/* After each sweep: no object of it lives on. */
static bool nothing_left(void);

static inline bool chain_one(const struct chain *c, int file, unsigned int n, bool *struck,
			     bool worker)
{
	bool good = true;
	int ret;

	if (c->begin)
		c->begin();
	fault_nth(file, n);
	ret = c->call();
	*struck = fault_struck(file);
	if (!*struck)
		EXPECT_EQ(good, ret, 0);
	else if (ret && worker)
		EXPECT(good, in_worker(ret));
	else if (ret)
		EXPECT(good, c->failed(ret));
	if (c->end)
		c->end();
	EXPECT(good, settled());
	EXPECT_EQ(good, cd_counter("stats", "issued"), cd_counter("stats", "completed"));
	if (!good)
		fprintf(stderr, "# %s with fault %u: %d\n", c->name, n, ret);
	return good;
}

static inline void chain_sweep(const struct chain *c, int file, const char *where)
{
	bool good = true, struck = true;
	unsigned int n;

	for (n = 1; good && struck && n <= CHAIN_MOST; n++)
		good &= chain_one(c, file, n, &struck, *where);
	EXPECT(good, !struck);
	EXPECT(good, nothing_left());
	tap(good, "%s%s: %u faults%s, each is got over or fails cleanly", c->ids, c->name, n - 2,
	    where);
}

/* All of them, in the calling thread and, where they say so, in that of @device. */
static inline void chain_sweep_all(const struct chain *chains, size_t n, const char *device)
{
	int self = fault_file(0, "fail-nth");
	int worker = fault_file(fault_worker(device), "fail-nth");

	for (size_t i = 0; i < n; i++) {
		chain_sweep(&chains[i], self, "");
		if (chains[i].worker)
			chain_sweep(&chains[i], worker, " in the device's thread");
	}
	close(self);
	close(worker);
}

#endif /* TESTS_CHAIN_H */
