// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port: prints a file as one document and says what the printer has of it.
 *
 *   cc port.c $(pkg-config --cflags --libs libcleardown) -o port && ./port port0 letter.ps
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cleardown.h>

#define SECOND INT64_C(1000000000)

static int failed(const char *what)
{
	fprintf(stderr, "port: %s: %s\n", what, strerror(errno));
	return -1;
}

/* Takes as long as the printer does; another descriptor could end the wait (the -1). */
static int write_file(struct cleardown_port *port, int file)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(file, piece, sizeof(piece))) > 0)
		if (cleardown_port_write_all(port, piece, n, -1, NULL) < 0)
			return failed("write");
	return n < 0 ? failed("read") : 0;
}

/*
 * A document is what the printer gets whole or not at all: one that was begun and is not ended when
 * the port closes counts as aborted. After a failed write it is ended so by its flag.
 */
static int print(struct cleardown_port *port, struct cleardown_queue *queue, const char *name,
		 int file)
{
	struct cleardown_document document = { 0 };
	int ret;

	if (cleardown_port_start_doc(port, queue, name, 10 * SECOND, NULL) < 0)
		return failed("start of the document");
	ret = write_file(port, file);
	if (cleardown_port_end_doc(port, queue, ret ? CLDN_END_ABORT : 0, 60 * SECOND, &document) <
	    0)
		ret = failed("end of the document");
	printf("%s: %llu bytes accepted, the printer has %llu, %llu thrown away, %llu in doubt\n",
	       cleardown_doc_name(document.state), (unsigned long long)document.accepted,
	       (unsigned long long)document.confirmed, (unsigned long long)document.discarded,
	       (unsigned long long)document.in_doubt);
	return ret;
}

static int close_port(struct cleardown_port *port)
{
	const struct cleardown_close_wish wish = {
		.size = sizeof(wish),
		.mode = CLDN_MODE_ORDERLY,
		.deadline_ns = 5 * SECOND,
	};
	struct cleardown_close_summary summary;

	if (cleardown_port_close(port, &wish, &summary) < 0)
		return failed("close");
	printf("closed in %llu ms, the port is %s\n",
	       (unsigned long long)(summary.end_ns - summary.begin_ns) / 1000000,
	       summary.flags & CLDN_REPORT_RELEASED ? "free" : "not free yet");
	return 0;
}

int main(int argc, char **argv)
{
	struct cleardown_queue *queue = NULL;
	struct cleardown_port *port = NULL;
	int file, ret = -1;

	if (argc != 3) {
		fprintf(stderr, "usage: port PORT FILE\n");
		return 1;
	}
	file = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -failed(argv[2]);
	queue = cleardown_queue_open();
	if (queue)
		port = cleardown_port_open(argv[1], CLDN_OPEN_OWNER);
	if (!port || cleardown_port_bind_queue(port, queue, 0) < 0) {
		failed(argv[1]);
	} else {
		ret = print(port, queue, argv[2], file);
		if (close_port(port))
			ret = -1;
	}
	cleardown_port_free(port);
	cleardown_queue_free(queue);
	close(file);
	return ret ? 1 : 0;
}
