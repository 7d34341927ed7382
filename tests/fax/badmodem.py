#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A modem without a line that answers at random: results, frames of T.30, noise, or nothing.

usage: badmodem.py TERMINAL STEP SEED

TERMINAL becomes a link to its terminal, STEP the file by which the terminal goes in step with its time
(rig/step.h). It ends with the terminal: 0, or 1 when that is still there after two hours of line time.
"""

import mmap
import os
import random
import select
import struct
import sys
import tty

LIMIT = 2 * 3600 * 1_000_000
RESULTS = [b"OK", b"CONNECT", b"CONNECT", b"NO CARRIER", b"ERROR", b"+FCERROR", b"+FRH:3", b"RING", b"BUSY"]
DIS = bytes.fromhex("ff138000eefac480118700")
FRAMES = [DIS] + [bytes((0xFF, 0x13, fcf)) for fcf in (0x84, 0x44, 0x8C, 0xCC, 0x4C, 0xBC, 0xFA, 0x2F, 0xEC)]


class Clock:
    """The bank's half of step.h."""

    def __init__(self, path):
        with open(path, "w+b") as file:
            file.truncate(4096)
            self.map = mmap.mmap(file.fileno(), 0)
        self.now = 0
        self.present = False

    def turn(self):
        """At most 20 ms further than the terminal is, which is in no hurry when it is not there yet."""
        _, seen, present, _ = struct.unpack_from("=qqII", self.map)
        self.present = bool(present)
        if present:
            self.now = max(self.now, min(self.now + 20000, seen + 20000))
        struct.pack_into("=q", self.map, 0, self.now)
        struct.pack_into("=I", self.map, 20, present)


def shielded(frame):
    return frame.replace(b"\x10", b"\x10\x10") + b"\x10\x03"


def answer(rng):
    """Mostly what could be an answer, so that a call gets anywhere."""
    kind = rng.random()
    if kind < 0.55:
        return b"\r\n" + rng.choice(RESULTS) + b"\r\n"
    if kind < 0.8:
        text = shielded(rng.choice(FRAMES) + b"\0\0")
        return b"\r\nCONNECT\r\n" + text + b"\r\n" + rng.choice([b"OK", b"ERROR", b"NO CARRIER"]) + b"\r\n"
    if kind < 0.9:
        return rng.randbytes(rng.randrange(1, 400))
    return b""


def likely_answer(rng, text):
    """What a modem would say, but for the frames, and most of the time."""
    if rng.random() < 0.01:
        return answer(rng)
    if text.startswith((b"AT+FTH", b"AT+FTM", b"AT+FRM")):
        return b"\r\nCONNECT\r\n"
    if text.startswith(b"AT+FRH"):
        return b"\r\nCONNECT\r\n" + shielded(rng.choice(FRAMES) + b"\0\0") + b"\r\nOK\r\n"
    if not text.startswith(b"AT") and not text.endswith(b"\x10\x03"):
        return b""
    if text.startswith(b"\xff\x03"):
        return b"\r\nCONNECT\r\n"
    return b"\r\nOK\r\n"


def call_begins(text):
    """Before it there is nothing that a test would not see at once."""
    return text.startswith((b"ATD", b"ATA"))


def main(link, step, seed):
    rng = random.Random(seed)
    likely = rng.random() < 0.7
    calling = False
    master, slave = os.openpty()
    tty.setraw(slave)
    clock = Clock(step)
    os.symlink(os.ttyname(slave), link)
    poller = select.poll()
    poller.register(master, select.POLLIN)
    os.write(master, b"\r\nRING\r\n")
    due = []
    while clock.now < LIMIT:
        clock.turn()
        # From now on the terminal is held by somebody else.
        if slave is not None and clock.present:
            os.close(slave)
            slave = None
        if poller.poll(0):
            try:
                text = os.read(master, 4096)
            except OSError:
                return 0
            if call_begins(text):
                calling = True
                reply = b"\r\nCONNECT\r\n" + shielded(DIS + b"\0\0") + b"\r\nOK\r\n"
            elif not calling or not clock.present:
                reply = b"\r\nOK\r\n"
            else:
                reply = likely_answer(rng, text) if likely else answer(rng)
            due.append((clock.now + (rng.randrange(0, 500_000) if calling else 0), reply))
        elif calling and rng.random() < 0.0005 and not likely:
            due.append((clock.now, answer(rng)))
        for item in [item for item in due if item[0] <= clock.now or not clock.present]:
            due.remove(item)
            os.write(master, item[1])
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
