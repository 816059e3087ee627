#!/bin/sh
# Makes .venv and installs what the requirements file names. Usage: setup.sh PYTHON REQUIREMENTS
set -eu
python=$1
requirements=$2

stop() {
    printf '\nExplainCXR cannot be set up: %s\n\n' "$1" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 ||
    stop "there is no '$python'. Install Python 3.11 or later (Debian, Ubuntu: apt install python3 python3-venv)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "'$python' is $("$python" -V 2>&1), but Python 3.11 or later is needed. Name another one: make run PYTHON=python3.12"
command -v c++ >/dev/null 2>&1 || command -v g++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
    stop "there is no C++ compiler, which llama.cpp is built with. Install one (Debian, Ubuntu: apt install g++)."
if [ ! -x .venv/bin/pip ]; then
    "$python" -m venv .venv ||
        stop "'$python -m venv' failed. On Debian and Ubuntu: apt install python3-venv"
fi
echo "Installing the libraries; the first time this takes ten to fifteen minutes, most of it building llama.cpp."
.venv/bin/pip install --disable-pip-version-check --quiet --requirement "$requirements"
