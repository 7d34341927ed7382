# SPDX-License-Identifier: GPL-2.0-or-later
#
# A wrapper: each target calls one script or one Makefile below. kbuild reads Kbuild only.

BUILD := $(CURDIR)/build
KDIR ?= /lib/modules/$(shell uname -r)/build
# One stock kernel (6.1 or 6.12) instead of both, or the version of the debug kernel; a part of a
# test's name instead of all.
K ?=
T ?=
# One family of the ledger instead of all.
C ?=
KERNELS := $(or $(K),6.1 6.12)

.PHONY: all help modules stock tools rig fax guest demo test check e2e kunit model contract mutate \
	bench long load unload install clean

all: tools modules help

help:
	@echo 'make                build modules (for the running kernel, or KDIR=...) and tools'
	@echo 'make modules        the modules alone; K=6.1 or K=6.12 takes a stock Debian kernel'
	@echo 'make tools          libcleardown and the cleardown command'
	@echo 'make demo           boot a stock kernel in QEMU and watch a call being cleared down'
	@echo 'make test           everything that proves it; ends in "N passed, N failed"'
	@echo 'make check          style, sparse, kernel-doc, include rules, on both kernels'
	@echo 'make e2e            the tests in VMs; K=6.1 or K=6.12 for one kernel, T=name for some'
	@echo 'make kunit          KUnit, faults and races on the debug kernel; K=6.1, T=name for some'
	@echo 'make model          the close protocol, searched exhaustively'
	@echo 'make contract       which clauses the results prove, in which lanes; C=P for one family'
	@echo 'make mutate         long: small faults put in one by one, each must be noticed'
	@echo 'make bench          long: the figures beside their anchors'
	@echo 'make long           long: the fax matrix; the fax daemon killed at random; ten minutes of calls;'
	@echo '                    100000 parties'
	@echo 'These touch this machine, and need root:'
	@echo 'make load           load the modules built for the running kernel; make unload'
	@echo 'make install        install modules, tools and udev rule'
	@echo 'make clean          remove build/'

modules:
	scripts/build-modules $(or $(K),$(KDIR))

# What the VMs need, for the stock kernels.
stock:
	for k in $(KERNELS); do scripts/build-modules $$k || exit 1; done

tools:
	$(MAKE) -C userspace B=$(BUILD)/tools

rig:
	$(MAKE) -C tests/rig B=$(BUILD)/rig

fax: tools
	$(MAKE) -C tests/fax B=$(BUILD)/fax TOOLS=$(BUILD)/tools

guest:
	$(MAKE) -C tests B=$(BUILD)/tests

demo:
	scripts/deps
	scripts/demo

test:
	scripts/deps
	scripts/test

check:
	scripts/check

e2e: stock tools rig fax guest
	scripts/e2e --kernel '$(K)' --name '$(T)'

kunit: tools rig fax guest
	scripts/build-modules debug-$(or $(K),6.12)
	scripts/e2e --kernel debug-$(or $(K),6.12) --name '$(T)'

model:
	scripts/model

contract:
	scripts/contract --family '$(C)'

mutate: tools rig guest
	scripts/mutate

bench: stock tools rig guest
	scripts/bench --kernel '$(K)' --name '$(T)'

long: stock tools rig fax guest
	bats --tap tests/fax/long.bats
	scripts/vm --kernel 6.12 --test tests/e2e/fax-kill.sh --append fax.kill=50,1 --limit 3600
	scripts/vm --kernel 6.12 --test tests/e2e/fax-wide.sh --append fax.wide=all --limit 1800
	scripts/vm --kernel 6.12 --test tests/e2e/vc-multi.sh --append vc.rounds=100000 --limit 7200
	scripts/build-modules debug-6.12
	scripts/vm --kernel debug-6.12 --test tests/e2e/vc-sustain.sh --append vc.sustain=600 --limit 600

load:
	scripts/load

unload:
	scripts/unload

install: tools modules
	scripts/install '$(KDIR)'

clean:
	rm -rf $(BUILD)
