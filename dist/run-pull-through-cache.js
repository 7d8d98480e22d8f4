import { isNoSpace, toLayers } from "./shared.actions-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { architecture, formatBytes, formatDuration } from "./shared.actions-post.actions-step.js";
import { retry } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { isDigest, readRegularFile, toDigest, toHex, toRepository } from "./shared.actions-post.actions-step.recorder.js";
import { largestText, readBlobImage } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";
import { createConversation, readDocument, toPlace } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { findWanted, unpackLayer, writeLayout } from "./shared.run-pull-through-cache.run-unpack-archive-step.js";
import { createEntryCache } from "./shared.commands-keep-layers.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.store-entry-cache.js";
import { leastOwnBytes, restoreLayer } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.js";
import { readBlob } from "./shared.oci-find-oci-source.run-pull-through-cache.js";
import { createFileStore } from "./shared.docker-image-source.oci-find-oci-source.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { createMeter, once } from "./shared.run-build-caches.run-pull-through-cache.js";
import { restoreEntry } from "./shared.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { readMoved, toStarts } from "./shared.run-keep-pulled-step.run-pull-through-cache.js";
const { createHash } = process.getBuiltinModule("node:crypto");
const { join } = process.getBuiltinModule("node:path");
const { lstat, mkdir, rm } = process.getBuiltinModule("node:fs/promises");

// src/run/image-blobs.ts
/** Small layers and documents of one image. */
const mostEntryBytes = 3e9;
const mostEntryFiles = 1e3;
/** Brings the parts of an image, out of the Actions cache first: all is compared with its digest there, too. */
const createBlobs = (order) => {
	const { folder, get, signal } = order;
	const store = createFileStore(folder);
	const restored = /* @__PURE__ */ new Set();
	const [fromCache, fromRegistry] = [createMeter(), createMeter()];
	/** As its tar. */
	const restore = async ({ diffId, sizeBytes: packedBytes }) => {
		const sha256 = toHex(diffId);
		if (!await fromCache.time(() => restoreLayer({ sha256 }, order))) return false;
		restored.add(sha256);
		fromCache.moved.bytes += packedBytes;
		return true;
	};
	const fetchLayer = async (layer) => {
		const { digest, diffId, sizeBytes: size, file } = layer;
		const draft = await store.create();
		try {
			for await (const piece of readBlob(get, {
				digest,
				size
			}, signal)) await draft.write(piece);
			await draft.keep(toHex(digest));
			if (digest !== diffId) {
				await unpackLayer(layer, join(folder, toHex(diffId)), signal);
				await rm(file, { force: true });
			}
			fromRegistry.moved.bytes += size;
		} finally {
			await draft.drop();
		}
	};
	/**
	* Brings a layer that is not there yet.
	*
	* @returns where its tar is
	*/
	const bring = async (layer) => {
		const path = join(folder, toHex(layer.diffId));
		await once(path, async () => {
			if (await lstat(path).catch(() => void 0) !== void 0) return;
			if (layer.sizeBytes >= 1e7 && await restore(layer)) return;
			await fromRegistry.time(() => fetchLayer(layer));
		});
		return path;
	};
	/**
	* Brings the text of a manifest or config.
	*
	* @param path where the registry has it
	*/
	const bringText = async (digest, path) => {
		const known = attempt(() => readRegularFile(join(folder, toHex(digest)), largestText));
		if (known !== void 0 && toDigest(known) === digest) return known.toString("utf8");
		const text = await fromRegistry.time(() => retry(() => readDocument(get, path, digest), signal));
		await addText(text);
		return text;
	};
	/** Puts down what the registry has said. */
	const addText = async (text) => {
		const draft = await store.create();
		await draft.write(Buffer.from(text));
		await draft.keep(toHex(toDigest(text)));
		fromRegistry.moved.bytes += Buffer.byteLength(text);
	};
	/**
	* Takes all out of an image's entry: what in it is another image's, nobody asks for.
	*
	* @returns its key, and digests in hex of what has come; undefined where there is none that can be used
	*/
	const restoreImage = async (keys) => {
		const came = /* @__PURE__ */ new Set();
		let bytes = 0;
		const find = (sha256, sizeBytes) => {
			if (came.size >= mostEntryFiles || bytes + sizeBytes > mostEntryBytes) return void 0;
			came.add(sha256);
			bytes += sizeBytes;
			return {
				sha256,
				sizeBytes
			};
		};
		const key = await fromCache.time(() => restoreEntry(keys, {
			part: void 0,
			find
		}, order));
		fromCache.moved.bytes += bytes;
		return key === void 0 ? void 0 : {
			key,
			came
		};
	};
	return {
		bring,
		bringText,
		addText,
		restoreImage,
		restored,
		fromCache: fromCache.moved,
		fromRegistry: fromRegistry.moved
	};
};

// src/run/pull-through-cache.ts
/** A name may point elsewhere today; a HEAD counts as no pull. */
const findRoot = async (version, { head, get }, signal) => {
	if (isDigest(version)) return { digest: version };
	const digest = (await retry(() => head(`manifests/${version}`), signal))["docker-content-digest"];
	if (isDigest(digest)) return { digest };
	const text = await retry(() => readDocument(get, `manifests/${version}`, void 0), signal);
	return {
		digest: toDigest(text),
		text
	};
};
const readImage = async (root, folder, blobs) => {
	const texts = /* @__PURE__ */ new Set([root]);
	const bring = (digest, path) => {
		texts.add(digest);
		return blobs.bringText(digest, path);
	};
	const rootText = await bring(root, `manifests/${root}`);
	const image = await readBlobImage(rootText, {
		readManifest: ({ digest }) => bring(digest, `manifests/${digest}`),
		readText: ({ digest }) => bring(digest, `blobs/${digest}`),
		toFiles: async (layers) => layers.map(({ digest }) => ({
			file: join(folder, toHex(digest)),
			start: 0
		}))
	}, architecture);
	if (JSON.parse(image.config).architecture !== architecture) throw new Failure("It is for other machines");
	return image;
};
/** What of an image lies in the folder, to be kept: layers with the sizes that the registry has. */
const sortFiles = async (image, root, folder) => {
	const toFile = async (digest, packedBytes) => {
		const found = await lstat(join(folder, toHex(digest))).catch(() => void 0);
		const file = {
			sha256: toHex(digest),
			sizeBytes: packedBytes ?? found?.size ?? 0
		};
		return found === void 0 ? [] : [file];
	};
	const documents = /* @__PURE__ */ new Set([
		root,
		toDigest(image.manifest),
		toDigest(image.config)
	]);
	const layers = [...new Map(image.layers.map((layer) => [layer.diffId, layer])).values()];
	const isLarge = ({ sizeBytes }) => sizeBytes >= leastOwnBytes;
	const small = await Promise.all([...[...documents].map((digest) => toFile(digest)), ...layers.filter((layer) => !isLarge(layer)).map(({ diffId, sizeBytes }) => toFile(diffId, sizeBytes))]);
	const large = await Promise.all(layers.filter(isLarge).map(({ diffId, sizeBytes }) => toFile(diffId, sizeBytes)));
	const isWhole = small.every((each) => each.length > 0);
	return {
		small: small.flat(),
		large: large.flat(),
		isWhole
	};
};
const tell = (where, { bytes, ms }) => bytes === 0 ? [] : [`${formatBytes(bytes)} from ${where} in ${formatDuration(ms)}`];
/** Has a layer that came unpacked while the others come, where nodes get all of them. */
const createBring = ({ layers }, nodes, wanted, blobs, { unpacker }) => {
	const chain = toLayers(layers.map(({ diffId }) => diffId));
	const isWhole = layers.every(({ diffId }) => wanted.has(diffId));
	return async (layer) => {
		const file = await blobs.bring(layer);
		if (isWhole) layers.forEach(({ diffId }, at) => {
			if (diffId === layer.diffId) unpacker?.begin(chain, at, file, nodes, "proven");
		});
		return file;
	};
};
const bringImage = async (reference, nodes, conversation, ports) => {
	const { log, run } = ports;
	const { signal } = run;
	const { given: name, canonical } = reference;
	const folder = join(run.layoutDir, "pulled");
	await mkdir(folder, {
		mode: 448,
		recursive: true
	});
	const { get } = conversation;
	const order = {
		cache: createEntryCache(run.cache),
		folder,
		input: "image-cache",
		warn: log.warning,
		signal
	};
	const blobs = createBlobs({
		...order,
		get
	});
	const { digest: root, text } = await findRoot(toPlace(canonical).version, conversation, signal);
	if (text !== void 0) await blobs.addText(text);
	const { every, one: start } = toStarts(toRepository(canonical), architecture, root);
	const found = await blobs.restoreImage([
		start,
		start,
		every
	]);
	const image = await readImage(root, folder, blobs);
	const wanted = await findWanted(image, nodes, ports);
	const place = `${folder}-${createHash("sha256").update(canonical).digest("hex").slice(0, 16)}`;
	const bring = createBring(image, nodes, wanted, blobs, run);
	const loaded = await writeLayout({
		image,
		folder: place,
		reference,
		root,
		wanted,
		bring
	});
	const files = await sortFiles(image, root, folder);
	const { fromCache, fromRegistry, restored } = blobs;
	const isOwn = found?.key.startsWith(start) ?? false;
	const kept = {
		name,
		start,
		...files,
		restored,
		fromCache,
		fromRegistry,
		isKept: isOwn && files.small.every(({ sha256 }) => found?.came.has(sha256)),
		before: isOwn ? readMoved(found?.key ?? "") : void 0
	};
	const told = [...tell("the cache", fromCache), ...tell("its registry", fromRegistry)];
	log.line(`image-cache: ${name}: ${told.join(", ") || "the nodes have all of it"}`);
	return {
		image: loaded,
		kept
	};
};
/**
* Brings an image for the nodes without Docker: out of the Actions cache, and from its registry what that
* lacks. Whatever the cache has is held against the digest that the registry, or the image's name, says.
*
* @returns undefined where Docker is to pull it, which can do more, and explains what it cannot
*/
const pullThroughCache = async (reference, nodes, ports) => {
	const { env, signal } = ports.run;
	const place = toPlace(reference.canonical);
	const leave = (why) => ports.log.line(`image-cache: Docker pulls ${reference.given}: ${why}`);
	const conversation = createConversation(place, {
		env,
		signal
	});
	try {
		return await bringImage(reference, nodes, conversation, ports);
	} catch (error) {
		signal.throwIfAborted();
		if (isNoSpace(error)) throw error;
		leave(renderError(error));
		return;
	} finally {
		conversation.dispose();
	}
};

export { pullThroughCache };