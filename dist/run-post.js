import { i as getState } from "./core.js";
import { C as createRunner, T as readEnvironment, a as runIdState, i as leftoversOf, n as tokenState, o as sweep, r as isRunId, w as forgetSecrets, z as lookAfterJob } from "./build-token.js";
import { n as renderError } from "./failure.js";

// src/run-post.ts
const runner = createRunner();
process.on("uncaughtException", (error) => {
	runner.warning(`The post step ended early: ${renderError(error)}`);
	process.exit();
});
const [wasMinted, runId] = [getState(tokenState) === "minted", getState(runIdState)];
const environment = readEnvironment();
forgetSecrets(environment);
if (wasMinted) runner.warning("The step was killed while it had a token. Its watchdog has revoked it, or GitHub ends it within the hour.");
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