#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 60
# Endings of a port, on the scripted link.
. /lib/guest.sh

check "the modules load" load_modules sim
tap port-end
check "the modules unload" unload_modules sim
