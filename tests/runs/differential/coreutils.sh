# Every tool of coreutils that reads, writes or names files, in success and in failure.
set -u
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
mkdir -p a/b/c empty
printf 'one\ntwo\nthree\n' >a/f
seq 1 1000 >a/n
t cat a/f missing a
t tac a/f
t cp -a a copy
t cp -r a/f a/missing copy
t cp --reflink=auto -p a/n copy/n2
t cp --sparse=always a/n copy/n3
t mv copy/f copy/g
t mv copy missing/x
t mv -n copy/g copy/n
t mv --backup=numbered copy/g copy/n
t ln a/f a/hard
t ln -s f a/soft
t ln -s loop loop
t ln a missing/x
t link a/f a/f2
t unlink a/f2
t readlink a/soft a/f loop
t readlink -f a/soft
t readlink -e a/soft/x
t realpath a/../a/soft missing loop
t rm a/hard missing
t rm -r copy a
mkdir -p a/b/c
printf 'one\ntwo\n' >a/f
t rm -rf nothing
t rmdir a empty missing
t rmdir -p a/b/c
mkdir -p a/b/c
t mkdir a a/b/d missing/x
t mkdir -m 700 m
t mkdir -p p/q/r
t mkfifo fifo
t mkfifo fifo a
t mknod pipe p
t touch a/new missing/x
t touch -d 2001-02-03 a/f
t touch -r a/f a/g
t chmod 640 a/f missing
t chmod -R u=rwX,go= p
t chmod +x a/f
t chown 0:0 a/f missing
t chgrp 0 a/f
t truncate -s 100 a/t
t truncate -s +5 a/f
t stat -c '%n %s %F %a %h' a a/f fifo missing
t stat -f -c '%n %l' .
t ls -1A a missing
t ls -lR --time-style=+ --block-size=1 p a
t ls -1d a/../a
t dir a
t du --apparent-size -b a p
t df --output=target .
t test -e a/f -a -d a
t [ -s missing ]
t dd if=a/f of=dd bs=3 count=2 status=none
t dd if=missing of=dd2
t dd if=/dev/zero of=zero bs=1k count=3 conv=notrunc status=none
t split -l 300 a/n part
seq 1 900 >n
t split -l 300 n part
t split -n 3 n chunk
t csplit -s n 100 200
t head -n 2 n missing
t tail -n 2 n
t tail -c 5 n
t sort -rn n -o sorted
t sort -S 20k --parallel=2 -T . n -o sorted2
t sort missing
t uniq n counted
t comm n sorted
t join n n
t paste n n
t cut -c 1-2 n
t tr a-z A-Z
t wc n missing
t md5sum n missing
md5sum n >sums
t md5sum -c sums
t sha256sum n
t cksum n
t sum n
t b2sum n
t base64 n
t od -c a/f
t nl a/f
t fold -w 3 a/f
t fmt a/f
t pr -t a/f
t expand a/f
t unexpand a/f
t shuf -n 0 n
t shred -u dd
t tee x y
echo text | t tee x y missing/z
t install -D -m 755 n bin/n
t install missing bin/
t mktemp -u -d missing/XXXXXX >/dev/null
t mktemp "$PWD/one.XXXXXX" >/dev/null
rm -f one.*
t env -i A=1 /bin/sh -c 'echo $A'
t env no-such-command
t nice -n 5 true
t nohup true
t timeout 5 sh -c 'exit 3'
t timeout -s KILL 0.1 sleep 5
t timeout 0.1 sleep 5
t chroot missing true
t chroot / sh -c 'pwd'
t stdbuf -o0 echo unbuffered
t sync a/f
t pathchk a/f "$(printf %300s | tr ' ' x)"
t basename a/f
t dirname a/f
t pwd -P
t id -u
t groups
t nproc --ignore=1000
t tty
t who /dev/null
t factor 12
t expr 3 + 4
t seq 3
t yes | head -n 2
t printf '%s\n' x
t kill -l 9
t true
t false
exit 9
