#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# A telephone with bell, lamps and display on the scripted link, and the tool that rings it.
. /lib/guest.sh

check "the modules load" load_modules sim
tap phone-panel

# The bell as the telephone has it.
bell_is() { grep -qx "bell $1" /sys/kernel/debug/cleardown_sim/0/control; }

check "a telephone is bound" run 0 bind phone sim: --as phone0 --args "set=1 panel=ask"
background ring phone ring phone0 2 50%
check "phone ring 2 50% rings it" wait_for 10 bell_is 2
# shellcheck disable=SC2154 # background sets it
kill -TERM "$pid"
check "P-14 SIGTERM ends that" ended 130 "$pid" ring
check "and it is silent" bell_is 0
check "phone ring 1 --hold 0 ends by itself" run 0 -j phone ring 1 --hold 0
check "and leaves silence" bell_is 0
check "there is no pattern 9" run 2 phone ring 9
check "unbind" run 0 unbind phone0
check "P-11e the modules unload" unload_modules sim
