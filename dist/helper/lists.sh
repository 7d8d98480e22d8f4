# What `ctr` and `crictl` list, in the words of containerd.pl; for any sh.

by_ctr_snapshots() {
  ctl snapshots list >"$own/list" && grep -q ^KEY "$own/list" &&
    awk 'NR > 1 { print "snapshot\t" $1 "\t" ($NF == "Committed" ? 3 : 2) }' "$own/list"
}

by_ctr_held() {
  ctl content list |
    sed -nE 's/^(sha256:[0-9a-f]{64})[^0-9a-f].*containerd\.io\/gc\.ref\.snapshot\.[a-z0-9_-]+=(sha256:[0-9a-f]{64}).*/held\t\1\t\2/p'
}

# What crictl prints has one name, or the beginning of a list, a line.
by_ctr_images() {
  crictl images -o json | awk -F\" '
    $2 == "id" { if (line) print line; line = "image\t" $4 }
    $2 ~ /^repo(Tags|Digests)$/ { is_name = $3 ~ /\[ *$/; next }
    /\]/ { is_name = 0 }
    is_name { line = line "\t" $2 }
    END { if (line) print line }'
}
