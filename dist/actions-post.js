import { getState } from "./vendor/actions-core.js";
import { builderState, cleanUp, clusterState, createRunner, forgetSecrets, isImagesKey, isPartsKey, isRunId, isTimesKey, kubeconfigState, layersState, leftoversOf, makeTempDir, namesState, readEnvironment, rememberNames, runIdState, toKubeconfig, toLeftBuilder, tokenState } from "./shared.actions-post.actions-step.js";
import { attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { diagnoseJob } from "./shared.actions-post.commands-diagnose.js";
import { reportDiagnosis } from "./shared.actions-post.actions-report-diagnosis.js";

// src/commands/keep-names.ts
const isOurs = (name) => [
	isTimesKey,
	isImagesKey,
	isPartsKey
].some((isOne) => isOne(name));
/**
* Writes down what main's builds took and how large their images and these' parts are, for the next runs to
* compare. Never fails.
*
* @param state what main left, which a build may have tried to set
*/
const keepNames = async (place, front, runId, state) => {
	const names = state.split(" ").filter(isOurs);
	if (names.length === 0) return;
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
	await rememberNames(access, names);
};

// src/commands/actions/post.ts
const runner = createRunner();
process.on("uncaughtException", (error) => {
	runner.warning(`The post step ended early: ${renderError(error)}`);
	process.exit();
});
const [wasMinted, runId] = [getState(tokenState) === "minted", getState(runIdState)];
const builder = toLeftBuilder(getState(builderState));
const names = getState(namesState);
const layers = getState(layersState);
const cluster = ["making", "made"].includes(getState("cluster")) ? { kubeconfig: toKubeconfig(getState(kubeconfigState)) } : void 0;
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
if (isRunId(runId)) {
	await keepNames(environment, runner, runId, names);
	if (layers !== "") {
		const { keepLayers } = await import("./commands-keep-layers.js");
		await keepLayers(environment, runner, runId, layers);
	}
}
await cleanUp(environment, runner, runId, {
	isDockerThere,
	builder,
	cluster
});
await runner.flush();
process.exit();

export {  };