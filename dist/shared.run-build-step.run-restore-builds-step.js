import { executeIn, inspectNode, toChainIds } from "./shared.actions-step.js";
import { attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { isDigest } from "./shared.actions-post.actions-step.recorder.js";

// src/load/common-layers.ts
/** A node that does not answer has nothing that could be left out. */
const timeoutMs = 3e4;
/**
* Configs of all images that a node's containerd has, null-terminated; blobs are named by their digests.
* Compressed layers are larger, or do not have the word in them.
*/
const listConfigs = `cd "$1/io.containerd.content.v1.content/blobs/sha256" || exit 0
find . -maxdepth 1 -type f -size -2048k -exec grep --files-with-matches --null --fixed-strings '"diff_ids"' {} + |
  while IFS= read -r -d '' blob; do cat "$blob" && printf '\\0'; done`;
const toDiffIds = (text) => {
	const diffIds = attempt(() => JSON.parse(text))?.rootfs?.diff_ids;
	return Array.isArray(diffIds) && diffIds.every(isDigest) ? diffIds : [];
};
/**
* The layers of a node: those of images whose snapshots are there.
*
* @param configs texts of images' configs; anything else is passed over
* @param chains chain IDs of the node's snapshots
*/
const toPresentLayers = (configs, chains) => new Set(configs.flatMap((text) => {
	const diffIds = toDiffIds(text);
	const chainIds = toChainIds(diffIds);
	return diffIds.filter((_, index) => chains.has(chainIds[index] ?? ""));
}));
const nothing = {
	diffIds: /* @__PURE__ */ new Set(),
	chainIds: /* @__PURE__ */ new Set()
};
const findLayers = async (api, node) => {
	const argv = [
		"bash",
		"-c",
		listConfigs,
		"bash",
		node.containerd.root
	];
	const [printed, { chains }] = await Promise.all([executeIn(api, node, argv, timeoutMs), inspectNode(api, node, [])]);
	return {
		diffIds: toPresentLayers(printed.split("\0"), chains),
		chainIds: chains
	};
};
/**
* The layers that all nodes have. A builder need not send them: mostly they are there below the same layers,
* too, and where they are not, the load asks for them.
*/
const findCommonLayers = async (api, nodes) => {
	const [first = nothing, ...others] = await Promise.all(nodes.map((node) => findLayers(api, node).catch(() => nothing)));
	const pick = (of) => new Set([...first[of]].filter((id) => others.every((other) => other[of].has(id))));
	return {
		diffIds: pick("diffIds"),
		chainIds: pick("chainIds")
	};
};

export { findCommonLayers };