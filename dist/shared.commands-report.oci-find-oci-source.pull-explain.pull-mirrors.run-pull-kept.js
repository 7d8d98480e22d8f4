import { Failure, attempt } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { createRequests, isLoopback, readText, requireSafe } from "./shared.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.run-pull-kept.js";
import { dockerFolderOf, isDigest, readRegularFile, toDigest } from "./shared.actions-post.actions-step.recorder.js";
import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
const { join } = process.getBuiltinModule("node:path");

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
const toListed = (text) => {
	const { manifests } = parseJson(text, "its index");
	return Array.isArray(manifests) ? manifests.filter(isDescriptor) : [];
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

// src/image/sources/registry/login.ts
/** Where `docker login` has written what it knows of Docker Hub. */
const hubKey = "https://index.docker.io/v1/";
const readConfig = (env) => {
	const folder = dockerFolderOf(env);
	if (folder === void 0) return void 0;
	const text = attempt(() => readRegularFile(join(folder, "config.json")).toString("utf8"));
	return attempt(() => JSON.parse(text ?? ""));
};
const toKeys = (domain) => [
	domain,
	`https://${domain}`,
	...domain === "docker.io" ? [hubKey] : []
];
/** Whether Docker asks another program for the login there. */
const hasHelper = (env, domain) => {
	const { credsStore, credHelpers } = readConfig(env) ?? {};
	return Boolean(credsStore) || toKeys(domain).some((key) => Object.hasOwn(credHelpers ?? {}, key));
};
/** What Docker's own file says of a login, of which nothing is shown; undefined where it has none. */
const findLogin = (env, domain) => {
	const auths = readConfig(env)?.auths ?? {};
	const found = toKeys(domain).flatMap((key) => {
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

// src/image/sources/registry/conversation.ts
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
	const send = (url, from, isHead = false) => requests.send(url, {
		accept: accepted,
		...from > 0 && { range: `bytes=${from}-` },
		...authorization && { authorization: authorization.expose() }
	}, { isHead });
	/** @param from the first byte that is wanted; a registry may answer with all of them, and 200 */
	const get = async (path, from = 0) => {
		const url = new URL(`/v2/${repository}/${path}`, registry);
		let answer = await send(url, from);
		if (answer.status === 401) {
			answer.body.destroy();
			authorization = await answerChallenge(answer, requests, registry, repository, login);
			if (authorization !== void 0) answer = await send(url, from);
		}
		if (answer.status === 200 || answer.status === 206 && from > 0) return answer;
		answer.body.destroy();
		if (answer.status === 404) throw new Failure(`${domain} does not have it`);
		const isRefused = answer.status === 401 || answer.status === 403;
		throw new Failure(`${domain} answered ${answer.status} to ${path}`, { ...isRefused && { remedy: `It may not be there, or need a login: \`docker login ${domain}\` before this step.` } });
	};
	/** What a registry says of something without sending it; a refusal may say the same. */
	const head = async (path) => {
		const url = new URL(`/v2/${repository}/${path}`, registry);
		let answer = await send(url, 0, true);
		answer.body.destroy();
		if (answer.status === 401) {
			authorization = await answerChallenge(answer, requests, registry, repository, login);
			answer = await send(url, 0, true);
			answer.body.destroy();
		}
		return answer.headers;
	};
	return {
		get,
		head,
		dispose: requests.dispose
	};
};
/** @throws {Failure} where it is not what its digest promises */
const readDocument = async (get, path, digest) => {
	const content = await readText(await get(path), largestText, path);
	const found = toDigest(content);
	if (digest === void 0 || found === digest) return content.toString("utf8");
	throw new Failure(`The registry sent ${found} in place of ${digest}`);
};

export { createConversation, findLogin, findManifestText, hasHelper, isImageConfig, largestText, parseJson, pickManifest, readBlobImage, readDocument, toLayers, toListed, toPlace };