# Sourced by the scripts: goes to the project's root and makes its own Node 24 and packages there,
# once. Everything else on the machine stays as it is.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

# npm writes this file at the end of an install; the lock file is newer when packages changed.
if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
  command -v npm >/dev/null || { echo 'Slipway needs Node.js with npm to set itself up.' >&2; exit 1; }
  echo 'Installing packages ...' >&2
  npm ci --no-audit --no-fund --loglevel=error >&2
fi
# Where npm is set to `ignore-scripts`, the package `node` has no program: the script that was not run
# brings it, as another package. Without it a `node` of the machine's would be taken, of any version.
if [[ ! -x node_modules/.bin/node ]]; then
  echo 'Installing the program of the package node, as npm ran no install scripts ...' >&2
  if ! (cd node_modules/node && node installArchSpecificPackage.js) >&2 || [[ ! -x node_modules/node/bin/node ]]; then
    echo 'The package node has no program. Set up with: npm_config_ignore_scripts=false npm ci' >&2
    exit 1
  fi
  ln -sf ../node/bin/node node_modules/.bin/node
fi
PATH=$PWD/node_modules/.bin:$PATH
export PATH
