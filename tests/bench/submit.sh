#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Requests from SUBMIT to the record that was read.
. /lib/guest.sh

check "the modules load" load_modules sim
check "the requests are measured" sh -c "bench-submit >>/run/figures"
check "the figures reach the host" figures_done
check "the modules unload" unload_modules sim
