#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 debug
# vm: --modems 1 --bank "--speed 4 --wait 5000 --machine 200:fax:rx={files}/rx.tif" --limit 400
# built: tools/cleardown-faxd=/usr/bin/ tests/letter/fax1.tif
# Documents of which the fax daemon makes the pages; ghostscript is played, being too big for a guest.
. /lib/guest.sh

export SPEED=4

cat >/usr/bin/gs <<'END'
#!/bin/sh
echo $$ >>/tmp/gs
while [ ! -e /tmp/go ]; do usleep 20000; done
grep -q bad <&0 && { echo "undefined in showpag" >&2; exit 1; }
exec cat /tests/fax1.tif
END
chmod 755 /usr/bin/gs
printf '%%!PS\nshowpage\n' >/tests/one.ps
printf '%%!PS\nbad\n' >/tests/bad.ps
touch /tmp/gs
chmod 666 /tmp/gs

check "the modules load" load_modules tty
tap fax-intake /dev/ttyS1 101
check "the modules unload" unload_modules tty
