# ccache around a C compiler: misses, hits, a failing compilation, statistics.
export CCACHE_DIR=$PWD/cache CCACHE_NOSTATS=
unset CCACHE_NOSTATS
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
printf 'int f(int);\n' >f.h
for i in 1 2 3 4; do printf '#include <stdio.h>\n#include "f.h"\nint f(int x) { return printf("%%d", x + %d); }\n' $i >f$i.c; done
for round in 1 2 3; do
	for i in 1 2 3 4; do t ccache gcc -O1 -c f$i.c -o f$i.o; done
	[ $round -ne 2 ] || echo '/* changed */' >>f.h
done
echo 'int broken(' >broken.c
t ccache gcc -c broken.c
t ccache gcc -E f1.c -o f1.i
t ccache gcc -MMD -c f2.c -o f2.o
ccache --print-stats | grep -E '^(direct_cache_hit|cache_miss|preprocessed_cache_hit|compile_failed)'
rm -rf cache
