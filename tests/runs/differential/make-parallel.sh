# make with several jobs at once: which of them has the stdin of make is drawn by lot, so no numbers are compared.
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
cat >Makefile <<'END'
all: $(addprefix part,1 2 3 4 5 6)
part%: input
	@sleep 0.0$*; cat $< >$@
END
echo in >input
t make -j4
t make -j4 -B --output-sync=target
t make -j4 -B -k all missing
