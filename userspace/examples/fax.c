// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fax: hands a TIFF to the fax service and follows the job until its number is dead.
 *
 *   cc fax.c $(pkg-config --cflags --libs libcleardown) -o fax && ./fax 5551234 page.tif
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cleardown.h>

static int failed(const char *what)
{
	fprintf(stderr, "fax: %s: %s\n", what, strerror(errno));
	return 1;
}

/*
 * Events of all jobs that one may see come to the queue. A job's last one is DELETED; the one before
 * tells how it went, and only COMPLETED means that the far end confirmed the last page.
 */
static int follow(struct cleardown_queue *queue, uint64_t job)
{
	const struct cleardown_record *record;
	struct cleardown_fax_news news;
	bool sent = false;

	while (cleardown_queue_wait(queue, CLDN_FOREVER) == 1) {
		record = cleardown_queue_read(queue);
		if (!record || cleardown_fax_news_from_record(record, &news) < 0)
			continue;
		if (news.event == CLDN_FEI_FAXSVC_ENDED)
			break;
		if (news.job != job)
			continue;
		printf("%s, %u pages confirmed\n", cleardown_fei_name(news.event), news.pages);
		if (news.event == CLDN_FEI_COMPLETED)
			sent = true;
		if (news.event == CLDN_FEI_DELETED)
			return sent ? 0 : 1;
	}
	return failed("events");
}

/*
 * The connection may be closed as soon as the job is in: its events go on, since they come by the
 * queue, and the job is the service's.
 */
static int send_fax(struct cleardown_fax *fax, struct cleardown_queue *queue, const char *number,
		    int file)
{
	uint64_t job;

	if (cleardown_fax_bind_queue(fax, queue, 0) < 0)
		return failed("event queue");
	if (cleardown_fax_send(fax, 0, file, number, NULL, &job) < 0)
		return failed(errno == ENOTCONN ? "cleardown-faxd has no line" : number);
	printf("job %" PRIu64 "\n", job);
	if (cleardown_fax_close(fax) < 0)
		return failed("close");
	return follow(queue, job);
}

int main(int argc, char **argv)
{
	struct cleardown_queue *queue = NULL;
	struct cleardown_fax *fax = NULL;
	int file, ret = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: fax NUMBER FILE.tif\n");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	file = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return failed(argv[2]);
	queue = cleardown_queue_open();
	if (queue)
		fax = cleardown_fax_connect(CLDN_OPEN_OWNER);
	if (fax)
		ret = send_fax(fax, queue, argv[1], file);
	else
		failed("the fax service");
	cleardown_fax_free(fax);
	cleardown_queue_free(queue);
	close(file);
	return ret;
}
