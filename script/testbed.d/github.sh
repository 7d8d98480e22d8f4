# The double of GitHub: an App's API and private repositories, for every engine of the machine.

github_state() { echo "$root/github.json"; }
github_sources=$here/../__tests__/support/github

github_hash() { recipe_hash "$github_sources"/*.ts; }
github_field() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$(github_state)"; }

github_up() {
  local pid
  [[ -s $(github_state) ]] && fresh "$(github_state)" "$(github_hash)" && pid=$(github_field pid) &&
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$(github_state)"
}

# It runs on the project's own Node 24, so the packages must be there.
start_github() {
  if github_up; then return; fi
  stop_github
  (source "$here/setup.sh" && cd / &&
    exec setsid nohup "$here/../node_modules/.bin/node" "$github_sources/serve.ts" --state "$(github_state)" \
      >"$logs/github.log" 2>&1 </dev/null 9>&-) &
  local deadline=$((SECONDS + 60))
  until [[ -s $(github_state) ]]; do
    if ((SECONDS > deadline)) || ! kill -0 $! 2>/dev/null; then
      tail -n 20 "$logs/github.log" >&2
      return 1
    fi
    sleep 0.05
  done
  stamp "$(github_state)" "$(github_hash)"
}

stop_github() {
  local pid
  if [[ -s $(github_state) ]]; then
    pid=$(github_field pid)
    if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$(github_state)"; then end_process "$pid"; fi
  fi
  rm -f "$(github_state)" "$(github_state).pem" "$(github_state).stamp"
}

github_line() {
  if github_up; then echo "up     $(github_field apiUrl) (a double)"; else echo down; fi
}

github_env() {
  github_up || return 0
  export_line SLIPWAY_GITHUB_API_URL "$(github_field apiUrl)"
  export_line SLIPWAY_GITHUB_SERVER_URL "$(github_field serverUrl)"
  export_line SLIPWAY_GITHUB_CLIENT_ID "$(github_field clientId)"
  export_line SLIPWAY_GITHUB_PRIVATE_KEY_FILE "$(github_field privateKeyPath)"
}
