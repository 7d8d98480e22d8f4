import { checkImageLimits, compareImages, findImages, readBlob, refuseUnknownNames, runJobs, toBlobPath, toFailure } from "./shared.actions-step.js";
import { analyseImage, withBlobs, withContents } from "./shared.commands-report.run-analyse-step.js";
import { createDocker, findContainers, findToolImage, isImageId, readRegularFile, toDigest, toHex, withEngineApi } from "./shared.actions-post.actions-step.recorder.js";
import { architecture, findEngine, formatBytes } from "./shared.actions-post.actions-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { largestText, pickManifest, readBlobImage, toListed } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";
import { doAtOnce } from "./shared.actions-step.cache-client.commands-keep-layers.js";
import { retry, toPassing } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { createConversation, readDocument, toPlace } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { findParts, readPart } from "./shared.commands-report.sources-archive-images.js";
const { createHash } = process.getBuiltinModule("node:crypto");
const { join } = process.getBuiltinModule("node:path");
const { mkdir, open, rm, statfs } = process.getBuiltinModule("node:fs/promises");

// src/image/sources/layout-image.ts
/** Where an index says how its images are called; containerd has whole names. */
const toTags = (annotations) => {
	const name = annotations?.["org.opencontainers.image.ref.name"];
	const whole = `${annotations?.["io.containerd.image.name"] ?? ""}`;
	const [, tag] = /:([\w.-]{1,128})$/.exec(whole) ?? [];
	return [name, tag].filter((each) => typeof each === "string");
};
const findRoot = ({ tag, digest }, index, architecture) => {
	const all = toListed(index);
	if (digest !== void 0) return digest;
	const named = tag === void 0 ? all : all.filter((each) => toTags(each.annotations).includes(tag));
	if (named.length > 0) {
		const digests = new Set(named.map((each) => each.digest));
		const [first] = digests;
		return first && digests.size === 1 ? first : pickManifest(named, architecture).digest;
	}
	const tags = all.flatMap(({ annotations }) => toTags(annotations)).slice(0, 20);
	const has = tags.length === 0 ? "none of its images has a tag" : `it has ${tags.join(", ")}`;
	throw new Failure(tag === void 0 ? "It has no images" : `It has no tag ${tag}: ${has}`);
};
const createSource$1 = (folder) => {
	const readText = async ({ digest }) => {
		const text = attempt(() => readBlob(folder, digest));
		if (text !== void 0) return text;
		throw new Failure(`It has no blob ${digest}, or another one in its place`);
	};
	return {
		readText,
		readManifest: readText,
		toFiles: async (layers) => layers.map(({ digest }) => ({
			file: toBlobPath(folder, digest),
			start: 0
		}))
	};
};
/**
* Finds an image in an OCI layout, as buildx, skopeo and others write them.
*
* @throws {Failure} where it is not there, or none
*/
const findLayoutImage = async (reference, architecture) => {
	const { folder } = reference;
	const index = attempt(() => readRegularFile(join(folder, "index.json"), largestText));
	if (index === void 0) throw new Failure(`${folder} is no OCI layout: it has no index.json that can be read`, { remedy: "Name the folder that `--output type=oci,tar=false,dest=FOLDER` has written." });
	const source = createSource$1(folder);
	const digest = findRoot(reference, index.toString("utf8"), architecture);
	return readBlobImage(await source.readManifest({ digest }), source, architecture);
};

// src/image/sources/registry/registry-image.ts
const download = async (get, { digest, size }, file) => {
	const { body } = await get(`blobs/${digest}`);
	await rm(file, { force: true });
	const handle = await open(file, "wx", 384);
	const hash = createHash("sha256");
	let bytes = 0;
	try {
		for await (const chunk of body) {
			bytes += chunk.length;
			if (bytes > size) break;
			hash.update(chunk);
			await handle.writeFile(chunk);
		}
	} catch (cause) {
		if (cause.code === "ENOSPC") throw new Failure("There is no room for its layers", { cause });
		throw toPassing(cause);
	} finally {
		await handle.close();
	}
	if (bytes > size) throw new Failure(`The layer ${digest} has more than its ${size} bytes`);
	if (bytes < size) throw toPassing(void 0);
	const found = `sha256:${hash.digest("hex")}`;
	if (found !== digest) throw new Failure(`The registry sent ${found} in place of ${digest}`);
};
const requireRoom = async (folder, layers) => {
	const { bavail, bsize } = await statfs(folder);
	const bytes = layers.reduce((sum, { size }) => sum + size, 0);
	if (bytes <= bavail * bsize) return;
	const free = formatBytes(bavail * bsize);
	throw new Failure(`Its layers have ${formatBytes(bytes)}, and ${folder} has ${free} free`);
};
const atOnce = 3;
const createSource = (get, { folder, signal }) => ({
	readText: ({ digest }) => retry(() => readDocument(get, `blobs/${digest}`, digest), signal),
	readManifest: ({ digest }) => retry(() => readDocument(get, `manifests/${digest}`, digest), signal),
	toFiles: async (layers) => {
		const once = [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
		await requireRoom(folder, once);
		const toFile = (digest) => join(folder, toHex(digest));
		await doAtOnce(once, atOnce, (each) => retry(() => download(get, each, toFile(each.digest)), signal));
		return layers.map(({ digest }) => ({
			file: toFile(digest),
			start: 0
		}));
	}
});
/**
* Fetches an image from a registry, as whoever has no login may, or with Docker's own where there is one.
*
* @throws {Failure} where it cannot be had, or is not what its digests promise
*/
const fetchImage = async (order) => {
	const place = toPlace(order.reference);
	const { get, dispose } = createConversation(place, order);
	try {
		const source = createSource(get, order);
		const { version } = place;
		const digest = version.startsWith("sha256:") ? version : void 0;
		const root = await retry(() => readDocument(get, `manifests/${version}`, digest), order.signal);
		return await readBlobImage(root, source, order.architecture);
	} finally {
		dispose();
	}
};

// src/image/sources/saved-image.ts
const toName = (digest) => `blobs/${digest.replace(":", "/")}`;
/**
* Finds the image in what `docker save` has written.
*
* @throws {Failure} where there is none, as Docker wrote none of this form before its version 25
*/
const findSavedImage = async (file, architecture, signal) => {
	const parts = await findParts(file, signal);
	const toPart = (name) => {
		const part = parts.get(name);
		if (part !== void 0) return part;
		throw new Failure(`What Docker saved has no ${name}`, { remedy: "Slipway needs Docker 25 or newer, or a kind cluster, to look at images of its store." });
	};
	const readText = async ({ digest }) => {
		const content = await readPart(file, toPart(toName(digest)));
		if (toDigest(content) === digest) return content.toString("utf8");
		throw new Failure(`What Docker saved has another blob in place of ${digest}`);
	};
	const source = {
		readText,
		readManifest: readText,
		toFiles: async (layers) => layers.map(({ digest }) => ({
			file,
			start: toPart(toName(digest)).offset
		}))
	};
	const index = (await readPart(file, toPart("index.json"))).toString("utf8");
	const { digest } = pickManifest(toListed(index), architecture);
	return readBlobImage(await readText({ digest }), source, architecture);
};

// src/run/analyse-elsewhere.ts
/** A large image from a slow registry. */
const deadlineMs = 9e5;
const analyseBlobs = (image, { depth, signal }) => withBlobs(image, signal, (contents, files) => analyseImage(contents, files, void 0, depth));
/** Saving takes as long as copying the image; where a node's programs are at hand, they read it in place. */
const analyseSaved = async ({ id, references }, look, folder) => {
	const { env, signal } = look;
	const file = join(folder, "saved.tar");
	const args = [
		"image",
		"save",
		"--output",
		file,
		references[0]?.canonical ?? id
	];
	await createDocker(env, signal).run(args, { timeoutMs: deadlineMs });
	return analyseBlobs(await findSavedImage(file, architecture, signal), look);
};
const analyseInDocker = async (api, image, look, folder) => {
	const { clusterName, runId, depth, signal } = look;
	const [engine, found] = await Promise.all([findEngine(api.get), findContainers(api, { clusterName }).catch(() => void 0)]);
	const nodeImage = findToolImage(found?.nodes ?? []);
	if (nodeImage === void 0) return analyseSaved(image, look, folder);
	return withContents(api, {
		engine,
		image,
		nodeImage,
		runId,
		signal,
		deadlineMs
	}, (contents, files) => analyseImage(contents, files, void 0, depth));
};
const analyseInRegistry = async ({ reference }, look, folder) => {
	const { env, signal } = look;
	const { canonical } = reference;
	const image = await fetchImage({
		reference: canonical,
		architecture,
		folder,
		env,
		signal
	});
	return analyseBlobs(image, look);
};
/** Docker's own, else its registry's, as `docker run` would have it. */
const analyseAny = (named, look, folder) => withEngineApi(createDocker(look.env, look.signal), async (api) => {
	const { reference } = named;
	const inDocker = await findImages(api.get, [reference]).catch((error) => error);
	if (Array.isArray(inDocker)) {
		const [image] = inDocker;
		if (image !== void 0) return analyseInDocker(api, image, look, folder);
	}
	if (isImageId(reference)) throw inDocker;
	return analyseInRegistry(named, look, folder).catch((cause) => {
		if (look.signal.aborted) throw cause;
		const why = inDocker instanceof Failure ? inDocker.message : renderError(inDocker);
		throw new Failure(`${why}; ${renderError(cause)}`);
	});
});
const analyseOne = (image, look, folder) => {
	switch (image.kind) {
		case "layout": return findLayoutImage(image, architecture).then((found) => analyseBlobs(found, look));
		case "registry": return analyseInRegistry(image, look, folder);
		case "any": return analyseAny(image, look, folder);
	}
};
/**
* Says what the bytes of an image are for that nobody loads.
*
* @param number of it among the run's images
* @throws {Failure} naming it where it cannot be read
*/
const analyseElsewhere = async (image, number, look) => {
	const late = AbortSignal.timeout(deadlineMs);
	const folder = join(look.layoutDir, `reported-${number}`);
	await mkdir(folder, { mode: 448 });
	try {
		const signal = AbortSignal.any([look.signal, late]);
		return await analyseOne(image, {
			...look,
			signal
		}, folder);
	} catch (cause) {
		if (look.signal.aborted) throw cause;
		const why = late.aborted ? `it took more than ${deadlineMs / 6e4} minutes` : renderError(cause);
		throw new Failure(`Cannot read ${image.given}: ${why}`);
	} finally {
		await rm(folder, {
			recursive: true,
			force: true
		});
	}
};

// src/commands/report.ts
/** Nothing is built, so there is nothing to compare with. */
const nothingBefore = {
	ofDefaultBranch: void 0,
	ofBranch: void 0
};
/** Looks at images one after another, and goes on where one of them cannot be read. */
const report = async ({ reported, imageReport, imageLimits, clusterName }, { runId, layoutDir, env }, { log, signal }) => {
	refuseUnknownNames(imageLimits, reported.map(({ given }) => given));
	const depth = imageReport === "full" ? "full" : "auto";
	const steps = reported.map((image) => ({
		kind: "analyse",
		id: `report ${image.given}`,
		names: [image.given],
		depth,
		needs: [],
		after: [],
		lane: "report",
		isFinal: false,
		nodeImage: void 0,
		loaded: void 0,
		target: void 0,
		asksForGpu: void 0,
		image: {
			kind: "elsewhere",
			image
		}
	}));
	const look = {
		runId,
		layoutDir,
		env,
		clusterName,
		depth,
		signal
	};
	const done = {
		outcomes: await runJobs(steps, {
			limits: [{
				lanes: ["report"],
				most: 1
			}],
			isEnded: () => signal.aborted,
			run: async (step) => {
				log.line(`Reading ${step.image.image.given}`);
				return analyseElsewhere(step.image.image, steps.indexOf(step), look);
			},
			onEnd: () => {}
		}),
		reclaimed: []
	};
	const compared = compareImages(done, [], nothingBefore);
	return {
		kind: "run",
		report: done,
		history: {
			targets: [],
			before: []
		},
		nodeFiles: [],
		compared,
		excesses: checkImageLimits(compared, imageLimits),
		failure: signal.aborted ? signal.reason : toFailure(done)
	};
};

export { report };