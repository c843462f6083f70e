# Perl's own calls: descriptors, errno in words and numbers, directories, processes, stat's fields.
cat >test.pl <<'END'
use strict; use warnings; use Fcntl qw(:DEFAULT :mode :flock); use File::Find; use File::Temp qw(tempfile tempdir);
use File::Copy; use File::Path qw(make_path remove_tree); use Cwd qw(getcwd realpath); use POSIX qw(:errno_h :sys_wait_h);
use File::Spec; use IO::Handle; use Errno;
$| = 1;
my ($d, $g, $h, $i, $j, $p, $r, $w);
sub t { my ($name, @r) = @_; printf "%s: %s (%d %s)\n", $name, join(",", map { defined $_ ? $_ : "undef" } @r), $! + 0, $!; $! = 0 }
open my $f, ">", "f" or die; t "fileno", fileno $f; print $f "line\n" x 10; close $f;
t "open", open($g, "<", "missing"); t "opendir", opendir($d, "missing");
opendir $d, "."; my @e = sort readdir $d; t "readdir", @e; rewinddir $d; t "again", scalar(my @x = readdir $d); closedir $d;
t "mkdir", mkdir("d"), mkdir("d"); t "rmdir", rmdir("missing"); t "rename", rename("f", "d/f"), rename("f", "g");
t "link", link("d/f", "l"); t "symlink", symlink("d/f", "s"); t "readlink", readlink("s"), readlink("l");
t "stat", (stat "l")[2, 3, 7]; t "lstat", (lstat "s")[2, 7]; t "no stat", stat("missing");
t "chmod", chmod(0600, "l", "missing"); t "utime", utime(1, 2, "l"); t "mtime", (stat "l")[9];
t "truncate", truncate("l", 3), -s "l"; t "unlink", unlink("l", "missing");
t "sysopen", sysopen($h, "x", O_RDWR | O_CREAT | O_EXCL, 0640), sysopen($i, "x", O_CREAT | O_EXCL);
t "flock", flock($h, LOCK_EX); t "dup", open($j, ">&", $h), fileno $j; t "dup2", POSIX::dup2(fileno $h, 30);
t "close", POSIX::close(30), POSIX::close(30); t "pipe", pipe($r, $w), fileno $r, fileno $w;
my $pid = fork; if (!$pid) { close $r; print $w "child\n"; exit 3 } close $w; t "child", <$r>; waitpid $pid, 0; t "status", $? >> 8;
t "system", system("exit 5") >> 8; t "list", system("sh", "-c", "kill -9 \$\$"); t "none", system("no-such-command");
t "backticks", `echo out; exit 2`, $? >> 8; t "open2", !!open($p, "-|", "echo", "piped"), ; t "read", <$p>; t "end", close $p;
t "to", !!open($p, "|-", "cat >to; exit 6"); print $p "in\n"; t "end", close $p, $? >> 8;
make_path("m/n/o"); my @found; find(sub { push @found, $File::Find::name }, "."); t "find", sort @found;
t "copy", copy("to", "m/to"), copy("missing", "m/x"); t "move", move("m/to", "m/moved"); t "remove", remove_tree("m");
my ($tf, $tn) = tempfile(DIR => "."); t "temp", -e $tn, unlink $tn; t "glob", sort glob("*"), glob("{a,b}");
t "cwd", chdir("d"), File::Spec->abs2rel(getcwd(), "..") ; chdir ".."; t "realpath", File::Spec->abs2rel(realpath("s"));
t "tests", map { defined $_ ? 1 : 0 } (-e "s", -d "d", -f "d", -r "x", -x "x", -l "s", -e "missing");
t "select", select(undef, undef, undef, 0.01); t "kill", kill(0, $$); local $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; t "sleep", sleep(3) < 3;
require IO::File; my $tmp = IO::File->new_tmpfile; t "tmpfile", defined $tmp; t "exec", exec("no-such-command");
END
perl test.pl
