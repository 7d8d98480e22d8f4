# kubectl for a test's own nodes: Debian's, unpacked when it is asked for first. It needs only glibc 2.34.

kubectl_suite=forky
kubectl_parts() { echo "$root/parts/kubectl"; }
kubectl_hash() { recipe_hash "$kubectl_suite" "$(declare -f unpack unpack_kubectl)"; }

# kubectl_command: prints its path. Elsewhere than on Debian, the machine's own.
kubectl_command() {
  if ! is_debian; then
    command -v kubectl || die 'kubectl: this machine has none, and is no Debian to take one from'
    return
  fi
  # Who finds it there has nothing to wait for.
  kubectl_there || locked provide_kubectl
  echo "$(kubectl_parts)/usr/bin/kubectl"
}

kubectl_there() { fresh "$(kubectl_parts)" "$(kubectl_hash)"; }

provide_kubectl() {
  kubectl_there && return
  step 'unpacking kubectl' quiet "$logs/kubectl.log" unpack_kubectl
  stamp "$(kubectl_parts)" "$(kubectl_hash)"
}

unpack_kubectl() {
  rm -rf "$(kubectl_parts)"
  mkdir -p "$(kubectl_parts)"
  unpack "$kubectl_suite" "$(kubectl_parts)" kubectl
}
