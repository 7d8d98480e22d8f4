# Asks a node's own kubectl for one kind of objects, for src/diagnose/cluster/read-cluster.ts. Runs in the node.
# Arguments: the kind, a template of what to print of them, the node's name, known-words.txt.
config=/etc/kubernetes/admin.conf

fail() {
  echo "$1" >&2
  exit 1
}

# Where minikube has it, the newest that it brought.
mapfile -t folders < <(printf '%s\n' /var/lib/minikube/binaries/*/ | sort --version-sort)
for folder in "${folders[@]}"; do PATH=$folder:$PATH; done
command -v kubectl >/dev/null || fail "no kubectl in $3"
[[ -r $config ]] || fail "no $config in $3"

# Docker gives the proxies of whoever started the node to all that is run in it. The API server is the node's own,
# and called control-plane.minikube.internal in minikube's, which nobody excepts there.
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# A template that fails makes kubectl print the objects as a whole, secrets and all, so what it printed
# counts only when it succeeded. It learns the API's kinds with requests of their own, each of which
# may take as long as --request-timeout, hence the deadline for all. And it leaves no cache behind.
printed=$(timeout --kill-after=0.5 4.2 kubectl --kubeconfig "$config" --request-timeout 4s \
  --cache-dir /dev/null get "$1" --all-namespaces --output "go-template=$2") || {
  [[ $? -lt 124 ]] || fail "the API server of $3 does not answer"
  exit 1
}
# Guarded fields begin with a tilde and a quote, which no other field has; runc names a command between the words
# that tell that it was one, and what became of it.
words='permission denied|no such file or directory'
cut='s%exec: \\"[^\t]*\\": (stat [^\t]*: )?('$words')%exec: \2%'
keep=$(sed '/^#/d; /^$/d; s%.*%s\%\\t~"[^\\t]*(&)[^\\t]*"\%\\t"\\1"\%%' <<<"$4")
# Messages may be many, and made to be slow.
timeout --kill-after=0.5 4 sed -E "$cut"$'\n'"$keep"$'\n''s%\t~[^\t]*%\t%g' <<<"$printed"
