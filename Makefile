# interpose: one Makefile, no recursion.
#
#   all        the preloaded library and the commands
#   check      every test; or one kind: unit, sanitize (the unit tests again, under AddressSanitizer and UBSan),
#              fuzz, audit, calls, runs
#   bench      what tracing costs: tests/bench/bench; BENCH="--rounds 3 --only lua,git" and the like choose
#   bench-growth, bench-collector, bench-page    how it grows; the collector and the report; docs/COST.md of them
#   lint       scripts/lint: format, cppcheck, shellcheck, mandoc
#   install, uninstall (PREFIX, DESTDIR), clean
# B=DIR builds elsewhere. CC_I386, CC_MUSL, CC_AARCH64: compilers for the libraries of other kinds of programs;
# by default those that this machine has, and none where it is empty. scripts/test installs what all of this needs and runs it.

VERSION  = 0.1.0
CC       = gcc
CFLAGS   = -O2 -g
PREFIX   = /usr/local
DESTDIR  =
B        = build

WARN     = -std=gnu11 -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wconversion
PACKAGES = libbsd-overlay json-c

# The shim: libc alone, one small object: no start files, no relro, one segment for code and constants, so that an
# exec pays for as few pages and relocations as can be (docs/COST.md).
# The files that every process runs through come first, so that what an image touches as it begins lies together:
# each window of 16 pages that is not touched is a page fault less (docs/DESIGN.md).
SHIM_FIRST   = start clock staging channel record record_fields next string environment exec look program exit channel_fd descriptors open
SHIM_SOURCES = $(SHIM_FIRST:%=shim/%.c) $(filter-out $(SHIM_FIRST:%=shim/%.c),$(wildcard shim/*.c)) \
               $(wildcard shim/*.S)
SHIM_CFLAGS  = $(WARN) -DNATIVE_ABI='"$(NATIVE_ABI)"' -Iinclude -fPIC -fvisibility=hidden -ftls-model=initial-exec -fno-stack-protector \
               -U_FORTIFY_SOURCE
SHIM_LDFLAGS = -shared -nostartfiles -Wl,-soname,libinterpose-shim.so -Wl,-Bsymbolic -Wl,--hash-style=gnu \
               -Wl,-z,norelro -Wl,-z,noseparate-code -Wl,-z,initfirst -Wl,-z,now -Wl,-O1 -Wl,--as-needed -Wl,-T,shim/layout.ld

# One library for each kind of program that the machine's compilers can make (shim/abi.h): the machine's own, and the
# others in directories of their names.
works        = $(shell $(1) -shared -nostartfiles -include stdio.h -o /dev/null -x c /dev/null 2>/dev/null && echo '$(1)')
MACHINE     := $(patsubst i%86,i386,$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))
NATIVE_ABI  := $(MACHINE)-$(if $(findstring musl,$(shell $(CC) -dumpmachine)),musl,gnu)
CC_I386     := $(if $(filter x86_64,$(MACHINE)),$(or $(call works,i686-linux-gnu-gcc),$(call works,$(CC) -m32)))
CC_MUSL     := $(if $(findstring gnu,$(NATIVE_ABI)),$(call works,musl-gcc))
CC_AARCH64  := $(if $(filter-out aarch64,$(MACHINE)),$(call works,aarch64-linux-gnu-gcc))
OTHER_ABIS  := $(if $(CC_I386),i386-gnu) $(if $(CC_MUSL),$(MACHINE)-musl) $(if $(CC_AARCH64),aarch64-gnu)
CC_i386-gnu          = $(CC_I386)
CC_aarch64-gnu       = $(CC_AARCH64)
CC_$(MACHINE)-musl   = $(CC_MUSL)
# What it links with, of whose name it says nothing by -print-file-name.
MUSL                := $(if $(CC_MUSL),$(shell echo 'int empty;' | $(CC_MUSL) -shared -Wl,-t -o /dev/null -x c - | grep '/libc\.so$$'))
# musl-gcc hides the system's headers, and so the kernel's, which are the same for every libc.
KERNEL_HEADERS       = $(B)/kernel-headers
CFLAGS_$(MACHINE)-musl = -idirafter $(KERNEL_HEADERS)
CALLS_CFLAGS_$(MACHINE)-musl = -include tests/calls/musl.h -Wno-builtin-declaration-mismatch
SHIM_CFLAGS_$(MACHINE)-musl = -include shim/musl.h -Wno-missing-prototypes -Wno-array-parameter
RUNNABLE_ABIS = $(filter-out aarch64-%,$(OTHER_ABIS)) # by this kernel
LEFT_OUT     = : $(foreach abi,$(filter-out $(NATIVE_ABI) $(OTHER_ABIS),$(WANTED_ABIS)), \
               ; echo 'left out for want of a compiler (CC_I386, CC_MUSL, CC_AARCH64): $(abi)')
WANTED_ABIS  = $(if $(filter x86_64,$(MACHINE)),i386-gnu) $(MACHINE)-musl aarch64-gnu
OTHER_SHIMS = $(OTHER_ABIS:%=$(B)/%/libinterpose-shim.so)

# Where this machine's libc keeps older versions of symbols, so do we.
SHIM_VERSIONS = $(wildcard shim/versions-$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))).map)

COLLECTOR_SOURCES = $(filter-out collector/main_%.c,$(wildcard collector/*.c))
COLLECTOR_CFLAGS := $(WARN) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude -Icollector \
                    $(shell pkg-config --cflags $(PACKAGES)) -pthread
# The commands are optimized as a whole, where the compiler is gcc and its linker takes part: a record's way leads
# through a dozen files. Tests link the same objects as they are.
WHOLE := $(shell $(CC) --version 2>/dev/null | grep -q 'Free Software Foundation' && echo 'int main(void) { return 0; }' | \
                 $(CC) -flto=auto -ffat-lto-objects -x c -o /dev/null - 2>/dev/null && echo '-flto=auto -ffat-lto-objects')
COLLECTOR_LIBS   := $(shell pkg-config --libs $(PACKAGES)) -pthread
# Two functions of libbsd: linked in where that is there as an archive, so that a start needn't find and map two
# libraries for them (0.16 ms of interpose-run's 2).
LIBBSD           := $(wildcard $(shell $(CC) -print-file-name=libbsd.a))
COMMAND_LIBS      = $(if $(LIBBSD),$(COLLECTOR_LIBS:-lbsd=$(LIBBSD)),$(COLLECTOR_LIBS))

# Tests: tests/unit/test_*.c is a cmocka program each, tests/fuzz/fuzz_*.c a driver each, tests/calls/*.c a family of
# calls each that tests/calls/run runs, tests/runs/test-* a test each; a .c there is a program that they run.
UNIT_TESTS    = $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
FUZZ_TESTS    = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
TEST_PROGRAMS = $(patsubst %.c,$(B)/%,$(wildcard tests/calls/*.c tests/runs/*.c) tests/bench/loops.c)
OTHER_PROGRAMS = $(foreach abi,$(OTHER_ABIS),$(patsubst %.c,$(B)/$(abi)/%,$(wildcard tests/calls/*.c) \
                 $(OTHER_RUNS:%=tests/runs/%.c)))
# The families whose calls have names of their own where time is of 64 bits and the machine of 32.
TIME64_ABI    = $(if $(CC_I386),i386-gnu-time64)
TIME64_FAMILIES = stat metadata wait walk descriptors copy syscall
TIME64_PROGRAMS = $(if $(TIME64_ABI),$(TIME64_FAMILIES:%=$(B)/$(TIME64_ABI)/tests/calls/%))
OTHER_RUNS    = hard_vfork hard_signals hard_start hard_steps
TEST_PROGRAM_CFLAGS = -g -O1 -std=gnu11 -Wall -Wextra -D_GNU_SOURCE -Iinclude
TEST_CFLAGS   = $(COLLECTOR_CFLAGS) -Itests/unit
TEST_LIBS     = $(COLLECTOR_LIBS) -lcmocka
SANITIZE      = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TEST_DEPENDS  = -MMD -MP -MF $@.d -MT $@
RUN_TESTS     = BUILD=$(abspath $(B)) scripts/run-tests

SHIM_OBJECTS      = $(patsubst shim/%,$(B)/shim/%.o,$(basename $(SHIM_SOURCES)))
COLLECTOR_OBJECTS = $(COLLECTOR_SOURCES:collector/%.c=$(B)/collector/%.o) $(B)/collector/program.o \
                    $(B)/collector/abi.o $(B)/collector/page.o
PAGE_SCRIPTS      = $(sort $(filter-out collector/page/main.js,$(wildcard collector/page/*.js))) collector/page/main.js
COMMANDS          = interpose-run interpose-report interpose-collect
UNIT_BINARIES     = $(UNIT_TESTS:%=$(B)/tests/unit/%)
SANITIZE_BINARIES = $(UNIT_TESTS:%=$(B)/sanitize/unit/%)
FUZZ_BINARIES     = $(FUZZ_TESTS:%=$(B)/sanitize/fuzz/%)
AUDIT_CHECKS      = $(wildcard tests/audit/check tests/audit/self-test)
AUDIT_CHECKS     += $(if $(CC_I386),'audit/i386-gnu=tests/audit/check $(B)/i386-gnu/libinterpose-shim.so')
AUDIT_CHECKS     += $(if $(CC_MUSL),'audit/musl=tests/audit/musl $(B)/$(MACHINE)-musl/libinterpose-shim.so $(MUSL)')
CALL_CHECKS       = $(foreach family,$(patsubst tests/calls/%.c,%,$(wildcard tests/calls/*.c)), \
                    'calls/$(family)=tests/calls/run $(family)')
CALL_CHECKS      += $(foreach abi,$(OTHER_ABIS),$(foreach family,$(patsubst tests/calls/%.c,%,$(wildcard \
                    tests/calls/*.c)),'calls/$(abi)/$(family)=tests/calls/run --abi $(abi) $(family)'))
CALL_CHECKS      += $(foreach family,$(if $(TIME64_ABI),$(TIME64_FAMILIES)), \
                    'calls/$(TIME64_ABI)/$(family)=tests/calls/run --abi $(TIME64_ABI) $(family)')
RUN_CHECKS        = $(wildcard tests/runs/test-*)
RUN_CHECKS       += $(foreach abi,$(RUNNABLE_ABIS),$(foreach test,08-vfork 06-signals 06-steps, \
                    'runs/$(abi)/test-hard-$(test)=ABI=$(abi) tests/runs/test-hard-$(test)'))
CHECKS            = $(UNIT_BINARIES) $(SANITIZE_BINARIES) $(FUZZ_BINARIES) $(AUDIT_CHECKS) $(CALL_CHECKS) \
                    $(RUN_CHECKS)

# Where bash-completion and zsh look, below PREFIX.
BASH_COMPLETION = share/bash-completion/completions
ZSH_COMPLETION  = share/zsh/site-functions

all: $(B)/libinterpose-shim.so $(OTHER_SHIMS) $(COMMANDS:%=$(B)/%)
	@$(LEFT_OUT)

$(B)/shim/%.o: shim/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHIM_CFLAGS) -MMD -MP -c -o $@ $<

# Not to be taken for calls of themselves.
$(B)/shim/string.o: SHIM_CFLAGS += -fno-builtin

$(B)/shim/%.o: shim/%.S
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(KERNEL_HEADERS):
	@mkdir -p $@
	for name in linux asm asm-generic; do \
		place=$$(dirname "$$(printf "#include <$$name/fcntl.h>\n" | $(CC) -E - | grep -o '"/.*/fcntl.h"' | head -1 | tr -d '"')"); \
		ln -sfn "$$place" $@/$$name || exit; done

comma = ,

# What musl lacks, its library for us doesn't export: a program that asks for it by dlsym(3) finds none, as without us.
$(B)/$(MACHINE)-musl/lacking.map: $(SHIM_OBJECTS:$(B)/%=$(B)/$(MACHINE)-musl/%)
	readelf -sW $^ | awk '$$5 != "LOCAL" && $$6 == "DEFAULT" && $$7 != "UND" && $$8 !~ /^interpose_/ { print $$8 }' | \
		LC_ALL=C sort -u >$@.ours
	nm -D --defined-only $(MUSL) | awk '{ print $$3 }' | LC_ALL=C sort -u >$@.musl
	test -s $@.musl
	(echo '{ local:'; LC_ALL=C comm -23 $@.ours $@.musl | sed 's/$$/;/'; echo '};') >$@.new
	mv $@.new $@

define other_shim
$(B)/$(1)/shim/%.o: shim/%.c | $(KERNEL_HEADERS)
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CFLAGS) $$(SHIM_CFLAGS) $$(CFLAGS_$(1)) $$(SHIM_CFLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(B)/$(1)/shim/string.o: SHIM_CFLAGS += -fno-builtin

$(B)/$(1)/shim/%.o: shim/%.S
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CFLAGS) -MMD -MP -c -o $$@ $$<

$(B)/$(1)/libinterpose-shim.so: shim/layout.ld $(SHIM_OBJECTS:$(B)/%=$(B)/$(1)/%) $(if $(findstring musl,$(1)),$(B)/$(1)/lacking.map)
	$$(CC_$(1)) $$(SHIM_LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(patsubst %,-Wl$$(comma)--version-script=%,$$(filter %.map,$$^))

$(B)/$(1)/tests/%: tests/%.c | $(KERNEL_HEADERS)
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(TEST_PROGRAM_CFLAGS) $$(CFLAGS_$(1)) $$(if $$(findstring calls/,$$@),$$(CALLS_CFLAGS_$(1))) \
		$$(TEST_DEPENDS) -o $$@ $$< -pthread

$(B)/$(1)/tests/calls/load: | $(B)/$(1)/tests/calls/libempty.so

$(B)/$(1)/tests/calls/libempty.so:
	@mkdir -p $$(@D)
	echo 'int libempty;' | $$(CC_$(1)) -shared -o $$@ -x c -

-include $(SHIM_OBJECTS:$(B)/%.o=$(B)/$(1)/%.d)
endef
$(foreach abi,$(OTHER_ABIS),$(eval $(call other_shim,$(abi))))

$(B)/libinterpose-shim.so: $(SHIM_OBJECTS) $(SHIM_VERSIONS) shim/layout.ld
	$(CC) $(LDFLAGS) $(SHIM_LDFLAGS) $(SHIM_VERSIONS:%=-Wl,--version-script=%) -o $@ $(SHIM_OBJECTS)

$(B)/collector/%.o: collector/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(WHOLE) $(COLLECTOR_CFLAGS) -MMD -MP -c -o $@ $<

# The look at a program before its exec, which the wrapper takes as a traced process does (collector/command.c), and
# where the library for it lies.
$(B)/collector/program.o $(B)/collector/abi.o: $(B)/collector/%.o: shim/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHIM_CFLAGS) -MMD -MP -c -o $@ $<

# The page of *.html: one document without references to other files, put into the command (collector/output_html.c).
$(B)/collector/page.html: collector/page/page.html collector/page/page.css $(PAGE_SCRIPTS)
	@mkdir -p $(@D)
	sed -e '/@STYLE@/r collector/page/page.css' $(PAGE_SCRIPTS:%=-e '/@SCRIPTS@/r %') -e '/@STYLE@/d;/@SCRIPTS@/d' \
		$< >$@.new
	mv $@.new $@

$(B)/collector/page.o $(B)/sanitize/collector/page.o: collector/page.S $(B)/collector/page.html
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DPAGE='"$(B)/collector/page.html"' -c -o $@ $<

$(B)/libinterpose.a: $(COLLECTOR_OBJECTS)
	rm -f $@
	ar rcs $@ $(COLLECTOR_OBJECTS)

$(B)/interpose-%: $(B)/collector/main_%.o $(B)/libinterpose.a
	$(CC) $(CFLAGS) $(WHOLE) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(COMMAND_LIBS)

# Tests. What runs under the tracer is built plainly: it must call what its source says.

$(B)/tests/unit/%: tests/unit/%.c $(B)/libinterpose.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(TEST_CFLAGS) $(TEST_DEPENDS) -o $@ $< $(filter %.a,$^) $(TEST_LIBS)

$(B)/tests/%: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(TEST_PROGRAM_CFLAGS) $(TEST_DEPENDS) -o $@ $< -pthread

$(B)/sanitize/collector/%.o: collector/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(COLLECTOR_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/sanitize/collector/program.o $(B)/sanitize/collector/abi.o: $(B)/sanitize/collector/%.o: shim/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(SHIM_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/sanitize/libinterpose.a: $(COLLECTOR_OBJECTS:$(B)/%=$(B)/sanitize/%)
	rm -f $@
	ar rcs $@ $^

$(B)/sanitize/unit/%: tests/unit/%.c $(B)/sanitize/libinterpose.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(TEST_CFLAGS) $(TEST_DEPENDS) -o $@ $< $(filter %.a,$^) $(TEST_LIBS)

$(B)/sanitize/fuzz/%: tests/fuzz/%.c tests/fuzz/driver.c $(B)/sanitize/libinterpose.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) $(TEST_CFLAGS) $(TEST_DEPENDS) -o $@ $(filter %.c %.a,$^) $(COLLECTOR_LIBS)

$(TIME64_PROGRAMS): $(B)/$(TIME64_ABI)/%: %.c
	@mkdir -p $(@D)
	$(CC_I386) $(TEST_PROGRAM_CFLAGS) -D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64 $(TEST_DEPENDS) -o $@ $< -pthread

tests: all $(UNIT_BINARIES) $(SANITIZE_BINARIES) $(FUZZ_BINARIES) $(TEST_PROGRAMS) $(OTHER_PROGRAMS) $(TIME64_PROGRAMS)

check: tests
	$(RUN_TESTS) $(CHECKS)

unit: $(UNIT_BINARIES)
	$(RUN_TESTS) $^

sanitize: $(SANITIZE_BINARIES)
	$(RUN_TESTS) $^

fuzz: $(FUZZ_BINARIES)
	$(RUN_TESTS) $^

audit: all
	$(RUN_TESTS) $(AUDIT_CHECKS)

calls: all $(TEST_PROGRAMS) $(OTHER_PROGRAMS) $(TIME64_PROGRAMS)
	$(RUN_TESTS) $(CALL_CHECKS)

runs: all $(TEST_PROGRAMS) $(OTHER_PROGRAMS)
	$(RUN_TESTS) $(RUN_CHECKS)

list-checks:
	@printf '%s\n' $(CHECKS)

# What the benchmarks run; tests/bench/measure.py makes it, too.
bench-programs: all $(B)/tests/bench/loops $(B)/tests/bench/empty.so $(B)/tests/bench/plain.so

$(B)/tests/bench/empty.so: tests/bench/empty.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHIM_CFLAGS) $(SHIM_LDFLAGS) -o $@ $<

$(B)/tests/bench/plain.so: tests/bench/empty.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fPIC -shared -o $@ $<

bench: bench-programs
	BUILD=$(abspath $(B)) tests/bench/bench $(BENCH)

bench-growth: bench-programs
	BUILD=$(abspath $(B)) tests/bench/growth $(BENCH)

bench-collector: bench-programs
	BUILD=$(abspath $(B)) tests/bench/collector $(BENCH)

# Of what these three have written.
bench-page:
	BUILD=$(abspath $(B)) tests/bench/table
	BUILD=$(abspath $(B)) tests/bench/plot

lint:
	scripts/lint

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/interpose
	install -m 755 $(COMMANDS:%=$(B)/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(B)/libinterpose-shim.so $(DESTDIR)$(PREFIX)/lib/interpose
	for abi in $(OTHER_ABIS); do \
		install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/interpose/$$abi $(B)/$$abi/libinterpose-shim.so || exit; done
	for page in man/*.[1-8]; do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit; done
	install -D -m 644 completion/_interpose $(DESTDIR)$(PREFIX)/$(ZSH_COMPLETION)/_interpose
	for command in $(COMMANDS); do \
		install -D -m 644 completion/interpose.bash $(DESTDIR)$(PREFIX)/$(BASH_COMPLETION)/$$command || exit; done

uninstall:
	cd $(DESTDIR)$(PREFIX)/bin && rm -f $(COMMANDS)
	rm -rf $(DESTDIR)$(PREFIX)/lib/interpose
	for page in man/*.[1-8]; do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done
	rm -f $(DESTDIR)$(PREFIX)/$(ZSH_COMPLETION)/_interpose
	rm -f $(COMMANDS:%=$(DESTDIR)$(PREFIX)/$(BASH_COMPLETION)/%)

clean:
	rm -rf $(B)

.PHONY: all tests check unit sanitize fuzz audit calls runs list-checks bench-programs bench bench-growth bench-collector bench-page lint install uninstall clean
.SECONDARY:

-include $(SHIM_OBJECTS:.o=.d) $(wildcard $(B)/collector/*.d $(B)/sanitize/collector/*.d)
-include $(wildcard $(B)/tests/*/*.d $(B)/*/tests/*/*.d $(B)/sanitize/unit/*.d $(B)/sanitize/fuzz/*.d)
