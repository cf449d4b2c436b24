#!/bin/sh
# Tell Beadle who has logged on to this machine, or off it.
#
#   beadle-logon.sh logon|logoff [LOGIN]
#
# For pam_exec(8) in the session stack, which says by itself what happens and to whom:
#
#   session optional pam_exec.so quiet /usr/local/sbin/beadle-logon.sh
#
# Settings come from /etc/beadle-logon.conf, which only root should be able to read:
#
#   url=http://beadle.school.example:8081/logon
#   token=what `beadle who token NAME` printed
#
# Whatever goes wrong, the person gets in: the worst that follows is that Beadle knows them less well.
set -u

conf=${BEADLE_LOGON_CONF:-/etc/beadle-logon.conf}
event=${1:-}
login=${2:-${PAM_USER:-$(id -un)}}

case ${PAM_TYPE:-} in
open_session) event=logon ;;
close_session) event=logoff ;;
esac
case $event in
logon | logoff) ;;
*)
	echo "beadle-logon.sh: say logon or logoff" >&2
	exit 2
	;;
esac

setting() {
	sed -n "s/^$1=//p" "$conf" | head -n 1
}

# As a text of JSON: a login has no control characters, so these two are all there is to escape.
quoted() {
	printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

# The token goes by standard input: an argument could be read by everybody on this machine.
printf 'header = "Authorization: Bearer %s"\n' "$(setting token)" |
	curl --silent --show-error --fail --max-time 5 --noproxy '*' --config - \
		--header 'Content-Type: application/json' --output /dev/null \
		--data "{\"event\":\"$event\",\"login\":$(quoted "$login"),\"device\":$(quoted "$(hostname | cut -c 1-31)")}" \
		"$(setting url)"
