import { LostLayerFailure, beginUnpacking, buildImage, createExportLayers, fewBytes, findSecretMounts, hasLayer, isForFolder, measureImage, measureLayout, prepareLayout, readBlob, readDockerfile, readLayout, readQuietly, renderBriefly, renderEvent, renderWaiting, restoringBuilds, shortenInstruction, sizeOfBlob, startRegistry, toBakeFiles, toBakeWords, toBlobPath, toCached, toContainerImage, toContexts, toLayers, toLayoutFolder, toUncached, toUnread, toUsableCache, withoutFurther } from "./shared.actions-step.js";
import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { findStepLine } from "./shared.run-analyse-step.run-build-caches.run-build-step.js";
import { formatDuration, intermediateRepository, isPush, toEntries, toFields } from "./shared.actions-post.actions-step.js";
import { createDocker, isDigest } from "./shared.actions-post.actions-step.recorder.js";
import { createEnds } from "./shared.run-build-step.run-create-cluster-step.js";
import { findCommonLayers } from "./shared.run-build-step.run-restore-builds-step.js";
const { setTimeout: setTimeout$1 } = process.getBuiltinModule("node:timers/promises");
const { mkdirSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { join, relative } = process.getBuiltinModule("node:path");
const { link, readdir } = process.getBuiltinModule("node:fs/promises");

// src/build/builder-watch.ts
/** Of no build's output: buildx's own last words, and those of Kubernetes' library in it. */
const isLastWord = (event) => event.kind === "text" && /^ERROR: |^E\d{4} .*"Unhandled Error"/.test(event.text);
const lost = {
	what: "the connection to the builder was lost",
	waitMs: 5e3
};
/** Its pod is there, so that another try may reach it, if it may. */
const toLost = (word) => ({
	what: `buildx lost its builder: ${toLine(word)}`,
	transient: /forbidden|unauthorized/i.test(word) ? void 0 : lost
});
/** buildx ends within moments of its last word, or never. */
const patienceMs = 8e3;
/** A step may print nothing for hours; the cluster is asked now and then whether its pod is there. */
const silenceMs = 2e4;
const lookMs = 1e3;
const toFailure = (name, { what, transient }) => new Failure(`${name}: ${what}`, {
	remedy: "buildx did not notice, and was ended; from 0.36 on it does.",
	transient
});
/**
* Ends a build whose builder has gone, of which buildx before 0.36 hears nothing: it would wait for ever.
*
* @param build is to end with its signal
*/
const watchBuild = async ({ name, watch, signal, onEvent }, build) => {
	if (watch === void 0) return build(signal, onEvent);
	const { findEnd } = watch();
	const stop = new AbortController();
	let end;
	let lastWord;
	let heardMs = performance.now();
	let isAsking = false;
	const give = (found) => {
		end = found;
		stop.abort();
	};
	const look = async () => {
		const silentMs = performance.now() - heardMs;
		if (isAsking || end !== void 0 || silentMs < (lastWord ? patienceMs : silenceMs)) return;
		isAsking = true;
		const askedMs = heardMs;
		const found = await findEnd();
		isAsking = false;
		if (askedMs !== heardMs) return;
		if (found !== void 0) return give(found);
		if (lastWord === void 0) heardMs = performance.now();
		else give(toLost(lastWord));
	};
	const timer = setInterval(() => void look(), lookMs);
	try {
		return await build(AbortSignal.any([signal, stop.signal]), (event) => {
			heardMs = performance.now();
			lastWord = isLastWord(event) && event.kind === "text" ? event.text : void 0;
			onEvent(event);
		});
	} catch (error) {
		throw end === void 0 || signal.aborted ? error : toFailure(name, end);
	} finally {
		clearInterval(timer);
	}
};

// src/build/outline.ts
/** It takes a quarter of a second, but it may ask registries. */
const deadlineMs = 1e4;
/** Nothing is written; whether the files may be read was checked when they were found. */
const env = {
	BUILDX_BAKE_FILE_RELATIVE_PATHS: "0",
	BUILDX_BAKE_ENTITLEMENTS_FS: "0"
};
/** The words of a target that decide what its Dockerfile means; nothing of what it would write. */
const outlined = [
	"context",
	"dockerfile",
	"dockerfile-inline",
	"target",
	"args"
];
/** In place of other targets, which an outline cannot have: their secrets are told of themselves. */
const withoutTargets = (contexts, emptyFolder) => Object.fromEntries(Object.entries(contexts ?? {}).map(([name, context]) => [name, String(context).startsWith("target:") ? emptyFolder : String(context)]));
const toArgs = ({ name, definition }, { tempDir }) => {
	const emptyFolder = join(tempDir, "empty");
	mkdirSync(emptyFolder, { recursive: true });
	const words = outlined.flatMap((word) => word in definition ? [[word, definition[word]]] : []);
	const contexts = withoutTargets(definition["contexts"], emptyFolder);
	const target = { [name]: {
		...Object.fromEntries(words),
		contexts
	} };
	const file = join(tempDir, `outline-${name}.json`);
	writeFileSync(file, JSON.stringify({ target }), { mode: 384 });
	return [
		"buildx",
		"bake",
		"--call=outline,format=json",
		`--file=${file}`,
		"--",
		name
	];
};
const toMounts = ({ secrets = [] }) => secrets.map(({ name, location }) => ({
	id: name,
	line: location?.ranges?.[0]?.start.line ?? 1
}));
/**
* Asks BuildKit which secrets a build mounts, of the stages that it needs alone and with all variables
* put in. Its bases have to be there.
*
* @returns undefined where nobody answers: buildx before 0.16, or a base is missing
*/
const outlineSecrets = async (docker, target, place) => {
	try {
		const options = {
			cwd: place.workspace,
			env,
			timeoutMs: deadlineMs
		};
		const { code, stdout } = await docker.try(toArgs(target, place), options);
		return code === 0 ? toMounts(JSON.parse(stdout).target[target.name].outline) : void 0;
	} catch {
		return;
	}
};

// src/build/warnings.ts
/** Ids of the secrets that a target has of its own. */
const ownIds = ({ bake }) => toEntries(bake.definition["secret"]).flatMap((secret) => toFields(secret).get("id") ?? []);
/**
* What a check of BuildKit's says of the Dockerfile of the target called `name`, with its line; undefined
* for all that is something else. What it builds upon may be built together with it.
*/
const toCheckWarning = (event, name) => {
	if (event.kind !== "warning") return void 0;
	const { step, warning } = event;
	if (!["[internal] ", `[${name} internal] `].some((mark) => step.name.startsWith(mark)) || warning.line === void 0) return void 0;
	return {
		message: warning.message.replace(/ \(line \d+\)$/, ""),
		line: warning.line
	};
};
const tokenFiles = [
	"gitconfig",
	"git-credentials",
	"netrc"
];
/** A secret that bears the name of a token's format is most often meant to be the token. */
const giving = (id) => {
	if (id === "github_token") return "For the token, give the step an App (client-id, private-key) or a github-token.";
	if (tokenFiles.includes(id)) return `For the token, give the step an App (client-id, private-key) or a github-token, and secret-format: ${id}.`;
	return "Name it in secrets, secret-envs or secret-files.";
};
/**
* Secrets that a build mounts and does not get. BuildKit is asked where there may be any; where it does
* not answer, what the Dockerfile says for certain counts.
*
* @param passed ids of the secrets that the build gets from us
*/
const findSecretWarnings = async (docker, target, place, passed) => {
	const { definition } = target.bake;
	const files = toBakeFiles(definition, place.workspace);
	const file = files.dockerfile;
	const { certain, all } = findSecretMounts(readDockerfile(files), toBakeWords(definition));
	const ids = /* @__PURE__ */ new Set([...passed, ...ownIds(target)]);
	const isMissing = ({ id }) => !ids.has(id);
	if (!all.some(isMissing)) return [];
	return (await outlineSecrets(docker, target.bake, place) ?? certain).filter(isMissing).map(({ id, line }) => ({
		message: `A RUN mounts the secret \`${id}\`, which is not given: that step finds no file there. ${giving(id)}`,
		location: file === void 0 ? void 0 : {
			file,
			line
		}
	}));
};
/** actions/checkout leaves a token in .git/config unless persist-credentials is false. */
const findPersisted = async ({ bake }, workspace) => {
	const files = toBakeFiles(bake.definition, workspace);
	if (files.folder === void 0) return [];
	const file = join(files.folder, ".git", "config");
	const at = (readQuietly(file)?.split("\n") ?? []).findIndex((line) => /^\s*extraheader\s*=\s*authorization:/i.test(line));
	if (at < 0) return [];
	const { isIgnored } = await import("./build-ignored.js");
	if (isIgnored(".git/config", files)) return [];
	return [{
		message: "The build context holds checkout's credentials (.git/config). Set persist-credentials: false on actions/checkout, or put .git into .dockerignore.",
		location: {
			file,
			line: at + 1
		}
	}];
};

// src/image/sources/built.ts
const everyRun = intermediateRepository("");
/** Where tags point now; no ID where one is gone. */
const findMoved = async (get, tags, id) => {
	const found = tags.map(async ({ given, canonical }) => {
		const other = await get(`/images/${canonical}/json`);
		/** The other image is another Slipway step's, which is still at work. */
		const isOtherStep = (other?.RepoTags ?? []).some((name) => name.startsWith(everyRun));
		return {
			given,
			id: other?.Id,
			isOtherStep
		};
	});
	return (await Promise.all(found)).filter((tag) => tag.id !== id);
};
/**
* Finds what this step has just built, by the name that no other step gives to an image: what its
* tags point to may be somebody else's by now.
*
* @throws {Failure} when it is gone
*/
const findBuilt = async (get, heldAs, tags) => {
	const inspected = await get(`/images/${heldAs}/json`);
	if (inspected === void 0) {
		const names = tags.map(({ given }) => given).join(", ");
		throw new Failure(`Docker's local store no longer has ${names}, which this step just built`, { remedy: "Another process may have removed it. Run the step again." });
	}
	const image = {
		...toContainerImage(inspected, tags),
		heldAs
	};
	return {
		image,
		moved: await findMoved(get, tags, image.id)
	};
};
const shorten = (id) => id.slice(0, 19);
/** One warning for each tag that somebody else has given to another image meanwhile. */
const renderMoved = (id, { given, id: other, isOtherStep }) => {
	const who = isOtherStep ? "another Slipway step" : "another process";
	const now = other === void 0 ? `${who} removed ${given} from Docker while this step was building it` : `${who} gave ${given} to another image (${shorten(other)}) while this step was building it`;
	return `${now.charAt(0).toUpperCase()}${now.slice(1)}. The nodes get this step's image (${shorten(id)}) as ${given}. Give each job that shares a Docker daemon its own tags.`;
};

// src/run/build-log.ts
/** Of one build's output, at its beginning as at its end; more is left out. */
const keptCharacters = 2e6;
/** Of a build that failed, outside of the group. */
const lastLines = 60;
/** A step that takes longer is told of while it works. */
const waitMs = 5e3;
/** Tells in brief what goes on, as long as it is not ended. */
const createBrief = (tell) => {
	const waiting = /* @__PURE__ */ new Map();
	return {
		onEvent: (event) => {
			if (event.kind === "began") {
				const timer = setTimeout(tell, waitMs, renderWaiting(event.step));
				waiting.set(event.step.number, timer);
			}
			if (event.kind !== "ended") return;
			clearTimeout(waiting.get(event.step.number));
			const text = renderBriefly(event);
			if (text !== void 0) tell(text);
		},
		end: () => waiting.forEach(clearTimeout)
	};
};
/**
* Of a build among others, slow steps have a line each, and all that it printed comes when it has
* ended, in a group; the last lines of a failure outside.
*/
const logInBrief = async ({ line, fenced, group }, { name, signal }, build) => {
	const output = createEnds(keptCharacters);
	const brief = createBrief((text) => line(`${name}: ${text}`));
	try {
		const built = await build((event) => {
			for (const each of renderEvent(event)) output.push(each);
			brief.onEvent(event);
		});
		const { steps, cachedSteps } = built;
		group(`${name}: build log${steps === 0 ? "" : `, ${cachedSteps} of ${steps} steps cached`}`, output.lines());
		return built;
	} catch (error) {
		const lines = output.lines();
		const isLong = lines.length > lastLines;
		if (isLong || signal.aborted) group(`${name}: build log`, lines);
		if (signal.aborted) throw error;
		line(`${name}: ${isLong ? `last ${lastLines} lines of the ` : ""}build log`);
		await fenced(async (write) => lines.slice(-60).forEach(write));
		throw error;
	} finally {
		brief.end();
	}
};
/** More are no help. */
const mostWarnings = 100;
/** Logs a build, and what BuildKit's checks say of its Dockerfile. One that is alone prints as it goes. */
const logBuild = async (log, logged, build) => {
	const { name, isAlone, dockerfile: file } = logged;
	const warnings = /* @__PURE__ */ new Map();
	const watched = (onEvent) => build((event) => {
		onEvent(event);
		const found = file !== void 0 && toCheckWarning(event, name);
		if (!found || warnings.size === mostWarnings) return;
		const { message, line } = found;
		warnings.set(`${line} ${message}`, {
			message,
			location: {
				file,
				line
			}
		});
	});
	const show = (write) => watched((event) => renderEvent(event).forEach(write));
	try {
		return await (isAlone ? log.fenced(show) : logInBrief(log, logged, watched));
	} finally {
		await log.warnings([...warnings.values()]);
	}
};

// src/run/build-retry.ts
/** So that builds which failed together do not come back together. */
const withJitter = ({ waitMs }) => Math.round(waitMs * (1 + Math.random()));
/** Builds again what failed on the way, and not by itself. BuildKit's cache has what was done before. */
const retryBuild = async ({ name, retries, signal, line }, build) => {
	for (let left = retries;; left -= 1) try {
		return await build();
	} catch (error) {
		const transient = error instanceof Failure ? error.transient : void 0;
		if (transient === void 0 || left === 0 || signal.aborted) throw error;
		const waitMs = withJitter(transient);
		line(`${name}: ${transient.what}. Building again in ${formatDuration(waitMs)}.`);
		await setTimeout$1(waitMs, void 0, { signal }).catch(() => {
			throw error;
		});
	}
};
/**
* Builds again without reading caches where a layer is gone that one of them promised: BuildKit asks for it only when
* the build needs it, and fails then, perhaps while it exports, so this is a whole try of its own. What it had done
* before is in its own cache.
*/
const retryUnread = async ({ target, cacheRequired, signal, warn }, build) => {
	try {
		return await build(target);
	} catch (error) {
		if (!(error instanceof LostLayerFailure) || cacheRequired || signal.aborted) throw error;
		const unread = toUnread(target);
		if (unread === void 0) throw error;
		warn(`${error.message}. Building again without reading caches.`);
		return await build(unread);
	}
};

// src/run/early-layers.ts
/** Looked at so often, as nothing of the system has to be had for it: builders write for seconds. */
const everyMs = 200;
/** Small layers are read in vain. */
const mostConfigBytes = 1e6;
/** Overlayfs mounts no more than 500, and each is looked at every time. */
const mostLayers = 500;
/** @param text of a blob that may be anything, of which most are no config and have no layers */
const parseLayers = (text) => {
	const diffIds = attempt(() => JSON.parse(text))?.rootfs?.diff_ids;
	return Array.isArray(diffIds) && diffIds.length <= mostLayers && diffIds.every(isDigest) ? toLayers(diffIds) : [];
};
const findLayers = (folder, digest) => {
	const layers = parseLayers(attempt(() => readBlob(folder, digest)) ?? "");
	return layers.every(({ diffId }) => sizeOfBlob(folder, diffId) !== 0) ? layers : [];
};
/**
* Tells of an image's large layers as soon as a builder has written them into a folder, where it gives a blob
* its name once all of it is there.
*
* @returns what ends it
*/
const watchLayers = (folder, onLayer) => {
	const ended = new AbortController();
	/** By the digest of what may be its config, which comes first, as it is small. Each blob is read once. */
	const images = /* @__PURE__ */ new Map();
	const told = /* @__PURE__ */ new Set();
	const read = (digest) => {
		if (images.has(digest) || (sizeOfBlob(folder, digest) ?? 0) > mostConfigBytes) return;
		images.set(digest, findLayers(folder, digest));
	};
	const tell = (layers) => {
		for (const [at, { diffId, chainId }] of layers.entries()) {
			if (told.has(chainId) || (sizeOfBlob(folder, diffId) ?? 0) <= 8e6) continue;
			told.add(chainId);
			onLayer(layers, at, toBlobPath(folder, diffId));
		}
	};
	const look = async () => {
		const names = await readdir(join(folder, "blobs", "sha256")).catch(() => []);
		if (ended.signal.aborted) return;
		for (const name of names) if (isDigest(`sha256:${name}`)) read(`sha256:${name}`);
		for (const layers of images.values()) tell(layers);
	};
	const watch = async () => {
		for (;;) {
			await setTimeout$1(everyMs, void 0, {
				signal: ended.signal,
				ref: false
			});
			await look();
		}
	};
	watch().catch(() => {});
	return { end: () => ended.abort() };
};

// src/registry/layers.ts
/** Layers that all nodes have. Their tars are nowhere: what a node has is unpacked. */
const createNodeLayers = (diffIds) => ({
	find: async (digest) => diffIds.has(digest) ? { sizeBytes: null } : void 0,
	open: async () => void 0
});
/** Several sources as one: the first that has a layer. */
const joinSources = (sources) => ({
	find: async (digest) => {
		for (const source of sources) {
			const found = await source.find(digest);
			if (found !== void 0) return found;
		}
	},
	open: async (digest, signal) => {
		for (const source of sources) {
			const found = await source.open(digest, signal);
			if (found !== void 0) return found;
		}
	}
});

// src/run/registry-build.ts
/** A builder that was told that a layer is there pushes what names it: whether it still is, is seen when the build has ended. */
const keepPromises = (source) => {
	const promised = /* @__PURE__ */ new Map();
	const find = async (digest) => {
		const found = promised.get(digest) ?? await source.find(digest);
		if (found !== void 0) promised.set(digest, found);
		return found;
	};
	return {
		...source,
		find
	};
};
/** One build, with a registry that ends with it. */
const buildOnce = async ({ name, folder, kept, signal, build }, diffIds, cache) => {
	const layers = joinSources([...kept ? [keepPromises(kept.source)] : [], createNodeLayers(diffIds)]);
	const registry = await startRegistry({
		folder,
		layers,
		cache,
		signal
	});
	try {
		return {
			kind: "built",
			built: await build(registry),
			cache: registry.findCache()
		};
	} catch (error) {
		signal.throwIfAborted();
		const { lacking } = registry;
		if (lacking.size > 0) return {
			kind: "lacking",
			layers: lacking,
			error
		};
		const cause = registry.trouble();
		if (cause === void 0) throw error;
		throw new Failure(`${name}: Slipway could not take what the builder sent`, { cause });
	} finally {
		await registry.close();
	}
};
const without = (diffIds, others) => new Set([...diffIds].filter((diffId) => !others.has(diffId)));
/** Layers that were not sent, and that some node lacks on top of those below. */
const findLeftOut = (image, folder, { chainIds }) => image.layers.filter(({ chainId, diffId }) => !chainIds.has(chainId) && !hasLayer(folder, diffId)).map(({ diffId }) => diffId);
/**
* Puts layers that are kept into the folder.
*
* @returns those that cannot be had so
*/
const bringKept = async (diffIds, folder, kept) => {
	if (kept === void 0) return diffIds;
	return (await Promise.all([...new Set(diffIds)].map(async (diffId) => {
		const path = await kept.bring(diffId);
		if (path === void 0) return [diffId];
		await link(path, toBlobPath(folder, diffId));
		return [];
	}))).flat();
};
/**
* Puts layers that have come already into the folder, though nodes have them: an image that is whole there is
* unpacked once for all nodes, together with others that share its layers.
*/
const addFound = async ({ layers }, folder, kept) => {
	for (const { diffId } of layers) {
		const path = hasLayer(folder, diffId) ? void 0 : kept?.find(diffId);
		if (path !== void 0) await link(path, toBlobPath(folder, diffId));
	}
};
/**
* Builds until the folder has all that nodes lack. What an earlier build's cache promises may have to be read
* by a step, and nodes cannot give it back, nor a cache whose entries are gone or broken: then the step's own
* builder makes it anew.
*
* @param read the image that a build has left in the folder
* @returns what the last build told, its image, and what it wrote of its cache
*/
const buildThroughRegistry = async (work, read) => {
	const { name, folder, common, kept, line } = work;
	let { diffIds } = common;
	let { cache } = work;
	/** That a builder has been told of, and that nobody could give. */
	const lost = /* @__PURE__ */ new Set();
	for (;;) {
		prepareLayout(folder, []);
		const ended = await buildOnce(work, diffIds, cache);
		if (ended.kind === "built") {
			const image = read(ended.built);
			const left = (await bringKept(findLeftOut(image, folder, common), folder, kept)).filter((diffId) => diffIds.has(diffId) || !lost.has(diffId));
			if (left.length === 0) {
				await addFound(image, folder, kept);
				return {
					built: ended.built,
					image,
					cache: ended.cache
				};
			}
			line(left.some((diffId) => diffIds.has(diffId)) ? `${name}: the nodes have ${left.length} of its layers on top of others. Building again.` : `${name}: the cache could not give ${left.length} of its layers. Building again.`);
			for (const diffId of left) lost.add(diffId);
			diffIds = without(diffIds, lost);
		} else {
			const { layers, error } = ended;
			if (cache === void 0 && diffIds.size === 0) throw error;
			line(`${name}: steps run on ${layers.size} layers that only nodes have. Building them again.`);
			const isNews = [...layers].some((diffId) => !lost.has(diffId));
			for (const diffId of layers) lost.add(diffId);
			if (cache === void 0) diffIds = /* @__PURE__ */ new Set();
			const isLeft = async (diffId) => !lost.has(diffId);
			cache = isNews && cache !== void 0 ? await toUsableCache(cache, isLeft) : void 0;
		}
	}
};
/**
* Has the builder send layers that nodes have lost since the build.
*
* @throws {Failure} where it has them no more either
*/
const exportThroughRegistry = async (work, wanted) => {
	const { name, folder, common } = work;
	const ended = await buildOnce(work, without(common.diffIds, new Set(wanted)), void 0);
	if (ended.kind === "built" && wanted.every((diffId) => hasLayer(folder, diffId))) return;
	const what = `${name}: nodes lost ${wanted.length} layers while it was built, and the builder does not have them`;
	throw new Failure(what, {
		cause: ended.kind === "lacking" ? ended.error : void 0,
		remedy: "Run the job again. Nodes remove images when their disk is nearly full."
	});
};

// src/run/folder-build.ts
/** The order for layers that were built before: nothing is pushed elsewhere, no cache written, no secret needed. */
const toExportOrder = (order) => ({
	...order,
	target: withoutFurther(toUncached(toCached(order.target))),
	secrets: []
});
/**
* Has a builder put an image into a folder, but for the layers that all nodes have: it writes there itself, or
* it pushes to a registry of the step's own.
*/
const buildIntoFolder = async (order, nodes, ports, tryBuild) => {
	const { target, layout: folder } = order;
	const { name, tags, further, output } = target;
	const { docker, log, run } = ports;
	const asked = run.resultOf("restore-builds", restoringBuilds);
	const common = asked ?? await findCommonLayers(docker.api, nodes);
	const read = ({ digest }) => {
		const reported = {
			digest,
			isPushed: further.some(isPush)
		};
		return readLayout(folder, tags, further.length > 0 ? reported : void 0);
	};
	if (output === "oci-layout") {
		const watch = watchLayers(folder, (...layer) => run.unpacker?.begin(...layer, nodes));
		const prepare = () => prepareLayout(folder, common.diffIds);
		const built = await tryBuild(order, prepare).finally(watch.end);
		const exportLayers = createExportLayers(toExportOrder(order), ports);
		return {
			built,
			inFolder: {
				image: read(built),
				exportLayers
			}
		};
	}
	const { buildCaches: kept } = run;
	const beganMs = performance.now();
	if (asked === void 0) kept?.follow(target, common, (...layer) => run.unpacker?.begin(...layer, nodes, "proven"));
	const cache = kept?.documentsOf(target);
	const place = {
		name,
		folder,
		common,
		kept,
		signal: run.signal,
		line: log.line
	};
	const keepsStages = kept !== void 0;
	const { built, image, ...made } = await buildThroughRegistry({
		...place,
		cache,
		build: (names) => tryBuild({
			...order,
			registry: {
				...names,
				keepsStages
			}
		})
	}, read);
	const told = {
		...built,
		ms: performance.now() - beganMs
	};
	beginUnpacking(run.unpacker, image, nodes);
	if (made.cache !== void 0) await kept?.keep(target, made.cache, image, folder, told);
	const again = (names) => {
		const whole = {
			...toExportOrder(order),
			registry: {
				...names,
				keepsStages
			}
		};
		return buildImage(docker.command, whole, () => {}, log.warning);
	};
	const exportLayers = async (wanted) => {
		const lacking = await bringKept(wanted, folder, kept);
		if (lacking.length > 0) await exportThroughRegistry({
			...place,
			cache: void 0,
			build: again
		}, lacking);
	};
	return {
		built,
		inFolder: {
			image,
			exportLayers
		}
	};
};

// src/run/build-step.ts
/** Never fails, and is soon over: it goes on beside the build. */
const warn = async ({ docker, secrets, log, run }, target) => {
	const { workspace } = run;
	const warnings = (await Promise.allSettled([findSecretWarnings(docker.command, target, run, secrets.ids), findPersisted(target, workspace)])).flatMap((each) => each.status === "fulfilled" ? each.value : []);
	for (const { message, location } of warnings) log.warning(message, location && {
		file: relative(workspace, location.file),
		line: location.line
	});
};
/** The step that the cache did not have, and where the Dockerfile has it. */
const toMissed = (name, files, dockerfile) => {
	if (name === void 0) return void 0;
	const line = dockerfile === void 0 ? void 0 : findStepLine(readDockerfile(files), name);
	return {
		instruction: shortenInstruction(toLine(name).replace(/^\[[^\]]*\] /, "")),
		location: line === void 0 ? void 0 : {
			file: dockerfile ?? "",
			line
		}
	};
};
const toBuiltOf = ({ bake }, files, file) => file === void 0 ? void 0 : {
	file,
	text: readDockerfile(files),
	target: toBakeWords(bake.definition).target
};
/**
* Builds one target, with the token and the step's secrets at hand.
*
* @throws {Failure} saying which step failed, or that what was built is gone
*/
const build = async (step, ports) => {
	const { target, isAlone, retries, cacheRequired, nodes, wantsOrigins } = step;
	const { docker, log, run } = ports;
	const warned = warn(ports, target);
	const { tempDir, workspace } = run;
	const files = toBakeFiles(target.bake.definition, workspace);
	const dockerfile = files.dockerfile && relative(workspace, files.dockerfile);
	const secrets = await ports.secrets.take(toContexts(target));
	const { cacheEnv } = ports.secrets;
	const order = {
		target,
		secrets,
		cacheEnv,
		cacheRequired,
		wantsOrigins,
		tempDir,
		layout: toLayoutFolder(run, target),
		workspace,
		dockerfile
	};
	const { name, tags, isWanted, intermediate } = target;
	const { signal } = run;
	const buildOnce = (whole) => logBuild(log, {
		name,
		isAlone,
		dockerfile,
		signal
	}, (onEvent) => watchBuild({
		name,
		watch: run.watch,
		signal,
		onEvent
	}, (until, onEvent) => buildImage(createDocker(run.env, until), whole, onEvent, log.warning)));
	const tryBuild = (whole, prepare = () => {}) => retryUnread({
		target: whole.target,
		cacheRequired,
		signal,
		warn: log.warning
	}, (target) => retryBuild({
		name,
		retries,
		signal,
		line: log.line
	}, () => {
		prepare();
		return buildOnce({
			...whole,
			target
		});
	}));
	const { built: whole, inFolder } = await (isForFolder(target) ? buildIntoFolder(order, nodes, ports, tryBuild) : tryBuild(order).then((built) => ({
		built,
		inFolder: void 0
	}))).finally(() => warned);
	const { origins, ...built } = whole;
	const builtOf = wantsOrigins ? toBuiltOf(target, files, dockerfile) : void 0;
	const metadata = {
		...built,
		missed: toMissed(built.missed, files, dockerfile)
	};
	if (inFolder !== void 0 && isWanted && tags.length > 0) {
		const { image } = inFolder;
		const measured = measureLayout(image);
		return {
			metadata: {
				...metadata,
				imageId: image.id
			},
			...inFolder,
			measured,
			origins,
			builtOf
		};
	}
	if (!isWanted || intermediate === void 0 || tags.length === 0) {
		if (isWanted) log.line(`${name} has no tags, so no pod could name it: Slipway does not load it.`);
		return {
			metadata,
			image: void 0,
			measured: void 0,
			origins,
			builtOf
		};
	}
	const { get } = docker.api;
	const { image, moved } = await findBuilt(get, intermediate, tags);
	for (const tag of moved) log.warning(renderMoved(image.id, tag));
	const measured = await measureImage(get, image).catch(() => void 0);
	return {
		metadata: {
			...metadata,
			imageId: image.id
		},
		image,
		measured,
		origins,
		builtOf
	};
};

export { build };