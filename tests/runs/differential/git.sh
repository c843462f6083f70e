# A life of a repository: commits, branches, merges with a conflict, hooks, stash, clone, worktree, gc.
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat GIT_EDITOR=true
t() { echo "\$ $*"; "$@" 2>&1; echo "[$?]"; }
git config --global init.defaultBranch main
git config --global advice.detachedHead false
git config --global gc.auto 0
t git init -q repo
cd repo
for i in 1 2 3; do
	mkdir -p d$i
	seq $((i * 100)) >d$i/f
	echo $i >g
	t git add -A
	t git commit -qm "commit $i"
done
printf '#!/bin/sh\necho hook $#; cat >/dev/null; exit 0\n' >.git/hooks/post-commit
chmod +x .git/hooks/post-commit
t git checkout -qb side HEAD~1
echo side >g
t git commit -qam side
t git checkout -q main
t git merge side
t git status --short
echo both >g
t git commit -qam merged
t git log --oneline --graph --stat
t git diff HEAD~2 --stat
t git rebase HEAD~1 side
t git rebase --abort
t git checkout -q main
t git tag -m note v1
echo dirty >>g
t git stash
t git stash pop
t git checkout g
t git rm -q d1/f
t git mv d2/f d2/moved
t git commit -qm 'moved and removed'
t git blame -s g
t git grep -n 1 -- d3
t git bisect start HEAD HEAD~3
t git bisect run sh -c 'test -e d1/f'
t git bisect reset
t git clean -fdx
t git fsck --full
t git gc -q
t git repack -adq
t git count-objects
cd ..
t git clone -q repo clone
t git clone -q --bare repo bare.git
t git -C clone push -q ../bare.git HEAD:refs/heads/pushed
t git -C clone pull -q --no-rebase ../bare.git main
t git -C repo worktree add -q ../tree side
t git -C clone submodule add -q ../bare.git missing/sub
t git -C repo archive --format=tar -o ../a.tar HEAD
t git -C missing status
t git no-such-command
t git -C clone ls-files -s
rm -rf */.git/index */.git/worktrees/*/index */.git/modules bare.git/index
find . -name '*.pack' -o -name '*.idx' -o -name '*.rev' | xargs rm -f
rm -rf clone/.git/logs
