// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be bound as a serial line and what may not, and that a bound line is everybody's until
 * it is opened. LINE is the bank's number of the modem at TTY.
 *
 * usage: tty-bind TTY LINE
 */
#define _GNU_SOURCE

#include <stdlib.h>
#include "phone.h"

#define N_CLEARDOWN 29
#define SERIAL_MAJOR 4
#define SERIAL_MINOR 64
#define EMPTY_SLOT 9 /* of ttyS: none of the VM's UARTs is there */
#define USB_MAJOR 188
#define PTS_MAJOR 136

static struct phone phone;

static uint64_t number_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_rdev;
}

/* Binds the line with that number. The text is the kernel's sentence. */
static int bind_number(uint64_t dev, char name[32], char text[CLEARDOWN_TEXT_LEN])
{
	uint32_t encoded = (minor(dev) & 0xff) | (major(dev) << 8) | ((minor(dev) & ~0xffU) << 12);

	memset(text, 0, CLEARDOWN_TEXT_LEN);
	return cd_bind("tty", encoded, "", name, text);
}

static unsigned int devices(void)
{
	struct cleardown_list item = { .size = sizeof(item) };
	unsigned int n = 0;
	int ctl = cd_ctl();

	while (!cd_ioctl(ctl, CLEARDOWN_IOC_CTL_LIST, &item)) {
		item.after = item.out_id;
		n++;
	}
	close(ctl);
	return n;
}

/* ---- what is refused ---- */

static void refused(const char *what, uint64_t dev, int error, const char *sentence)
{
	unsigned int before = devices();
	char text[CLEARDOWN_TEXT_LEN], name[32];
	uint64_t begin = cd_now();
	bool good = true;

	EXPECT_EQ(good, bind_number(dev, name, text), -error);
	EXPECT(good, strstr(text, sentence));
	EXPECT(good, cd_now() - begin < SLACK_MS * CD_MS);
	EXPECT_EQ(good, devices(), before);
	if (!good)
		fprintf(stderr, "# the sentence was: %s\n", text);
	tap(good, "bind refuses %s at once and says why", what);
}

static void refusals(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (!tap(master >= 0 && !grantpt(master) && !unlockpt(master), "a pseudo-terminal"))
		return;
	refused("a pseudo-terminal", number_of(ptsname(master)), EINVAL, "pseudo-terminal");
	refused("one that does not exist", makedev(PTS_MAJOR, 7777), EINVAL, "pseudo-terminal");
	refused("/dev/ptmx", number_of("/dev/ptmx"), EINVAL, "stands for another terminal");
	refused("/dev/console", number_of("/dev/console"), EINVAL, "stands for another terminal");
	refused("a virtual console", makedev(SERIAL_MAJOR, 5), EINVAL, "virtual console");
	refused("the system console", number_of("/dev/ttyS0"), EBUSY,
		"ttyS0 is the system console");
	refused("a line without a UART", makedev(SERIAL_MAJOR, SERIAL_MINOR + EMPTY_SLOT), ENXIO,
		"ttyS9 has no UART");
	refused("a USB line that is not there", makedev(USB_MAJOR, 0), ENODEV, "no terminal line");
	refused("/dev/null", number_of("/dev/null"), ENODEV, "1:3 is no terminal line");
	refused("no number at all", 0, ENODEV, "no terminal line");
	close(master);
}

/* ---- a bound line ---- */

static int user_open(const char *tty)
{
	return open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static void binding_takes_nothing(const char *tty, const char *line)
{
	char answer[64] = "", words[32];
	bool good = true;
	int fd;

	snprintf(words, sizeof(words), "line %s", line);
	EXPECT(good, phone_bind(&phone, tty));
	EXPECT_EQ(good, cd_host(answer, sizeof(answer), words), 0);
	EXPECT(good, !strcmp(answer, "ok"));
	fd = user_open(tty);
	EXPECT(good, fd >= 0);
	close(fd);
	tap(good, "a bound line is not taken: no modem line moves, others can open it");
}

static void one_device_for_a_line(const char *tty)
{
	char text[CLEARDOWN_TEXT_LEN], name[32];
	bool good = true;

	EXPECT_EQ(good, bind_number(number_of(tty), name, text), -EEXIST);
	EXPECT(good, strstr(text, phone.name));
	tap(good, "a line is bound once; the sentence names the device that has it");
}

/* Nothing that a tty has by default, so that a wrong restore shows. */
static void set_odd(int fd, struct termios *t)
{
	tcgetattr(fd, t);
	cfmakeraw(t);
	cfsetspeed(t, B4800);
	t->c_cflag |= CLOCAL | CSTOPB | PARENB;
	t->c_cflag &= ~HUPCL;
	tcsetattr(fd, TCSANOW, t);
	tcgetattr(fd, t);
}

static void user_has_it(const char *tty)
{
	const int discipline = N_CLEARDOWN;
	struct termios before = { 0 }, after = { 0 };
	bool good = true;
	int fd = user_open(tty);

	EXPECT(good, fd >= 0);
	set_odd(fd, &before);
	EXPECT_EQ(good, phone_open(&phone, 1), -EBUSY);
	EXPECT(good, ioctl(fd, TIOCSETD, &discipline) == -1 && errno == ENODEV);
	close(fd);
	tap(good, "while somebody has the line the phone's open is EBUSY, and his line unharmed");

	good = true;
	EXPECT_EQ(good, phone_open(&phone, 2), 0);
	EXPECT(good, user_open(tty) == -1 && errno == EBUSY);
	EXPECT_EQ(good, phone_do_text(&phone, CLEARDOWN_OP_DEV_SPECIFIC, "I0", 5000, NULL), 0);
	EXPECT_EQ(good, phone_close(&phone, CLEARDOWN_MODE_ORDERLY, 5 * CD_S, NULL), 0);
	fd = user_open(tty);
	EXPECT(good, fd >= 0);
	tcgetattr(fd, &after);
	EXPECT(good, !memcmp(&before, &after, sizeof(before)));
	close(fd);
	tap(good, "P-14 P-15 the line is exclusive while open, then free with the settings it had");
}

static void busy_line_binds(const char *tty)
{
	char text[CLEARDOWN_TEXT_LEN], name[32];
	bool good = true;
	int fd;

	EXPECT(good, phone_unbind(&phone));
	fd = user_open(tty);
	EXPECT(good, fd >= 0);
	EXPECT_EQ(good, bind_number(number_of(tty), name, text), 0);
	EXPECT_EQ(good, cd_open(name, O_RDWR), -EBUSY);
	close(fd);
	fd = cd_open(name, O_RDWR);
	EXPECT(good, fd >= 0);
	close(fd);
	EXPECT_EQ(good, cd_unbind(name, 0), 0);
	tap(good, "a line that somebody has can be bound; its open decides");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	refusals();
	binding_takes_nothing(argv[1], argv[2]);
	one_device_for_a_line(argv[1]);
	user_has_it(argv[1]);
	busy_line_binds(argv[1]);
	return tap_done();
}
