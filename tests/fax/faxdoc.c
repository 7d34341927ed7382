// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * faxdoc FILE OUT [standard|fine|superfine [SECONDS]]: takes a document as the fax provider does, and
 * says what it was and has become. Exit 0, or 1 with the reason.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"

int main(int argc, char **argv)
{
	static const char *const names[] = { "standard", "fine", "superfine" };
	struct document_options options = { .resolution = DOCUMENT_FINE };
	struct document doc;
	char error[400];
	int fd, i;

	if (argc < 3)
		return 2;
	for (i = 0; argc > 3 && i < 3; i++)
		if (!strcmp(argv[3], names[i]))
			options.resolution = (enum document_resolution)i;
	if (argc > 4)
		options.timeout_s = atoi(argv[4]);
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	printf("%s: ", document_kind_name(document_kind(fd)));
	if (document_take(fd, argv[2], &options, &doc, error, sizeof(error)) < 0) {
		puts(error);
		return 1;
	}
	printf("%d pages, %ux%u %s\n", doc.pages, doc.width, doc.rows, names[doc.resolution]);
	return 0;
}
