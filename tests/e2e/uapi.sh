#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# takes: 100
# vm: --limit 600
# The interface itself, on the scripted link: every call in every wrong form and in every state.
. /lib/guest.sh

check "the modules load" load_modules sim
tap uapi
tap states
tap queue
tap compat-old
check "the modules unload" unload_modules sim
