# SPDX-License-Identifier: GPL-2.0-only
# stargz: kernel module, tools, tests. README.md says what the targets are for.

PREFIX	?= /usr/local
SBINDIR	?= /sbin
BINDIR	?= $(PREFIX)/bin
MANDIR	?= $(PREFIX)/share/man
LIBDIR	?= $(PREFIX)/lib
INCDIR	?= $(PREFIX)/include
DESTDIR	?=

# make modules KVER=6.12.1-amd64, or KDIR=/path/to/built/kernel
KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build

BUILD	:= $(CURDIR)/build

.PHONY: all
all: tools ## tools, and the module if there are kernel headers
	@if [ -e "$(KDIR)/Makefile" ]; then $(MAKE) --no-print-directory modules; \
	else echo "make: no kernel headers in $(KDIR), module not built"; fi

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | \
		awk -F '\t' '{ printf "make %-17s %s\n", $$1, $$2 }'

.PHONY: deps
deps: ## install the Debian packages that the rest needs
	@scripts/deps

.PHONY: tools
tools: ## library and programs, below build/
	@$(MAKE) --no-print-directory -C userspace BUILD=$(BUILD)

# Each kernel gets a copy of fs/stargz of its own below build/, so that
# modules for several kernels can be built side by side and the source folder
# stays clean. scripts/build-module prints the path of the module.
.PHONY: modules
modules: ## the module; KVER=RELEASE or KDIR=FOLDER
	@scripts/build-module --build $(BUILD) $(if $(filter file,$(origin KDIR)),--kver $(KVER),--kdir $(KDIR))

.PHONY: install
install: all ## install both; PREFIX=, DESTDIR=
	@$(MAKE) --no-print-directory -C userspace install BUILD=$(BUILD) \
		DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) SBINDIR=$(SBINDIR) \
		BINDIR=$(BINDIR) MANDIR=$(MANDIR) LIBDIR=$(LIBDIR) INCDIR=$(INCDIR)
	@scripts/install-module --build $(BUILD) --destdir "$(DESTDIR)" --kver $(KVER)

.PHONY: uninstall
uninstall: ## remove what install installed
	@$(MAKE) --no-print-directory -C userspace uninstall BUILD=$(BUILD) \
		DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) SBINDIR=$(SBINDIR) \
		BINDIR=$(BINDIR) MANDIR=$(MANDIR) LIBDIR=$(LIBDIR) INCDIR=$(INCDIR)
	@scripts/install-module --uninstall --build $(BUILD) --destdir "$(DESTDIR)" --kver $(KVER)

.PHONY: demo
demo: deps ## mount a layer in a virtual machine
	@tests/demo

.PHONY: check
check: deps ## all tests
	@tests/check

# make bench [TREE=DIR] [ROUNDS=N] [PEERS=LIST] [BENCH=LIST] [OUT=DIR]
# tests/bench/run --help says what the lists may hold.
.PHONY: bench
bench: ## measure; TREE= ROUNDS= PEERS= BENCH= OUT=
	@tests/bench/deps
	@tests/bench/run $(if $(TREE),--tree "$(TREE)") \
		$(if $(ROUNDS),--rounds "$(ROUNDS)") \
		$(if $(PEERS),--peers "$(PEERS)") \
		$(if $(BENCH),--workloads "$(BENCH)") \
		$(if $(OUT),--out "$(OUT)")

# KASAN, UBSAN, lockdep, kmemleak and failing allocations, in User Mode Linux.
.PHONY: check-sanitized
check-sanitized: deps tools ## tests in a kernel with KASAN, lockdep and more
	@tests/stress/run

# Crafted images and storms of mounts, at length, on every kernel.
# make check-hostile [KERNELS=LIST] [CPUS=LIST]
KERNELS	?= 6.1 6.12 7.2
CPUS	?= 1 2 4

.PHONY: check-hostile
check-hostile: deps tools ## crafted images on each kernel; KERNELS= CPUS=
	@status=0; for kernel in $(KERNELS); do for cpus in $(CPUS); do \
		tests/hostile/run $$kernel --cpus $$cpus --all || status=1; \
	done; done; exit $$status

# Such a kernel, with KASAN and UBSAN alone, reads damaged layers.
# make check-mutated [CASES=200000] [FIRST=0]
CASES	?= 200000
.PHONY: check-mutated
check-mutated: deps tools ## damaged layers under KASAN; CASES= FIRST=
	@tests/stress/run --light --mutate "$(CASES)" $(if $(FIRST),--first "$(FIRST)") \
		--timeout 86400

# Stacks of layers as containerd unpacks them. make check-replay [STACKS=20000] [FIRST=0]
STACKS	?= 20000
.PHONY: check-replay
check-replay: deps tools ## random stacks against containerd; STACKS= FIRST=
	@tests/replay/run --stacks "$(STACKS)" $(if $(FIRST),--first "$(FIRST)")

# Do other programs read what mkfs.stargz makes?
.PHONY: check-compat
check-compat: deps ## other programs read what mkfs.stargz makes
	@tests/compat/deps
	@tests/compat/run

# Are the archives that other projects test their tar readers with read as GNU
# tar and bsdtar read them?
.PHONY: check-corpora
check-corpora: deps tools ## archives that other tar readers are tested with
	@tests/corpora/run

.PHONY: lint
lint: deps ## style and static checks
	@tests/lint

.PHONY: clean
clean: ## remove build/
	rm -rf $(BUILD)
