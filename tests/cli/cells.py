#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames of cells for the tests of `vc pcap`, put onto a wire by AF_PACKET.

usage: cells.py TO-LINK FROM-LINK

TO-LINK is the interface whose frames come in at the other end, where the capture is; FROM-LINK that
other end itself, whose frames are "sent". AAL5 and its CRC are written here anew.
"""

import socket
import struct
import sys

LABEL = 100
ETHER = bytes.fromhex("020000000001020000000002") + b"\x88\x47"
BGN = bytes.fromhex("000000010100001e")
RELEASE_COMPLETE = bytes.fromhex("09030000015a800006" "088000028090")


def crc32(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x104C11DB7 if crc & 0x80000000 else 0)
    return crc ^ 0xFFFFFFFF


def sd(message, number):
    """An SSCOP PDU of type SD."""
    pad = -len(message) % 4
    return message + bytes(pad) + struct.pack(">I", pad << 30 | 8 << 24 | number)


def cells(vpi, vci, sdu, damage=0):
    pad = -(len(sdu) + 8) % 48
    pdu = sdu + bytes(pad) + struct.pack(">HH", 0, len(sdu))
    pdu += struct.pack(">I", crc32(pdu) ^ damage)
    for at in range(0, len(pdu), 48):
        last = at + 48 == len(pdu)
        yield struct.pack(">I", vpi << 20 | vci << 4 | last << 1) + pdu[at:at + 48]


def frame(some, label=LABEL):
    return ETHER + struct.pack(">I", label << 12 | 0x1FF) + b"".join(some)


def main():
    ends = []
    for name in sys.argv[1:3]:
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        end.bind((name, 0))
        ends.append(end)
    incoming, outgoing = ends
    data = bytes(i * 7 & 0xFF for i in range(1000))
    first, second = list(cells(0, 32, data)), list(cells(1, 40, data[:500]))
    oam = struct.pack(">I", 32 << 4 | 5 << 1) + bytes(48)

    incoming.send(frame(cells(0, 5, BGN)))
    outgoing.send(frame(cells(0, 5, sd(RELEASE_COMPLETE, 0))))
    # two VCs in turns, and a management cell; a PDU goes on in the next frame
    incoming.send(frame(first[:4] + second[:6] + [oam]))
    incoming.send(frame(second[6:] + first[4:]))
    incoming.send(frame(cells(0, 32, data, damage=1)))
    incoming.send(frame(cells(0, 32, data), label=101))
    incoming.send(ETHER[:12] + b"\x08\x00" + bytes(100))
    incoming.send(frame(cells(0, 32, data[:1])))


main()
