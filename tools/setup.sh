# shellcheck shell=bash
# What ./run, ./check and ./bench share: installing what is missing, the user that Beadle runs as,
# and building. Sourced by bash with `set -eu`, in the checkout's folder.

say() {
	printf '%s\n' "$*" >&2
}

# install_packages FILE...: install the Debian packages that these lists name and that are missing.
# A list has one a line; # begins a comment; "npm unless npm" is not needed where there is a program
# npm from elsewhere. Asks dpkg first, so that a second start touches nothing.
install_packages() {
	local missing
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! may_install; then
		say "These Debian packages are missing, and they cannot be installed from here. As root:"
		say "  apt-get install ${missing[*]}"
		say "Then try again."
		exit 1
	fi
	say "Installing what is missing: ${missing[*]}"
	if ! as_root apt-get update -qq ||
		! as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
		say "apt-get could not install them; see above, then try again."
		exit 1
	fi
	case " ${missing[*]} " in *" squid-openssl "*) stop_debians squid ;; esac
	case " ${missing[*]} " in *" unbound "*) stop_debians unbound ;; esac
}

# wanted_packages FILE...: what the lists ask for on this machine, one a line.
wanted_packages() {
	local package word program
	sed 's/#.*//; /^[ \t]*$/d' "$@" | while read -r package word program; do
		[ "$word" = unless ] && command -v "$program" >/dev/null || echo "$package"
	done
}

# missing_packages FILE...: those of them that dpkg does not have.
missing_packages() {
	comm -23 <(wanted_packages "$@" | sort -u) \
		<(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | sort -u)
}

may_install() {
	[ "${BEADLE_INSTALL:-yes}" = yes ] && command -v apt-get >/dev/null &&
		{ [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# stop_debians SERVICE: Debian starts a Squid and an Unbound of its own when their packages come in.
# Beadle and its tests start theirs; only where we brought the package is Debian's ended.
stop_debians() {
	[ -d /run/systemd/system ] || return 0
	as_root systemctl disable --quiet --now "$1.service" || true
}

# make_user: as root, the system user `beadle`, made where it is missing.
make_user() {
	[ "$(id -u)" = 0 ] || return 0
	id -u beadle >/dev/null 2>&1 ||
		adduser --system --group --quiet --no-create-home --home /nonexistent beadle
}

# own_data FOLDER PROGRAM: make the folder. As root it is given to the user beadle, so that nothing
# runs as root, unless that user cannot come to it or to the program.
own_data() {
	local data=$1 program=$2
	mkdir -p "$data"
	chmod 0750 "$data"
	[ "$(id -u)" = 0 ] || return 0
	make_user
	chown beadle:beadle "$data"
	if ! runuser -u beadle -- test -x "$data" -a -w "$data" -a -x "$program"; then
		chown root:root "$data"
		say "The user beadle cannot reach $data and $program,"
		say "so Beadle stays root here. A checkout below /srv or /opt would let it be less."
	fi
}

# build_faults LOG: the errors; where there are none, as from a tool of ours, the end of the log.
build_faults() {
	local found
	found=$(grep -E '\b(error|ERROR): |undefined reference' "$1" | grep -v '^cc1:' | sort -u | head -n 40)
	if [ -n "$found" ]; then
		printf '%s\n' "$found"
	else
		tail -n 40 "$1"
	fi
}

# build_in FOLDER TARGETS [MESON ARGUMENTS]: set it up once, build quietly; TARGETS is one word list.
build_in() {
	local folder=$1 targets=$2 log
	shift 2
	log=$folder.log
	if [ ! -f "$folder/build.ninja" ]; then
		say "Building in $folder, for the first time: this takes some minutes, and is quick from then on."
		meson setup "$@" "$folder" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
	fi
	# shellcheck disable=SC2086 # a list of targets
	ninja -k 0 -C "$folder" $targets >"$log" 2>&1 || { build_faults "$log" >&2; return 1; }
	rm -f "$log"
}
