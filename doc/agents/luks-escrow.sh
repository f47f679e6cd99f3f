#!/bin/sh
# luks-escrow: keeps a recovery key of a LUKS2 volume in escrowd. See doc/agents/README.md.
#
#     luks-escrow.sh [-c FILE] enrol     once; a passphrase of the volume on standard input
#     luks-escrow.sh [-c FILE] run       check in, and do what is asked for (the timer's call)
#     luks-escrow.sh [-c FILE] rotate    a new recovery key now
#     luks-escrow.sh [-c FILE] status    what is known here; nothing secret
#
# The recovery key exists in this shell and in pipes only: never in a file, an argument or the environment. A slot counts only after escrowd
# has answered 201; the older one is removed only after that. Whatever goes wrong in between leaves a key that is stored and opens.
set -u
umask 077

config=/etc/unlockdesk/luks-escrow.conf
url='' ca_file='' socket='' volume=''
token_file=/etc/unlockdesk/luks-escrow.token
key_file=/etc/unlockdesk/luks-escrow.key
state_dir=/var/lib/luks-escrow
pbkdf_options=''
answer=''
work=''
os_version=''

say() { printf 'luks-escrow: %s\n' "$1" >&2; }
die() { say "$1"; exit 1; }

# --- configuration and state ---------------------------------------------------------------------------------------------------------

# NAME = VALUE lines; nothing is executed.
read_config() {
    [ -r "$config" ] || die "$config cannot be read. See the README for what belongs there."
    while IFS='=' read -r name value; do
        name=$(printf '%s' "$name" | tr -d ' \t')
        value=$(printf '%s' "$value" | sed 's/^[[:blank:]]*//; s/[[:blank:]]*$//')
        case $name in
            '' | '#'*) ;;
            url) url=$value ;;
            ca_file) ca_file=$value ;;
            socket) socket=$value ;;
            volume) volume=$value ;;
            token_file) token_file=$value ;;
            key_file) key_file=$value ;;
            state_dir) state_dir=$value ;;
            pbkdf_options) pbkdf_options=$value ;;
            *) die "$config: \"$name\" is not a setting." ;;
        esac
    done <"$config"
    [ -n "$volume" ] || die "$config: volume is missing."
    [ -n "$url" ] || [ -n "$socket" ] || die "$config: url or socket is missing."
    case ${url:-https://} in https://* | http://localhost*) ;; *) die "$config: url begins with https://." ;; esac
    [ -r "$token_file" ] || die "$token_file cannot be read. \"escrowd device add\" prints the token that belongs there."
    mkdir -p "$state_dir" || die "$state_dir cannot be made."
    answer=$state_dir/answer.$$
    trap 'rm -f "$answer"' EXIT
    trap 'exit 1' HUP INT TERM
    os_version=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | head -n 1 | tr -cd 'A-Za-z0-9 ./()-')
}

# One run at a time; the lock ends with this process.
take_lock() {
    exec 9>"$state_dir/lock" || die "$state_dir cannot be written."
    flock -n 9 || die "Another run is under way."
}

# current: the slot whose key escrowd has. pending: slots of which nobody knows whether it has. stale: older ones, which may go.
read_state() {
    current='' pending='' stale=''
    [ -r "$state_dir/slots" ] || return 0
    while read -r name value; do
        case $name in
            current) current=$value ;;
            pending) pending=$value ;;
            stale) stale=$value ;;
        esac
    done <"$state_dir/slots"
}

write_state() {
    if ! printf 'current %s\npending %s\nstale %s\n' "$current" "$pending" "$stale" >"$state_dir/slots.new" ||
        ! sync "$state_dir/slots.new" || ! mv "$state_dir/slots.new" "$state_dir/slots"; then
        die "$state_dir cannot be written."
    fi
}

# --- the volume ----------------------------------------------------------------------------------------------------------------------

slots() { cryptsetup luksDump "$volume" | awk '/^Keyslots:/ { on = 1; next } /^[^ \t]/ { on = 0 } on && /^  [0-9]+: / { print $1 + 0 }'; }

# A slot nobody uses, and that no unfinished run has in mind.
free_slot() {
    used=" $(slots | tr '\n' ' ') $pending $stale $current "
    slot=0
    while [ "$slot" -lt 32 ]; do
        case $used in *" $slot "*) ;; *) printf '%s' "$slot"; return 0 ;; esac
        slot=$((slot + 1))
    done
    return 1
}

remove_slot() {
    slots | grep -qx "$1" || return 0
    cryptsetup luksKillSlot --batch-mode --key-file "$key_file" "$volume" "$1"
}

remove_stale() {
    left=''
    for old in $stale; do
        [ "$old" = "$current" ] || remove_slot "$old" || left="$left $old"
    done
    stale=$left
    write_state
}

# 256 bits in the letters that lie on the same keys everywhere, as systemd-cryptenroll writes them.
make_key() {
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | tr 0123456789abcdef cbdefghijklnrtuv | sed 's/......../&-/g; s/-$//'
}

# --- escrowd -------------------------------------------------------------------------------------------------------------------------

quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# call METHOD-PATH BODY: curl reads address, token and body from standard input, so that none of it is an argument. Prints the status;
# 000: no answer. The answer's body lies in $answer.
call() {
    {
        printf 'url = "%s%s"\n' "$(quoted "${url:-http://localhost}")" "$1"
        printf 'header = "Authorization: Bearer '
        tr -d '\r\n' <"$token_file"
        printf '"\nheader = "Content-Type: application/json"\nuser-agent = "luks-escrow"\n'
        printf 'data = "%s"\n' "$(quoted "$2")"
        [ -z "$socket" ] || printf 'unix-socket = "%s"\n' "$(quoted "$socket")"
        [ -z "$ca_file" ] || printf 'cacert = "%s"\n' "$(quoted "$ca_file")"
    } | curl --disable --silent --max-time 60 --output "$answer" --write-out '%{http_code}' --config - || :
}

sentence() { sed -n 's/.*"message":"\([^"]*\)".*/\1/p' "$answer" 2>/dev/null | head -n 1; }

# The id of the first open request for a new LUKS key.
asked_for() {
    tr '}' '\n' <"$answer" | grep '"kind":"luks"' | grep '"action":"rotate"' |
        sed -n 's/.*"id":"\([0-9a-fA-F-]*\)".*/\1/p' | head -n 1
}

report_failure() {
    [ -z "$work" ] || status=$(call "/escrow/v1/device/work/$work" '{"state":"failed","error_code":-2147467259}')
}

fail() {
    report_failure
    die "$1"
}

# --- what it does --------------------------------------------------------------------------------------------------------------------

# A new recovery key: into a slot of its own, tried, stored; then the older ones go.
new_key() {
    read_state
    slot=$(free_slot) || fail "$volume has no free key slot."
    id=$(cat /proc/sys/kernel/random/uuid) || fail "There is no random id."
    key=$(make_key)
    [ "${#key}" -eq 71 ] || fail "No recovery key could be made."
    before=$pending
    pending="$pending $slot"
    write_state # from here on the slot is known, whatever happens
    # shellcheck disable=SC2086
    printf '%s' "$key" | cryptsetup luksAddKey --batch-mode $pbkdf_options --key-file "$key_file" --key-slot "$slot" "$volume" - ||
        fail "The key slot could not be added to $volume."
    printf '%s' "$key" | cryptsetup open --test-passphrase --key-slot "$slot" --key-file - "$volume" ||
        fail "The new key slot of $volume does not open."
    body="{\"id\":\"$id\",\"kind\":\"luks\",\"volume\":\"os\",\"secret\":\"$key\"${work:+,\"work\":\"$work\"}}"
    status=$(call /escrow/v1/device/keys "$body")
    key='' body=''
    case $status in
        201) ;;
        000 | '') die "escrowd did not answer. The recovery key stored last still opens $volume; the next run tries again." ;;
        *)
            if remove_slot "$slot"; then # refused for certain: nobody has that key
                pending=$before
                write_state
            fi
            die "escrowd refused the recovery key ($status): $(sentence)"
            ;;
    esac
    stale="$stale $before $current"
    current=$slot pending=''
    write_state
    remove_stale
    say "The recovery key of $volume is stored (slot $current, id $id)."
}

enrol() {
    if [ ! -e "$key_file" ]; then
        head -c 64 /dev/urandom >"$key_file" || die "$key_file cannot be written."
        chmod 400 "$key_file"
        # shellcheck disable=SC2086
        if ! cryptsetup luksAddKey --batch-mode $pbkdf_options --key-file - "$volume" "$key_file"; then
            rm -f "$key_file"
            die "The passphrase on standard input does not open $volume."
        fi
    fi
    check_in
    new_key
}

check_in() {
    status=$(call /escrow/v1/device/check-in "{\"os_version\":\"$os_version\",\"encrypted\":true}")
    [ "$status" = 200 ] || die "escrowd did not take the check-in ($status): $(sentence)"
}

run() {
    read_state
    check_in
    work=$(asked_for)
    if [ -n "$work" ] || [ -z "$current" ] || [ -n "$pending" ] || ! slots | grep -qx "$current"; then
        new_key
    elif [ -n "$stale" ]; then
        remove_stale
    fi
}

status() {
    read_state
    printf 'volume      %s\nstored      slot %s\nunfinished  slots %s\n' "$volume" "${current:-none}" "${pending:-none}"
}

while getopts c: option; do
    case $option in
        c) config=$OPTARG ;;
        *) die "usage: luks-escrow.sh [-c FILE] enrol|run|rotate|status" ;;
    esac
done
shift $((OPTIND - 1))
read_config
case ${1-} in
    enrol | run | rotate)
        take_lock
        case $1 in rotate) new_key ;; *) "$1" ;; esac
        ;;
    status) status ;;
    *) die "usage: luks-escrow.sh [-c FILE] enrol|run|rotate|status" ;;
esac
