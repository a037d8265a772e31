# shellcheck shell=bash
# _common: shared by the scripts in bin/. Sourced, never run.
set -euo pipefail

ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
VENV="${MAYFLY_VENV:-$ROOT/.venv}"

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s: %s\n' "bin/${0##*/}" "$*" >&2
  exit 1
}

# --help prints the comment at a script's head, before anything is installed or connected to.
asked="${1:-}"
[ "$asked" != prod ] || asked="${2:-}"
if [[ "$asked" =~ ^(-h|--help)$ ]]; then
  sed -n '1d; /^#/!q; s/^# \{0,1\}//; 2s/^/bin\//; p' "$0"
  exit 0
fi

# Prints the path of a Python 3.11 or newer.
find_python() {
  local name
  for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
    [ -z "${PYTHON:-}" ] || fail "PYTHON=$PYTHON is not Python 3.11 or newer."
  done
  fail "Python 3.11 or newer is needed, but not on the PATH: install it, or set PYTHON to its path."
}

# fingerprint PYTHON FILE: prints that Python's version and a hash of that requirements file.
fingerprint() {
  "$1" -c 'import hashlib, platform as p, sys
print(p.python_version(), hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$2"
}

# venv_fits STAMP FILE: whether PYTHON_BIN runs, and the stamp is the fingerprint of that requirements file.
venv_fits() {
  local wanted
  [ -x "$PYTHON_BIN" ] && wanted="$(fingerprint "$PYTHON_BIN" "$2" 2>/dev/null)" &&
    [ "$(cat "$1" 2>/dev/null)" = "$wanted" ]
}

# apt_install PACKAGE: for root on Debian only. Silent: the step that needs the package reports it missing.
apt_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1"; } >/dev/null 2>&1
}

# missing_fonts: prints Debian's packages without which a picture of the demo community shows boxes.
missing_fonts() {
  local font
  for font in NotoSans-Regular:fonts-noto-core NotoSansCJK:fonts-noto-cjk NotoColorEmoji:fonts-noto-color-emoji; do
    fc-list 2>/dev/null | grep -i "${font%:*}" >/dev/null || printf '%s ' "${font#*:}"
  done
}

# need_venv run|dev|aws|moto: makes PYTHON_BIN a Python with those requirements. Installs again only when their file or
# the Python changed; recreates the environment when its Python is gone.
need_venv() {
  if [ -n "${MAYFLY_PYTHON:-}" ]; then
    PYTHON_BIN="$MAYFLY_PYTHON" # a container has its own
    return
  fi
  PYTHON_BIN="$VENV/bin/python"
  local requirements="$ROOT/requirements-$1.txt" stamp="$VENV/.mayfly-$1" python clear=""
  if venv_fits "$stamp" "$requirements"; then
    return
  fi
  python="$(find_python)"
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Python's venv module is missing: install it first (on Debian and Ubuntu: apt-get install python3-venv)."
  mkdir -p "$VENV" 2>/dev/null && [ -w "$VENV" ] ||
    fail "No permission to write to $VENV: let this user write there, or name another folder in MAYFLY_VENV."
  if command -v flock >/dev/null; then # of two scripts at once only one installs
    exec 9<"$VENV"
    flock 9
  fi
  if ! venv_fits "$stamp" "$requirements"; then
    say "installing what Mayfly needs ($1) into $VENV" >&2
    if [ -e "$VENV/pyvenv.cfg" ] && ! "$PYTHON_BIN" -c '' 2>/dev/null; then
      clear=--clear # its Python is gone; any other folder is never emptied
    fi
    "$PYTHON_BIN" -m pip --version >/dev/null 2>&1 || "$python" -m venv ${clear:+"$clear"} "$VENV" ||
      fail "The virtual environment in $VENV could not be made."
    "$PYTHON_BIN" -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$requirements" ||
      fail "The requirements could not be installed: see pip's message above; the network may be down."
    if [ "$1" = dev ] || [ "$1" = aws ]; then # they hold everything that running needs
      fingerprint "$PYTHON_BIN" "$ROOT/requirements-run.txt" >"$VENV/.mayfly-run"
    fi
    if [ "$1" = dev ]; then
      fingerprint "$PYTHON_BIN" "$ROOT/requirements-aws.txt" >"$VENV/.mayfly-aws"
    fi
    fingerprint "$PYTHON_BIN" "$requirements" >"$stamp"
  fi
  exec 9>&-
}

# need_moto: makes MOTO_BIN the folder of the programs that simulate AWS in tests, in their own environment.
need_moto() {
  local VENV="${MAYFLY_MOTO_VENV:-$VENV-moto}" MAYFLY_PYTHON="" PYTHON_BIN
  need_venv moto
  # shellcheck disable=SC2034
  MOTO_BIN="$VENV/bin"
}

# ops SCRIPT [ARGUMENT...]: runs that script of webapp/ops.
ops() {
  need_venv run
  PYTHONPATH="$ROOT" PYTHONSAFEPATH=1 exec "$PYTHON_BIN" -m webapp.ops "$@"
}
