# The programs of tests/calls, each call in a directory of its own: what they print of results, errno and descriptors, and
# the files that they leave. tests/calls/run compares what is traced.
export INTERPOSE_TEST_NAME=interpose-test-differential
for program in "$BUILD"/tests/calls/*; do
	family=${program##*/}
	case $family in *.d) continue ;; esac
	for call in $("$program"); do
		echo "\$ $family $call"
		mkdir -p "$family.$call" && cd "$family.$call" || exit
		"$program" "$call" 2>&1
		echo "[$?]"
		rm -f after-number # of a process
		cd ..
	done
done
