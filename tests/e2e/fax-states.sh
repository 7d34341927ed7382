#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# Every call on faxes in every state of its handle, its line and the service, on the scripted link.
. /lib/guest.sh

check "the modules load" load_modules sim
tap faxstates
check "the modules unload" unload_modules sim
