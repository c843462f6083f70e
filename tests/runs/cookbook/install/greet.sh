#!/bin/sh
greeting=hello
for file in /etc/greet.conf "$HOME/.greetrc" ./greet.conf; do
	[ -r "$file" ] && . "$file"
done
echo "$greeting"
