import { getState } from "./vendor/actions-core.js";
import { renderError } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { builderState, cleanUp, createRunner, diagnoseJob, forgetSecrets, isRunId, leftoversOf, readEnvironment, reportDiagnosis, runIdState, tokenState } from "./shared.actions-post.actions-step.js";

// src/commands/actions/post.ts
const runner = createRunner();
process.on("uncaughtException", (error) => {
	runner.warning(`The post step ended early: ${renderError(error)}`);
	process.exit();
});
const [wasMinted, runId] = [getState(tokenState) === "minted", getState(runIdState)];
const hasBuilder = getState(builderState) === "made";
const environment = await readEnvironment();
forgetSecrets(environment);
if (wasMinted) runner.warning("The step was killed while it held a token. Its watchdog revoked the token, or GitHub expires it within the hour.");
let isDockerThere = true;
try {
	if (isRunId(runId)) {
		const { recordingFolder } = leftoversOf(environment, runId);
		const diagnosis = await diagnoseJob(environment, recordingFolder);
		if (diagnosis !== void 0) {
			await reportDiagnosis(runner, diagnosis, false);
			isDockerThere = diagnosis.isDockerThere;
		}
	}
} catch (error) {
	runner.warning(`The post step could not diagnose the job: ${renderError(error)}`);
}
await cleanUp(environment, runner, runId, {
	isDockerThere,
	hasBuilder
});
await runner.flush();
process.exit();

export {  };