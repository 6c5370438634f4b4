# SPDX-License-Identifier: GPL-2.0-only
# stargz: kernel module, tools, tests. README.md describes the main targets.

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
deps: ## install the Debian packages that all of this needs
	@scripts/deps

.PHONY: deps-tools
deps-tools: ## install only what building and installing needs
	@scripts/deps --tools

.PHONY: tools
tools: ## library and programs, below build/
	@$(MAKE) --no-print-directory -C userspace BUILD=$(BUILD)

# scripts/build-module copies fs/stargz below build/, once for each kernel. The
# modules for several kernels can therefore be built side by side, and the source
# directory stays clean. The script prints the path of the module.
.PHONY: modules
modules: ## the module; KVER=RELEASE or KDIR=DIRECTORY
	@scripts/build-module --build $(BUILD) $(if $(filter file,$(origin KDIR)),--kver $(KVER),--kdir $(KDIR))

.PHONY: completions
completions: tools ## completions for bash, zsh and fish, below build/
	@$(MAKE) --no-print-directory -C userspace completions BUILD=$(BUILD)

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

.PHONY: install-initramfs
install-initramfs: ## hooks of initramfs-tools and dracut; DESTDIR=
	@$(MAKE) --no-print-directory -C packaging/initramfs install DESTDIR=$(DESTDIR)

.PHONY: uninstall-initramfs
uninstall-initramfs: ## remove what install-initramfs installed
	@$(MAKE) --no-print-directory -C packaging/initramfs uninstall DESTDIR=$(DESTDIR)

.PHONY: deb
deb: ## Debian packages, below build/deb; SUITE=
	@scripts/deps --tools dpkg-dev mmdebstrap
	@packaging/build-deb $(if $(SUITE),--suite "$(SUITE)")

.PHONY: demo
demo: deps ## mount a layer and run a container in a virtual machine
	@tests/demo

.PHONY: check
check: deps ## all tests
	@tests/check

# make bench [TREE=DIR] [ROUNDS=N] [PEERS=LIST] [BENCH=LIST] [OUT=DIR]
# tests/bench/run --help lists the peers and workloads.
.PHONY: bench
bench: ## measure; TREE= ROUNDS= PEERS= BENCH= OUT=
	@tests/bench/deps
	@tests/bench/run $(if $(TREE),--tree "$(TREE)") \
		$(if $(ROUNDS),--rounds "$(ROUNDS)") \
		$(if $(PEERS),--peers "$(PEERS)") \
		$(if $(BENCH),--workloads "$(BENCH)") \
		$(if $(OUT),--out "$(OUT)")

.PHONY: bench-podman
bench-podman: deps tools ## measure images in podman, stored and unpacked
	@tests/bench/deps
	@tests/bench/podman

# Build, install, upgrade, remove, and use the packages. PACKAGE_CASES='build lintian'
.PHONY: check-packages
check-packages: deps ## packages of Debian, udev, util-linux, RPM; PACKAGE_CASES=
	@tests/packaging/run $(PACKAGE_CASES)

# make bench-boot [ROUNDS=5] [OUT=build/boot.tsv]
.PHONY: bench-boot
bench-boot: deps tools ## measure the boot of a Debian from layers; ROUNDS= OUT=
	@tests/bench/deps
	@tests/bench/boot $(if $(ROUNDS),--rounds "$(ROUNDS)") \
		"$(or $(OUT),$(BUILD)/boot.tsv)"

# KASAN, UBSAN, lockdep, kmemleak and fault injection, in User Mode Linux.
.PHONY: check-sanitized
check-sanitized: deps tools ## tests in a kernel with KASAN, lockdep and more
	@tests/stress/run

.PHONY: check-kernels
check-kernels: deps tools ## all tests of the module in VMs, on each kernel; KERNELS=
	@status=0; for kernel in $(KERNELS); do \
		tests/integration/run $$kernel || status=1; done; exit $$status

# Images and engines on each kernel that Debian has them for.
.PHONY: check-images
check-images: deps tools ## images and engines on each kernel; KERNELS=
	@status=0; for kernel in $(KERNELS); do \
		tests/integration/run $$kernel image engines engines-sid || \
		status=1; done; exit $$status

# Machines from disks of images, the long cases and all kernels as well.
.PHONY: check-boot
check-boot: deps tools ## start machines from disks of images, on each kernel
	@tests/boot/run --all

# Crafted images and mount storms, the long variants, on every kernel.
# make check-hostile [KERNELS=LIST] [CPUS=LIST]
KERNELS	?= 6.1 6.12 7.2
CPUS	?= 1 2 4

.PHONY: check-hostile
check-hostile: deps tools ## crafted images on each kernel; KERNELS= CPUS=
	@status=0; for kernel in $(KERNELS); do for cpus in $(CPUS); do \
		tests/hostile/run $$kernel --cpus $$cpus --all || status=1; \
	done; done; exit $$status

# The kernel of check-sanitized, with only KASAN and UBSAN, reads damaged layers.
# make check-mutated [CASES=200000] [FIRST=0]
CASES	?= 200000
.PHONY: check-mutated
check-mutated: deps tools ## damaged layers under KASAN; CASES= FIRST=
	@tests/stress/run --light --mutate "$(CASES)" $(if $(FIRST),--first "$(FIRST)") \
		--timeout 86400

# The same kernel mounts with verify=digest an image with each bit changed in turn,
# and with index_digest= images that an attacker without that digest has made.
.PHONY: check-verified
check-verified: deps tools ## every bit of an image, and forged ones, under KASAN
	@tests/stress/run --light --bits --timeout 86400
	@tests/stress/run --light --mutate 10000 --digest --timeout 86400

# Compare with the trees that containerd unpacks.
# make check-replay [STACKS=20000] [FIRST=0]
STACKS	?= 20000
.PHONY: check-replay
check-replay: deps tools ## random stacks against containerd; STACKS= FIRST=
	@tests/replay/run --stacks "$(STACKS)" $(if $(FIRST),--first "$(FIRST)")

# make check-fuzz [RUNS=500000]: so many executions of the decoder and shares of that
# of the other targets, see tests/fuzz/run --help: a million in total.
.PHONY: check-fuzz
check-fuzz: deps tools ## a million inputs for decoder and library; RUNS=
	@tests/fuzz/run --runs "$(or $(RUNS),500000)"

# make check-properties [ROUNDS=1000] [SEED=1]
.PHONY: check-properties
check-properties: deps tools ## layers of random trees; ROUNDS= SEED=
	@tests/properties/run --rounds "$(or $(ROUNDS),1000)" --seed "$(or $(SEED),1)"

# Other programs must be able to read the layers of mkfs.stargz.
.PHONY: check-compat
check-compat: deps ## other programs read what mkfs.stargz makes
	@tests/compat/deps
	@tests/compat/run

# The archives with which other projects test their tar readers: compare with
# GNU tar and bsdtar.
.PHONY: check-corpora
check-corpora: deps tools ## read the test archives of other tar readers
	@tests/corpora/run

# Do the tests notice small faults? make check-mutants [MUTANTS='toc-* k-map-border']
# tests/mutants/run --list says which there are.
.PHONY: check-mutants
check-mutants: deps ## plant small faults, see that tests fail; MUTANTS=
	@tests/mutants/run $(MUTANTS)

# make coverage [SUITES='unit index']; tests/coverage/run --help lists the suites.
.PHONY: coverage
coverage: deps tools ## share of lines that tests execute; SUITES=
	@tests/coverage/run $(SUITES)

.PHONY: lint
lint: deps ## style and static checks
	@tests/lint

# VMs with 1 to 20 containers, boots of a Debian, and reads of one layer; see the
# files of tests/bench. The boots take an hour.
PICTURES := Documentation/pictures
.PHONY: pictures
pictures: deps tools ## measure containers and boots, draw them and a map of a layer
	@tests/bench/deps
	@tests/bench/containers $(PICTURES)/containers.tsv
	@scripts/pictures $(PICTURES)/containers.tsv $(PICTURES)/containers.svg
	@tests/bench/boot $(PICTURES)/boot.tsv
	@scripts/picture-boot $(PICTURES)/boot.tsv $(PICTURES)/boot.svg
	@tests/bench/layermap $(PICTURES)/layer-map.svg

.PHONY: clean
clean: ## remove build/
	rm -rf $(BUILD)
