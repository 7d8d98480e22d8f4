import { executeIn } from "./shared.actions-step.js";
import { isMachine } from "./shared.actions-post.actions-step.recorder.js";
import { renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { hub } from "./shared.actions-post.commands-diagnose.pull-explain.pull-mirrors.pull-pull-image.js";
import { toPlace } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { pullOnce } from "./shared.pull-mirrors.pull-pull-image.js";
const { readFileSync } = process.getBuiltinModule("node:fs");

// src/pull/mirrors.ts
/** As containerd has it (docs/hosts.md). */
const toHostsFile = (mirrors) => ["server = \"https://registry-1.docker.io\"", ...mirrors.flatMap(({ host, isPlain }) => {
	const [name = "", ...path] = host.split("/");
	const base = path.length === 0 ? "" : `/v2/${path.join("/")}`;
	return [
		`[host."${isPlain ? "http" : "https"}://${name}${base}"]`,
		"  capabilities = [\"pull\", \"resolve\"]",
		...base === "" ? [] : ["  override_path = true"]
	];
})].join("\n");
const timeoutMs = 3e4;
const outcomes = {
	theirs: "has mirrors of its own, which stay",
	machine: "keeps its own: Slipway does not configure a machine",
	k3s: "keeps its own: Slipway does not configure K3s (`k3d cluster create --registry-config` does)",
	unread: "reads no mirrors: its containerd has no config_path (kind 0.27 and newer set it)"
};
/** @returns a word of {@link outcomes}, what the node has done, or what went wrong */
const tellNode = async (api, node, argv) => {
	if (isMachine(node)) return "machine";
	if (node.provider === "k3d") return "k3s";
	return (await executeIn(api, node, argv, timeoutMs).catch(renderError)).trim();
};
/**
* Has nodes ask the mirrors, too, for what pods pull.
*
* @returns a line for each node that does not; never fails
*/
const mirrorNodes = async (api, nodes, mirrors) => {
	const argv = [
		"/bin/bash",
		"-c",
		readFileSync(new URL("./in-node/mirrors.sh", import.meta.url), "utf8"),
		"mirrors",
		toHostsFile(mirrors)
	];
	return (await Promise.all(nodes.map(async (node) => {
		const { name } = node;
		const word = await tellNode(api, node, argv);
		if (word === "written" || word === "same") return [];
		return [`registry-mirrors: ${name} ${outcomes[word] ?? `could not be told: ${word}`}`];
	}))).flat();
};
/** What a mirror calls an image of Docker Hub's; undefined for others, and for what has a digest. */
const toMirrored = ({ canonical }, { host }) => {
	const { domain, repository, version } = toPlace(canonical);
	return domain !== "docker.io" || canonical.includes("@") ? void 0 : `${host}/${repository}:${version}`;
};
const has = async (get, name) => await get(`/images/${name}/json`) !== void 0;
/**
* Asks mirrors for an image, one after another.
*
* @returns whether one had it; Docker has it under its own name then, and under no other that it had not before
*/
const pullFromMirrors = async (docker, get, reference, mirrors, line) => {
	for (const mirror of mirrors) {
		const name = toMirrored(reference, mirror);
		if (name === void 0) return false;
		const wasThere = await has(get, name);
		const refusal = await pullOnce(docker, {
			given: reference.given,
			canonical: name
		}, line);
		if (refusal === void 0) {
			await docker.run([
				"tag",
				name,
				reference.canonical
			]);
			if (!wasThere) await docker.try(["rmi", name]);
			line(`Pull ${reference.given}: from ${mirror.host}`);
			return true;
		}
		line(`Pull ${reference.given}: not from ${mirror.host}: ${refusal.said}`);
	}
	return false;
};

export { mirrorNodes, pullFromMirrors };