#!/usr/bin/env bash
# Write requirements.lock anew from pyproject.toml: exact versions and hashes for Linux and macOS, Python 3.11 to 3.13.
# Arguments go to uv, e.g. --upgrade. uv is installed aside, in build/; nobody needs it to install from the lock.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x build/uv/bin/uv ] || { python3 -m venv build/uv && build/uv/bin/pip install --quiet 'uv>=0.9'; }
# No index address goes into the lock: it installs from wherever pip is set up to look.
build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --system-certs \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' \
    --output-file requirements.lock "$@" pyproject.toml
