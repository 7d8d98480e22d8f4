import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { createRequests, isLoopback, readText, requireSafe } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { dockerFolderOf, readRegularFile, startPiped, toDigest } from "./shared.actions-post.actions-step.recorder.js";
import { largestText, parseJson } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";
import { Secret } from "./shared.actions-post.actions-step.watchdog.js";
const { join } = process.getBuiltinModule("node:path");

// src/image/sources/registry/challenge.ts
const largestAnswer = 1e6;
/**
* What a registry wants to hear ("Token Authentication Specification" of distribution): mostly one challenge. Gitea
* has one for either way, and Node makes one header of both.
*/
const parseChallenges = (header) => {
	const text = header.slice(0, 4e3);
	const starts = [...text.replace(/"[^"]*"/g, (quoted) => "\"".repeat(quoted.length)).matchAll(/(?:^|,)\s*(basic|bearer)\b(?=\s|$)/gi)];
	return starts.map(({ index, 1: scheme = "" }, at) => {
		const found = text.slice(index, starts[at + 1]?.index).matchAll(/([a-z]{1,20})=(?:"([^"]{0,1000})"|([^\s",]{1,1000}))/gi);
		const parameters = new Map([...found].map(([, name = "", quoted, bare = ""]) => [name.toLowerCase(), quoted ?? bare]));
		return {
			scheme: scheme.toLowerCase(),
			parameters
		};
	});
};
const askToken = (send, realm, wanted, basic) => {
	for (const [name, value] of Object.entries(wanted)) realm.searchParams.set(name, value);
	return send(realm, { ...basic && { authorization: basic.expose() } });
};
/** The same for an identity token (distribution's "OAuth2 Token Authentication"). */
const exchange = (send, realm, wanted, token) => {
	const grant = {
		grant_type: "refresh_token",
		client_id: "slipway",
		...wanted
	};
	return send(realm, { "content-type": "application/x-www-form-urlencoded" }, { body: `${new URLSearchParams({
		...grant,
		refresh_token: token.expose()
	})}` });
};
/**
* What to say to a registry that refuses: a token for whoever asks, or for Docker's login where there is one.
*
* @returns undefined where there is nothing to say
*/
const answerChallenge = async ({ headers }, { send }, registry, repository, login) => {
	const challenges = parseChallenges(headers["www-authenticate"] ?? "");
	const basic = login?.kind === "basic" ? login.secret : void 0;
	const bearer = challenges.find(({ scheme }) => scheme === "bearer");
	if (bearer === void 0) return challenges.length > 0 ? basic : void 0;
	const { parameters } = bearer;
	const realm = URL.parse(parameters.get("realm") ?? "");
	if (realm === null) return void 0;
	const service = parameters.get("service");
	const wanted = {
		...service !== void 0 && { service },
		scope: `repository:${repository}:pull`
	};
	const safe = requireSafe(realm, registry);
	const answer = login?.kind === "identity" ? await exchange(send, safe, wanted, login.secret) : await askToken(send, safe, wanted, basic);
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

// src/image/sources/registry/ask-helper.ts
/** Those of clouds ask their own services first. */
const patienceMs = 3e4;
/** A login is a line. */
const mostBytes = 1e6;
/** What helpers say of a server that they do not know (docker-credential-helpers' credentials/error.go). */
const notFound = "credentials not found in native keychain";
/** In place of a user's name where the secret is an identity token. */
const tokenUser = "<token>";
const toLogin = (text) => {
	const { Username: user, Secret: secret } = attempt(() => JSON.parse(text)) ?? {};
	if (typeof user !== "string" || typeof secret !== "string") return void 0;
	if (user === "" || secret === "") return { login: void 0 };
	if (user === tokenUser) return { login: {
		kind: "identity",
		secret: new Secret(secret)
	} };
	const basic = Buffer.from(`${user}:${secret}`).toString("base64");
	return { login: {
		kind: "basic",
		secret: new Secret(`Basic ${basic}`)
	} };
};
/**
* Asks a credential helper for a login, as Docker does: `docker-credential-NAME get` reads the server. Nothing
* of what it prints is shown, as that may be the login.
*
* @returns a string where it does not tell, which says why
*/
const askHelper = async (name, server, { env, signal }, timeoutMs = patienceMs) => {
	if (!/^\w[\w.-]{0,99}$/.test(name)) return "The name of its credential helper is none.";
	const file = `docker-credential-${name}`;
	const fail = (why) => `The credential helper ${file} ${why}.`;
	const { child, ended, end } = startPiped({
		file,
		args: ["get"],
		env,
		timeoutMs,
		signal
	});
	const chunks = [];
	let bytes = 0;
	child.stdout.on("data", (chunk) => {
		bytes += chunk.length;
		if (bytes <= mostBytes) chunks.push(chunk);
		else end();
	});
	child.stderr.resume();
	child.stdin.end(server);
	const how = await ended.catch(() => void 0);
	signal.throwIfAborted();
	if (how === void 0) return fail("could not be started: it is not on the PATH");
	if (how.timedOut) return fail(`did not answer in ${timeoutMs / 1e3} s`);
	const text = Buffer.concat(chunks).toString("utf8");
	if (how.code === 0) return toLogin(text) ?? fail("answered with no login");
	return text.trim() === notFound ? { login: void 0 } : fail(`failed: ${how.code === null ? "it was ended" : `exit code ${how.code}`}`);
};

// src/image/sources/registry/login.ts
/** What `docker login` calls Docker Hub. */
const hubKey = "https://index.docker.io/v1/";
const readConfig = (env) => {
	const folder = dockerFolderOf(env);
	if (folder === void 0) return {};
	const text = attempt(() => readRegularFile(join(folder, "config.json")).toString("utf8"));
	return attempt(() => JSON.parse(text ?? "")) ?? {};
};
const lookUp = (map, key) => Object.hasOwn(map ?? {}, key) ? map?.[key] : void 0;
/** As Docker looks for what older ones and people have written (docker/cli, cli/config/credentials/file_store.go). */
const toHost = (key) => key.replace(/^[\w+.-]*:\/\//, "").replace(/\/.*$/s, "");
/** The server's own key, else those that are an address there, such as `https://ghcr.io/v2/`. */
const findKeys = (auths, server) => {
	const keys = Object.keys(auths ?? {});
	return keys.includes(server) ? [server] : keys.filter((key) => toHost(key) === server);
};
const hasNoKeyBut = (known, value) => typeof value === "object" && Object.keys(value ?? { none: "" }).every((key) => key === known);
/**
* What the variable says that Docker's command knows since 28.3, in place of files and programs. Like Docker's,
* ours reads none of one that has anything else in it (docker/cli, cli/config/configfile/file.go).
*/
const readVariable = (env) => {
	const config = attempt(() => JSON.parse(env["DOCKER_AUTH_CONFIG"] ?? ""));
	return hasNoKeyBut("auths", config) && Object.values(config?.auths ?? {}).every((each) => hasNoKeyBut("auth", each) && each?.auth) && config || {};
};
/** `USER:PASSWORD` in base64; undefined for what is no login. */
const toAuth = ({ auth, username, password }) => {
	if (typeof auth === "string" && auth !== "") return /^[A-Za-z0-9+/]{4,8000}={0,2}$/.test(auth) ? auth : void 0;
	return typeof username === "string" && typeof password === "string" && username && password ? Buffer.from(`${username}:${password}`).toString("base64") : void 0;
};
/** What a configuration itself says below the first of some keys that has a login. */
const findIn = ({ auths }, keys) => {
	return keys.flatMap((key) => {
		const entry = lookUp(auths, key) ?? {};
		const { identitytoken: token } = entry;
		if (typeof token === "string" && /^[\x21-\x7e]{1,64000}$/.test(token)) return [{
			kind: "identity",
			secret: new Secret(token)
		}];
		const auth = toAuth(entry);
		return auth === void 0 ? [] : [{
			kind: "basic",
			secret: new Secret(`Basic ${auth}`)
		}];
	})[0];
};
/**
* What Docker would say to a registry, of which nothing is shown: out of its variable or file, or of the program
* that the file names for it. As with Docker, the file's word counts where that program fails.
*/
const findLogin = async (asker, domain) => {
	const server = domain === "docker.io" ? hubKey : domain;
	const inVariable = findIn(readVariable(asker.env), [server]);
	if (inVariable !== void 0) return { login: inVariable };
	const config = readConfig(asker.env);
	const helper = lookUp(config.credHelpers, server) ?? config.credsStore;
	const inFile = findIn(config, findKeys(config.auths, server));
	if (typeof helper !== "string" || helper === "") return { login: inFile };
	const told = await askHelper(helper, server, asker);
	return typeof told === "string" ? {
		login: inFile,
		trouble: told
	} : told;
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
const createConversation = (place, asker) => {
	const registry = toAddress(place);
	const { domain, repository } = place;
	const requests = createRequests(registry, asker.signal);
	let trouble;
	let authorization;
	/** Only where the registry wants to know who asks: a program may have to tell. */
	const authorize = async (answer) => {
		const found = await findLogin(asker, domain);
		trouble = found.trouble;
		authorization = await answerChallenge(answer, requests, registry, repository, found.login);
	};
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
			await authorize(answer);
			if (authorization !== void 0) answer = await send(url, from);
		}
		if (answer.status === 200 || answer.status === 206 && from > 0) return answer;
		answer.body.destroy();
		if (answer.status === 404) throw new Failure(`${domain} does not have it`);
		if (answer.status === 429) throw new Failure(`the pull limit of ${domain} is used up`);
		const isRefused = answer.status === 401 || answer.status === 403;
		throw new Failure(`${domain} answered ${answer.status} to ${path}`, { ...isRefused && { remedy: `It may not be there, or need a login: \`docker login ${domain}\` before this step.${trouble === void 0 ? "" : ` ${trouble}`}` } });
	};
	/** What a registry says of something without sending it; a refusal may say the same. */
	const head = async (path) => {
		const url = new URL(`/v2/${repository}/${path}`, registry);
		let answer = await send(url, 0, true);
		answer.body.destroy();
		if (answer.status === 401) {
			await authorize(answer);
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

export { createConversation, findLogin, readDocument, toPlace };