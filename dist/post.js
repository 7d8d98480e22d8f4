import { r as getState } from "./core.js";
import { D as lookAfterJob, a as tokenState, c as runIdState, l as sweep, o as isRunId, r as readEnvironment, s as leftoversOf, t as createRunner } from "./runner.js";
import { a as renderError } from "./log-fence.js";

// src/post.ts
const runner = createRunner();
if (getState("token") === "minted") runner.warning("The step was killed while it had a token. Its watchdog has revoked it, or GitHub ends it within the hour.");
const environment = readEnvironment();
const runId = getState(runIdState);
let isDockerThere = true;
try {
	if (isRunId(runId)) {
		const { notesFolder } = leftoversOf(environment, runId);
		isDockerThere = await lookAfterJob(environment, runner, notesFolder);
	}
} catch (error) {
	runner.warning(`Looking for what went wrong in the job was not possible: ${renderError(error)}`);
}
await sweep(environment, runner, runId, isDockerThere);
await runner.flush();
process.exit();

export {  };