import { Failure, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { whySecretsAreEmpty } from "./shared.actions-post.actions-step.js";
import { createTokenClient, isPassing, isRefusal, withRetries } from "./shared.commands-pull-comment.token-installation-token.watchdog.js";

// src/commands/pull-comment.ts
const open = ({ apiUrl, token, repository, number }) => {
	const [owner = "", repo = ""] = repository.split("/");
	return {
		client: createTokenClient(apiUrl, token),
		at: {
			owner,
			repo,
			issue_number: number
		}
	};
};
/** Nobody waits longer for a comment, neither before the builds nor at the end. */
const probeDeadlineMs = 15e3;
const writeDeadlineMs = 3e4;
/**
* Tries whether the token may comment, without an effect: GitHub looks at permissions first, and answers
* 403 without them; with them it refuses a comment without text, by 422.
*
* @returns why there will be no comment, where nobody can change that; undefined where there will be
* @throws {Failure} when the workflow does not give the token what it needs
*/
const probeComments = async (thread, trigger, { line: log, signal }) => {
	const { client, at } = open(thread);
	try {
		await withRetries(async (request) => {
			const { data } = await client.rest.issues.createComment({
				...at,
				body: "",
				request
			});
			const { owner, repo } = at;
			return client.rest.issues.deleteComment({
				owner,
				repo,
				comment_id: data.id,
				request
			});
		}, {
			log,
			signal,
			deadlineMs: probeDeadlineMs
		});
		return;
	} catch (error) {
		if (isPassing(error) || !isRefusal(error) || ![
			401,
			403,
			404
		].includes(error.status)) return;
		if (/\blocked\b/i.test(error.message)) return "the conversation of the pull request is locked";
		if (whySecretsAreEmpty(trigger) !== void 0) return `workflows ${trigger.isFork ? "of forks" : "that Dependabot triggers"} get a token that may only read`;
		const where = `${thread.repository}#${thread.number}`;
		throw new Failure(`comment: true, but the token may not comment on ${where}`, {
			cause: error,
			remedy: error.status === 401 ? "GitHub does not know comment-token: check whether it has expired." : "Give the job `permissions:` with `pull-requests: write` (and all else that it needs, such as `contents: read`), or leave comment out."
		});
	}
};
/** Whose token it is. REST's `/user` answers people alone; this answers Apps as well. */
const findViewer = async (client, request) => {
	const { viewer } = await client.graphql("query { viewer { login databaseId } }", { request });
	return {
		login: viewer.login,
		id: viewer.databaseId
	};
};
const isSame = (a, b) => typeof a?.id === "number" && a.id === b?.id || typeof a?.login === "string" && a.login === b?.login;
const perPage = 100;
const mostPages = 10;
/** The comment that an earlier run wrote. Others may copy its marker, and a token may edit theirs. */
const findOwn = async ({ client, at }, marker, request) => {
	const viewer = await findViewer(client, request);
	for (let page = 1; page <= mostPages; page += 1) {
		const paged = {
			...at,
			per_page: perPage,
			page,
			request
		};
		const { data } = await client.rest.issues.listComments(paged);
		if (!Array.isArray(data)) throw new Error("GitHub's answer was cut off");
		const own = data.find(({ body, user }) => body?.startsWith(marker) && isSame(user, viewer));
		if (own !== void 0) return own.id;
		if (data.length < perPage) return void 0;
	}
	throw new Failure(`an earlier one is not among the first 1000 comments`);
};
/** Writes the comment that begins with the marker, in the place of the one that is there. */
const putComment = async (thread, marker, body, { line: log, warning, signal }) => {
	const opened = open(thread);
	const { client, at } = opened;
	const { owner, repo } = at;
	try {
		await withRetries(async (request) => {
			const id = await findOwn(opened, marker, request);
			return id === void 0 ? client.rest.issues.createComment({
				...at,
				body,
				request
			}) : client.rest.issues.updateComment({
				owner,
				repo,
				comment_id: id,
				body,
				request
			});
		}, {
			log,
			signal,
			deadlineMs: writeDeadlineMs,
			mayHelp: (error) => !(error instanceof Failure) && isPassing(error)
		});
	} catch (error) {
		warning(`Could not write the comment on ${`${thread.repository}#${thread.number}`}: ${renderError(error)}`);
	}
};

export { probeComments, putComment };