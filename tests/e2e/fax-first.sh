#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 2
# FaxClose of server handles and ports, the life of the service, jobs; on a modem behind a 16550.
. /lib/guest.sh

check "the modules load" load_modules tty
check "the tool binds a fax line" json 0 object fax0 bind fax tty:/dev/ttyS1
check "and a phone on the same line" json 0 object phone0 bind phone tty:/dev/ttyS1
check "list has both" json 0 objects.0.class fax list
check "show: without a provider" json 0 fax.status offline show fax0
check "and for people" run 0 show fax0
check "close of a line that nobody has" run 0 close fax0
check "unbind" run 0 unbind fax0
check "and the phone" run 0 unbind phone0
refuses "provider= is a number" cleardown bind fax tty:/dev/ttyS1 --args provider=fax
tap fax-first /dev/ttyS1
check "the modules unload" unload_modules tty
