import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { hub } from "./shared.actions-post.commands-diagnose.pull-explain.pull-mirrors.pull-pull-image.js";
import { createConversation, findLogin, toPlace } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { findNearestWord } from "./shared.actions-post.actions-step.js";
import { readText } from "./shared.commands-doctor.commands-report.lfs-lfs-source.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-pull-through-cache.js";
import { parseJson } from "./shared.commands-report.oci-find-oci-source.pull-explain.pull-mirrors.pull-pull-image.run-build-caches.run-pull-through-cache.sources-archive-images.js";

// src/pull/ask-registry.ts
/** Nobody waits longer for what only makes an error better. */
const timeoutMs = 1e4;
const largestList = 4e6;
const within = (signal) => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
/** The tags that a repository has; empty where the registry does not say. */
const findTags = async (place, { env, signal }) => {
	const { get, dispose } = createConversation(place, {
		env,
		signal: within(signal)
	});
	try {
		const answer = await get("tags/list?n=1000");
		const text = (await readText(answer, largestList, "The list of tags")).toString("utf8");
		const { tags } = parseJson(text, "the list of tags");
		return (Array.isArray(tags) ? tags : []).filter((tag) => typeof tag === "string" && /^\w[\w.-]{0,127}$/.test(tag));
	} catch {
		return [];
	} finally {
		dispose();
	}
};
/** `100;w=21600` */
const parseAmount = (header) => {
	const [, amount, windowS] = /^(\d{1,9})(?:;w=(\d{1,9}))?$/.exec(`${header ?? ""}`) ?? [];
	return amount === void 0 ? void 0 : [Number(amount), Number(windowS ?? 21600)];
};
/** The repository that Docker has made for this question; a HEAD is no pull. */
const limitPlace = {
	domain: "docker.io",
	repository: "ratelimitpreview/test",
	version: "latest"
};
/** What Docker Hub says of whoever asks, with Docker's login where there is one; undefined for no limit. */
const findPullLimit = async ({ env, signal }, place = limitPlace) => {
	const { head, dispose } = createConversation(place, {
		env,
		signal: within(signal)
	});
	try {
		const headers = await head(`manifests/${place.version}`);
		const limit = parseAmount(headers["ratelimit-limit"]);
		const remaining = parseAmount(headers["ratelimit-remaining"]);
		if (limit === void 0 || remaining === void 0) return void 0;
		return {
			limit: limit[0],
			windowS: limit[1],
			remaining: remaining[0]
		};
	} catch {
		return;
	} finally {
		dispose();
	}
};

// src/pull/explain.ts
const hours = (seconds) => `${Math.round(seconds / 360) / 10} h`;
const renderLimit = ({ limit, windowS, remaining }) => `Docker Hub allows ${limit} pulls in ${hours(windowS)} here and has ${remaining} left`;
const loginRemedy = (domain) => domain === "docker.io" ? "Log in before this step (docker/login-action), which doubles the limit and counts for the account alone" : `Log in to ${domain} before this step (docker/login-action)`;
const explainLimit = async (domain, hasLogin, asker) => {
	const limit = domain === "docker.io" ? await findPullLimit(asker) : void 0;
	const who = hasLogin ? "Docker's login was used" : "without a login";
	const told = limit === void 0 ? who : `${renderLimit(limit)}, ${who}`;
	const login = hasLogin ? "Pull less often: " : `${loginRemedy(domain)}, or pull less often: `;
	return {
		what: `the pull limit of ${domain} is used up (${told})`,
		remedy: `${login}images that a mirror or a machine of your own keeps are not pulled.${domain === "docker.io" ? " It is not tried again, as the limit ends only hours later." : ""}`
	};
};
/** Tags that were perhaps meant: the likeliest, then what begins alike. */
const findNear = (version, tags) => {
	const nearest = findNearestWord(version, tags);
	const start = version.replace(/[.-]?[^.-]*$/, "");
	const alike = start === "" ? [] : tags.filter((tag) => tag.startsWith(start));
	return [.../* @__PURE__ */ new Set([...nearest === void 0 ? [] : [nearest], ...alike])].slice(0, 5);
};
const explainTag = async (reference, asker) => {
	const place = toPlace(reference.canonical);
	const tags = await findTags(place, asker);
	const near = findNear(place.version, tags);
	const list = near.length > 0 ? `The nearest there are: ${near.join(", ")}.` : tags.length > 0 ? `It has ${tags.slice(0, 5).join(", ")}${tags.length > 5 ? " and others" : ""}.` : "Check the name and the tag.";
	return {
		what: `${place.domain} has no ${place.version} of ${place.repository}`,
		remedy: list
	};
};
/** With the name docker.io it leaves Docker Hub's login (docker/cli, cli/command/registry/logout.go). */
const logout = (domain) => domain === "docker.io" ? "docker logout" : `docker logout ${domain}`;
const explainDenied = (domain, hasLogin, name) => ({
	what: hasLogin ? `${domain} refuses ${name} to Docker's login` : `${domain} has no ${name}, or shows it only to who is logged in`,
	remedy: hasLogin ? `Check the name, and whether that account may read it. A login that has expired is refused public images, too: log in again, or \`${logout(domain)}\`.` : `An image of your own has to be built first, on this machine: context builds it in this step. Else check the name. ${loginRemedy(domain).replace(/, which.*/, "")} if it is private.`
});
const explainOther = (domain, kind, name) => {
	if (kind === "no-platform") return {
		what: `${name} has no image for the platform of the nodes`,
		remedy: "Take a tag that has one: `docker buildx imagetools inspect` lists an image's platforms."
	};
	if (kind === "certificate") return {
		what: `Docker does not trust the certificate of ${domain}, or it speaks no TLS`,
		remedy: `Put its CA into /etc/docker/certs.d/${domain}/ca.crt on the daemon's host, or name it in insecure-registries.`
	};
	if (kind === "disk-full") return {
		what: `there is no space left on device for ${name}`,
		remedy: "`free-disk: always` frees some."
	};
	return {
		what: `${name} could not be pulled`,
		remedy: void 0
	};
};
/** Says what a refused pull means, and what to do. */
const explainPull = async (reference, { kind, said }, asker) => {
	const { given, canonical } = reference;
	const { domain } = toPlace(canonical);
	const hasLogin = (await findLogin(asker, domain)).login !== void 0;
	const { what, remedy } = kind === "rate-limit" ? await explainLimit(domain, hasLogin, asker) : kind === "no-tag" ? await explainTag(reference, asker) : kind === "denied" ? explainDenied(domain, hasLogin, given) : explainOther(domain, kind, given);
	const cause = /* @__PURE__ */ new Error(`Docker said: ${said}`);
	return new Failure(`${given}: ${what}`, {
		cause,
		...remedy !== void 0 && { remedy }
	});
};

export { explainPull };