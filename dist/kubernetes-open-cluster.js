import { openCluster, reopenCluster } from "./shared.build-kubernetes-builder.kubernetes-open-cluster.js";

export { reopenCluster };