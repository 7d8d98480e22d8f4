import { getState } from "./vendor/actions-core.js";
import { attempt, renderError } from "./shared.actions-post.actions-step.recorder.watchdog.js";
import { builderState, cleanUp, createRunner, diagnoseJob, forgetSecrets, isRunId, isTimesKey, leftoversOf, makeTempDir, readBuilder, readEnvironment, rememberName, reportDiagnosis, runIdState, timesState, tokenState } from "./shared.actions-post.actions-step.js";

// src/commands/keep-times.ts
/**
* Writes down what main's builds took, for the next runs to compare. Never fails.
*
* @param name what main left as a state, which a build may have tried to set
*/
const keepTimes = async (place, front, runId, name) => {
	if (!isTimesKey(name)) return;
	const { tempDir } = leftoversOf(place, runId);
	attempt(() => makeTempDir(tempDir));
	const access = {
		env: {
			...place.childEnv,
			RUNNER_TEMP: tempDir
		},
		variables: place.cacheEnv,
		signal: new AbortController().signal,
		...front
	};
	await rememberName(access, name);
};

// src/commands/actions/post.ts
const runner = createRunner();
process.on("uncaughtException", (error) => {
	runner.warning(`The post step ended early: ${renderError(error)}`);
	process.exit();
});
const [wasMinted, runId] = [getState(tokenState) === "minted", getState(runIdState)];
const builder = readBuilder(getState(builderState));
const times = getState(timesState);
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
if (isRunId(runId)) await keepTimes(environment, runner, runId, times);
await cleanUp(environment, runner, runId, {
	isDockerThere,
	builder
});
await runner.flush();
process.exit();

export {  };