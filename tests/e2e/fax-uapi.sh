#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# The calls on faxes in every wrong form, on the scripted link.
. /lib/guest.sh

check "the modules load" load_modules sim
tap faxform
check "the modules unload" unload_modules sim
