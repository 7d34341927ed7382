// SPDX-License-Identifier: GPL-2.0-only
/*
 * Close data by the elements that carry it, media that carry none or little, and what bind can set.
 *
 * usage: vc-data INTERFACE INTERFACE
 */
#define _GNU_SOURCE

#include "vc.h"

#define SELECTOR 7

static struct vclink a, b;
static char *interfaces[2];

static void bound(const char *first, const char *second)
{
	if (!vc_links(&a, &b, interfaces, first, second, SELECTOR))
		DIE("no links");
}

static bool unbound(void)
{
	bool good = vc_unlink(&a);

	return vc_unlink(&b) && good;
}

/* Octets of close data in the step that has told the network, of the report of that number. */
static uint32_t octets_sent(uint64_t number)
{
	struct cleardown_report arg = { .size = sizeof(arg), .after = number - 1 };
	uint32_t i, octets = ~0U;
	int ctl = cd_ctl();

	if (!cd_ioctl(ctl, CLEARDOWN_IOC_CTL_REPORT, &arg))
		for (i = 0; i < arg.out_nsteps; i++)
			if (arg.out_steps[i].what == CLEARDOWN_STEP_NET_RELEASE)
				octets = arg.out_steps[i].detail;
	close(ctl);
	return octets;
}

/* A close with data is refused, and the call is as before: frames move, the far end hears nothing. */
static bool is_refused(struct vc *from, struct vc *to, uint32_t len)
{
	static const char data[CLEARDOWN_CLOSE_DATA_MAX];
	struct cleardown_close arg;
	union cd_record rec;
	char byte = 'q';
	bool good = true;

	EXPECT_EQ(good, vc_close(from, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, data, len, &arg), -EINVAL);
	EXPECT_EQ(good, arg.out_status, CLEARDOWN_NDIS_STATUS_INVALID_DATA);
	EXPECT_EQ(good, arg.out_released, 0);
	EXPECT_EQ(good, vc_status(from).out_state, CLEARDOWN_VC_ACTIVE);
	EXPECT_EQ(good, vc_status(from).out_call_state, 10);
	EXPECT_EQ(good, write(from->fd, &byte, 1), 1);
	EXPECT(good, read(to->fd, &byte, 1) == 1 && byte == 'q');
	EXPECT_EQ(good, write(to->fd, &byte, 1), 1);
	EXPECT_EQ(good, read(from->fd, &byte, 1), 1);
	EXPECT(good, cd_one(b.events, &rec, 200) != 0);
	return good;
}

/* Closes with @len octets, which the far end gets. */
static bool is_carried(struct vc *from, struct vc *to, uint32_t len, uint32_t cause)
{
	static char data[CLEARDOWN_CLOSE_DATA_MAX];
	struct cleardown_close arg;
	union cd_record rec;
	bool good = true;
	uint32_t i;

	for (i = 0; i < len; i++)
		data[i] = i * 3 + len;
	EXPECT_EQ(good, vc_close(from, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, data, len, &arg), 0);
	EXPECT_EQ(good, octets_sent(arg.out_report.number), len);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_INCOMING_CLOSE, &rec, 5000));
	EXPECT_EQ(good, rec.ev.p1, cause);
	EXPECT_EQ(good, rec.ev.data_len, len);
	EXPECT(good, !memcmp(rec.ev.data, data, len));
	EXPECT_EQ(good, vc_close(to, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL, 0, &arg), 0);
	EXPECT(good, vc_next(&b, CLEARDOWN_EV_VC_DELETED, &rec, 5000));
	close(from->fd);
	close(to->fd);
	return good;
}

static void none(void)
{
	struct vc from, to;
	bool good = true;

	bound("close_data=none", "");
	EXPECT_EQ(good, vc_link(a.af).out_close_data, 0);
	EXPECT_EQ(good, vc_link(b.af).out_close_data, 0);
	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	EXPECT(good, is_refused(&from, &to, 1));
	EXPECT(good, is_carried(&from, &to, 0, 16));
	EXPECT(good, unbound());
	tap(good,
	    "V-24 V-28 V-34 a medium without close data: INVALID_DATA, and the call is still up");
}

static void little(void)
{
	struct vc from, to;
	bool good = true;

	bound("close_data=5", "close_data=64");
	EXPECT_EQ(good, vc_link(a.af).out_close_data, 5);
	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	EXPECT(good, is_refused(&from, &to, 6));
	EXPECT(good, is_carried(&from, &to, 5, 21));
	EXPECT(good, unbound());
	tap(good, "one that carries little takes no more");
}

static void by(const char *how, const char *args, uint32_t octets, uint32_t cause, uint32_t uni)
{
	struct vc from, to;
	bool good = true;

	bound(args, args);
	EXPECT_EQ(good, vc_link(a.af).out_close_data, octets);
	EXPECT_EQ(good, vc_link(a.af).out_uni, uni);
	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	if (octets < CLEARDOWN_CLOSE_DATA_MAX)
		EXPECT(good, is_refused(&from, &to, octets + 1));
	EXPECT(good, is_carried(&from, &to, octets, cause));
	EXPECT(good, unbound());
	tap(good, "V-33 %s carries %u octets of close data", how, octets);
}

/* The far end is cut off: the second RELEASE has no UUI, so that nothing of the data is sure. */
static void omitted(void)
{
	static const char data[100];
	struct cleardown_close arg;
	struct vc from, to;
	char command[64];
	bool good = true;

	bound("close_data=uui t308=200", "close_data=uui");
	EXPECT(good, vc_connect(&a, &from, &b, &to, SELECTOR));
	snprintf(command, sizeof(command), "ip link set %s down", interfaces[1]);
	EXPECT_EQ(good, system(command), 0);
	EXPECT_EQ(good, vc_close(&from, CLEARDOWN_MODE_ORDERLY, 10 * CD_S, data, 100, &arg), 0);
	EXPECT(good, arg.out_report.flags & CLEARDOWN_REPORT_FORCED);
	EXPECT_EQ(good, octets_sent(arg.out_report.number), 0);
	snprintf(command, sizeof(command), "ip link set %s up", interfaces[1]);
	EXPECT_EQ(good, system(command), 0);
	close(from.fd);
	close(to.fd);
	EXPECT_EQ(good, cd_unbind(a.name, CLEARDOWN_UNBIND_FORCE), 0);
	EXPECT_EQ(good, cd_unbind(b.name, CLEARDOWN_UNBIND_FORCE), 0);
	close(a.af);
	close(b.af);
	close(a.events);
	close(b.events);
	tap(good, "the RELEASE of T308 omits UUI, and the report says that no data went with it");
}

static void refused(void)
{
	static const char *const args[] = {
		"uni=3.0",
		"uni=",
		"uni=4",
		"close_data=foo",
		"close_data=cause+",
		"close_data=129",
		"close_data=0",
		"close_data=",
		"t308=0",
		"t308=x",
		"t308=3600001",
		"poll=-1",
		"t303=99999999999",
		"close_data=uui+uuo",
		"noresponse=1000",
		"keepalive=8000",
	};
	char text[CLEARDOWN_TEXT_LEN], name[32];
	bool good = true;
	unsigned int i;

	for (i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		EXPECT_EQ(good,
			  cd_bind_class(CLEARDOWN_CLASS_VC, "eth", if_nametoindex(interfaces[0]),
					args[i], name, text),
			  -EINVAL);
		EXPECT(good, strstr(text, args[i]) && strstr(text, "wanted is"));
	}
	EXPECT(good, cd_bind_unknown(CLEARDOWN_CLASS_VC, "eth", if_nametoindex(interfaces[0]),
				     "t308=1000 t300=1000", "t300=1000"));
	EXPECT(good, cd_bind_unknown(CLEARDOWN_CLASS_VC, "eth", if_nametoindex(interfaces[0]),
				     "listen=2812 uni=3.1", "listen=2812"));
	tap(good, "settings that are none are refused, with a sentence that says what is wanted");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	interfaces[0] = argv[1];
	interfaces[1] = argv[2];
	none();
	little();
	by("cause 21", "", 27, 21, 31);
	by("UUI with UNI 4.0", "uni=4.0 close_data=uui", 128, 16, 40);
	by("UUI with UNI 3.1", "close_data=uui", 128, 16, 31);
	by("GIT",
	   "close_data=git t301=1000 poll=100 keepalive=500 noresponse=20000 idle=3000 cc=300", 26,
	   16, 31);
	by("all three", "close_data=cause+git+uui uni=4.0", 128, 16, 40);
	omitted();
	refused();
	return tap_done();
}
