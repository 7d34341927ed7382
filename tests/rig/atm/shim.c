// SPDX-License-Identifier: GPL-2.0-only
/*
 * atmshim.so, preloaded into stock ATM programs (atmsigd, aread, awrite, saaldump): their PVC
 * sockets become unix datagram sockets, one SDU a datagram, and cellswitch is the other end of
 * them all.
 *
 *   ATMSHIM_DIR   where cellswitch has its socket "switch" and where the endpoints lie
 *   ATMSHIM_ADDR  addresses of the interface, 40 hex digits each, with commas between
 *   ATMSHIM_TAP   set: hears copies of a VC, both ways, beside the program that has it
 *   ATMSHIM_PEER  instead of a switch: the directory of another program that runs with this one,
 *                 whose endpoints are the other ends; each waits for the other's to be there
 *
 * An endpoint is called VPI.VCI when it receives. As with a kernel only one can; one that only
 * sends (its quality of service says so) is VPI.VCI.send.PID.FD and takes nothing away from that
 * one, nor does a tap. Reading, polling and closing the descriptor need no help.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "svc.h"

#define MAX_FD		1024
#define FIRST_VCI	32		/* below, the VCIs are taken or reserved */
#define LAST_VCI	65535
#define LAST_VPI	255
#define SEND_WAIT_US	200000		/* then the SDU is lost, as in a network */
#define PEER_WAIT_US	10000		/* between two looks for it */
#define PEER_TRIES	2000
#define GET_ADDRESS	_IOW('a', 0x86, struct svc_ioctl)
#define GET_LINK_RATE	_IOW('a', 0x81, struct svc_ioctl)
#define LINK_RATE	353207		/* cells a second of an OC-3 */
#define STAMP_OLD	0x8906		/* SIOCGSTAMP, before and since its size is in the number */
#define STAMP_NEW	_IOR(0x89, 0x06, long long[2])

/* What the program did with a PVC socket so far. */
static struct pvc {
	bool used;
	bool sends_only;
	pid_t pid;		/* whose it is: a child (atmsigd's dump) must not end it */
	int vpi, vci;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
} pvcs[MAX_FD];

static struct pvc *pvc_of(int fd)
{
	return fd >= 0 && fd < MAX_FD && pvcs[fd].used ? &pvcs[fd] : NULL;
}

/* The C library's own function of that name. */
#define REAL(name)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int fail(int error)
{
	errno = error;
	return -1;
}

int socket(int domain, int type, int protocol)
{
	int fd;

	if (domain != FAMILY_PVC)
		return REAL(socket)(domain, type, protocol);
	fd = REAL(socket)(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= MAX_FD) {
		REAL(close)(fd);
		return fail(EMFILE);
	}
	if (fd >= 0)
		pvcs[fd] = (struct pvc){ .used = true };
	return fd;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	struct pvc *p = pvc_of(fd);
	const struct svc_qos *qos = value;

	if (!p || level != SOL_ATM_LEVEL)
		return REAL(setsockopt)(fd, level, option, value, len);
	if (option == OPTION_QOS) {
		if (len < sizeof(*qos))
			return fail(EINVAL);
		p->sends_only = qos->rx.class == CLASS_NONE;
	}
	return 0;
}

/* ---- endpoints ---- */

static int unix_address(struct sockaddr_un *a, const char *dir, const char *name)
{
	int n;

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!dir)
		return fail(ENODEV);
	n = snprintf(a->sun_path, sizeof(a->sun_path), "%s/%s", dir, name);
	return n < (int)sizeof(a->sun_path) ? 0 : fail(ENAMETOOLONG);
}

static int connect_to(int fd, const struct sockaddr_un *a)
{
	return REAL(connect)(fd, (const struct sockaddr *)a, sizeof(*a));
}

/*
 * A program that was killed leaves its path behind, and nobody answers there. An endpoint in use
 * refuses the connection (EPERM), since the switch has it already.
 */
static bool in_use(const struct sockaddr_un *a)
{
	int probe = REAL(socket)(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool unused = probe >= 0 && connect_to(probe, a) &&
		      (errno == ENOENT || errno == ECONNREFUSED);

	if (probe >= 0)
		REAL(close)(probe);
	return !unused;
}

/* VCIs are handed out in a circle, so that one that was given back is not the next one again. */
static int choose_vci(int vpi)
{
	static int last = FIRST_VCI - 1;
	struct sockaddr_un a;
	char name[32];
	int i;

	for (i = FIRST_VCI; i <= LAST_VCI; i++) {
		last = last < LAST_VCI ? last + 1 : FIRST_VCI;
		snprintf(name, sizeof(name), "%d.%d", vpi, last);
		if (unix_address(&a, getenv("ATMSHIM_DIR"), name))
			return -1;
		if (!in_use(&a))
			return last;
	}
	return fail(EADDRINUSE);
}

static void endpoint_name(char *name, size_t size, const struct pvc *p, int fd)
{
	if (getenv("ATMSHIM_TAP"))
		snprintf(name, size, "%d.%d.tap.%d", p->vpi, p->vci, getpid());
	else if (p->sends_only)
		snprintf(name, size, "%d.%d.send.%d.%d", p->vpi, p->vci, getpid(), fd);
	else
		snprintf(name, size, "%d.%d", p->vpi, p->vci);
}

/* To the switch, which is there; or to the other program's endpoint, which may come later. */
static int connect_far(int fd, const char *name)
{
	const char *peer = getenv("ATMSHIM_PEER");
	struct sockaddr_un far;
	int tries, ret;

	if (unix_address(&far, peer ?: getenv("ATMSHIM_DIR"), peer ? name : "switch"))
		return -1;
	if (!peer)
		return connect_to(fd, &far);
	for (tries = 0; tries < PEER_TRIES; tries++) {
		ret = connect_to(fd, &far);
		if (!ret || (errno != ENOENT && errno != ECONNREFUSED))
			return ret;
		usleep(PEER_WAIT_US);
	}
	return -1;
}

static int open_endpoint(int fd, struct pvc *p)
{
	struct timeval wait = { .tv_usec = SEND_WAIT_US };
	struct sockaddr_un here;
	char name[64];

	endpoint_name(name, sizeof(name), p, fd);
	if (unix_address(&here, getenv("ATMSHIM_DIR"), name))
		return -1;
	if (in_use(&here))
		return fail(EADDRINUSE);
	unlink(here.sun_path);
	if (REAL(bind)(fd, (struct sockaddr *)&here, sizeof(here)))
		return -1;
	strcpy(p->path, here.sun_path);
	p->pid = getpid();
	REAL(setsockopt)(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	return connect_far(fd, name);
}

static int attach(int fd, struct pvc *p, const struct sockaddr *where, socklen_t len)
{
	const struct svc_pvc *a = (const void *)where;
	bool any;

	if (len < sizeof(*a) || a->family != FAMILY_PVC)
		return fail(EAFNOSUPPORT);
	if (*p->path)
		return fail(EISCONN);
	if (a->itf > 0)
		return fail(ENODEV);
	any = a->vci == PVC_ANY;
	p->vpi = a->vpi == PVC_ANY ? 0 : a->vpi;
	p->vci = any ? choose_vci(p->vpi) : a->vci;
	if (any && p->vci < 0)
		return -1;
	if (p->vpi < 0 || p->vpi > LAST_VPI || p->vci < 0 || p->vci > LAST_VCI)
		return fail(EINVAL);
	/* Who takes any only wants the number; the VC is for the call's user to open. */
	return any ? 0 : open_endpoint(fd, p);
}

int bind(int fd, const struct sockaddr *where, socklen_t len)
{
	struct pvc *p = pvc_of(fd);

	return p ? attach(fd, p, where, len) : REAL(bind)(fd, where, len);
}

int connect(int fd, const struct sockaddr *where, socklen_t len)
{
	struct pvc *p = pvc_of(fd);

	return p ? attach(fd, p, where, len) : REAL(connect)(fd, where, len);
}

int getsockname(int fd, struct sockaddr *where, socklen_t *len)
{
	struct pvc *p = pvc_of(fd);
	struct svc_pvc a = { .family = FAMILY_PVC };

	if (!p)
		return REAL(getsockname)(fd, where, len);
	a.vpi = (int16_t)p->vpi;
	a.vci = p->vci;
	memcpy(where, &a, *len < sizeof(a) ? *len : sizeof(a));
	*len = sizeof(a);
	return 0;
}

static void forget(struct pvc *p)
{
	if (p->used && *p->path && p->pid == getpid())
		unlink(p->path);
	p->used = false;
}

int close(int fd)
{
	struct pvc *p = pvc_of(fd);

	if (p)
		forget(p);
	return REAL(close)(fd);
}

__attribute__((destructor)) static void leave(void)
{
	int fd;

	for (fd = 0; fd < MAX_FD; fd++)
		forget(&pvcs[fd]);
}

/* ---- the interface ---- */

static bool parse_nsap(struct svc_address *a, const char *hex)
{
	int i, used = 0;

	*a = (struct svc_address){ .family = FAMILY_SVC };
	for (i = 0; i < SVC_NSAP_LEN; i++, hex += 2)
		if (sscanf(hex, "%2hhx%n", &a->nsap[i], &used) != 1 || used != 2)
			return false;
	return true;
}

static int get_addresses(struct svc_ioctl *request)
{
	const char *hex = getenv("ATMSHIM_ADDR");
	struct svc_address *to = request->arg;
	size_t room = request->length < 0 ? 0 : (size_t)request->length / sizeof(*to);
	size_t n = 0;

	while (hex && *hex && n < room) {
		if (!parse_nsap(&to[n], hex))
			return fail(EINVAL);
		n++;
		hex += strcspn(hex, ",");
		hex += *hex == ',';
	}
	request->length = (int)(n * sizeof(*to));
	return 0;
}

int ioctl(int fd, unsigned long number, ...)
{
	struct pvc *p = pvc_of(fd);
	struct svc_ioctl *request;
	va_list ap;
	void *arg;

	va_start(ap, number);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!p)
		return REAL(ioctl)(fd, number, arg);
	request = arg;
	switch (number) {
	case GET_ADDRESS:
		return get_addresses(request);
	case GET_LINK_RATE:
		*(int *)request->arg = LINK_RATE;
		return 0;
	case STAMP_OLD:
	case STAMP_NEW:
		return gettimeofday(arg, NULL);
	default:
		return REAL(ioctl)(fd, number, arg);
	}
}
