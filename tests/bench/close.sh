#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Closing with requests outstanding.
. /lib/guest.sh

check "the modules load" load_modules sim
check "the closes are measured" sh -c "bench-close >>/run/figures"
check "the figures reach the host" figures_done
check "the modules unload" unload_modules sim
