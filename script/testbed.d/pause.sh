# The sandbox image: a pod's first process, which waits. kubelet's is pulled from
# a registry; this one is an OCI archive made of two static programs, put into the
# node image and imported by its entry script.

# make_pause_archive TAR
make_pause_archive() {
  local work layer config manifest
  work=$(mktemp -d)
  mkdir -p "$work/rootfs" "$work/oci/blobs/sha256"
  cp "$parts/usr/bin/busybox" "$work/rootfs/busybox"
  cp "$parts/usr/bin/tini-static" "$work/rootfs/pause"
  tar --owner=0 --group=0 --mtime=@0 --sort=name -C "$work/rootfs" -cf "$work/layer" busybox pause
  layer=$(blob "$work" "$work/layer")
  # tini reaps the orphans of pods that share their process namespace.
  cat >"$work/config" <<JSON
{"architecture":"$(dpkg --print-architecture)","os":"linux","config":{"User":"65535:65535","Entrypoint":["/pause","-s","--","/busybox","sleep","2147483647"]},"rootfs":{"type":"layers","diff_ids":["$layer"]}}
JSON
  config=$(blob "$work" "$work/config")
  cat >"$work/manifest" <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":$(descriptor config.v1+json "$config"),"layers":[$(descriptor layer.v1.tar "$layer")]}
JSON
  manifest=$(blob "$work" "$work/manifest")
  cat >"$work/oci/index.json" <<JSON
{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"$manifest","size":$(stat -c %s "$work/manifest"),"annotations":{"io.containerd.image.name":"localhost/slipway-testbed/pause:1","org.opencontainers.image.ref.name":"1"}}]}
JSON
  echo '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
  tar -C "$work/oci" -cf "$1" oci-layout index.json blobs
  rm -rf "$work"
}

# blob WORK FILE: stores a file under its digest and prints that.
blob() {
  local digest
  digest=$(sha256sum <"$2" | cut -d' ' -f1)
  cp "$2" "$1/oci/blobs/sha256/$digest"
  echo "sha256:$digest"
}

# descriptor TYPE DIGEST; uses the caller's $work.
descriptor() {
  printf '{"mediaType":"application/vnd.oci.image.%s","digest":"%s","size":%s}' \
    "$1" "$2" "$(stat -c %s "$work/oci/blobs/sha256/${2#sha256:}")"
}
