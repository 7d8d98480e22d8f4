import { hashBlob, openBlob, readArchive, sniff, unpack } from "./shared.blobs-blob.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.run-unpack-archive-step.sources-archive-images.js";

export { hashBlob, openBlob };