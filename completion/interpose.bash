# Completion of interpose-run, interpose-report and interpose-collect for bash, by bash-completion.
#
# Options, the words of --format and the events of -e are those that the command's own --help lists, so that what is
# offered is what this version takes. An option's argument is completed by the word that --help shows for it: a FILE,
# PATH and their like are files, a WORD is a format, a LIST is of events; others are free.

# In these functions, `help` is what --help printed.

# Prints what stands behind "KEY: ", a word a line.
_interpose_words()
{
	sed -n "s/^$1: //p" <<<"$help" | tr -s ', ' '\n'
}

# Prints the options, each as "-o --option ARGUMENT" without what it doesn't have.
_interpose_rows()
{
	sed -n 's/^  \(-[A-Za-z]\)\{0,1\}\(, \)\{0,1\}\(--[a-z0-9-]*\)\{0,1\}\(\( [A-Z]\{1,\}\)*\)  *[^ ].*/\1 \3\4/p' \
		<<<"$help"
}

# Prints the words for an option's arguments.
_interpose_arguments()
{
	local -a row
	local word

	while read -r -a row; do
		[[ " ${row[*]} " == *" $1 "* ]] || continue
		for word in "${row[@]}"; do
			[[ $word == -* ]] || echo "$word"
		done
	done < <(_interpose_rows)
}

# Prints the words for the arguments that must follow a word of the command line: -o, --format, -zo.
_interpose_pending()
{
	local at arguments

	case $1 in
	--*=*) ;;
	--*) _interpose_arguments "$1" ;;
	*)
		for ((at = 1; at < ${#1}; at++)); do
			arguments=$(_interpose_arguments "-${1:at:1}")
			[[ -n $arguments ]] || continue
			((at + 1 < ${#1})) || echo "$arguments"
			return
		done
		;;
	esac
}

# Offers names of events for the last part of a list; a - before one stays.
_interpose_list()
{
	local part=${cur##*[, ]} minus=

	[[ $part != -* ]] || minus=-
	mapfile -t COMPREPLY < <(compgen -P "${cur%"$part"}$minus" -W "$(_interpose_words events)" -- "${part#-}")
	compopt -o nospace
}

_interpose_argument()
{
	case $1 in
	LIST) _interpose_list ;;
	WORD) mapfile -t COMPREPLY < <(compgen -W "$(_interpose_words formats)" -- "$cur") ;;
	DIR | DIRECTORY) _filedir -d ;;
	NAME | PATTERN | NUMBER | N) ;;
	*) _filedir ;;
	esac
}

_interpose()
{
	# shellcheck disable=SC2034 # words, prev and split are _init_completion's
	local cur prev words cword split help at=1 operands=false
	local -a pending=()

	_init_completion -s -n : || return
	help=$("$1" --help 2>/dev/null) || return
	if [[ $split == true ]]; then
		_interpose_argument "$(_interpose_arguments "$prev")"
		return
	fi
	for (( ; at < cword; at++)); do
		if [[ ${#pending[@]} -gt 0 ]]; then
			pending=("${pending[@]:1}")
		elif [[ ${words[at]} == -- ]]; then
			operands=true
			[[ $1 != *-run ]] || { ((at++)) || true; }
			break
		elif [[ ${words[at]} == -?* ]]; then
			mapfile -t pending < <(_interpose_pending "${words[at]}")
		elif [[ $1 == *-run ]]; then
			operands=true
			break
		fi
	done
	if [[ ${#pending[@]} -gt 0 ]]; then
		_interpose_argument "${pending[0]}"
	elif [[ $operands == false && $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_interpose_rows | tr ' ' '\n' | grep '^-')" -- "$cur")
	elif [[ $1 == *-run ]]; then
		_command_offset "$at"
	elif [[ $1 == *-report ]]; then
		_filedir trace
	fi
} &&
	complete -F _interpose interpose-run interpose-report interpose-collect
