# What shells do with descriptors, pipes, traps, jobs and redirections. Run by bash and by dash.
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
exec 2>&1
echo text >f
exec 3<f 4>g 5>>g 9<>h
echo four >&4; echo five >&5; read -r x <&3; echo "$x"
exec 3<&- 4>&- 6>&5 5>&-
echo six >&6
exec 6>&-
cat <&3
(exec 8<missing; echo not reached)
echo "[$?]"
cat <<END | tr a-z A-Z
here $x
END
cat f - <f | cat | cat
x=$(cat f; exit 3); echo "$x [$?]"
(cd /; pwd; exit 4); echo "[$?]"
(kill -TERM $(sh -c 'echo $PPID')); echo "[$?]"
sh -c 'kill -KILL $$'; echo "[$?]"
trap 'echo trapped' USR1 EXIT
kill -USR1 $$
sleep 0.05 & wait $!; echo "[$?]"
sh -c 'exit 7' & wait $!; echo "[$?]"
{ echo a; echo b >&2; } 2>&1 | sort
for i in *; do test -f "$i" && echo "$i"; done
set -- a/*/c [fg] no*match; echo "$@"
. ./f 2>/dev/null || echo "sourcing fails"
command -v sh >/dev/null; hash sh; type cd
no-such-command; echo "[$?]"
./f; echo "[$?]"
chmod +x f; printf 'echo run without a line $0\nexit 5\n' >f; ./f; echo "[$?]"
printf '#!/no/such/interpreter\n' >i; chmod +x i; ./i; echo "[$?]"
: >empty; chmod +x empty; ./empty; echo "[$?]"
set -C; echo no >f; echo "[$?]"; set +C
umask 077; echo >private; umask
ulimit -n 20; sh -c 'exec 3<f 4<f 5<f 6<f 7<f 8<f 9<f; ulimit -n'
(ulimit -n 9; for i in 3 4 5 6 7; do eval "exec $i<f"; done; cat f; echo "[$?]")
test -t 0; echo "[$?]"
read -r line </dev/null; echo "[$?]"
cd missing; echo "[$?]"
mkdir gone; cd gone; rmdir ../gone; pwd; ls; cd ..
printf 'x%.0s' 1 2 3; echo
ls -1 /proc/self/fd | head -n 3 | wc -l
env | grep -c -v -e PRELOAD -e INTERPOSE -e '^_=' >/dev/null; echo "[$?]"
true | false; echo "[$?]"
yes | head -n 1
seq 100000 | head -n 1
eval 'echo $((1+2))'
exit 8
