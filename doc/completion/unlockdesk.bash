# bash completion for unlockdesk: words come from the program's own usage, so that the two cannot drift apart.
_unlockdesk()
{
    local words
    words=$(unlockdesk --help 2>/dev/null | awk '/^  / { print $1; if ($2 ~ /^[a-z][a-z-]*$/ && $1 ~ /^(approve|device|key|journal|report|theme)$/) print $2 }')
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -F _unlockdesk unlockdesk
