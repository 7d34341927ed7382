// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on virtual circuits whose answer does not arrive, since the caller's struct can be read and
 * not written, and calls for which there is no descriptor. Who was told nothing has nothing: no
 * circuit, no file, and an offered call is as it was.
 *
 * usage: vcanswer INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "form.h"
#include "vc.h"

#define SELECTOR 7
#define OTHER 9
#define OUR_COOKIE 1 /* of vc_links() */
#define WAIT_MS 5000

enum { ON_AF, ON_CALL };

static struct vclink us, far;
static struct vc up, there;
static struct form_counts before;
static char *sealed;

static unsigned int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (dir && readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* What is given up goes in the link's thread. */
static bool settles(unsigned int circuits, unsigned int files)
{
	uint64_t end = cd_now() + WAIT_MS * CD_MS;
	bool good = true;

	while (vc_link(us.af).out_vcs != circuits && cd_now() < end)
		usleep(1000);
	EXPECT_EQ(good, vc_link(us.af).out_vcs, circuits);
	EXPECT_EQ(good, descriptors(), files);
	return good;
}

static bool unchanged(void)
{
	uint64_t end = cd_now() + WAIT_MS * CD_MS;
	struct form_counts now;

	do
		form_count(&now);
	while (memcmp(&now, &before, sizeof(now)) && cd_now() < end);
	return !memcmp(&now, &before, sizeof(now));
}

/* The call with @arg in a page that can only be read. */
static int unanswered(int fd, unsigned long cmd, const void *arg, size_t size)
{
	int ret;

	if (mprotect(sealed, 4096, PROT_READ | PROT_WRITE))
		DIE("mprotect: %m");
	memcpy(sealed, arg, size);
	if (mprotect(sealed, 4096, PROT_READ))
		DIE("mprotect: %m");
	ret = cd_ioctl(fd, cmd, sealed);
	if (memcmp(sealed, arg, size))
		DIE("it was written");
	return ret;
}

/* ---- every call ---- */

static void fill_create(void *p)
{
	struct cleardown_vc_create *arg = p;

	arg->__reserved = 0;
	arg->take = 0;
	arg->cookie = 1;
}

static void fill_close(void *p)
{
	struct cleardown_close *arg = p;

	memset(arg, 0, sizeof(*arg));
	arg->clazz = CLEARDOWN_CLASS_PHONE;
	arg->mode = CLEARDOWN_MODE_ORDERLY;
}

static void fill_first(void *p)
{
	memset((char *)p + 4, 0, 12); /* __reserved, and after or index */
}

/* With what each of them says; an error that it has found comes before the one of the answer. */
static const struct call calls[] = {
	CALL(ON_AF, VC_SAP, cleardown_vc_sap, fill_sap, -ENOENT),
	CALL(ON_AF, VC_CREATE, cleardown_vc_create, fill_create, -EFAULT),
	CALL(ON_AF, VC_LINK, cleardown_vc_link, fill_nothing, -EFAULT),
	CALL(ON_CALL, VC_DELETE, cleardown_vc_delete, fill_nothing, -EBUSY),
	CALL(ON_CALL, VC_STATUS, cleardown_vc_status, fill_nothing, -EFAULT),
	CALL(ON_AF, VC_NEXT, cleardown_vc_next, fill_first, -EFAULT),
	CALL(ON_AF, VC_CDR, cleardown_vc_cdr, fill_first, -ENOENT),
	CALL(ON_AF, VC_COUNT, cleardown_vc_count, fill_first, -EFAULT),
	CALL(ON_CALL, CLOSE, cleardown_close, fill_close, -ENOTTY),
	CALL(ON_CALL, SUBMIT, cleardown_submit, fill_submit, -EFAULT),
	CALL(ON_CALL, CANCEL, cleardown_cancel, fill_cancel, -ENOENT),
	CALL(ON_CALL, GET_INFO, cleardown_info, fill_nothing, -EFAULT),
};

static void test_call(const struct call *call)
{
	unsigned int n = descriptors();
	bool good = true;

	prepare(call, call->size);
	EXPECT_EQ(good, unanswered(files[call->on], call->cmd, argument, call->size), call->result);
	EXPECT(good, settles(1, n));
	EXPECT_EQ(good, vc_status(&up).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT(good, unchanged());
	tap(good, "%s whose answer does not arrive changes nothing", call->name);
}

/* ---- the file of a circuit ---- */

static int take_unanswered(struct vclink *l, uint64_t offer)
{
	struct cleardown_vc_create arg = { .size = sizeof(arg), .take = offer, .cookie = 77 };

	return unanswered(l->af, CLEARDOWN_IOC_VC_CREATE, &arg, sizeof(arg));
}

static void test_many(void)
{
	struct cleardown_vc_create arg = { .size = sizeof(arg), .cookie = 1 };
	unsigned int n = descriptors();
	bool good = true;

	for (int i = 0; i < 200; i++)
		EXPECT_EQ(good, unanswered(us.af, CLEARDOWN_IOC_VC_CREATE, &arg, sizeof(arg)),
			  -EFAULT);
	EXPECT(good, settles(1, n));
	EXPECT(good, unchanged());
	EXPECT(good, !cd_events_info(us.events).out_unread);
	tap(good, "VC_CREATE, 200 times unanswered, leaves no file, circuit or record");
}

/* 0 puts the limit back. */
static void allow_descriptors(unsigned int n)
{
	static struct rlimit usual;
	struct rlimit limit;

	if (n && getrlimit(RLIMIT_NOFILE, &usual))
		DIE("getrlimit: %m");
	limit = usual;
	if (n)
		limit.rlim_cur = n;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		DIE("setrlimit: %m");
}

/* The lowest descriptor that is free. */
static int next_descriptor(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static int create_without_descriptor(struct vclink *l, uint64_t offer,
				     struct cleardown_vc_create *arg)
{
	int ret;

	*arg = (struct cleardown_vc_create){ .size = sizeof(*arg), .take = offer, .cookie = 77 };
	allow_descriptors(next_descriptor());
	ret = cd_ioctl(l->af, CLEARDOWN_IOC_VC_CREATE, arg);
	allow_descriptors(0);
	return ret;
}

static void test_no_descriptor(void)
{
	struct cleardown_vc_create arg;
	unsigned int n = descriptors();
	bool good = true;

	EXPECT_EQ(good, create_without_descriptor(&us, 0, &arg), -EMFILE);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_RESOURCES);
	EXPECT_EQ(good, arg.out_fd, -1);
	EXPECT_EQ(good, arg.out_vc, 0);
	EXPECT(good, settles(1, n));
	EXPECT(good, unchanged());
	tap(good, "VC_CREATE without a descriptor is EMFILE and leaves nothing");
}

/* ---- an offered call ---- */

/* The far end calls us at @selector: the offer's number. */
static uint64_t offered(struct vc *caller, struct vclink *l, uint8_t selector)
{
	union cd_record rec;

	if (vc_create(caller, &far, 0, 300) || !vc_make(caller, us.nsap, selector) ||
	    !vc_next(l, CLEARDOWN_EV_INCOMING_CALL, &rec, WAIT_MS))
		DIE("no offer");
	return rec.ev.req_id;
}

static bool far_fails(struct vc *caller)
{
	union cd_record rec;
	bool good = vc_next(&far, CLEARDOWN_EV_COMPLETION, &rec, WAIT_MS);

	EXPECT(good, rec.ev.error != 0);
	EXPECT_EQ(good, vc_delete(caller, NULL), 0);
	close(caller->fd);
	return good;
}

static void test_taken_again(void)
{
	struct cleardown_vc_create arg;
	struct cleardown_close bye;
	struct vc caller, called;
	unsigned int n = descriptors();
	union cd_record rec;
	bool good = true;
	uint64_t offer = offered(&caller, &us, OTHER);

	EXPECT_EQ(good, take_unanswered(&us, offer), -EFAULT);
	EXPECT_EQ(good, create_without_descriptor(&us, offer, &arg), -EMFILE);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_RESOURCES);
	EXPECT(good, settles(2, n + 1));
	EXPECT_EQ(good, vc_create(&called, &us, offer, 88), 0);
	EXPECT(good, vc_accept(&called));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_COMPLETION, &rec, WAIT_MS) && !rec.ev.error);
	EXPECT_EQ(good, rec.ev.cookie, 88);
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_COMPLETION, &rec, WAIT_MS) && !rec.ev.error);
	EXPECT_EQ(good, vc_close(&called, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &bye), 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, WAIT_MS));
	EXPECT(good, vc_next(&far, CLEARDOWN_EV_INCOMING_CLOSE, &rec, WAIT_MS));
	close(called.fd);
	close(caller.fd);
	EXPECT(good, settles(1, n));
	tap(good, "an offer whose taker was not answered is taken by the next, and connects");
}

/* Its records go to the address family as long as nobody has it. */
static void test_withdrawn(void)
{
	struct cleardown_close bye;
	struct vc caller, called;
	union cd_record rec;
	bool good = true;
	uint64_t offer = offered(&caller, &us, OTHER);

	EXPECT_EQ(good, take_unanswered(&us, offer), -EFAULT);
	EXPECT_EQ(good, vc_close(&caller, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &bye), 0);
	EXPECT(good, far_fails(&caller));
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_INCOMING_CLOSE, &rec, WAIT_MS));
	EXPECT_EQ(good, rec.ev.handle, offer);
	EXPECT_EQ(good, rec.ev.cookie, OUR_COOKIE);
	EXPECT_EQ(good, vc_create(&called, &us, offer, 88), 0);
	EXPECT_EQ(good, vc_close(&called, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &bye), 0);
	EXPECT(good, vc_next(&us, CLEARDOWN_EV_VC_DELETED, &rec, WAIT_MS));
	EXPECT_EQ(good, rec.ev.cookie, 88);
	close(called.fd);
	tap(good, "its withdrawal is told with the address family's cookie");
}

/* It is nobody's, so the address family's end refuses it. */
static void test_family_ends(void)
{
	struct vclink mine = us;
	struct cleardown_close arg;
	struct vc caller;
	bool good = true;

	vc_af(&mine, 5);
	EXPECT_EQ(good, vc_sap(&mine, OTHER + 1, 0, NULL), 0);
	EXPECT_EQ(good, take_unanswered(&mine, offered(&caller, &mine, OTHER + 1)), -EFAULT);
	EXPECT_EQ(good, cd_close(mine.af, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, &arg), 0);
	EXPECT(good, far_fails(&caller));
	close(mine.af);
	close(mine.events);
	tap(good, "an offer whose taker was not answered is refused when its family ends");
}

/* ---- */

static void set_up(char **interfaces)
{
	if (!vc_links(&us, &far, interfaces, "", "", SELECTOR) ||
	    !vc_connect(&us, &up, &far, &there, SELECTOR) || vc_sap(&us, OTHER, 0, NULL))
		DIE("no call");
	files[ON_AF] = us.af;
	files[ON_CALL] = up.fd;
	border = cd_border();
	sealed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (sealed == MAP_FAILED)
		DIE("mmap: %m");
	/* families, and the call's ends; of how they came to be nothing is left */
	if (!cd_live_is("handles", 4) || !cd_live_is("ops", 0) || !cd_live_is("records", 0))
		DIE("what was made does not settle");
	form_count(&before);
}

static void tear_down(void)
{
	struct cleardown_close arg;
	bool good = true;

	EXPECT_EQ(good, vc_close(&up, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_close(&there, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT_EQ(good, vc_delete(&up, NULL), 0);
	close(up.fd);
	close(there.fd);
	good &= vc_unlink(&us);
	good &= vc_unlink(&far);
	tap(good, "the links are unbound");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	set_up(argv + 1);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		test_call(&calls[i]);
	test_many();
	test_no_descriptor();
	test_taken_again();
	test_withdrawn();
	test_family_ends();
	tear_down();
	return tap_done();
}
