# find and xargs, with everything that makes find look, change and run.
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
mkdir -p tree/a/b/c tree/d 'tree/with space'
for i in 1 2 3 4 5; do echo $i >tree/a/f$i; echo x >"tree/with space/f $i"; done
ln -s ../a tree/d/link
ln -s nowhere tree/d/dangling
ln -s .. tree/a/b/up
chmod 000 tree/a/f5
find tree -exec touch -h -d 2020-01-01 {} +
touch -d 2020-01-02 tree/a/f2
t find tree -depth
t find -L tree -maxdepth 4
t find -H tree/d/link
t find tree -type f -name 'f*' -size -2k
t find tree -xtype l
t find tree -links 1 -perm 644
t find tree -newer tree/a/f1
t find tree -empty
t find tree -samefile tree/a/f1
t find missing tree/a/f1
t find tree -type f -exec cat {} ';'
t find tree -type f -exec printf '%s\n' {} +
t find tree -execdir pwd ';'
t find tree -type f -print0 | tr '\0' '\n'
find tree -type f -print0 | sort -z | t xargs -0 -n 2 echo
find tree -type f -print0 | sort -z | t xargs -0 -P 2 -n 3 cat >/dev/null
t xargs -a /dev/null echo nothing
echo a b c | t xargs -n 1 no-such-command
echo a b c | t xargs -n 1 sh -c 'exit 255'
echo a b c | t xargs -I@ sh -c 'kill -9 $$'
t find tree -fprintf out '%p %s\n'
sort -o out out
t find tree -name f2 -delete
t find tree -prune -o -print
t find tree -type d -name 'with*' -exec rm -r {} +
t find . -inum 1
t find tree -regex '.*/f[0-9]' -printf '%f %m %l\n'
t find tree -readable -name 'f5'
