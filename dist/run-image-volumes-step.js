import { isContainer, toDigest } from "./shared.actions-post.actions-step.recorder.js";
import { createProgress, dropVolumes, inspectVolumes, isStale, loadDirectly, pinVolumes, planView, toFilesHelper, toFilesImage, toManifest, toTreeCommands, toTreeDigest, toTreeId } from "./shared.actions-step.js";
import { openStore, withHelper } from "./shared.run-image-volumes-step.run-sync-files-step.js";
import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { filesLabel } from "./shared.actions-post.actions-step.js";

// src/files/stage-trees.ts
/**
* Builds trees of links in the store for as long as somebody uses them.
*
* @param node from whose image the helper is made
* @throws {Failure} where the store lacks a file meanwhile; or what `use` throws
*/
const withStagedTrees = async (api, node, all, { runId, signal }, use) => {
	const store = await openStore(api);
	const view = planView(store, []);
	const container = toFilesHelper(node, view.mounted, [], runId);
	return withHelper(api, container, [[
		"open",
		runId,
		view.store,
		1
	]], signal, async (helper) => {
		await helper.hearUntil("opened");
		const staged = [];
		for (const { tree, config } of all) {
			const id = toTreeId(tree, false);
			helper.send([...toTreeCommands(tree, id), ["stage", config]]);
			await helper.hearUntil("staged");
			const at = `${store}/staging/${runId}`;
			staged.push({
				folder: `${at}/layer.${id}`,
				config: `${at}/config.${id}`
			});
		}
		return use(staged);
	});
};

// src/load/volume-image.ts
/**
* @param treeDigest what tells its files from others
* @param sizeBytes what CRI says of the image's size
*/
const toVolumeImage = (reference, treeDigest, sizeBytes, architecture) => {
	const diffId = toDigest(`slipway files v1\0${treeDigest}`);
	const config = JSON.stringify({
		architecture,
		os: "linux",
		config: { Labels: { [filesLabel]: "true" } },
		rootfs: {
			type: "layers",
			diff_ids: [diffId]
		}
	});
	const id = toDigest(config);
	const size = Math.max(1, sizeBytes);
	const manifest = toManifest({
		digest: id,
		size: Buffer.byteLength(config)
	}, [{
		digest: diffId,
		size
	}]);
	return {
		reference,
		config,
		image: {
			references: [],
			digestNames: [reference],
			id,
			sizeBytes: size,
			architecture,
			layers: [{
				diffId,
				chainId: diffId,
				folder: void 0
			}],
			layout: {
				folder: "",
				digest: toDigest(manifest),
				manifest,
				layerBytes: [size]
			}
		}
	};
};
const requireLoaded = (reference, results) => {
	const reasons = [...results].flatMap(([node, result]) => result.kind === "failed" ? [`${node}: ${result.reason}`] : []);
	if (reasons.length > 0) throw new Failure(`node-files-images: ${reference} could not be made in ${reasons.join("; ")}`, { remedy: "Set node-files-images: false; pods then mount the path on the node, as the output volumes says." });
	return [...results].flatMap(([node, result]) => result.kind === "loaded" ? [{
		...result,
		node
	}] : []);
};
/**
* Makes a folder of files an image in nodes.
*
* @param at the folder, and a file with the config's text, on the daemon's host
* @throws {Failure} naming all nodes that could not be given it
*/
const loadVolumeImage = async ({ api, engine }, { reference, image }, at, nodes, { runId, progress, signal }) => {
	const layers = image.layers.map((layer) => ({
		...layer,
		folder: at.folder
	}));
	const { manifest = "" } = image.layout ?? {};
	const order = {
		engine,
		image: {
			...image,
			layers
		},
		wanted: "auto",
		runId,
		config: at.config,
		toManifest: Promise.resolve(() => manifest)
	};
	const groups = [...Map.groupBy(nodes, ({ imageId }) => imageId).values()];
	const loads = await Promise.all(groups.map((group) => loadDirectly(api, {
		...order,
		nodes: group
	}, progress, signal)));
	signal.throwIfAborted();
	return requireLoaded(reference, new Map(loads.flatMap((each) => [...each])));
};

// src/run/image-volumes-step.ts
/** What the nodes' image is for, as all of a cluster are of one kind. */
const findArchitecture = async ({ docker: { api } }, imageId) => {
	return (await api.get(`/images/${imageId}/json`) ?? await api.get("/version"))?.Architecture ?? "amd64";
};
const toItems = ({ wanted }, treeOf, architecture) => wanted.flatMap((each) => {
	const tree = treeOf(each.files.target);
	if (tree === void 0 || tree.isFile) return [];
	const reference = toFilesImage(each.files.target, toTreeId(tree, false));
	const bytes = tree.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
	return [{
		each,
		tree,
		volume: toVolumeImage(reference, toTreeDigest(tree, false), bytes, architecture)
	}];
});
const makeAll = async (items, { docker, log, run }) => {
	const node = items[0]?.each.into[0];
	if (node === void 0) return [];
	const { id: runId, signal } = run;
	const staging = items.map(({ tree, volume: { config } }) => ({
		tree,
		config
	}));
	return withStagedTrees(docker.api, node, staging, {
		runId,
		signal
	}, async (staged) => {
		const made = [];
		for (const [index, { each, volume }] of items.entries()) {
			const { reference } = volume;
			const progress = createProgress(log.line, reference);
			const at = staged[index] ?? {
				folder: "",
				config: ""
			};
			const nodes = await loadVolumeImage(docker, volume, at, each.into, {
				runId,
				progress,
				signal
			});
			await Promise.all(each.into.map((one) => pinVolumes(docker.api, one, [reference])));
			made.push({
				target: each.files.target,
				reference,
				nodes
			});
		}
		return made;
	});
};
/** Makes files images that pods can mount, and removes earlier versions that no pod has mounted. */
const makeImageVolumes = async (step, ports) => {
	const { docker, run, log } = ports;
	const { api } = docker;
	const synced = run.resultOf("sync-files", step.sync);
	const architecture = await findArchitecture(ports, step.nodes.find(isContainer)?.imageId);
	const items = toItems(step, (target) => synced?.trees.get(target), architecture);
	if ((synced?.broken.length ?? 0) > 0) {
		for (const { each, volume } of items) for (const node of each.into) if ((await dropVolumes(api, node, [volume.reference])).length === 0) log.warning(`node-files-images: pods in ${node.name} use ${volume.reference}, of which a file had changed. Remove them, and run the step again.`);
	}
	const made = await makeAll(items, ports);
	const kept = /* @__PURE__ */ new Set([...step.kept, ...made.map(({ reference }) => reference)]);
	return {
		made,
		dropped: (await Promise.all(step.nodes.map(async (node) => {
			const { images } = await inspectVolumes(api, node);
			const stale = images.filter(({ name }) => isStale(name, kept, step.scope));
			return (await dropVolumes(api, node, stale.map(({ name }) => name))).map((reference) => ({
				node: node.name,
				reference
			}));
		}))).flat()
	};
};

export { makeImageVolumes };