# interpose: one Makefile, no recursion. Targets: all, check, lint, sanitize, install, clean.

VERSION  = 0.1.0
CC       = gcc
CFLAGS   = -O2 -g
PREFIX   = /usr/local
DESTDIR  =
B        = build

WARN     = -std=gnu11 -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wconversion
PACKAGES = libbsd-overlay json-c

# The shim: libc alone, one small object: no start files, no relro, one segment for code and constants, so that an
# exec pays for as few pages and relocations as can be (man page "Cost").
SHIM_SOURCES = $(wildcard shim/*.c) $(wildcard shim/*.S)
SHIM_CFLAGS  = $(WARN) -Iinclude -fPIC -fvisibility=hidden -ftls-model=initial-exec -fno-stack-protector \
               -fno-asynchronous-unwind-tables -U_FORTIFY_SOURCE
SHIM_LDFLAGS = -shared -nostartfiles -Wl,-soname,libinterpose-shim.so -Wl,-Bsymbolic -Wl,--hash-style=gnu \
               -Wl,-z,norelro -Wl,-z,noseparate-code -Wl,-z,initfirst -Wl,-z,now -Wl,-O1 -Wl,--as-needed

COLLECTOR_SOURCES = $(filter-out collector/main_%.c,$(wildcard collector/*.c))
COLLECTOR_CFLAGS  = $(WARN) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude -Icollector \
                    $(shell pkg-config --cflags $(PACKAGES)) -pthread
COLLECTOR_LIBS    = $(shell pkg-config --libs $(PACKAGES)) -pthread

SHIM_OBJECTS      = $(patsubst shim/%,$(B)/shim/%.o,$(basename $(SHIM_SOURCES)))
COLLECTOR_OBJECTS = $(COLLECTOR_SOURCES:collector/%.c=$(B)/collector/%.o)
COMMANDS          = interpose-run interpose-report interpose-collect

all: $(B)/libinterpose-shim.so $(COMMANDS:%=$(B)/%)

$(B)/shim/%.o: shim/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHIM_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/shim/%.o: shim/%.S
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libinterpose-shim.so: $(SHIM_OBJECTS)
	$(CC) $(LDFLAGS) $(SHIM_LDFLAGS) -o $@ $(SHIM_OBJECTS)

$(B)/collector/%.o: collector/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COLLECTOR_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libinterpose.a: $(COLLECTOR_OBJECTS)
	rm -f $@
	ar rcs $@ $(COLLECTOR_OBJECTS)

$(B)/interpose-%: $(B)/collector/main_%.o $(B)/libinterpose.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(COLLECTOR_LIBS)

clean:
	rm -rf $(B)

.PHONY: all clean
.SECONDARY:

-include $(SHIM_OBJECTS:.o=.d) $(COLLECTOR_OBJECTS:.o=.d) $(wildcard $(B)/collector/main_*.d)
