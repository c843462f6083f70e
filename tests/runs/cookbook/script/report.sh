#!/bin/sh
. ./settings.sh
for name in $NAMES; do
	sort "data/$name.txt"
done | uniq -c >counts.txt
