#!/usr/bin/env bash
# Set-up: system packages (where we may), a virtual environment in .venv/, the locked Python packages. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=requirements.lock
stamp=.venv/.installed

tell() { printf 'set-up: %s\n' "$*" >&2; }

# Become root without asking anybody, or fail.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Install Debian packages; fails where there is no apt, no right or no network.
apt_install() {
    command -v apt-get >/dev/null || return 1
    as_root true 2>/dev/null || return 1
    tell "installing $* (system packages)"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >&2
}

has_fluidsynth() {
    command -v fluidsynth >/dev/null || ldconfig -p 2>/dev/null | grep -q libfluidsynth
}

has_soundfont() {
    local folder
    # As in composer/sound/soundfonts.py.
    for folder in soundfonts /usr/share/sounds/sf{2,3} /usr/share/soundfonts /usr/local/share/{sounds/sf2,soundfonts} \
        /opt/homebrew/share/{sounds/sf2,soundfonts}; do
        # Small ones (TimGM6mb, 6 MB) come with other packages and do not count as good.
        if [ -n "$(find -L "$folder" -maxdepth 1 -name '*.sf[23]' -size +20M 2>/dev/null)" ]; then return 0; fi
    done
    return 1
}

set_up_system() {
    local missing=()
    has_fluidsynth || missing+=(fluidsynth)
    has_soundfont || missing+=(fluid-soundfont-gm)
    [ ${#missing[@]} = 0 ] && return
    apt_install "${missing[@]}" && return
    if ! has_fluidsynth; then
        tell "no audio can be made until FluidSynth is installed: apt-get install fluidsynth fluid-soundfont-gm" \
            "(on macOS: brew install fluid-synth)."
    elif ! has_soundfont; then
        tell "playing on the small piano that comes with pretty_midi; a better one: apt-get install fluid-soundfont-gm."
    fi
}

# The first Python that will do: $PYTHON if it is set, else the system's.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    tell "Python 3.11, 3.12 or 3.13 is needed; install it, or name it: make PYTHON=/path/to/python3.12 setup."
    return 1
}

make_environment() {
    local python version
    python=$(find_python)
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if ! apt_install "python$version-venv"; then
            tell "Python's venv module is missing: apt-get install python$version-venv, then run make again."
            return 1
        fi
    fi
    rm -rf .venv
    "$python" -m venv .venv
}

set_up_python() {
    local wanted
    wanted=$(cksum <"$lock")
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
    [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null || make_environment
    tell "installing Python packages into .venv/ (about 400 MB, once)"
    if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"; then
        tell "the Python packages could not be installed; see above, then run make again to go on."
        return 1
    fi
    printf '%s\n' "$wanted" >"$stamp"
}

set_up_system
set_up_python
