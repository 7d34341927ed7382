/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has of a machine's memory. */
#ifndef TESTS_KMEM_H
#define TESTS_KMEM_H

#include "cd.h"

/* Octets, by a line of /proc/meminfo; 0 when it is not there. */
static inline uint64_t mem_octets(const char *line)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long value, found = 0;
	char key[64];

	while (f && fscanf(f, "%63[^:]: %lu%*[^\n] ", key, &value) == 2)
		if (!strcmp(key, line))
			found = value;
	if (f)
		fclose(f);
	return found * 1024ULL;
}

/* All of it that is neither free nor its users'. */
static inline uint64_t mem_of_kernel(void)
{
	return mem_octets("MemTotal") - mem_octets("MemFree") - mem_octets("Buffers") -
	       mem_octets("Cached") - mem_octets("AnonPages");
}

static inline uint64_t mem_of_slabs(void)
{
	return mem_octets("Slab");
}

/* When nothing of it is on its way back any more. */
static inline uint64_t mem_settled(uint64_t (*octets)(void))
{
	uint64_t now = octets(), before;

	for (int i = 0; i < 50; i++) {
		before = now;
		usleep(100000);
		now = octets();
		if (now + 65536 >= before && before + 65536 >= now)
			break;
	}
	return now;
}

#endif /* TESTS_KMEM_H */
