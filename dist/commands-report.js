import { analyseImage, checkImageLimits, compareImages, createTarCutter, findImages, readBlob, refuseUnknownNames, runJobs, toBlobPath, toFailure, withBlobs, withContents } from "./shared.actions-step.js";
import { createDocker, dockerFolderOf, isDigest, isImageId, kind, readRegularFile, toDigest, withEngineApi } from "./shared.actions-post.actions-step.recorder.js";
import { findEngine, formatBytes } from "./shared.actions-post.actions-step.js";
import { Failure, attempt, renderError } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
import { HttpClient } from "./vendor/actions-http-client.js";
import { pRetry } from "./vendor/p-retry.js";
const { createHash } = process.getBuiltinModule("node:crypto");
const { createReadStream } = process.getBuiltinModule("node:fs");
const { join } = process.getBuiltinModule("node:path");
const { mkdir, open, rm, statfs } = process.getBuiltinModule("node:fs/promises");

// src/image/sources/blob-image.ts
/** Of manifests and configs: containerd takes no larger ones. */
const largestText = 8e6;
/** Docker stacks 127; more than so many nobody can. */
const mostLayers = 1e3;
/** An index of indexes of indexes is none. */
const deepest = 4;
const odd = (why) => new Failure(`It is no image that Slipway can read: ${why}`);
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
const toListed = (text) => {
	const { manifests } = parseJson(text, "its index");
	return Array.isArray(manifests) ? manifests.filter(isDescriptor) : [];
};
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
	if (!/^application\/vnd\.(?:oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/.test(`${mediaType}`)) throw odd("it is something else that registries keep");
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
		const [first] = named;
		return named.length === 1 && first ? first.digest : pickManifest(named, architecture).digest;
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

// src/image/sources/registry/requests.ts
/** Nobody who answers is silent for so long. */
const silenceMs = 6e4;
const mostRedirects = 5;
const isLoopback = ({ hostname }) => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
/**
* What may be asked: plain HTTP only of this machine, and of that only where the registry is on it.
*
* @throws {Failure} for other addresses
*/
const requireSafe = (url, registry) => {
	const isPlainHere = url.protocol === "http:" && isLoopback(url) && isLoopback(registry);
	if (url.protocol === "https:" || isPlainHere) return url;
	throw new Failure(`${registry.host} sends us to ${url.protocol}//${url.host}, which is no https`);
};
/** The registry's trouble, or the network's, that may be over in a moment. */
var Passing = class extends Error {};
const sendOnce = async (client, url, headers, signal) => {
	signal.throwIfAborted();
	const cancelled = Promise.withResolvers();
	const cancel = () => cancelled.reject(signal.reason);
	signal.addEventListener("abort", cancel, { once: true });
	const asked = client.get(url.href, headers);
	asked.catch(() => {});
	try {
		const { message } = await Promise.race([asked, cancelled.promise]);
		const { statusCode: status = 0 } = message;
		signal.addEventListener("abort", () => message.destroy(), { once: true });
		if (status !== 429 && status < 500) return {
			status,
			headers: message.headers,
			body: message
		};
		message.destroy();
		throw new Passing(`${url.host} answered ${status}`);
	} catch (cause) {
		if (signal.aborted || cause instanceof Passing) throw cause;
		throw new Passing(`${url.host} does not answer`, { cause });
	} finally {
		signal.removeEventListener("abort", cancel);
	}
};
/** Tries again what may have failed for a moment. */
const retry = (act, signal) => pRetry(act, {
	retries: 3,
	minTimeout: 500,
	maxTimeout: 4e3,
	randomize: true,
	signal,
	shouldRetry: ({ error }) => error instanceof Passing
});
/** Of what was cut off on its way. */
const toPassing = (cause) => new Passing("the answer was cut off", { cause });
/** Asks by the proxies that HTTPS_PROXY and others name. */
const createRequests = (registry, signal) => {
	const client = new HttpClient("slipway", [], {
		allowRedirects: false,
		allowRetries: false,
		keepAlive: true,
		socketTimeout: silenceMs
	});
	/** Follows where it is sent; what it says of itself only the first address hears. */
	const send = async (first, headers) => {
		let url = requireSafe(first, registry);
		const { authorization: _, ...others } = headers;
		for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
			const isFirst = url.origin === first.origin;
			const answer = await sendOnce(client, url, isFirst ? headers : others, signal);
			const { location } = answer.headers;
			if (answer.status < 300 || answer.status > 399 || location === void 0) return answer;
			answer.body.destroy();
			const next = URL.parse(location, url.href);
			if (next === null) throw new Failure(`${url.host} sends us to no address`);
			url = requireSafe(next, registry);
		}
		throw new Failure(`${first.host} sends us from one address to the next`);
	};
	return {
		send,
		dispose: () => client.dispose()
	};
};
/** @throws {Failure} where it is more than it may be */
const readText = async ({ body }, most, what) => {
	const chunks = [];
	let bytes = 0;
	try {
		for await (const chunk of body) {
			bytes += chunk.length;
			if (bytes > most) break;
			chunks.push(chunk);
		}
	} catch (cause) {
		throw toPassing(cause);
	}
	if (bytes > most) throw new Failure(`${what} has more than ${most} bytes`);
	return Buffer.concat(chunks);
};

// src/image/sources/registry/login.ts
/** Where `docker login` has written what it knows of Docker Hub. */
const hubKey = "https://index.docker.io/v1/";
/** What Docker's own file says of a login, of which nothing is shown; undefined where it has none. */
const findLogin = (env, domain) => {
	const folder = dockerFolderOf(env);
	if (folder === void 0) return void 0;
	const text = attempt(() => readRegularFile(join(folder, "config.json")).toString("utf8"));
	const auths = attempt(() => JSON.parse(text ?? ""))?.auths ?? {};
	const found = [
		domain,
		`https://${domain}`,
		...domain === "docker.io" ? [hubKey] : []
	].flatMap((key) => {
		const auth = Object.hasOwn(auths, key) ? auths[key]?.auth : void 0;
		return typeof auth === "string" && /^[A-Za-z0-9+/]{4,8000}={0,2}$/.test(auth) ? [auth] : [];
	});
	return found[0] === void 0 ? void 0 : new Secret(`Basic ${found[0]}`);
};
const largestAnswer = 1e6;
/** The parameters of a challenge (distribution's "Token Authentication Specification"). */
const parseChallenge = (header) => new Map([...header.slice(0, 4e3).matchAll(/([a-z]{1,20})="([^"]{0,1000})"/g)].map(([, name = "", value = ""]) => [name, value]));
/**
* What to say to a registry that refuses: a token for whoever asks, or for Docker's login where there is one.
*
* @returns undefined where there is nothing to say
*/
const answerChallenge = async ({ headers }, { send }, registry, repository, login) => {
	const challenge = headers["www-authenticate"] ?? "";
	if (/^basic\b/i.test(challenge)) return login;
	const parameters = parseChallenge(challenge);
	const realm = URL.parse(parameters.get("realm") ?? "");
	if (!/^bearer\b/i.test(challenge) || realm === null) return void 0;
	const service = parameters.get("service");
	if (service !== void 0) realm.searchParams.set("service", service);
	realm.searchParams.set("scope", `repository:${repository}:pull`);
	const basic = login === void 0 ? void 0 : { authorization: login.expose() };
	const answer = await send(requireSafe(realm, registry), { ...basic });
	if (answer.status !== 200) {
		answer.body.destroy();
		if (answer.status === 401 || answer.status === 403) return void 0;
		throw new Failure(`${realm.host} answered ${answer.status} when it was asked for a token`);
	}
	const text = (await readText(answer, largestAnswer, `A token of ${realm.host}`)).toString("utf8");
	const { token, access_token: other } = parseJson(text, `a token of ${realm.host}`);
	const value = typeof token === "string" ? token : other;
	if (typeof value === "string" && /^[\x21-\x7e]{1,64000}$/.test(value)) return new Secret(`Bearer ${value}`);
	throw new Failure(`${realm.host} answered with no token`);
};

// src/image/sources/registry/registry-image.ts
/** @param canonical as `parseImageReference` makes it */
const toPlace = (canonical) => {
	const [, domain = "", repository = "", tag, digest] = /^([^/]+)\/([^@]*?)(?::([\w.-]+))?(?:@(.+))?$/.exec(canonical) ?? [];
	return {
		domain,
		repository,
		version: digest ?? tag ?? "latest"
	};
};
const toAddress = ({ domain }) => {
	const url = new URL(`https://${domain === "docker.io" ? "registry-1.docker.io" : domain}`);
	return isLoopback(url) ? new URL(`http://${domain}`) : url;
};
const accepted = [
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json"
].join(", ");
/** Asks one registry about one repository, with a token as soon as it wants one. */
const createConversation = (place, { env, signal }) => {
	const registry = toAddress(place);
	const { domain, repository } = place;
	const requests = createRequests(registry, signal);
	const login = findLogin(env, domain);
	let authorization;
	const send = (url) => requests.send(url, {
		accept: accepted,
		...authorization && { authorization: authorization.expose() }
	});
	const get = async (path) => {
		const url = new URL(`/v2/${repository}/${path}`, registry);
		let answer = await send(url);
		if (answer.status === 401) {
			answer.body.destroy();
			authorization = await answerChallenge(answer, requests, registry, repository, login);
			if (authorization !== void 0) answer = await send(url);
		}
		if (answer.status === 200) return answer;
		answer.body.destroy();
		if (answer.status === 404) throw new Failure(`${domain} does not have it`);
		const isRefused = answer.status === 401 || answer.status === 403;
		throw new Failure(`${domain} answered ${answer.status} to ${path}`, { ...isRefused && { remedy: `It may not be there, or need a login: \`docker login ${domain}\` before this step.` } });
	};
	return {
		get,
		dispose: requests.dispose
	};
};
const readDocument = async (get, path, digest) => {
	const content = await readText(await get(path), largestText, path);
	const found = toDigest(content);
	if (digest === void 0 || found === digest) return content.toString("utf8");
	throw new Failure(`The registry sent ${found} in place of ${digest}`);
};
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
		const toFile = (digest) => join(folder, digest.slice(7));
		const waiting = [...once];
		const work = async () => {
			for (let layer = waiting.shift(); layer !== void 0; layer = waiting.shift()) {
				const each = layer;
				await retry(() => download(get, each, toFile(each.digest)), signal);
			}
		};
		const workers = Array.from({ length: atOnce }, () => work().catch((error) => {
			waiting.length = 0;
			throw error;
		}));
		await Promise.allSettled(workers);
		await Promise.all(workers);
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
/** More parts than any image has. */
const mostParts = 1e4;
const toName = (digest) => `blobs/${digest.replace(":", "/")}`;
/** Where the parts of a saved image are in the archive. */
const findParts = async (file, signal) => {
	const parts = /* @__PURE__ */ new Map();
	const { write, end } = createTarCutter({
		onEntry: ({ name, offset, storedBytes: bytes }) => {
			if (parts.size < mostParts) parts.set(name, {
				offset,
				bytes
			});
		},
		onData: () => {},
		onEntryEnd: () => {}
	});
	for await (const chunk of createReadStream(file, { signal })) write(chunk);
	end();
	return parts;
};
const readPart = async (file, { offset, bytes }) => {
	if (bytes > 8e6) throw new Failure(`A manifest or config has ${bytes} bytes`);
	const handle = await open(file);
	try {
		const content = Buffer.alloc(bytes);
		const { bytesRead } = await handle.read(content, 0, bytes, offset);
		return content.subarray(0, bytesRead);
	} finally {
		await handle.close();
	}
};
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
/** In the words of images; where Docker's daemon is, it is this machine's, too. */
const architecture = {
	x64: "amd64",
	ia32: "386"
}[process.arch] ?? process.arch;
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
	const [engine, found] = await Promise.all([findEngine(api.get), kind.findNodes(api.get, clusterName, []).catch(() => void 0)]);
	const nodeImage = found?.nodes[0]?.imageId;
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
			lanes: { report: 1 },
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
		compared,
		excesses: checkImageLimits(compared, imageLimits),
		failure: signal.aborted ? signal.reason : toFailure(done)
	};
};

export { report };