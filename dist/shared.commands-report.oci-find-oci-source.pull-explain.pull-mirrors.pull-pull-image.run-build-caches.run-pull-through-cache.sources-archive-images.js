import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { isDigest } from "./shared.actions-post.actions-step.recorder.js";
import { isAboutAnother } from "./shared.actions-step.js";

// src/image/sources/blob-image.ts
/** Of manifests and configs: containerd takes no larger ones. */
const largestText = 8e6;
/** Docker stacks 127; more than so many nobody can. */
const mostLayers = 1e3;
/** An index of indexes of indexes is none. */
const deepest = 4;
const odd = (why) => new Failure(`It is no image that Slipway can read: ${why}`);
/** Whether a config's type says that its manifest is an image's. */
const isImageConfig = (mediaType) => /^application\/vnd\.(?:oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/.test(`${mediaType}`);
const isDescriptor = (value) => {
	const { digest, size } = value ?? {};
	return isDigest(digest) && Number.isSafeInteger(size) && Number(size) >= 0;
};
/** The parser's own error would show what it has read. */
const parseJson = (text, what) => {
	const value = attempt(() => JSON.parse(text));
	if (typeof value === "object" && value !== null) return value;
	throw odd(`${what} is no JSON`);
};
const toPlatform = ({ platform }) => `${String(platform?.os ?? "linux")}/${String(platform?.architecture ?? "unknown")}`.slice(0, 60);
/** Attestations are for no platform. */
const isForMachines = ({ platform }) => platform?.os !== "unknown";
/** What of an index is for this machine, else for the usual one, else the only one that there is. */
const pickManifest = (all, architecture) => {
	const images = all.filter(isForMachines);
	const wanted = [`linux/${architecture}`, "linux/amd64"];
	const found = wanted.flatMap((name) => images.find((each) => toPlatform(each) === name) ?? [])[0];
	const [only] = images;
	const picked = found ?? (images.length === 1 ? only : void 0);
	if (picked === void 0) {
		const platforms = images.slice(0, 20).map(toPlatform).join(", ") || "none";
		throw odd(`it is for ${platforms}, not for ${wanted[0]}`);
	}
	if (isDescriptor(picked)) return picked;
	throw odd("its index has no digests");
};
/** What an index lists, but for signatures and others that are about an image beside them. */
const toListed = (text) => {
	const { manifests } = parseJson(text, "its index");
	return (Array.isArray(manifests) ? manifests.filter(isDescriptor) : []).filter((each) => !isAboutAnother(each));
};
/** @throws {Failure} where a layer of a manifest has no digest */
const toLayers = (manifest) => {
	const { layers } = parseJson(manifest, "its manifest");
	const all = Array.isArray(layers) ? layers : [];
	if (all.length > mostLayers) throw odd(`it has ${all.length} layers`);
	if (all.every(isDescriptor)) return all;
	throw odd("a layer has no digest and size");
};
const toDiffIds = (config) => {
	const { rootfs } = parseJson(config, "its config");
	const diffIds = Array.isArray(rootfs?.diff_ids) ? rootfs.diff_ids : [];
	if (diffIds.every(isDigest)) return diffIds;
	throw odd("its config names layers that are no digests");
};
/** A manifest's text: the root itself, or what of an index is for this machine. */
const findManifestText = async (root, { readManifest }, architecture) => {
	let text = root;
	for (let depth = 0; depth < deepest; depth += 1) {
		if (!Array.isArray(parseJson(text, "its manifest").manifests)) return text;
		text = await readManifest(pickManifest(toListed(text), architecture));
	}
	throw odd("its index leads to indexes alone");
};
/**
* Finds what an image consists of.
*
* @param root text of a manifest, or of an index of some
* @param architecture of this machine, such as `amd64`
* @throws {Failure} where that is no image
*/
const readBlobImage = async (root, source, architecture) => {
	const manifest = await findManifestText(root, source, architecture);
	const { config: descriptor } = parseJson(manifest, "its manifest");
	if (!isDescriptor(descriptor)) throw odd("its manifest names no config");
	const { mediaType = "" } = descriptor;
	if (!isImageConfig(mediaType)) throw odd("it is something else that registries keep");
	const config = await source.readText(descriptor);
	const [layers, diffIds] = [toLayers(manifest), toDiffIds(config)];
	if (layers.length !== diffIds.length) throw odd(`its manifest has ${layers.length} layers, its config ${diffIds.length}`);
	const files = await source.toFiles(layers);
	return {
		manifest,
		config,
		layers: layers.map(({ digest, size: sizeBytes }, at) => {
			const { file = "", start = 0 } = files[at] ?? {};
			return {
				file,
				start,
				sizeBytes,
				digest,
				diffId: diffIds[at] ?? ""
			};
		})
	};
};

export { findManifestText, isImageConfig, largestText, parseJson, pickManifest, readBlobImage, toDiffIds, toLayers, toListed };