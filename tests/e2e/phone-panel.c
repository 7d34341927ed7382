// SPDX-License-Identifier: GPL-2.0-only
/*
 * A telephone on the scripted link: all that TSPI can set there, as the telephone itself has it
 * afterwards, what observers learn of it, and that every end leaves it silent, dark and blank.
 *
 * usage: phone-panel
 */
#define _GNU_SOURCE

#include "phone.h"
#include "simphone.h"

static struct phone phone;
static struct simphone set;
static uint64_t cookie = 0x200;

/* ---- shared ---- */

static int panel_of(int fd, struct cleardown_phone_panel *panel)
{
	memset(panel, 0, sizeof(*panel));
	panel->size = sizeof(*panel);
	return cd_ioctl(fd, CLEARDOWN_IOC_PHONE_PANEL, panel);
}

static int ring(uint32_t mode, uint32_t volume)
{
	struct cleardown_op_ring in = { .mode = mode, .volume = volume };

	return phone_do(&phone, CLEARDOWN_OP_SET_RING, &in, sizeof(in), 5000, NULL);
}

static int lamp(uint32_t number, uint32_t mode)
{
	struct cleardown_op_lamp in = { .lamp = number, .mode = mode };

	return phone_do(&phone, CLEARDOWN_OP_SET_LAMP, &in, sizeof(in), 5000, NULL);
}

static int display(uint32_t row, uint32_t column, const char *text)
{
	struct cleardown_op_display in = { .row = row, .column = column };

	memcpy(in.text, text, strnlen(text, sizeof(in.text)));
	return phone_do(&phone, CLEARDOWN_OP_SET_DISPLAY, &in, sizeof(in), 5000, NULL);
}

static int level(uint32_t op, uint32_t device, uint32_t value)
{
	struct cleardown_op_level in = { .device = device, .level = value };

	return phone_do(&phone, op, &in, sizeof(in), 5000, NULL);
}

/* The errno and the word with which a request is refused; it has no completion then. */
static bool refused(uint32_t op, const void *in, uint32_t len, int error, uint32_t word)
{
	uint64_t id = phone.next_id++;
	uint32_t status = 0;
	int ret = cd_submit(phone.fd, op, id, in, len, &status);

	tape_catch_up(&phone.tape);
	return ret == error && status == word &&
	       !tape_count(&phone.tape,
			   (struct wanted){ CLEARDOWN_EV_COMPLETION, phone.cookie, id, 0, 0 });
}

/* True when the telephone's display has these two rows. */
static bool displays(const char *row0, const char *row1)
{
	char wanted[64], text[2048] = "";
	int fd = sim_control_fd(&set, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	snprintf(wanted, sizeof(wanted), "row0 \"%s\"\nrow1 \"%s\"\n", row0, row1);
	return n > 0 && strstr(text, wanted);
}

static bool at_rest(void)
{
	return !sim_value(&set, "bell") && !sim_value(&set, "lamp0") && !sim_value(&set, "lamp1") &&
	       displays("", "");
}

/* How often @who was told of a change of @state to @p2. */
static unsigned int told(uint64_t who, uint32_t state, uint32_t p2)
{
	unsigned int i, n = 0;

	tape_catch_up(&phone.tape);
	pthread_mutex_lock(&phone.tape.lock);
	for (i = 0; i < phone.tape.n; i++) {
		const struct cleardown_event *ev = &phone.tape.rec[i].ev;

		n += ev->type == CLEARDOWN_EV_PHONE_STATE && ev->cookie == who && ev->p1 == state &&
		     ev->p2 == p2;
	}
	pthread_mutex_unlock(&phone.tape.lock);
	return n;
}

/* An open phone that rings, with a lamp lit and a word on its display. */
static bool all_on(void)
{
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, ring(2, 0xffff), 0);
	EXPECT_EQ(good, lamp(0, CLEARDOWN_LAMPMODE_FLASH), 0);
	EXPECT_EQ(good, display(0, 0, "busy"), 0);
	EXPECT_EQ(good, sim_value(&set, "bell"), 2);
	return good;
}

/* ---- cases ---- */

static void capabilities(void)
{
	struct cleardown_phone_caps caps = { .size = sizeof(caps) };
	struct cleardown_list entry;
	struct cleardown_phone_panel p;
	char backend[32];
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	snprintf(backend, sizeof(backend), "sim:%d", set.index);
	EXPECT_EQ(good, cd_list(phone.name, &entry), 0);
	EXPECT(good, !strcmp(entry.out_backend, backend));
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_PHONE_CAPS, &caps), 0);
	EXPECT_EQ(good, panel_of(phone.fd, &p), 0);
	EXPECT_EQ(good, caps.out_hook_devices, 3);
	EXPECT_EQ(good, caps.out_volume_devices, 3);
	EXPECT_EQ(good, caps.out_gain_devices, CLEARDOWN_HOOKDEV_SPEAKER);
	EXPECT_EQ(good, caps.out_buttons, CLEARDOWN_BUTTONS);
	EXPECT_EQ(good, caps.out_lamps, 2);
	EXPECT_EQ(good, caps.out_display_rows, 2);
	EXPECT_EQ(good, caps.out_opcodes & 0x1fe, 0x0fe);
	EXPECT_EQ(good, p.out_ring_modes, 3);
	EXPECT_EQ(good, p.out_lamps, 2);
	EXPECT_EQ(good, p.out_lamp_modes[0], 0x7e);
	EXPECT_EQ(good, p.out_lamp_modes[1], 0x06);
	EXPECT_EQ(good, p.out_display_columns, 16);
	EXPECT_EQ(good, p.out_lamp[0], CLEARDOWN_LAMPMODE_OFF);
	tap(good, "P-7 GetID names its link; the capabilities are what the telephone says it has");
}

static void bell(void)
{
	struct cleardown_op_ring in = { .mode = 4 };
	struct cleardown_phone_panel p;
	bool good = true;

	EXPECT_EQ(good, ring(3, 0x8000), 0);
	EXPECT_EQ(good, sim_value(&set, "bell"), 3);
	EXPECT_EQ(good, sim_value(&set, "bell_volume"), 4);
	EXPECT_EQ(good, panel_of(phone.fd, &p), 0);
	EXPECT_EQ(good, p.out_ring_mode, 3);
	EXPECT_EQ(good, p.out_ring_volume, 0x9248);
	EXPECT_EQ(good, told(phone.cookie, CLEARDOWN_PHONESTATE_RINGMODE, 3), 1);
	EXPECT_EQ(good, told(phone.cookie, CLEARDOWN_PHONESTATE_RINGVOLUME, 0x9248), 1);
	EXPECT_EQ(good, ring(1, 0xfffff), 0);
	EXPECT_EQ(good, sim_value(&set, "bell_volume"), 7);
	EXPECT_EQ(good, ring(0, 0), 0);
	EXPECT_EQ(good, sim_value(&set, "bell"), 0);
	EXPECT(good, refused(CLEARDOWN_OP_SET_RING, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALRINGMODE));
	tap(good, "P-7 SET_RING: pattern, volume by the bell's steps, clamped, read back, silence");
}

static void lamps(void)
{
	struct cleardown_op_lamp none = { 2, CLEARDOWN_LAMPMODE_OFF };
	struct cleardown_op_lamp two = { 0, 0x0c }, cannot = { 1, CLEARDOWN_LAMPMODE_FLASH };
	struct cleardown_phone_panel p;
	bool good = true;

	EXPECT_EQ(good, lamp(1, CLEARDOWN_LAMPMODE_STEADY), 0);
	EXPECT_EQ(good, lamp(0, CLEARDOWN_LAMPMODE_BROKENFLUTTER), 0);
	EXPECT_EQ(good, sim_value(&set, "lamp0"), 5);
	EXPECT_EQ(good, sim_value(&set, "lamp1"), 1);
	EXPECT_EQ(good, panel_of(phone.fd, &p), 0);
	EXPECT_EQ(good, p.out_lamp[0], CLEARDOWN_LAMPMODE_BROKENFLUTTER);
	EXPECT_EQ(good, p.out_lamp[1], CLEARDOWN_LAMPMODE_STEADY);
	EXPECT_EQ(good, told(phone.cookie, CLEARDOWN_PHONESTATE_LAMP, 1), 1);
	EXPECT(good, refused(CLEARDOWN_OP_SET_LAMP, &none, sizeof(none), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALBUTTONLAMPID));
	EXPECT(good, refused(CLEARDOWN_OP_SET_LAMP, &two, sizeof(two), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALLAMPMODE));
	EXPECT(good, refused(CLEARDOWN_OP_SET_LAMP, &cannot, sizeof(cannot), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALLAMPMODE));
	EXPECT(good,
	       refused(CLEARDOWN_OP_SET_LAMP, &two, 4, -EINVAL, CLEARDOWN_PHONEERR_INVALPARAM));
	tap(good, "P-7 SET_LAMP: each lamp for itself, in the modes that it can, read back");
}

static void displayed(void)
{
	struct cleardown_op_display in = { .row = 2, .text = "x" };
	struct cleardown_phone_panel p;
	bool good = true;

	EXPECT_EQ(good, display(0, 0, "calling 200"), 0);
	EXPECT_EQ(good, display(1, 12, "truncated"), 0);
	EXPECT_EQ(good, display(0, 8, "31"), 0);
	EXPECT(good, displays("calling 310     ", "            trun"));
	EXPECT_EQ(good, panel_of(phone.fd, &p), 0);
	EXPECT(good, !memcmp(p.out_display, "calling 310                 trun", 32));
	EXPECT_EQ(good, told(phone.cookie, CLEARDOWN_PHONESTATE_DISPLAY, 0), 3);
	EXPECT(good, refused(CLEARDOWN_OP_SET_DISPLAY, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALPARAM));
	in = (struct cleardown_op_display){ .column = 16, .text = "x" };
	EXPECT(good, refused(CLEARDOWN_OP_SET_DISPLAY, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALPARAM));
	in = (struct cleardown_op_display){ .text = "a\"\r" };
	EXPECT(good, refused(CLEARDOWN_OP_SET_DISPLAY, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALPARAM));
	tap(good, "P-7 SET_DISPLAY: a part is overwritten, what is too long cut off, read back");
}

static void levels(void)
{
	struct cleardown_op_level both = { .device = 3, .level = 1 };
	struct cleardown_phone_status st;
	bool good = true;

	EXPECT_EQ(good, level(CLEARDOWN_OP_SET_VOLUME, CLEARDOWN_HOOKDEV_SPEAKER, 0x5000), 0);
	EXPECT_EQ(good, level(CLEARDOWN_OP_SET_VOLUME, CLEARDOWN_HOOKDEV_HANDSET, 0x5000), 0);
	EXPECT_EQ(good, level(CLEARDOWN_OP_SET_GAIN, CLEARDOWN_HOOKDEV_SPEAKER, 0x12345), 0);
	EXPECT_EQ(good, cd_phone_status(phone.fd, &st), 0);
	EXPECT_EQ(good, st.out_volume, 0x5555);
	EXPECT_EQ(good, st.out_handset_volume, 0x5555);
	EXPECT_EQ(good, st.out_gain, 0xffff);
	EXPECT_EQ(good, told(phone.cookie, CLEARDOWN_PHONESTATE_SPEAKERGAIN, 0xffff), 1);
	EXPECT(good, refused(CLEARDOWN_OP_SET_VOLUME, &both, sizeof(both), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV));
	tap(good, "P-7 SET_VOLUME and SET_GAIN: of one device, by its steps, clamped, read back");
}

static void hook_switches(void)
{
	struct cleardown_op_hookswitch in = { 3, CLEARDOWN_HOOKMODE_MICSPEAKER };
	struct cleardown_phone_status st;
	bool good = true;

	EXPECT_EQ(good, phone_do(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), 5000, NULL),
		  0);
	EXPECT_EQ(good, cd_phone_status(phone.fd, &st), 0);
	EXPECT_EQ(good, st.out_offhook, 3);
	in.mode = CLEARDOWN_HOOKMODE_ONHOOK;
	EXPECT_EQ(good, phone_do(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), 5000, NULL),
		  0);
	EXPECT_EQ(good, cd_phone_status(phone.fd, &st), 0);
	EXPECT_EQ(good, st.out_offhook, 0);
	EXPECT_EQ(good,
		  told(phone.cookie, CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH,
		       CLEARDOWN_HOOKMODE_MICSPEAKER),
		  1);
	EXPECT_EQ(good,
		  told(phone.cookie, CLEARDOWN_PHONESTATE_SPEAKERHOOKSWITCH,
		       CLEARDOWN_HOOKMODE_ONHOOK),
		  1);
	in.mode = 0xc;
	EXPECT(good, refused(CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALHOOKSWITCHMODE));
	tap(good, "P-7 SET_HOOKSWITCH: handset and speaker off the hook and on it again");
}

/* Monitors of TSPI: they learn what they ask for, and may ask, but not set. */
static void observers(void)
{
	struct cleardown_op_ring in = { .mode = 1 };
	struct cleardown_phone_panel p;
	int all = cd_open(phone.name, O_RDONLY), some = cd_open(phone.name, O_RDONLY);
	uint32_t status = 0;
	bool good = true;

	EXPECT_EQ(good, cd_bind_events(all, phone.events, 0x901), 0);
	EXPECT_EQ(good, cd_bind_events(some, phone.events, 0x902), 0);
	EXPECT_EQ(good, cd_filter(all, ALL_STATES, CLEARDOWN_EV_BIT(CLEARDOWN_EV_PHONE_STATE)), 0);
	EXPECT_EQ(good,
		  cd_filter(some, CLEARDOWN_PHONESTATE_LAMP,
			    CLEARDOWN_EV_BIT(CLEARDOWN_EV_PHONE_STATE)),
		  0);
	EXPECT_EQ(good, ring(2, 0), 0);
	EXPECT_EQ(good, lamp(1, CLEARDOWN_LAMPMODE_OFF), 0);
	EXPECT_EQ(good, told(0x901, CLEARDOWN_PHONESTATE_RINGMODE, 2), 1);
	EXPECT_EQ(good, told(0x901, CLEARDOWN_PHONESTATE_LAMP, 1), 1);
	EXPECT_EQ(good, told(0x902, CLEARDOWN_PHONESTATE_RINGMODE, 2), 0);
	EXPECT_EQ(good, told(0x902, CLEARDOWN_PHONESTATE_LAMP, 1), 1);
	EXPECT_EQ(good, panel_of(some, &p), 0);
	EXPECT_EQ(good, p.out_ring_mode, 2);
	EXPECT(good, cd_submit(some, CLEARDOWN_OP_SET_RING, 1, &in, sizeof(in), &status) < 0);
	EXPECT_EQ(good, status, CLEARDOWN_PHONEERR_NOTOWNER);
	close(all);
	close(some);
	tap(good, "P-12 PR-10 observers are told what they asked for, may look, and may not ring");
}

/* Requests of each kind wait behind one that is not answered; CLOSE completes each of them. */
static void closed_with_all(void)
{
	static const char text[] = "+X";
	struct cleardown_op_hookswitch hook = { 1, CLEARDOWN_HOOKMODE_MICSPEAKER };
	struct cleardown_op_level volume = { CLEARDOWN_HOOKDEV_SPEAKER, 1 };
	struct cleardown_op_ring bell_in = { 1, 1 };
	struct cleardown_op_lamp lamp_in = { 0, CLEARDOWN_LAMPMODE_STEADY };
	struct cleardown_op_display text_in = { .text = "never" };
	const struct {
		uint32_t op;
		const void *in;
		uint32_t len;
	} ops[] = {
		{ CLEARDOWN_OP_DEV_SPECIFIC, text, 2 },
		{ CLEARDOWN_OP_SET_HOOKSWITCH, &hook, sizeof(hook) },
		{ CLEARDOWN_OP_SET_VOLUME, &volume, sizeof(volume) },
		{ CLEARDOWN_OP_SET_GAIN, &volume, sizeof(volume) },
		{ CLEARDOWN_OP_SET_RING, &bell_in, sizeof(bell_in) },
		{ CLEARDOWN_OP_SET_LAMP, &lamp_in, sizeof(lamp_in) },
		{ CLEARDOWN_OP_SET_DISPLAY, &text_in, sizeof(text_in) },
	};
	struct wanted w = { CLEARDOWN_EV_COMPLETION, 0, 0, 0, 0 };
	struct cleardown_close arg;
	uint64_t id[7];
	bool good = all_on();
	unsigned int i;

	w.cookie = phone.cookie;
	sim_control(&set, "deaf on");
	for (i = 0; i < 7; i++)
		id[i] = phone_submit(&phone, ops[i].op, ops[i].in, ops[i].len);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	tape_catch_up(&phone.tape);
	for (i = 0; i < 7; i++) {
		union cd_record rec = { 0 };

		EXPECT_EQ(good, phone_wait(&phone, id[i], 1000, &rec), -EIO);
		EXPECT_EQ(good, rec.ev.status, CLEARDOWN_PHONEERR_OPERATIONFAILED);
		EXPECT(good, rec.ev.seq <= arg.out_seq_at_return);
		w.req_id = id[i];
		EXPECT_EQ(good, tape_count(&phone.tape, w), 1);
	}
	EXPECT_EQ(good, sim_value(&set, "bell"), 2);
	sim_control(&set, "deaf off");
	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT(good, at_rest());
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CD_S, NULL), 0);
	tap(good,
	    "P-2 P-8 P-9 P-11a TP-9 CLOSE completes each kind once; not heard, it is made good");
}

static void closed(uint32_t mode, uint64_t deadline_ns, const char *how)
{
	struct cleardown_report r = { 0 };
	struct cleardown_phone_panel p;
	bool good = all_on();

	EXPECT_EQ(good, phone_close(&phone, mode, deadline_ns, NULL), 0);
	EXPECT(good, at_rest());
	EXPECT(good, report_of(phone.handle, &r));
	EXPECT(good, step_ran(&r, CLEARDOWN_STEP_VOICE));
	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, panel_of(phone.fd, &p), 0);
	EXPECT_EQ(good, p.out_ring_mode, 0);
	EXPECT_EQ(good, p.out_lamp[0], CLEARDOWN_LAMPMODE_OFF);
	EXPECT_EQ(good, p.out_display[0], ' ');
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CD_S, NULL), 0);
	if (!tap(good, "P-14 TP-9 %s leaves bell, lamps and display at rest", how))
		report_show(&r);
}

static void killed(void)
{
	bool good = true;
	int status, pipes[2];
	char byte = 0;
	pid_t pid;

	EXPECT_EQ(good, pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		struct cleardown_op_ring in = { 2, 0xffff };
		int fd = cd_open(phone.name, O_RDWR);

		cd_bind_events(fd, phone.events, 0x903);
		cd_submit(fd, CLEARDOWN_OP_SET_RING, 1, &in, sizeof(in), NULL);
		byte = sim_wait(&set, "bell", 2, 5000);
		if (write(pipes[1], &byte, 1) != 1)
			_exit(1);
		pause();
		_exit(1);
	}
	EXPECT_EQ(good, read(pipes[0], &byte, 1), 1);
	EXPECT_EQ(good, byte, 1);
	EXPECT_EQ(good, kill(pid, SIGKILL), 0);
	EXPECT_EQ(good, waitpid(pid, &status, 0), pid);
	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT(good, at_rest());
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CD_S, NULL), 0);
	close(pipes[0]);
	close(pipes[1]);
	tap(good, "P-11c PR-8 who is killed while the bell rings leaves it silent");
}

/* The same questions to a modem, and none to one that was not bound to be asked. */
static void modems(const char *args)
{
	struct cleardown_op_ring in = { .mode = 1 };
	struct cleardown_phone_panel p, zero = { .size = sizeof(zero) };
	struct simphone modem;
	uint32_t op, status;
	bool good = true;
	int fd, events;

	sim_bind(&modem, NULL, args);
	fd = sim_open(&modem, O_RDWR);
	events = sim_queue(fd, 1);
	EXPECT_EQ(good, panel_of(fd, &p), 0);
	EXPECT(good, !memcmp(&p, &zero, sizeof(p)));
	for (op = CLEARDOWN_OP_SET_RING; op <= CLEARDOWN_OP_SET_DATA; op++) {
		status = 0;
		EXPECT_EQ(good, cd_submit(fd, op, op, &in, sizeof(in), &status), -EOPNOTSUPP);
		EXPECT_EQ(good, status, CLEARDOWN_PHONEERR_OPERATIONUNAVAIL);
	}
	close(fd);
	close(events);
	sim_unbind(&modem);
	tap(good, "P-7 bound with '%s' there is nothing to set: OPERATIONUNAVAIL", args);
}

int main(void)
{
	alarm(PROGRAM_LIMIT_S);
	sim_bind(&set, NULL, "set=1 panel=ask");
	memcpy(phone.name, set.name, sizeof(set.name));
	phone.next_id = 1000;
	phone.events = cd_events();
	tape_start(&phone.tape, phone.events);
	capabilities();
	bell();
	lamps();
	displayed();
	levels();
	hook_switches();
	observers();
	tap(!phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CD_S, NULL) && at_rest(), "P-1 it closes");
	closed(CLEARDOWN_MODE_ORDERLY, 2 * CD_S, "ORDERLY");
	closed(CLEARDOWN_MODE_ABORT, CD_S, "ABORT");
	closed_with_all();
	killed();
	modems("panel=ask");
	modems("set=1");
	tape_stop(&phone.tape);
	sim_unbind(&set);
	return tap_done();
}
