import { findCommonLayers } from "./shared.run-build-step.run-restore-builds-step.js";

// src/run/restore-builds-step.ts
/** Nodes are asked meanwhile. */
const restoreBuilds = async ({ targets, nodes }, ports) => {
	const { docker, run } = ports;
	const asking = findCommonLayers(docker.api, nodes);
	await run.buildCaches?.restore(targets, asking, (...layer) => run.unpacker?.begin(...layer, nodes, "proven"));
	return nodes.length > 0 ? asking : void 0;
};

export { restoreBuilds };