// SPDX-License-Identifier: GPL-2.0-only
/*
 * A telephone on the scripted link: all that TSPI can set there, as the telephone itself has it
 * afterwards, what observers learn of it, and that every end leaves it silent, dark and blank, with
 * its memory as it was.
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

static struct cleardown_button dials(uint32_t key, const char *number, const char *text)
{
	struct cleardown_button in = {
		.button = key,
		.mode = CLEARDOWN_BUTTONMODE_KEYPAD,
		.function = CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL,
	};

	memcpy(in.number, number, strnlen(number, sizeof(in.number)));
	memcpy(in.text, text, strnlen(text, sizeof(in.text)));
	return in;
}

static int set_button(struct cleardown_button in)
{
	return phone_do(&phone, CLEARDOWN_OP_SET_BUTTON, &in, sizeof(in), 5000, NULL);
}

static int get_button(uint32_t key, struct cleardown_button *out)
{
	struct cleardown_op_get in = { key, sizeof(*out) };
	union cd_record rec = { 0 };
	int ret = phone_do(&phone, CLEARDOWN_OP_GET_BUTTON, &in, sizeof(in), 5000, &rec);

	memcpy(out, rec.ev.data, sizeof(*out));
	return ret ?: rec.ev.data_len == sizeof(*out) ? 0 : -EMSGSIZE;
}

static struct cleardown_op_data area(uint32_t number, const char *data, uint32_t size)
{
	struct cleardown_op_data in = { .area = number, .size = size };

	memcpy(in.data, data, strnlen(data, sizeof(in.data)));
	return in;
}

static int set_data(uint32_t number, const char *data, uint32_t size)
{
	struct cleardown_op_data in = area(number, data, size);

	return phone_do(&phone, CLEARDOWN_OP_SET_DATA, &in, sizeof(in), 5000, NULL);
}

/* True when GET_DATA, asked for @size bytes, says @wanted. */
static bool contains(uint32_t number, uint32_t size, const char *wanted)
{
	struct cleardown_op_get in = { number, size };
	union cd_record rec = { 0 };

	return !phone_do(&phone, CLEARDOWN_OP_GET_DATA, &in, sizeof(in), 5000, &rec) &&
	       rec.ev.data_len == strlen(wanted) && !memcmp(rec.ev.data, wanted, rec.ev.data_len);
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

/* What the telephone itself has contains @wanted. */
static bool has(const char *wanted)
{
	char text[4096] = "";
	int fd = sim_control_fd(&set, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	return n > 0 && strstr(text, wanted);
}

/* True when the telephone's display has these two rows. */
static bool displays(const char *row0, const char *row1)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "row0 \"%s\"\nrow1 \"%s\"\n", row0, row1);
	return has(wanted);
}

/* True when this is what it keeps in @location; no number and no name: nothing. */
static bool keeps(unsigned int location, const char *number, const char *name)
{
	char wanted[96];

	if (!*number && !*name)
		snprintf(wanted, sizeof(wanted), "\nentry%u ", location);
	else
		snprintf(wanted, sizeof(wanted), "\nentry%u \"%s\" \"%s\"\n", location, number,
			 name);
	return has(wanted) == (*number || *name);
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

/* What GetID says of @device_class. */
static struct cleardown_phone_id id_of(int fd, const char *device_class, int error)
{
	struct cleardown_phone_id id = { .size = sizeof(id) };
	int ret;

	memcpy(id.device_class, device_class, strnlen(device_class, sizeof(id.device_class)));
	ret = cd_ioctl(fd, CLEARDOWN_IOC_PHONE_ID, &id);
	if (ret != error)
		snprintf(id.out_id, sizeof(id.out_id), "errno %d", -ret);
	return id;
}

static void ids(void)
{
	int observer = cd_open(phone.name, O_RDONLY);
	char backend[32], unended[65];
	struct cleardown_phone_id id;
	bool good = true;

	snprintf(backend, sizeof(backend), "sim:%d", set.index);
	id = id_of(phone.fd, "comm", 0);
	EXPECT(good, !strcmp(id.out_id, backend) && !id.out_status);
	id = id_of(observer, "comm/datamodem/portname", 0);
	EXPECT(good, !strcmp(id.out_id, backend));
	id = id_of(observer, "tapi/phone", 0);
	EXPECT(good, !strcmp(id.out_id, phone.name));
	id = id_of(phone.fd, "wave", -EINVAL);
	EXPECT_EQ(good, id.out_status, CLEARDOWN_PHONEERR_INVALDEVICECLASS);
	EXPECT(good, !*id.out_id);
	id = id_of(phone.fd, "", -EINVAL);
	EXPECT_EQ(good, id.out_status, CLEARDOWN_PHONEERR_INVALDEVICECLASS);
	memset(unended, 'x', 64);
	unended[64] = '\0';
	id = id_of(phone.fd, unended, -EINVAL);
	EXPECT_EQ(good, id.out_status, CLEARDOWN_PHONEERR_INVALPARAM);
	close(observer);
	tap(good, "P-7 GetID: the line, the phone, and no device class that it has not");
}

static void capabilities(void)
{
	struct cleardown_phone_caps caps = { .size = sizeof(caps) };
	struct cleardown_phone_panel p;
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, cd_ioctl(phone.fd, CLEARDOWN_IOC_PHONE_CAPS, &caps), 0);
	EXPECT_EQ(good, panel_of(phone.fd, &p), 0);
	EXPECT_EQ(good, caps.out_hook_devices, 7);
	EXPECT_EQ(good, caps.out_volume_devices, 3);
	EXPECT_EQ(good, caps.out_gain_devices, CLEARDOWN_HOOKDEV_SPEAKER);
	EXPECT_EQ(good, caps.out_buttons, CLEARDOWN_BUTTONS);
	EXPECT_EQ(good, caps.out_lamps, 2);
	EXPECT_EQ(good, caps.out_display_rows, 2);
	EXPECT_EQ(good, caps.out_opcodes & 0xffe, 0xffe);
	EXPECT_EQ(good, caps.out_set_buttons, 0x3fe);
	EXPECT_EQ(good, caps.out_data_areas, 3);
	EXPECT_EQ(good, caps.out_number_max, 24);
	EXPECT_EQ(good, caps.out_text_max, 16);
	EXPECT_EQ(good, p.out_ring_modes, 3);
	EXPECT_EQ(good, p.out_lamps, 2);
	EXPECT_EQ(good, p.out_lamp_modes[0], 0x7e);
	EXPECT_EQ(good, p.out_lamp_modes[1], 0x06);
	EXPECT_EQ(good, p.out_display_columns, 16);
	EXPECT_EQ(good, p.out_lamp[0], CLEARDOWN_LAMPMODE_OFF);
	tap(good, "P-7 the capabilities are what the telephone says it has");
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

static int hook(uint32_t devices, uint32_t mode)
{
	struct cleardown_op_hookswitch in = { devices, mode };

	return phone_do(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), 5000, NULL);
}

/* True when these devices are off-hook, and so joined to the line. */
static bool offhook(uint32_t devices, uint32_t vls)
{
	struct cleardown_phone_status st;
	bool good = true;

	EXPECT_EQ(good, cd_phone_status(phone.fd, &st), 0);
	EXPECT_EQ(good, st.out_offhook, devices);
	EXPECT_EQ(good, st.out_headset_mode,
		  devices & CLEARDOWN_HOOKDEV_HEADSET ? CLEARDOWN_HOOKMODE_MICSPEAKER :
							CLEARDOWN_HOOKMODE_ONHOOK);
	EXPECT_EQ(good, st.out_speaker_mode,
		  devices & CLEARDOWN_HOOKDEV_SPEAKER ? CLEARDOWN_HOOKMODE_SPEAKER :
							CLEARDOWN_HOOKMODE_ONHOOK);
	EXPECT_EQ(good, sim_value(&set, "vls"), vls);
	return good;
}

static void headset(void)
{
	struct cleardown_op_hookswitch in = { 6, CLEARDOWN_HOOKMODE_MICSPEAKER };
	bool good = true;

	EXPECT(good, offhook(0, 0));
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_HEADSET, CLEARDOWN_HOOKMODE_MICSPEAKER), 0);
	EXPECT(good, offhook(CLEARDOWN_HOOKDEV_HEADSET, 15));
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_SPEAKER, CLEARDOWN_HOOKMODE_SPEAKER), 0);
	EXPECT(good, offhook(CLEARDOWN_HOOKDEV_SPEAKER, 4));
	EXPECT_EQ(good, hook(5, CLEARDOWN_HOOKMODE_MICSPEAKER), 0);
	EXPECT(good, offhook(5, 15));
	EXPECT_EQ(good, hook(CLEARDOWN_HOOKDEV_HEADSET, CLEARDOWN_HOOKMODE_ONHOOK), 0);
	EXPECT(good, offhook(CLEARDOWN_HOOKDEV_HANDSET, 1));
	EXPECT_EQ(good, hook(7, CLEARDOWN_HOOKMODE_ONHOOK), 0);
	EXPECT(good, offhook(0, 0));
	EXPECT_EQ(good,
		  told(phone.cookie, CLEARDOWN_PHONESTATE_HEADSETHOOKSWITCH,
		       CLEARDOWN_HOOKMODE_MICSPEAKER),
		  2);
	EXPECT_EQ(good,
		  told(phone.cookie, CLEARDOWN_PHONESTATE_HEADSETHOOKSWITCH,
		       CLEARDOWN_HOOKMODE_ONHOOK),
		  2);
	EXPECT(good, refused(CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALHOOKSWITCHDEV));
	in = (struct cleardown_op_hookswitch){ 4, CLEARDOWN_HOOKMODE_SPEAKER };
	EXPECT(good, refused(CLEARDOWN_OP_SET_HOOKSWITCH, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALHOOKSWITCHMODE));
	tap(good, "P-7 SET_HOOKSWITCH: headset and speaker have the line one at a time");
}

static void buttons(void)
{
	struct cleardown_button out, in = dials(9, "0", "");
	struct cleardown_op_get get = { 9, sizeof(out) - 1 };
	bool good = true;

	EXPECT_EQ(good, set_button(dials(1, "+4312345", "Alice B.")), 0);
	EXPECT(good, keeps(1, "+4312345", "Alice B."));
	EXPECT_EQ(good, get_button(1, &out), 0);
	EXPECT_EQ(good, out.button, 1);
	EXPECT_EQ(good, out.mode, CLEARDOWN_BUTTONMODE_KEYPAD);
	EXPECT_EQ(good, out.function, CLEARDOWN_BUTTONFUNCTION_ABBREVDIAL);
	EXPECT_EQ(good, out.out_state, CLEARDOWN_BUTTONSTATE_UP);
	EXPECT(good, !strcmp(out.number, "+4312345") && !strcmp(out.text, "Alice B."));
	EXPECT_EQ(good, set_button(dials(9, "0*1#", "")), 0);
	EXPECT(good, keeps(9, "0*1#", ""));
	in.function = CLEARDOWN_BUTTONFUNCTION_NONE;
	in.number[0] = '\0';
	EXPECT_EQ(good, set_button(in), 0);
	EXPECT(good, keeps(9, "", ""));
	EXPECT_EQ(good, get_button(9, &out), 0);
	EXPECT_EQ(good, out.function, CLEARDOWN_BUTTONFUNCTION_NONE);
	EXPECT(good, !*out.number && !*out.text);
	EXPECT(good, refused(CLEARDOWN_OP_GET_BUTTON, &get, sizeof(get), -ERANGE,
			     CLEARDOWN_PHONEERR_STRUCTURETOOSMALL));
	get = (struct cleardown_op_get){ 10, sizeof(out) };
	EXPECT(good, refused(CLEARDOWN_OP_GET_BUTTON, &get, sizeof(get), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALBUTTONLAMPID));
	tap(good, "P-7 SET_BUTTON: a key gets its number and loses it; GET_BUTTON asks for it");
}

static void wrong_buttons(void)
{
	static const char *const numbers[] = { "1\"2", "1;H", "1 2", "1+", "", NULL };
	struct cleardown_button in;
	bool good = true;
	unsigned int i;

	for (i = 0; numbers[i]; i++) {
		in = dials(1, numbers[i], "x");
		EXPECT(good, refused(CLEARDOWN_OP_SET_BUTTON, &in, sizeof(in), -EINVAL,
				     CLEARDOWN_PHONEERR_INVALPARAM));
	}
	for (i = 0; i < 6; i++) {
		in = dials(1, "1", "x");
		if (i == 0)
			in.mode = 4;
		if (i == 1)
			in.function = 1;
		if (i == 2)
			in.function = CLEARDOWN_BUTTONFUNCTION_NONE;
		if (i == 3)
			in.out_state = CLEARDOWN_BUTTONSTATE_UP;
		if (i == 4)
			memset(in.number, '1', 25);
		if (i == 5)
			memset(in.text, 'x', 17);
		EXPECT(good, refused(CLEARDOWN_OP_SET_BUTTON, &in, sizeof(in), -EINVAL,
				     CLEARDOWN_PHONEERR_INVALPARAM));
	}
	in = dials(0, "1", "x");
	EXPECT(good, refused(CLEARDOWN_OP_SET_BUTTON, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALBUTTONLAMPID));
	in = dials(~0U, "1", "x");
	EXPECT(good, refused(CLEARDOWN_OP_SET_BUTTON, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALBUTTONLAMPID));
	in = dials(1, "1", "x");
	EXPECT(good, refused(CLEARDOWN_OP_SET_BUTTON, &in, sizeof(in) - 1, -EINVAL,
			     CLEARDOWN_PHONEERR_INVALPARAM));
	EXPECT(good, keeps(1, "+4312345", "Alice B."));
	tap(good, "P-7 SET_BUTTON refuses what is no key, no number and no text for one");
}

static void data_areas(void)
{
	struct cleardown_op_data in = area(3, "1 x", 3);
	struct cleardown_op_get get = { 3, 1 };
	bool good = true;

	EXPECT_EQ(good, set_data(0, "0123 Bob, at work", 17), 0);
	EXPECT(good, keeps(10, "0123", "Bob, at work"));
	EXPECT(good, contains(0, 100, "0123 Bob, at work"));
	EXPECT(good, contains(0, 6, "0123 B"));
	EXPECT(good, contains(0, 0, ""));
	EXPECT_EQ(good, set_data(0, "999", 0), 0);
	EXPECT(good, keeps(10, "0123", "Bob, at work"));
	EXPECT_EQ(good, set_data(2, "+43 1", 3), 0);
	EXPECT(good, keeps(12, "+43", "") && contains(2, 100, "+43"));
	EXPECT_EQ(good, set_data(2, "", 1), 0);
	EXPECT(good, keeps(12, "", "") && contains(2, 100, ""));
	EXPECT(good, refused(CLEARDOWN_OP_SET_DATA, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALDATAID));
	EXPECT(good, refused(CLEARDOWN_OP_GET_DATA, &get, sizeof(get), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALDATAID));
	in = area(0, "no number", 9);
	EXPECT(good, refused(CLEARDOWN_OP_SET_DATA, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALPARAM));
	in = area(0, "1 a;H", 5);
	EXPECT(good, refused(CLEARDOWN_OP_SET_DATA, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALPARAM));
	in = area(0, "1", sizeof(in.data) + 1);
	EXPECT(good, refused(CLEARDOWN_OP_SET_DATA, &in, sizeof(in), -EINVAL,
			     CLEARDOWN_PHONEERR_INVALPARAM));
	tap(good, "P-7 SET_DATA and GET_DATA: an area is written, read, emptied; 0 bytes: nothing");
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

static int messages(int fd, uint32_t states, uint32_t modes, uint32_t button_states)
{
	struct cleardown_phone_messages arg = {
		.size = sizeof(arg),
		.states = states,
		.button_modes = modes,
		.button_states = button_states,
	};

	return cd_ioctl(fd, CLEARDOWN_IOC_PHONE_MESSAGES, &arg);
}

/* How often @who was told that key 5 went to @state. */
static unsigned int pressed(uint64_t who, uint32_t state)
{
	unsigned int i, n = 0;

	tape_catch_up(&phone.tape);
	pthread_mutex_lock(&phone.tape.lock);
	for (i = 0; i < phone.tape.n; i++) {
		const struct cleardown_event *ev = &phone.tape.rec[i].ev;

		n += ev->type == CLEARDOWN_EV_PHONE_BUTTON && ev->cookie == who && ev->p1 == 5 &&
		     ev->p2 == CLEARDOWN_BUTTONMODE_KEYPAD && ev->p3 == state;
	}
	pthread_mutex_unlock(&phone.tape.lock);
	return n;
}

/* Off-hook, and the telephone hears key 5 pressed and let go. */
static bool press(void)
{
	struct wanted up = { CLEARDOWN_EV_PHONE_BUTTON, phone.cookie, 0, 5, 0 };
	struct cleardown_op_hookswitch hook = { 1, CLEARDOWN_HOOKMODE_MICSPEAKER };
	unsigned int before = tape_count(&phone.tape, up);
	bool good = true;

	EXPECT_EQ(good,
		  phone_do(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &hook, sizeof(hook), 5000, NULL),
		  0);
	sim_control(&set, "say \\x10/\\x105\\x10~");
	EXPECT(good, tape_wait(&phone.tape, up, before + 2, 5000, NULL));
	hook.mode = CLEARDOWN_HOOKMODE_ONHOOK;
	EXPECT_EQ(good,
		  phone_do(&phone, CLEARDOWN_OP_SET_HOOKSWITCH, &hook, sizeof(hook), 5000, NULL),
		  0);
	return good;
}

/* What each of @n observers asks for, and is told of key 5. */
static const struct {
	uint32_t states;
	uint32_t modes;
	uint32_t button_states;
	unsigned int hooks;
	unsigned int downs;
	unsigned int ups;
} asked[] = {
	{ CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH | 0x18, 8, 3, 1, 1, 1 },
	{ 0, 8, CLEARDOWN_BUTTONSTATE_DOWN, 0, 1, 1 },
	{ 0, 8, CLEARDOWN_BUTTONSTATE_UP, 0, 0, 1 },
	{ CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH, 0, 3, 1, 0, 0 },
	{ CLEARDOWN_TAPI_PHONESTATES, CLEARDOWN_TAPI_BUTTONMODES & ~8, 0xf, 1, 0, 0 },
};

#define ASKED (sizeof(asked) / sizeof(asked[0]))

static void status_messages(void)
{
	int fd[ASKED], silent = cd_open(phone.name, O_RDONLY);
	int gone = cd_open(phone.name, O_RDONLY);
	struct cleardown_close arg;
	bool good = true;
	unsigned int i;

	EXPECT_EQ(good, cd_bind_events(silent, phone.events, 0xaff), 0);
	EXPECT_EQ(good, cd_bind_events(gone, phone.events, 0xafe), 0);
	EXPECT_EQ(good, messages(gone, 0, 8, CLEARDOWN_BUTTONSTATE_UP), 0);
	EXPECT_EQ(good, cd_close(gone, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	for (i = 0; i < ASKED; i++) {
		fd[i] = cd_open(phone.name, O_RDONLY);
		EXPECT_EQ(good, cd_bind_events(fd[i], phone.events, 0xa00 + i), 0);
		EXPECT_EQ(good, cd_filter(fd[i], 0, ALL_EVENTS), 0);
		EXPECT_EQ(good,
			  messages(fd[i], asked[i].states, asked[i].modes, asked[i].button_states),
			  0);
	}
	EXPECT(good, press());
	for (i = 0; i < ASKED; i++) {
		EXPECT_EQ(good,
			  told(0xa00 + i, CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH,
			       CLEARDOWN_HOOKMODE_ONHOOK),
			  asked[i].hooks);
		EXPECT_EQ(good, pressed(0xa00 + i, CLEARDOWN_BUTTONSTATE_DOWN), asked[i].downs);
		EXPECT_EQ(good, pressed(0xa00 + i, CLEARDOWN_BUTTONSTATE_UP), asked[i].ups);
		EXPECT_EQ(good, cd_filter(fd[i], ALL_STATES, ALL_EVENTS), 0);
	}
	EXPECT(good, press());
	for (i = 0; i < ASKED; i++) {
		EXPECT_EQ(good, pressed(0xa00 + i, CLEARDOWN_BUTTONSTATE_DOWN), asked[i].downs + 1);
		EXPECT_EQ(good, pressed(0xa00 + i, CLEARDOWN_BUTTONSTATE_UP), asked[i].ups + 1);
		close(fd[i]);
	}
	tape_catch_up(&phone.tape);
	EXPECT_EQ(good, pressed(0xafe, CLEARDOWN_BUTTONSTATE_UP), 0);
	EXPECT_EQ(good, pressed(0xaff, CLEARDOWN_BUTTONSTATE_DOWN), 0);
	EXPECT_EQ(good, told(0xaff, CLEARDOWN_PHONESTATE_HANDSETHOOKSWITCH, 1), 0);
	close(gone);
	close(silent);
	tap(good, "P-12 TP-8 TP-9 the states and buttons that were asked for, and none after open");
}

/* Each of TSPI's nine waits, and our own two with them; CLOSE completes each of them. */
static void closed_with_all(void)
{
	static const char text[] = "+X";
	struct cleardown_op_hookswitch hook = { 1, CLEARDOWN_HOOKMODE_MICSPEAKER };
	struct cleardown_op_level volume = { CLEARDOWN_HOOKDEV_SPEAKER, 1 };
	struct cleardown_op_ring bell_in = { 1, 1 };
	struct cleardown_op_lamp lamp_in = { 0, CLEARDOWN_LAMPMODE_STEADY };
	struct cleardown_op_display text_in = { .text = "never" };
	struct cleardown_button key = dials(2, "2", "never");
	struct cleardown_op_data data = area(1, "1 never", 7);
	struct cleardown_op_get get_key = { 1, sizeof(key) }, get_data = { 0, 100 };
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
		{ CLEARDOWN_OP_SET_BUTTON, &key, sizeof(key) },
		{ CLEARDOWN_OP_SET_DATA, &data, sizeof(data) },
		{ CLEARDOWN_OP_GET_BUTTON, &get_key, sizeof(get_key) },
		{ CLEARDOWN_OP_GET_DATA, &get_data, sizeof(get_data) },
	};
	const unsigned int n = sizeof(ops) / sizeof(ops[0]);
	struct wanted w = { CLEARDOWN_EV_COMPLETION, 0, 0, 0, 0 };
	struct cleardown_close arg;
	uint64_t id[sizeof(ops) / sizeof(ops[0])];
	bool good = all_on();
	unsigned int i;

	w.cookie = phone.cookie;
	sim_control(&set, "deaf on");
	for (i = 0; i < n; i++)
		id[i] = phone_submit(&phone, ops[i].op, ops[i].in, ops[i].len);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ABORT, CD_S, &arg), 0);
	tape_catch_up(&phone.tape);
	for (i = 0; i < n; i++) {
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
	EXPECT(good, at_rest() && keeps(2, "", "") && keeps(11, "", ""));
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CD_S, NULL), 0);
	tap(good,
	    "P-2 P-8 P-9 P-11a TP-9 CLOSE completes all nine once; not heard, it is made good");
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
	EXPECT(good, keeps(1, "+4312345", "Alice B.") && keeps(10, "0123", "Bob, at work"));
	if (!tap(good, "P-14 TP-9 %s leaves bell, lamps and display at rest, memory as it is", how))
		report_show(&r);
}

/* The telephone's own commands, past our requests: what they leave behind is the same. */
static void raw(const char *command, const char *shows, uint32_t mode)
{
	bool good = true;

	EXPECT_EQ(good, phone_open(&phone, ++cookie), 0);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, command, 5000, NULL), 0);
	EXPECT(good, has(shows));
	EXPECT_EQ(good, phone_close(&phone, mode, 2 * CD_S, NULL), 0);
	EXPECT(good, at_rest());
	tap(good, "P-14 TP-9 what a raw %s began is ended by the close (mode %u)", command, mode);
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
	for (op = CLEARDOWN_OP_SET_RING; op <= CLEARDOWN_OP_GET_DATA; op++) {
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
	ids();
	bell();
	lamps();
	displayed();
	levels();
	hook_switches();
	headset();
	buttons();
	wrong_buttons();
	data_areas();
	observers();
	status_messages();
	tap(!phone_close(&phone, CLEARDOWN_MODE_ORDERLY, CD_S, NULL) && at_rest(), "P-1 it closes");
	closed(CLEARDOWN_MODE_ORDERLY, 2 * CD_S, "ORDERLY");
	closed(CLEARDOWN_MODE_ABORT, CD_S, "ABORT");
	raw("+CRMP=0,7,0,3", "\nbell 3\n", CLEARDOWN_MODE_ORDERLY);
	raw("+CIND=,1", "\nlamp1 1\n", CLEARDOWN_MODE_ABORT);
	raw("+CDIS=\"busy\"", "\nrow0 \"busy\"\n", CLEARDOWN_MODE_ABORT);
	closed_with_all();
	killed();
	modems("panel=ask");
	modems("set=1");
	tape_stop(&phone.tape);
	sim_unbind(&set);
	return tap_done();
}
