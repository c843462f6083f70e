# make: parallel, recursive, failing, touching, with shell functions and includes that are made.
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
mkdir sub
cat >Makefile <<'END'
all: out sub/out
-include made.mk
X := $(shell cat input)
out: input
	@echo making $@ from $< $(X) $(Y)
	@cat $< >$@
made.mk:
	@echo 'Y = y' >$@
sub/out: FORCE
	@$(MAKE) --no-print-directory -C sub
FORCE:
fail: input
	@echo before; false
	@echo not reached
ignored:
	-@false
	@echo reached
killed:
	@kill -9 $$$$
parallel: $(addprefix part,1 2 3 4 5 6)
part%: input
	@sleep 0.0$*; cat $< >$@
.DELETE_ON_ERROR:
broken: input
	@echo half >$@; false
wild:
	@echo $(sort $(wildcard *)) $(realpath sub/..) $(abspath x)
END
printf 'out: ../input\n\tcp $< $@\n' >sub/Makefile
echo in >input
t make
t make
t make -n -B
t make -q
touch -d 2001-01-01 out sub/out
t make -s
t make fail
t make -k fail ignored
t make killed
t make parallel
t make broken
t make no-such-target
t make -f missing.mk
t make wild
t make -C missing
t make -t out
t make -d -n out | wc -l | tr -d 0-9
t make SHELL=/bin/no-such-shell out -B
t make --touch -B out
