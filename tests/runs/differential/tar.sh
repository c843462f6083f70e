# tar, cpio-like copies, gzip, xz and bzip2.
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
mkdir -p in/a/b in/empty
seq 5000 >in/a/n
printf '\377\376' >"in/a/b/$(printf 'odd\nname')"
ln -s a in/link
ln in/a/n in/a/hard
mkfifo in/fifo
dd if=/dev/zero of=in/sparse bs=1 count=1 seek=100000 status=none
chmod 711 in/a
touch -d 2005-06-07 in/a/n
# An archive holds the times of its members.
tar() { command tar --mtime=@0 "$@"; }
for way in "" z j J; do
	t tar c${way}f out.$way.tar --sort=name in
	t tar t${way}vf out.$way.tar
	mkdir x$way
	t tar x${way}pf out.$way.tar -C x$way
	t diff -r --no-dereference in/a x$way/in/a
done
t tar cSf sparse.tar in/sparse
t tar rf sparse.tar in/a
t tar uf sparse.tar in/a
t tar df sparse.tar
t tar xf missing.tar
t tar xf sparse.tar no-such-member
t tar cf - missing
t tar cf bad/x.tar in
tar cf - in | t tar xvf - -C xz --transform 's/in/moved/' --exclude=sparse
t tar xf sparse.tar --to-command='wc -c'
t tar --delete -f sparse.tar in/sparse
t tar cf - --use-compress-program='gzip -9n' in/a
t gzip -kn in/a/n
t gzip -t in/a/n.gz
t gunzip -f in/a/n.gz
t gzip missing
t bzip2 -k in/a/hard
t xz -kf in/sparse
t xz -dc in/sparse.xz
t xz -l missing
t zcat out.z.tar
