// SPDX-License-Identifier: GPL-2.0-only
/*
 * Voice class (V.253) of a phone: what the modem is found to have, its hook switches and levels,
 * keys both ways, patterns of rings, sound as data, and that every end leaves it on-hook in class
 * 0, with whoever was told of a key going down told that it came up.
 *
 * usage: phone-voice TTY NUMBER	NUMBER: the line of the bank's modem, which has --voice
 *
 * Machines of the bank: 200 hears and sends tones, 201 echoes data.
 */
#define _GNU_SOURCE

#include "phone.h"
#include "simphone.h"

static struct phone phone;
static const char *line;
static const char *number;
static uint64_t cookie = 0x100;

/* ---- keys ---- */

#define KEY_UP CLEARDOWN_BUTTONSTATE_UP
#define KEY_DOWN CLEARDOWN_BUTTONSTATE_DOWN

/* The keys of @who on the tape, as text: "+5-5" is 5 going down and up. */
static void keys_of(struct tape *t, uint64_t who, char *text, size_t max)
{
	static const char names[] = "0123456789*#ABCD";
	unsigned int i;
	size_t n = 0;

	pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->n && n + 3 < max; i++) {
		const struct cleardown_event *ev = &t->rec[i].ev;

		if (ev->type != CLEARDOWN_EV_PHONE_BUTTON || ev->cookie != who || ev->p1 > 15 ||
		    ev->p2 != CLEARDOWN_BUTTONMODE_KEYPAD)
			continue;
		text[n++] = ev->p3 == KEY_DOWN ? '+' : '-';
		text[n++] = names[ev->p1];
	}
	pthread_mutex_unlock(&t->lock);
	text[n] = 0;
}

/* True when the keys of @who are @wanted, within @ms. */
static bool keys_are(struct tape *t, uint64_t who, const char *wanted, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;
	char text[256];

	for (;;) {
		keys_of(t, who, text, sizeof(text));
		if (!strcmp(text, wanted))
			return true;
		if (cd_now() > end || !between_looks())
			break;
	}
	fprintf(stderr, "# keys '%s', not '%s'\n", text, wanted);
	return false;
}

/* The number of the last record of @type of @who, 0 = none. */
static uint64_t last_seq(struct tape *t, uint64_t who, uint32_t type)
{
	struct wanted w = { type, who, 0, 0, 0 };
	uint64_t seq = 0;
	unsigned int i;

	pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->n; i++)
		if (record_is(&t->rec[i].ev, &w))
			seq = t->rec[i].ev.seq;
	pthread_mutex_unlock(&t->lock);
	return seq;
}

/* ---- shared ---- */

static int hook(uint32_t devices, uint32_t mode, union cd_record *rec)
{
	struct cleardown_op_hookswitch in = { .devices = devices, .mode = mode };

	return phone_do(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), 5000, rec);
}

static int hook_refused(uint32_t devices, uint32_t mode, uint32_t *status)
{
	struct cleardown_op_hookswitch in = { .devices = devices, .mode = mode };

	return cd_submit(phone.fd, CLEARDOWN_OP_SET_HOOKSWITCH, phone.next_id++, &in, sizeof(in),
			 status);
}

static int level(uint32_t op, uint32_t device, uint32_t value)
{
	struct cleardown_op_level in = { .device = device, .level = value };

	return phone_do(&phone, op, &in, sizeof(in), 5000, NULL);
}

static uint32_t state_count(uint32_t state, uint32_t p2)
{
	unsigned int i, n = 0;

	tape_catch_up(&phone.tape);
	pthread_mutex_lock(&phone.tape.lock);
	for (i = 0; i < phone.tape.n; i++) {
		const struct cleardown_event *ev = &phone.tape.rec[i].ev;

		n += ev->type == CLEARDOWN_EV_PHONE_STATE && ev->cookie == phone.cookie &&
		     ev->p1 == state && ev->p2 == p2;
	}
	pthread_mutex_unlock(&phone.tape.lock);
	return n;
}

static bool wait_state(uint32_t state, uint32_t p2, int ms)
{
	uint64_t end = cd_now() + ms * CD_MS;

	while (!state_count(state, p2))
		if (cd_now() > end || !between_looks())
			return false;
	return true;
}

/* The modem says in which class it is. */
static bool class_is(const char *wanted)
{
	union cd_record rec = { 0 };

	return !phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "+FCLASS?", 5000, &rec) &&
	       rec.ev.data_len == strlen(wanted) && !memcmp(rec.ev.data, wanted, rec.ev.data_len);
}

/* On hook and in class 0, as the bank and the next session see it. */
static bool clean_afterwards(void)
{
	bool good = true;

	EXPECT(good, bank_waits(number, "onhook", 1000));
	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT(good, class_is("0"));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	return good;
}

static bool voice_call(void)
{
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DIAL, "200;", 20000, NULL), 0);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_COMMAND);
	EXPECT(good, bank_waits("200", "up", 5000));
	return good;
}

/* A voice call in which the far end holds a key down for longer than any of this takes. */
static bool key_held(void)
{
	bool good = voice_call();

	EXPECT(good, bank("tones 200 5 50000"));
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+5", 5000));
	return good;
}

/* ---- what the modem has ---- */

static void capabilities(void)
{
	struct cleardown_phone_id id = { .size = sizeof(id), .device_class = "comm" };
	struct cleardown_phone_caps caps = { .size = sizeof(caps) };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_PHONE_ID, &id), 0);
	EXPECT(good, !strcmp(id.out_id, strrchr(line, '/') + 1));
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_PHONE_CAPS, &caps), 0);
	EXPECT_EQ(good, caps.out_hook_devices,
		  CLEARDOWN_HOOKDEV_HANDSET | CLEARDOWN_HOOKDEV_SPEAKER);
	EXPECT_EQ(good, caps.out_volume_devices,
		  CLEARDOWN_HOOKDEV_HANDSET | CLEARDOWN_HOOKDEV_SPEAKER);
	EXPECT_EQ(good, caps.out_gain_devices, CLEARDOWN_HOOKDEV_SPEAKER);
	EXPECT_EQ(good, caps.out_buttons, CLEARDOWN_BUTTONS);
	EXPECT_EQ(good, caps.out_ring_modes, 3);
	EXPECT_EQ(good, caps.out_lamps, 0);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	tap(good, "GetID names the line; transducers, levels and patterns are found by asking");
}

static void hook_switches(void)
{
	struct cleardown_phone_status st = { 0 };
	uint32_t status = 0;
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	bank("capture %s on", number);
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_SPEAKER, CLEARDOWN_HOOKMODE_MICSPEAKER, NULL), 0);
	EXPECT(good, modem_got(number, "AT+FCLASS=8;+VLS=7\\r"));
	EXPECT(good, bank_waits(number, "offhook", 1000));
	cd_phone_status(phone.fd, &st);
	EXPECT_EQ(good, st.out_offhook, CLEARDOWN_HOOKDEV_SPEAKER);
	EXPECT_EQ(good,
		  state_count(CLEARDOWN_PHONESTATE_SPEAKERHOOKSWITCH,
			      CLEARDOWN_HOOKMODE_MICSPEAKER),
		  1);
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_SPEAKER, CLEARDOWN_HOOKMODE_SPEAKER, NULL), 0);
	EXPECT(good, modem_got(number, "AT+VLS=5\\r"));
	EXPECT_EQ(good,
		  state_count(CLEARDOWN_PHONESTATE_SPEAKERHOOKSWITCH, CLEARDOWN_HOOKMODE_SPEAKER),
		  1);
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_HANDSET, CLEARDOWN_HOOKMODE_MICSPEAKER, NULL), 0);
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_SPEAKER, CLEARDOWN_HOOKMODE_ONHOOK, NULL), 0);
	EXPECT(good, modem_got(number, "AT+VLS=1\\r"));
	cd_phone_status(phone.fd, &st);
	EXPECT_EQ(good, st.out_offhook, CLEARDOWN_HOOKDEV_HANDSET);
	EXPECT(good, bank_waits(number, "offhook", 1000));
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_HANDSET, CLEARDOWN_HOOKMODE_ONHOOK, NULL), 0);
	EXPECT(good, modem_got(number, "AT+VLS=0;H+FCLASS=0\\r"));
	EXPECT(good, bank_waits(number, "onhook", 1000));
	EXPECT(good, class_is("0"));
	tap(good, "P-7 speaker and handset go off-hook and on-hook each for itself, and are told");
	good = true;
	EXPECT_EQ(good, hook_refused(CLEARDOWN_HOOKDEV_SPEAKER, CLEARDOWN_HOOKMODE_MIC, &status),
		  -EINVAL);
	EXPECT_EQ(good, status, CLEARDOWN_PHONEERR_INVALHOOKSWITCHMODE);
	EXPECT_EQ(good,
		  hook_refused(CLEARDOWN_HOOKDEV_HEADSET, CLEARDOWN_HOOKMODE_SPEAKER, &status),
		  -EINVAL);
	EXPECT_EQ(good, status, CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV);
	tap(good, "TP-5 a mode that the speaker lacks and a device that is not there are refused");
	bank("capture %s off", number);
	phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL);
}

static void levels(void)
{
	struct cleardown_phone_status st = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	bank("capture %s on", number);
	EXPECT_EQ(good, level(CLEARDOWN_OP_SET_VOLUME, CLEARDOWN_HOOKDEV_HANDSET, 0x8000), 0);
	EXPECT(good, modem_got(number, "AT+VGT=128\\r"));
	EXPECT_EQ(good, level(CLEARDOWN_OP_SET_VOLUME, CLEARDOWN_HOOKDEV_SPEAKER, 0x6000), 0);
	EXPECT(good, modem_got(number, "ATL1\\r"));
	EXPECT_EQ(good, level(CLEARDOWN_OP_SET_GAIN, CLEARDOWN_HOOKDEV_SPEAKER, ~0U), 0);
	EXPECT(good, modem_got(number, "AT+VGR=255\\r"));
	cd_phone_status(phone.fd, &st);
	EXPECT_EQ(good, st.out_handset_volume, 128 * 0xffff / 255);
	EXPECT_EQ(good, st.out_volume, 0xffff / 3);
	EXPECT_EQ(good, st.out_gain, 0xffff);
	EXPECT_EQ(good, state_count(CLEARDOWN_PHONESTATE_HANDSETVOLUME, 128 * 0xffff / 255), 1);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	bank("capture %s off", number);
	tap(good, "P-9 levels of handset and speaker are told and read back as the modem has them");
	good = true;
	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	cd_phone_status(phone.fd, &st);
	EXPECT(good, !st.out_handset_volume && !st.out_volume && !st.out_gain && !st.out_offhook);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	tap(good, "TP-9 levels and hook switches of a session are not seen in the next one");
}

/* ---- keys ---- */

static void keys_both_ways(void)
{
	static const char data[] = { 0x10, '5', 0x10, 0x03, ' ', 'd', 'a', 't', 'a' };
	struct cleardown_report r = { 0 };
	bool good = voice_call();
	char back[16];
	ssize_t n;
	int got;

	EXPECT(good, bank("tones 200 159#"));
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+1-1+5-5+9-9+#-#", 8000));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_SEND_DTMF, "12*D", 10000, NULL), 0);
	EXPECT(good, bank_waits("200", "captured:4", 3000));
	EXPECT(good, modem_got("200", "12*D"));
	EXPECT(good, bank("tones 200 00"));
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+1-1+5-5+9-9+#-#+0-0+0-0", 8000));
	tap(good, "TP-8 keys of the far end go down and come up, each once; ours reach him");
	good = true;
	EXPECT_EQ(good, phone_do(&phone, CLEARDOWN_OP_HANGUP, NULL, 0, 10000, NULL), 0);
	EXPECT(good, bank_waits(number, "onhook", 1000));
	EXPECT(good, class_is("0"));
	tap(good, "P-7 HANGUP leaves voice class");
	good = true;
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "+FCLASS=8", 5000, NULL),
		  0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DIAL, "201", 30000, NULL), 0);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_ONLINE);
	EXPECT_EQ(good, write(phone.fd, data, 9), 9);
	for (got = 0; got < 9 && (n = read(phone.fd, back + got, 9 - got)) > 0; got += n)
		;
	EXPECT(good, got == 9 && !memcmp(back, data, 9));
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+1-1+5-5+9-9+#-#+0-0+0-0", 0));
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_ONLINE);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, !step_ran(&r, CLEARDOWN_STEP_VOICE));
	EXPECT(good, bank_waits(number, "onhook", 1000));
	tap(good, "P-7 a call of data leaves it too, and its DLE are data");
}

/* The owner and an observer: both were told DOWN, both are told UP. */
static void closed_in_the_middle(uint32_t mode, uint64_t deadline)
{
	struct cleardown_close arg = { 0 };
	struct cleardown_report r = { 0 };
	int observer = cd_open(phone.name, O_RDONLY);
	static uint64_t seen = 0x7000;
	bool good = true, clear = true;

	EXPECT_EQ(good, cd_bind_events(observer, phone.events, ++seen), 0);
	EXPECT_EQ(good, cd_filter(observer, ALL_STATES, ALL_EVENTS), 0);
	EXPECT(good, key_held());
	EXPECT_EQ(good, cd_close(phone.fd, mode, deadline, &arg), 0);
	EXPECT(good, tape_catch_up(&phone.tape));
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+5-5", 0));
	EXPECT(good, last_seq(&phone.tape, phone.cookie, 0) <= arg.out_seq_at_return);
	EXPECT(good, keys_are(&phone.tape, seen, "+5-5", 0));
	close(phone.fd);
	EXPECT_EQ(good, cd_close(observer, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT(good, keys_are(&phone.tape, seen, "+5-5", 0));
	close(observer);
	tap(good, "TP-8 P-12 CLOSE (mode %u, %u ms), a key down: UP before it returns, once", mode,
	    (unsigned int)(deadline / CD_MS));
	EXPECT(clear, report_of(phone.handle, &r));
	EXPECT_EQ(clear, step_ran(&r, CLEARDOWN_STEP_VOICE), !!deadline);
	EXPECT_EQ(clear, !!(r.out_head.flags & CLEARDOWN_REPORT_ONHOOK), !!deadline);
	EXPECT(clear, clean_afterwards());
	if (!tap(clear, "P-11 P-14 and the modem is on-hook and in class 0"))
		report_show(&r);
}

/* An observer that leaves while the key is down. */
static void observer_leaves(void)
{
	int observer = cd_open(phone.name, O_RDONLY);
	struct cleardown_close arg = { 0 };
	bool good = true;

	EXPECT_EQ(good, cd_bind_events(observer, phone.events, 0x7100), 0);
	EXPECT_EQ(good, cd_filter(observer, 0, ALL_EVENTS), 0);
	EXPECT(good, key_held());
	EXPECT_EQ(good, cd_close(observer, CLEARDOWN_MODE_ORDERLY, CD_S, &arg), 0);
	EXPECT(good, tape_catch_up(&phone.tape));
	EXPECT(good, keys_are(&phone.tape, 0x7100, "+5-5", 0));
	EXPECT(good, last_seq(&phone.tape, 0x7100, 0) <= arg.out_seq_at_return);
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+5", 0));
	close(observer);
	EXPECT_EQ(good, cd_bind_events(phone.fd, phone.events, phone.cookie + 0x8000), 0);
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+5-5", 1000));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	EXPECT(good, keys_are(&phone.tape, phone.cookie + 0x8000, "", 0));
	tap(good, "TP-8 who leaves, or takes another queue, is told UP where he was told DOWN");
}

static void forced_end(void)
{
	uint64_t up, gone;
	bool good = key_held();
	struct cleardown_ctl_close arg = { .size = sizeof(arg),
					   .mode = CLEARDOWN_MODE_ABORT,
					   .deadline_ns = 2 * CD_S };
	int ctl = cd_ctl();

	strcpy(arg.name, phone.name);
	EXPECT_EQ(good, cd_ioctl(ctl, CLEARDOWN_IOC_CTL_CLOSE, &arg), 0);
	close(ctl);
	EXPECT(good, tape_wait(&phone.tape,
			       (struct wanted){ CLEARDOWN_EV_PHONE_CLOSE, phone.cookie, 0, 0, 0 },
			       1, 3000, NULL));
	up = last_seq(&phone.tape, phone.cookie, CLEARDOWN_EV_PHONE_BUTTON);
	gone = last_seq(&phone.tape, phone.cookie, CLEARDOWN_EV_PHONE_CLOSE);
	EXPECT(good, keys_are(&phone.tape, phone.cookie, "+5-5", 0));
	EXPECT(good, up < gone && gone == last_seq(&phone.tape, phone.cookie, 0));
	close(phone.fd);
	EXPECT(good, clean_afterwards());
	tap(good, "TP-8 P-19 a forced end: UP comes before PHONE_CLOSE, which is the last");
}

/* The child's handle reports to the queue of the parent, who lives on. */
static void killed(void)
{
	struct cleardown_report r = { 0 };
	int go[2], status;
	char c;
	bool good = true;
	pid_t pid;

	if (pipe(go))
		abort();
	cookie++;
	pid = fork();
	if (!pid) {
		phone.fd = cd_open(phone.name, O_RDWR);
		if (phone.fd < 0 || cd_bind_events(phone.fd, phone.events, cookie) ||
		    cd_filter(phone.fd, ALL_STATES, ALL_EVENTS) ||
		    cd_submit_text(phone.fd, CLEARDOWN_OP_DIAL, 1, "200;") ||
		    write(go[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	EXPECT(good, read(go[0], &c, 1) == 1);
	EXPECT(good, bank_waits("200", "up", 8000));
	EXPECT(good, bank("tones 200 5 50000"));
	EXPECT(good, keys_are(&phone.tape, cookie, "+5", 5000));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	EXPECT(good, keys_are(&phone.tape, cookie, "+5-5", 1500));
	EXPECT(good, !cd_report(cd_last_report() - 1, &r));
	EXPECT_EQ(good, r.out_head.mode, CLEARDOWN_MODE_EMERGENCY);
	EXPECT(good, step_ran(&r, CLEARDOWN_STEP_VOICE));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(good, clean_afterwards());
	close(go[0]);
	close(go[1]);
	tap(good, "TP-8 P-11c kill -9 with a key down: UP, on-hook, class 0");
}

/* More keys than the queue takes: none is down that does not come up. */
static void queue_is_full(void)
{
	long limit = cd_parameter("event_limit", 8);
	uint64_t end;
	unsigned int down = 0, up = 0;
	union cd_record rec;
	int events = cd_events();
	bool good = true;

	EXPECT(good, voice_call());
	EXPECT_EQ(good, cd_bind_events(phone.fd, events, 0x7200), 0);
	EXPECT_EQ(good, cd_filter(phone.fd, 0, CLEARDOWN_EV_BIT(CLEARDOWN_EV_PHONE_BUTTON)), 0);
	EXPECT(good, bank("send %s \\x10/\\x101\\x10~\\x10/\\x102\\x10~\\x10/\\x103\\x10~\\x10/"
			  "\\x104\\x10~\\x10/\\x105\\x10~\\x10/\\x106\\x10~",
			  number));
	end = cd_now() + 10 * CD_S;
	while (queue_seq(events) < 10 && cd_now() < end && between_looks())
		; /* four keys, and two that are not told */
	while (!cd_one(events, &rec, 200)) {
		down += rec.ev.p3 == KEY_DOWN;
		up += rec.ev.p3 == KEY_UP;
	}
	EXPECT_EQ(good, down, 4);
	EXPECT_EQ(good, up, down);
	cd_parameter("event_limit", limit);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	close(events);
	tap(good, "TP-8 a full queue drops keys whole: %u down, %u up", down, up);
}

/* The hardware goes while a key is down; here the modem is a scripted one. */
static void unplugged(void)
{
	uint64_t up, gone;
	struct simphone sim;
	bool good = true;
	int fd, observer;

	sim_bind(&sim, NULL, "");
	fd = sim_open(&sim, O_RDWR);
	observer = sim_open(&sim, O_RDONLY);
	EXPECT_EQ(good, cd_bind_events(fd, phone.events, 0x7300), 0);
	EXPECT_EQ(good, cd_filter(fd, ALL_STATES, ALL_EVENTS), 0);
	EXPECT_EQ(good, cd_bind_events(observer, phone.events, 0x7301), 0);
	EXPECT_EQ(good, cd_filter(observer, 0, ALL_EVENTS), 0);
	phone.cookie = 0x7300;
	EXPECT_EQ(good, cd_submit_text(fd, CLEARDOWN_OP_DEV_SPECIFIC, 5000, "+FCLASS=8"), 0);
	EXPECT_EQ(good, phone_wait(&phone, 5000, 5000, NULL), 0);
	sim_control(&sim, "say \\x10/\\x10A\\x10A");
	EXPECT(good, keys_are(&phone.tape, 0x7300, "+A", 2000));
	sim_control(&sim, "say \\x10~\\x107");
	EXPECT(good, keys_are(&phone.tape, 0x7300, "+A-A+7-7", 2000));
	sim_control(&sim, "say \\x10/\\x10*");
	EXPECT(good, keys_are(&phone.tape, 0x7300, "+A-A+7-7+*", 2000));
	sim_control(&sim, "vanish");
	EXPECT(good, keys_are(&phone.tape, 0x7300, "+A-A+7-7+*-*", 2000));
	EXPECT(good, keys_are(&phone.tape, 0x7301, "+A-A+7-7+*-*", 2000));
	EXPECT(good,
	       tape_wait(&phone.tape, (struct wanted){ CLEARDOWN_EV_PHONE_CLOSE, 0x7300, 0, 0, 0 },
			 1, 2000, NULL));
	up = last_seq(&phone.tape, 0x7300, CLEARDOWN_EV_PHONE_BUTTON);
	gone = last_seq(&phone.tape, 0x7300, CLEARDOWN_EV_PHONE_CLOSE);
	EXPECT(good, up < gone && gone == last_seq(&phone.tape, 0x7300, 0));
	close(observer);
	close(fd);
	sim_unbind(&sim);
	tap(good, "TP-8 P-11d unplugged with a key down: UP before PHONE_CLOSE, to observers too");
}

/* ---- the handset, rings ---- */

static void handset_beside(void)
{
	struct cleardown_phone_status st = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "+FCLASS=8", 5000, NULL),
		  0);
	EXPECT(good, bank("handset %s on", number));
	EXPECT(good, wait_state(CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH,
				CLEARDOWN_HOOKMODE_MICSPEAKER, 2000));
	cd_phone_status(phone.fd, &st);
	EXPECT_EQ(good, st.out_offhook, CLEARDOWN_HOOKDEV_HANDSET);
	EXPECT(good, bank("handset %s off", number));
	EXPECT(good,
	       wait_state(CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH, CLEARDOWN_HOOKMODE_ONHOOK, 2000));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	EXPECT(good, clean_afterwards());
	tap(good, "the handset beside the modem is seen lifted and laid down");
}

static void patterns(void)
{
	unsigned int bursts;
	bool good = true;

	for (bursts = 1; bursts <= 4; bursts++) {
		struct wanted ring = { CLEARDOWN_EV_RING, ++cookie, 0, 0, 0 };
		unsigned int mode = bursts < 3 ? bursts : 3;

		EXPECT_EQ(good, phone_open(&phone, cookie), 0);
		EXPECT(good, bank("ring %s 5551 every 400 bursts %u", number, bursts));
		EXPECT(good, tape_wait(&phone.tape, ring, 2, 5000, NULL));
		EXPECT(good, wait_state(CLEARDOWN_PHONESTATE_RINGMODE, mode, 2000));
		EXPECT(good, bank("ring %s stop", number));
		EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	}
	tap(good, "a ring of one, two, or more bursts is ring mode 1, 2 and 3");
}

/* ---- sound ---- */

/* Reads sound until the keys are @wanted, whose codes come behind the sound that is there before. */
static size_t hear(const char *wanted)
{
	uint64_t end = cd_now() + 20 * CD_S;
	char text[256] = "";
	uint8_t sound[512];
	size_t got = 0;
	ssize_t n = 1;

	while (n > 0 && (got < 4000 || strcmp(text, wanted)) && cd_now() < end) {
		n = read(phone.fd, sound, sizeof(sound));
		got += n > 0 ? n : 0;
		keys_of(&phone.tape, phone.cookie, text, sizeof(text));
	}
	return got;
}

static void stream(const char *command, bool writes)
{
	struct cleardown_report r = { 0 };
	uint8_t sound[512];
	bool good = voice_call();

	memset(sound, 0x7f, sizeof(sound));
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, command, 5000, NULL), 0);
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_ONLINE);
	if (writes) {
		EXPECT(good, write(phone.fd, sound, sizeof(sound)) == sizeof(sound));
	} else {
		EXPECT(good, bank("tones 200 8"));
		EXPECT(good, hear("+8-8") >= 4000);
		EXPECT(good, keys_are(&phone.tape, phone.cookie, "+8-8", 0));
	}
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, step_ran(&r, CLEARDOWN_STEP_VOICE));
	EXPECT(good, r.out_head.flags & CLEARDOWN_REPORT_ONHOOK);
	EXPECT(good, clean_afterwards());
	if (!tap(good,
		 "P-11 P-14 CLOSE within AT%s ends the sound, hangs up and leaves voice class",
		 command))
		report_show(&r);
}

/* The owner ends the sound himself; the call goes on. */
static void stream_ends(void)
{
	bool good = voice_call();

	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "+VRX", 5000, NULL), 0);
	EXPECT_EQ(good, write(phone.fd, "\x10\x1b", 2), 2);
	while (phone_call_state(&phone) == CLEARDOWN_CALL_ONLINE && between_looks())
		;
	EXPECT_EQ(good, phone_call_state(&phone), CLEARDOWN_CALL_COMMAND);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_SEND_DTMF, "7", 10000, NULL), 0);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	EXPECT(good, clean_afterwards());
	tap(good, "P-7 sound that its owner ends leaves the call up, in command state");
}

/* A modem that hears nothing at the close is led out of voice class by the next session. */
static void deaf_at_the_end(void)
{
	struct cleardown_report r = { 0 };
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_SPEAKER, CLEARDOWN_HOOKMODE_MICSPEAKER, NULL), 0);
	bank("deaf %s on", number);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 2 * CD_S, NULL), 0);
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, bank_waits(number, "onhook", 1000));
	bank("deaf %s off", number);
	EXPECT(good, clean_afterwards());
	if (!tap(good, "P-11 a modem that is deaf to it is on-hook by DTR, and class 0 comes next"))
		report_show(&r);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	line = argv[1];
	number = argv[2];
	if (!tap(phone_bind(&phone, argv[1]), "bind %s", argv[1]))
		return tap_done();
	capabilities();
	hook_switches();
	levels();
	keys_both_ways();
	closed_in_the_middle(CLEARDOWN_MODE_ORDERLY, 5 * CD_S);
	closed_in_the_middle(CLEARDOWN_MODE_ABORT, CD_S);
	closed_in_the_middle(CLEARDOWN_MODE_ABORT, 0);
	observer_leaves();
	forced_end();
	killed();
	queue_is_full();
	unplugged();
	handset_beside();
	patterns();
	stream("+VRX", false);
	stream("+VTX", true);
	stream("+VTR", true);
	stream_ends();
	deaf_at_the_end();
	tap(phone_unbind(&phone), "unbind");
	return tap_done();
}
