# Sourced by the scripts: goes to the project's root and makes its own Node 24 and packages there,
# once. Everything else on the machine stays as it is.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# npm writes this file at the end of an install; the lock file is newer when packages changed.
if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
  command -v npm >/dev/null || { echo 'Slipway needs Node.js with npm to set itself up.' >&2; exit 1; }
  echo 'Installing packages ...' >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
fi
PATH=$PWD/node_modules/.bin:$PATH
export PATH
