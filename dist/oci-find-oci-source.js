import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { retry } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { isDigest, toDigest, toHex } from "./shared.actions-post.actions-step.recorder.js";
import { findManifestText, isImageConfig, parseJson, readBlobImage, toLayers } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";
import { createConversation, readDocument, toPlace } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { show } from "./shared.actions-step.js";
import { doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { readBlob } from "./shared.oci-find-oci-source.run-pull-through-cache.js";
import { createFileStore } from "./shared.docker-image-source.oci-find-oci-source.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { collect, createArtifactListing, createCount, createLayerListing, findRoom, imageFolder, toTree, toTreePath, unpackArchive } from "./shared.docker-image-source.oci-find-oci-source.js";
import { mergeLayers } from "./shared.commands-report.oci-find-oci-source.run-analyse-step.run-prove-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
const { posix } = process.getBuiltinModule("node:path");

// src/files/sources/oci/fetch-layers.ts
const atOnce = 4;
const writeFile = async (pieces, sha256, store) => {
	const draft = await store.create();
	try {
		for await (const piece of pieces) await draft.write(piece);
		await draft.keep(sha256);
	} finally {
		await draft.drop();
	}
};
/** The same pieces, of which a file is made as well once all have come. */
async function* keep(pieces, sha256, store) {
	const draft = await store.create();
	try {
		for await (const piece of pieces) {
			await draft.write(piece);
			yield piece;
		}
		await draft.keep(sha256);
	} finally {
		await draft.drop();
	}
}
/** Counts bytes of all blobs. */
const createMeter = (totalBytes, { progress }) => {
	let done = 0;
	return async function* meter(pieces) {
		for await (const piece of pieces) {
			yield piece;
			done += piece.length;
			progress(done, totalBytes);
		}
	};
};
/** Each once, and whether it is there already. */
const inspect = (jobs, store, has) => {
	const once = [...new Map(jobs.map((job) => [`${job.kind} ${job.digest}`, job])).values()];
	return Promise.all(once.map(async (job) => {
		const sha256 = toHex(job.digest);
		return {
			job,
			isThere: job.kind === "file" && has.has(sha256) || await store.has(sha256, job.size)
		};
	}));
};
const countBytes = (jobs) => jobs.reduce((sum, { size }) => sum + size, 0);
/**
* Fetches blobs, each once: files as they are, archives unpacked while they come.
*
* @param converse starts to ask; the signal ends it
* @param createListing for an archive, of the entries that it counts
* @returns what the archives have, by their digests
*/
const fetchLayers = async (jobs, converse, createListing, order) => {
	const store = createFileStore(order.folder);
	const room = await findRoom(order.folder);
	const inspected = await inspect(jobs, store, order.has);
	const missing = inspected.filter(({ isThere }) => !isThere).map(({ job }) => job);
	const written = missing.filter(({ kind }) => kind === "file" || order.keepsArchives);
	room.take(countBytes(written), "What is to be fetched");
	const failed = new AbortController();
	const signal = AbortSignal.any([order.signal, failed.signal]);
	const { get, dispose } = converse(signal);
	const meter = createMeter(countBytes(missing), order);
	const onItem = createCount();
	const listed = /* @__PURE__ */ new Map();
	const fetchOne = async ({ job, isThere }) => {
		const sha256 = toHex(job.digest);
		const fetched = isThere ? store.read(sha256) : meter(readBlob(get, job, signal));
		if (job.kind === "file") return writeFile(fetched, sha256, store);
		const pieces = order.keepsArchives && !isThere ? keep(fetched, sha256, store) : fetched;
		const target = {
			store,
			room,
			has: order.has
		};
		const { digest, unpackedDigest } = job;
		const listing = createListing(onItem);
		listed.set(digest, await unpackArchive(pieces, listing, target, unpackedDigest, signal));
	};
	const unread = inspected.filter(({ job, isThere }) => job.kind === "archive" || !isThere);
	try {
		await doAtOnce(unread, atOnce, (each) => fetchOne(each).catch((cause) => {
			const error = cause instanceof Failure || signal.aborted ? cause : new Failure(`The layer ${each.job.digest} could not be read`, { cause });
			failed.abort(error);
			throw error;
		}));
	} catch (error) {
		failed.signal.throwIfAborted();
		throw error;
	} finally {
		dispose();
	}
	return listed;
};

// src/files/sources/oci/image-items.ts
const letters = {
	file: "f",
	folder: "d",
	link: "l"
};
/** As the merging of layers wants it, which goes by type, marks and inodes. */
const toEntry = (path, type, inode) => ({
	path,
	type,
	sizeBytes: 0,
	diskBytes: 0,
	mode: 0,
	uid: 0,
	gid: 0,
	mtime: "0.0",
	inode,
	isWhiteout: false,
	isOpaque: false
});
const toEntries$1 = ({ items, gone, opaque }) => {
	const own = new Set(items.map(({ path }) => path));
	const isReset = (path) => opaque.has(path) || gone.has(path);
	const found = items.map((item, at) => ({
		...toEntry(item.path, letters[item.kind], `0:${at}`),
		isOpaque: item.kind === "folder" && isReset(item.path),
		item
	}));
	const deleted = [...gone].filter((path) => !own.has(path));
	return [
		...[...opaque].filter((path) => !own.has(path)).map((path) => ({
			...toEntry(path, "d", "1:0"),
			isOpaque: true,
			...path !== "" && { item: {
				kind: "folder",
				path
			} }
		})),
		...deleted.map((path) => ({
			...toEntry(path, "c", "1:0"),
			isWhiteout: true
		})),
		...found
	];
};
/** Of an absolute link of an image, which leads to something in the image. */
const toRelative = (path, target) => {
	const parts = target.split("/").filter((part) => part !== "" && part !== ".");
	const isWithin = parts[0] === "models" && !parts.includes("..");
	if (!target.startsWith("/") || !isWithin) return target;
	return posix.relative(posix.dirname(`/${"models"}/${path}`), `/${parts.join("/")}`) || ".";
};
const toOwn = (item) => {
	const path = item.path.slice(imageFolder.length + 1);
	return item.kind === "link" ? {
		...item,
		path,
		target: toRelative(path, item.target)
	} : {
		...item,
		path
	};
};
/**
* What a container of an image sees in its folder of models.
*
* @param layers lowest first
* @throws {Failure} where it has no such folder
*/
const toImageItems = (layers) => {
	const count = createCount();
	for (const { items, gone, opaque } of layers) count(items.length + gone.size + opaque.size);
	const { visible } = mergeLayers(layers.map(toEntries$1));
	const items = visible.flatMap(({ entry }) => entry.item ?? []);
	const top = items.find(({ path }) => path === imageFolder);
	if (top?.kind !== "folder") {
		const what = top === void 0 ? "it has none" : `there it is a ${top.kind}`;
		const why = top?.kind === "link" ? ` to ${show(top.target)}` : "";
		throw new Failure(`It is an image, of which nodes get the folder /${imageFolder}: ${what}${why}`, { remedy: `Copy the files to /${imageFolder}, or push them as an artifact.` });
	}
	return collect([items.map(toOwn)]);
};

// src/files/sources/oci/kitfile.ts
/** The type of a config that says what a ModelKit has. */
const kitConfigType = "application/vnd.kitops.modelkit.config.v1+json";
const toEntries = (value) => Array.isArray(value) ? value : [];
/**
* Reads what a ModelKit's config says of its layers.
*
* @returns the layers' paths by their digests
* @throws {Failure} where its model is another ModelKit's, or nothing says where its files belong
*/
const parseKitfile = (config, manifest) => {
	const { model, ...others } = parseJson(config, "its Kitfile");
	const layers = toLayers(manifest);
	const isModel = ({ mediaType }) => /\.modelkit\.model\./.test(`${mediaType}`);
	const path = model?.path;
	if (typeof path === "string" && path !== "" && !layers.some(isModel)) throw new Failure(`The ModelKit does not have its model, which is in ${show(path)}`, { remedy: "Name the ModelKit that has the model in a line of its own." });
	const { code, datasets, docs, prompts } = others;
	const entries = [
		model?.parts,
		code,
		datasets,
		docs,
		prompts
	].flatMap(toEntries);
	const paths = new Map([model, ...entries].flatMap((entry) => {
		const { digest, path: name } = entry ?? {};
		return typeof digest === "string" && typeof name === "string" ? [[digest, name]] : [];
	}));
	if (!layers.some(({ digest }) => !paths.has(digest))) return paths;
	throw new Failure("The ModelKit was packed by an old KitOps, which did not say where files belong", { remedy: "Pack it anew with a KitOps of version 1." });
};

// src/files/sources/oci/kinds.ts
/** What an artifact has in place of layers where there are none (OCI image spec), and what tells of the others. */
const withoutFiles = ["application/vnd.oci.empty.v1+json", kitConfigType];
const modelPack = /^application\/vnd\.(?:cncf|cnai)\.model\.(?:weight|weight\.config|doc|code|dataset)\.v1\.(raw|gguf|safetensors|tar|tar\+gzip|tar\+zstd)$/;
const kitOps = /^application\/vnd\.kitops\.modelkit\.(?:model|modelpart|dataset|code|docs)\.v1\.(raw|tar|tar\+gzip|tar\+zstd)$/;
const titleKey = "org.opencontainers.image.title";
const pathKeys = ["org.cncf.model.filepath", "org.cnai.model.filepath"];
const metadataKeys = ["org.cncf.model.file.metadata+json", "org.cnai.model.file.metadata+json"];
const find = ({ annotations }, keys) => {
	for (const key of keys) {
		const value = annotations && Object.hasOwn(annotations, key) ? annotations[key] : void 0;
		if (typeof value === "string") return value;
	}
};
const isExecutable = (layer) => {
	const mode = attempt(() => JSON.parse(find(layer, metadataKeys) ?? ""))?.mode;
	return typeof mode === "number" && Number.isSafeInteger(mode) && (mode & 64) !== 0;
};
const toFile = (layer, keys, type, otherwise) => {
	const { digest, size } = layer;
	const name = find(layer, keys) ?? otherwise;
	if (name === void 0) throw new Failure(`Nothing names the file of the layer ${digest}: it has the type ${type}, and no ${keys.join(" or ")}`);
	const path = toTreePath(name);
	if (path === "") throw new Failure(`The layer ${digest} has a file without a name`);
	return {
		digest,
		size,
		kind: "file",
		path,
		isExecutable: isExecutable(layer)
	};
};
/** A folder that ORAS has packed, under its own name. */
const toFolder = (layer) => {
	const { digest, size } = layer;
	const folder = toTreePath(find(layer, [titleKey]) ?? "");
	const said = find(layer, ["io.deis.oras.content.digest"]);
	if (said !== void 0 && !isDigest(said)) throw new Failure(`The folder of the layer ${digest} has a digest that is no sha256`);
	return {
		digest,
		size,
		kind: "archive",
		folder,
		unpackedDigest: said
	};
};
const toLayer = (layer, kitPaths) => {
	const { digest, size, mediaType } = layer;
	const type = typeof mediaType === "string" ? toLine(mediaType, 120) : "none";
	const [, form] = modelPack.exec(type) ?? kitOps.exec(type) ?? [];
	if (form?.startsWith("tar") === true) return {
		digest,
		size,
		kind: "archive",
		folder: "",
		unpackedDigest: void 0
	};
	if (form !== void 0) return toFile(layer, [...pathKeys, titleKey], type, kitPaths.get(digest));
	return find(layer, ["io.deis.oras.content.unpack"]) === "true" && find(layer, [titleKey]) !== void 0 ? toFolder(layer) : toFile(layer, [titleKey], type);
};
/** Whether a manifest is a container image's, so that its layers lie upon each other. */
const isImage = (manifest) => isImageConfig(parseJson(manifest, "its manifest").config?.mediaType);
/**
* What the layers of an artifact are, as ORAS, ModelPack and KitOps write them.
*
* @param kitPaths what a Kitfile calls them, by their digests
* @throws {Failure} where a layer's files have no names, or some that are not to be used
*/
const toArtifactLayers = (manifest, kitPaths = /* @__PURE__ */ new Map()) => {
	const layers = toLayers(manifest).filter(({ mediaType }) => !withoutFiles.includes(mediaType));
	if (layers.length === 0) throw new Failure("It has no files");
	return layers.map((layer) => toLayer(layer, kitPaths));
};

// src/files/sources/oci/find-oci-source.ts
const toItems = (layer, listed) => {
	if (layer.kind === "file") {
		const { path, size: sizeBytes, isExecutable, digest } = layer;
		return [{
			kind: "file",
			path,
			content: {
				sizeBytes,
				isExecutable,
				sha256: toHex(digest)
			}
		}];
	}
	const { folder } = layer;
	const items = listed.get(layer.digest)?.items ?? [];
	const isWithin = (path) => folder === "" || path === "" || path === folder || path.startsWith(`${folder}/`);
	const stray = items.find(({ path }) => !isWithin(path));
	if (stray === void 0) return items;
	throw new Failure(`An archive has ${show(stray.path)}, which is not in its folder ${show(folder)}`);
};
/** What a ModelKit says of its layers; nothing for other artifacts. */
const readKitPaths = async (manifest, read) => {
	const { config } = parseJson(manifest, "its manifest");
	if (config?.mediaType !== "application/vnd.kitops.modelkit.config.v1+json") return /* @__PURE__ */ new Map();
	if (!isDigest(config.digest)) throw new Failure("Its config has no digest");
	return parseKitfile(await read(`blobs/${config.digest}`, config.digest), manifest);
};
const planArtifact = async (manifest, read) => {
	const layers = toArtifactLayers(manifest, await readKitPaths(manifest, read));
	const build = (listed) => toTree(collect(layers.map((layer) => toItems(layer, listed))));
	return {
		jobs: layers,
		tree: layers.every(({ kind }) => kind === "file") ? build(/* @__PURE__ */ new Map()) : void 0,
		createListing: createArtifactListing,
		toTree: build
	};
};
const planImage = async (manifest, read, architecture) => {
	const { layers } = await readBlobImage(manifest, {
		readText: ({ digest }) => read(`blobs/${digest}`, digest),
		readManifest: ({ digest }) => read(`manifests/${digest}`, digest),
		toFiles: async () => []
	}, architecture);
	const nothing = {
		items: [],
		gone: /* @__PURE__ */ new Set(),
		opaque: /* @__PURE__ */ new Set()
	};
	return {
		jobs: layers.map(({ digest, diffId, sizeBytes: size }) => ({
			kind: "archive",
			digest,
			size,
			unpackedDigest: diffId === digest ? void 0 : diffId
		})),
		tree: void 0,
		createListing: createLayerListing,
		toTree: (listed) => toTree(toImageItems(layers.map(({ digest }) => listed.get(digest) ?? nothing)))
	};
};
/** Says of which reference something was not to be had. */
const withName = async ({ reference: { given }, signal }, act) => {
	try {
		return await act();
	} catch (cause) {
		signal.throwIfAborted();
		const remedy = cause instanceof Failure ? cause.remedy : void 0;
		throw new Failure(`oci://${given} cannot be had`, {
			cause,
			...remedy && { remedy }
		});
	}
};
const plan = async (get, order, version) => {
	const read = (path, digest) => retry(() => readDocument(get, path, digest), order.signal);
	const digest = version.startsWith("sha256:") ? version : void 0;
	const root = await read(`manifests/${version}`, digest);
	const readManifest = ({ digest: each }) => read(`manifests/${each}`, each);
	const manifest = await findManifestText(root, { readManifest }, order.architecture);
	return {
		planned: isImage(manifest) ? await planImage(manifest, read, order.architecture) : await planArtifact(manifest, read),
		key: toHex(toDigest(manifest))
	};
};
/**
* Finds an artifact or an image in a registry, of which nodes are to have the files: what ORAS, ModelPack and
* KitOps pack, and the folder `/models` of an image.
*
* @throws {Failure} where it is not there, or nobody can tell its files
*/
const findOciSource = (order) => withName(order, async () => {
	const place = toPlace(order.reference.canonical);
	const { env, reference } = order;
	const { get, dispose } = createConversation(place, order);
	const { planned, key } = await plan(get, order, place.version).finally(dispose);
	const { jobs, tree, createListing } = planned;
	const blobs = [...new Map(jobs.map(({ digest, size }) => [toHex(digest), size]))].map(([sha256, sizeBytes]) => ({
		sha256,
		sizeBytes
	}));
	return {
		key,
		sizeBytes: blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
		tree,
		...tree === void 0 && { blobs },
		fetch: (fetchOrder) => withName({
			reference,
			signal: fetchOrder.signal
		}, async () => {
			const converse = (signal) => createConversation(place, {
				env,
				signal
			});
			return planned.toTree(await fetchLayers(jobs, converse, createListing, fetchOrder));
		})
	};
});

export { findOciSource };