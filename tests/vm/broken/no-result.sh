#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vm: --bare --limit 60
# fails-with: scan results BAD: the test wrote no result
# A script that proves nothing.
echo "nothing happens"
