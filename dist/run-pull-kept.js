import { architecture, createFileStore, doAtOnce, inspectNode, isNoSpace, leastOwnBytes, openBlob, readArchive, readEntry, readMoved, toBlobPath, toCache, toChainIds, toLayerEntry, toStarts } from "./shared.actions-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { retry } from "./shared.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.run-pull-kept.js";
import { isDigest, readRegularFile, toDigest, toHex, toRepository } from "./shared.actions-post.actions-step.recorder.js";
import { createConversation, hasHelper, largestText, readBlobImage, readDocument, toPlace } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.run-pull-kept.js";
import { formatBytes, formatDuration, toLine } from "./shared.actions-post.actions-step.js";
import { readBlob } from "./shared.oci-find-oci-source.run-pull-kept.js";
const { createHash, randomUUID } = process.getBuiltinModule("node:crypto");
const { createWriteStream } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { pipeline } = process.getBuiltinModule("node:stream/promises");
const { link, lstat, mkdir, rename, rm, stat, writeFile } = process.getBuiltinModule("node:fs/promises");

// src/image/sources/write-layout.ts
/**
* Unpacks a layer into a file of its tar: nodes have no zstd, and read no packed layers out of a folder.
*
* @throws {Failure} where that is not what the image's config promises
*/
const unpackLayer = async (layer, to, signal) => {
	const draft = `${to}-${randomUUID()}`;
	const blob = await openBlob(layer);
	const hash = createHash("sha256");
	try {
		await pipeline(readArchive(blob), async function* (source) {
			for await (const piece of source) {
				hash.update(piece);
				yield piece;
			}
		}, createWriteStream(draft, {
			flags: "wx",
			mode: 384
		}), { signal });
		const found = `sha256:${hash.digest("hex")}`;
		if (found !== layer.diffId) throw new Failure(`The layer ${layer.digest} unpacks to ${found} in place of ${layer.diffId}`);
		await rename(draft, to);
	} catch (cause) {
		signal.throwIfAborted();
		if (cause instanceof Failure) throw cause;
		throw new Failure(`The layer ${layer.digest} could not be unpacked`, { cause });
	} finally {
		await blob.handle.close();
		await rm(draft, { force: true });
	}
};
const atOnce = 3;
/**
* Writes an image as builders write theirs for the nodes, with its layers unpacked; its manifest stays the
* registry's, byte for byte.
*
* @throws {Failure} where a layer is not what the image's config promises
*/
const writeLayout = async (order) => {
	const { image, folder, reference, root, wanted, bring } = order;
	await rm(folder, {
		recursive: true,
		force: true
	});
	await mkdir(join(folder, "blobs", "sha256"), {
		recursive: true,
		mode: 448
	});
	const id = toDigest(image.config);
	await writeFile(toBlobPath(folder, id), image.config);
	const bytes = /* @__PURE__ */ new Map();
	const once = [...new Map(image.layers.map((layer) => [layer.diffId, layer])).values()];
	await doAtOnce(once, atOnce, async (layer) => {
		const blob = toBlobPath(folder, layer.diffId);
		if (!wanted.has(layer.diffId)) return writeFile(blob, "");
		const path = await bring(layer);
		await link(path, blob);
		bytes.set(layer.diffId, (await stat(path)).size);
	});
	const chainIds = toChainIds(image.layers.map(({ diffId }) => diffId));
	const layerBytes = image.layers.map(({ diffId }) => bytes.get(diffId) ?? 0);
	const { architecture = "" } = JSON.parse(image.config);
	const { manifest } = image;
	return {
		references: [reference],
		id,
		sizeBytes: layerBytes.reduce((sum, each) => sum + each, 0),
		digestNames: [`${toRepository(reference.canonical)}@${root}`],
		architecture,
		layers: image.layers.map(({ diffId }, at) => ({
			diffId,
			chainId: chainIds[at] ?? "",
			folder: void 0
		})),
		layout: {
			folder,
			digest: toDigest(manifest),
			manifest,
			layerBytes
		}
	};
};

// src/run/kept-blobs.ts
const input = "image-cache";
/** Small layers and documents of one image. */
const mostEntryBytes = 3e9;
const mostEntryFiles = 1e3;
/** An entry has at most 10 GB, and a tar may be several times as large. */
const mostLayerBytes = 2e10;
/** Counts bytes and the time in which any of them were on their way, until they can be used. */
const createMeter = () => {
	const moved = {
		bytes: 0,
		ms: 0
	};
	let [active, began] = [0, 0];
	const time = async (act) => {
		if (active === 0) began = performance.now();
		active += 1;
		try {
			return await act();
		} finally {
			active -= 1;
			if (active === 0) moved.ms += performance.now() - began;
		}
	};
	return {
		moved,
		time
	};
};
/** Images may share layers: whoever comes second waits for the first. By paths, which only one run has. */
const underWay = /* @__PURE__ */ new Map();
const once = async (path, act) => {
	const other = underWay.get(path);
	if (other !== void 0) await other.catch(() => {});
	const own = act();
	underWay.set(path, own);
	try {
		await own;
	} finally {
		if (underWay.get(path) === own) underWay.delete(path);
	}
};
/** Brings the parts of an image, out of the Actions cache first: all is compared with its digest there, too. */
const createBlobs = ({ cache, folder, get, warn, signal }) => {
	const store = createFileStore(folder);
	const restored = /* @__PURE__ */ new Set();
	const [fromCache, fromRegistry] = [createMeter(), createMeter()];
	/**
	* Takes out of an entry what is wanted of it.
	*
	* @returns its key, and digests in hex of what has come; undefined where there is none that can be used
	*/
	const restore = async (keys, find) => {
		const place = join(folder, `entry-${randomUUID()}`);
		const came = /* @__PURE__ */ new Set();
		let key;
		try {
			await mkdir(place, { mode: 448 });
			key = await fromCache.time(() => cache.fetch(keys, place, signal));
			if (key === void 0) return void 0;
			const note = (sha256, sizeBytes) => {
				const file = find(sha256, sizeBytes);
				if (file !== void 0) came.add(sha256);
				return file;
			};
			const wanted = {
				part: void 0,
				find: note
			};
			const archive = join(place, "archive");
			await fromCache.time(() => readEntry(archive, wanted, folder, () => "", signal));
			return {
				key,
				came
			};
		} catch (error) {
			signal.throwIfAborted();
			warn(`${input}: the entry ${toLine(key ?? keys[0], 200)} is not used: ${renderError(error)}`);
			return;
		} finally {
			await rm(place, {
				recursive: true,
				force: true
			});
		}
	};
	/** As its tar: whoever wrote the entry may have put any number of bytes there. */
	const restoreLayer = async ({ diffId, sizeBytes: packedBytes }) => {
		const wanted = toHex(diffId);
		const { key } = toLayerEntry({
			sha256: wanted,
			sizeBytes: packedBytes
		});
		if ((await restore([key], (sha256, sizeBytes) => sha256 === wanted && sizeBytes <= mostLayerBytes ? {
			sha256,
			sizeBytes
		} : void 0))?.came.has(wanted) !== true) return false;
		restored.add(wanted);
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
			if (layer.sizeBytes >= 1e7 && await restoreLayer(layer)) return;
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
	/** Takes all out of an image's entry: what in it is another image's, nobody asks for. */
	const restoreImage = (keys) => {
		let [files, bytes] = [0, 0];
		return restore(keys, (sha256, sizeBytes) => {
			if (files >= mostEntryFiles || bytes + sizeBytes > mostEntryBytes) return void 0;
			files += 1;
			bytes += sizeBytes;
			fromCache.moved.bytes += sizeBytes;
			return {
				sha256,
				sizeBytes
			};
		});
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

// src/run/pull-kept.ts
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
/** What some node lacks; of one that does not answer nobody knows, and the load says why. */
const findWanted = async ({ layers }, nodes, { docker: { api } }) => {
	const states = await Promise.all(nodes.map((node) => inspectNode(api, node, []).catch(() => void 0)));
	const chainIds = toChainIds(layers.map(({ diffId }) => diffId));
	const lacking = layers.filter((_, at) => states.some((state) => state?.chains.has(chainIds[at] ?? "") !== true));
	return new Set(lacking.map(({ diffId }) => diffId));
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
	const blobs = createBlobs({
		cache: toCache(run.cache),
		folder,
		get,
		warn: log.warning,
		signal
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
	const loaded = await writeLayout({
		image,
		folder: place,
		reference,
		root,
		wanted,
		bring: blobs.bring
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
const pullKept = async (reference, nodes, ports) => {
	const { env, signal } = ports.run;
	const place = toPlace(reference.canonical);
	const leave = (why) => ports.log.line(`image-cache: Docker pulls ${reference.given}: ${why}`);
	if (hasHelper(env, place.domain)) {
		leave("its login comes from a credential helper");
		return;
	}
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

export { pullKept };