#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# A telephone with bell, lamps, display and memory on the scripted link, and the tool that sets them.
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

# The other things on the front, and what the tool says of them.
has() { grep -qx "$1" /sys/kernel/debug/cleardown_sim/0/control; }

background lamp phone lamp 1 steady
check "phone lamp 1 steady lights it" wait_for 10 has "lamp1 1"
check "phone panel shows it" json 0 lamps.1.mode steady phone panel
kill -TERM "$pid"
check "P-14 SIGTERM ends that" ended 130 "$pid" lamp
check "and it is dark" has "lamp1 0"
background display phone display "calling 200" "" --hold 60
check "phone display shows a row" wait_for 10 has 'row0 "calling 200     "'
kill -TERM "$pid"
check "P-14 SIGTERM ends that, too" ended 130 "$pid" display
check "and it is blank" has 'row0 ""'
check "a lamp cannot glow" run 1 phone lamp 1 glow
check "phone button sets a key" run 0 -j phone button 5 +4312345 "Alice B."
check "it is asked for" json 0 number +4312345 phone button 5
check "a key without a number" run 0 -j phone button 5 ""
check "has none" json 0 number "" phone button 5
check "key 0 calls nothing there" run 2 phone button 0 1
check "phone data sets an area" run 0 -j phone data 2 "0123 Bob"
check "it outlives every close" json 0 data "0123 Bob" phone data 2
check "there is no area 3" run 2 phone data 3
check "unbind" run 0 unbind phone0
check "P-11e the modules unload" unload_modules sim
