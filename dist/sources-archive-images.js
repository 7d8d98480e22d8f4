import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { hashBlob, openBlob, sniff, unpack } from "./shared.commands-report.docker-image-source.oci-find-oci-source.run-analyse-step.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.run-unpack-archive-step.sources-archive-images.js";
import { isDigest, toDigest, toReferences } from "./shared.actions-post.actions-step.recorder.js";
import { toManifest } from "./shared.actions-step.js";
import { findParts, readHead, readPart } from "./shared.commands-report.sources-archive-images.js";
import { findManifestText, parseJson, readBlobImage, toDiffIds, toListed } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";
const { randomUUID } = process.getBuiltinModule("node:crypto");
const { createReadStream, createWriteStream, realpathSync } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { pipeline } = process.getBuiltinModule("node:stream/promises");

// src/image/sources/archive-images.ts
/** More than anybody saves into one archive. */
const mostImages = 1e3;
const remedy = "Write it with `docker save --output FILE NAME:TAG`, or buildx with `type=docker` or `type=oci`.";
const createArchive = ({ given, file }, parts, architecture, signal) => {
	const toPart = (name) => {
		const part = parts.get(name.replace(/^\.\//, ""));
		if (part !== void 0) return part;
		throw new Failure(`it has no ${JSON.stringify(name).slice(0, 200)}`);
	};
	const toBlob = (digest) => toPart(`blobs/${digest.replace(":", "/")}`);
	const readText = async ({ digest }) => {
		const content = await readPart(file, toBlob(digest));
		if (toDigest(content) === digest) return content.toString("utf8");
		throw new Failure(`it has another blob in place of ${digest}`);
	};
	const source = {
		readText,
		readManifest: readText,
		toFiles: async (layers) => layers.map(({ digest }) => ({
			file,
			start: toBlob(digest).offset
		}))
	};
	const readNamed = async (name) => (await readPart(file, toPart(name))).toString("utf8");
	return {
		given,
		file,
		parts,
		toPart,
		source,
		readNamed,
		architecture,
		signal
	};
};
const isText = (value) => typeof value === "string";
/** containerd's is whole; the other one may be a tag alone, as skopeo writes it, which says nothing of the image. */
const toName = (annotations) => {
	const whole = annotations?.["io.containerd.image.name"];
	if (isText(whole)) return whole;
	const name = annotations?.["org.opencontainers.image.ref.name"];
	return isText(name) && /[/:]/.test(name) ? name : void 0;
};
/** Images for this machine in an index, with what the index calls them. */
const readIndex = async ({ parts, source, readNamed, architecture }) => {
	if (!parts.has("index.json")) return [];
	const found = toListed(await readNamed("index.json")).slice(0, mostImages).map(async ({ digest, annotations }) => {
		const root = await source.readManifest({ digest });
		const text = await findManifestText(root, source, architecture).catch(() => void 0);
		if (text === void 0) return [];
		const { config } = parseJson(text, "it");
		return [{
			manifest: text,
			config: config?.digest,
			name: toName(annotations)
		}];
	});
	return (await Promise.all(found)).flat();
};
const readLayer = async ({ file, toPart, signal }, name, diffId) => {
	const part = toPart(name);
	const packing = sniff(await readHead(file, part));
	const blob = {
		file,
		start: part.offset,
		sizeBytes: part.bytes,
		digest: diffId,
		diffId
	};
	if (packing === "tar") return {
		...blob,
		packing: void 0
	};
	const opened = await openBlob(blob);
	try {
		return {
			...blob,
			digest: await hashBlob(opened, signal),
			packing
		};
	} finally {
		await opened.handle.close();
	}
};
/** Of archives that have no manifest of the image, it is made. */
const readSaved = async (archive, { Config, Layers }) => {
	const names = Layers ?? [];
	if (!isText(Config) || !names.every(isText)) throw new Failure("its manifest.json names no config or layers");
	const config = await archive.readNamed(Config);
	const diffIds = toDiffIds(config);
	if (diffIds.length !== names.length) throw new Failure(`its manifest.json has ${names.length} layers, the config ${diffIds.length}`);
	const layers = [];
	for (const [at, name] of names.entries()) layers.push(await readLayer(archive, name, diffIds[at] ?? ""));
	const size = Buffer.byteLength(config);
	const described = layers.map(({ digest, sizeBytes, packing }) => ({
		digest,
		size: sizeBytes,
		packing
	}));
	return {
		config,
		layers,
		manifest: toManifest({
			digest: toDigest(config),
			size
		}, described)
	};
};
const readAll = async (archive) => {
	const { given, file, parts, source, readNamed, architecture } = archive;
	const indexed = await readIndex(archive);
	const fromManifest = async (manifest) => readBlobImage(manifest, source, architecture);
	if (!parts.has("manifest.json")) return Promise.all(indexed.map(async ({ manifest, name }) => ({
		given,
		file,
		references: toReferences(name === void 0 ? [] : [name]),
		image: await fromManifest(manifest)
	})));
	const saved = parseJson(await readNamed("manifest.json"), "its manifest.json");
	if (!Array.isArray(saved)) throw new Failure("its manifest.json is no list");
	const images = [];
	for (const each of saved.slice(0, mostImages)) {
		const names = (each.RepoTags ?? []).filter(isText);
		const digest = `sha256:${/([0-9a-f]{64})(?:\.json)?$/.exec(String(each.Config))?.[1] ?? ""}`;
		const known = isDigest(digest) && indexed.find(({ config }) => config === digest);
		const image = known ? await fromManifest(known.manifest) : await readSaved(archive, each);
		images.push({
			given,
			file,
			references: toReferences(names),
			image
		});
	}
	return images;
};
const refuse = (file, cause) => new Failure(`${file} is no archive of images`, {
	cause,
	remedy
});
/**
* An archive may be packed as a whole, in which nobody finds anything.
*
* @returns where it is as a tar
*/
const unpackWhole = async (file, folder, signal) => {
	const packing = sniff(await readHead(file, {
		offset: 0,
		bytes: 4
	}));
	if (packing === "tar") return file;
	const unpacked = join(folder, `${randomUUID()}.tar`);
	const to = createWriteStream(unpacked, {
		flags: "wx",
		mode: 384
	});
	await pipeline(unpack(createReadStream(file), packing), to, { signal });
	return unpacked;
};
/**
* Finds the images in an archive, and where their layers lie in it: as `docker save` of any version, buildx,
* podman, skopeo and builders without Docker write them.
*
* @param folder for what has to be unpacked first; it goes with the run
* @throws {Failure} where there are none, or one has no name
*/
const findArchiveImages = async (given, architecture, folder, signal) => {
	let images;
	try {
		const whole = attempt(() => realpathSync(given)) ?? given;
		const file = await unpackWhole(whole, folder, signal);
		const parts = await findParts(file, signal);
		images = await readAll(createArchive({
			given,
			file
		}, parts, architecture, signal));
	} catch (error) {
		signal.throwIfAborted();
		throw error instanceof Failure && error.remedy !== void 0 ? error : refuse(given, error);
	}
	if (images.length === 0) throw refuse(given, /* @__PURE__ */ new Error("there is no image in it"));
	if (images.every(({ references }) => references.length > 0)) return images;
	throw new Failure(`An image in ${given} has no name`, { remedy: "Save it by its name: `docker save --output FILE NAME:TAG`, `skopeo copy … oci-archive:FILE:NAME:TAG`." });
};

export { findArchiveImages };