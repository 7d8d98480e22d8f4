import { getState } from "./vendor/actions-core.js";
import { builderState, cleanUp, clusterState, createRunner, forgetSecrets, isImagesKey, isPartsKey, isRunId, isRunning, isTimesKey, kubeconfigState, layersState, leftoversOf, mainState, makeTempDir, namesState, readEnvironment, rememberNames, runIdState, toKubeconfig, toLeftBuilder, tokenState } from "./shared.actions-post.actions-step.js";
import { attempt, renderError } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { diagnoseJob } from "./shared.actions-post.commands-diagnose.js";
import { reportDiagnosis } from "./shared.actions-post.actions-report-diagnosis.js";
const { setTimeout } = process.getBuiltinModule("node:timers/promises");
const { readlinkSync } = process.getBuiltinModule("node:fs");

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

// src/commands/actions/left-main.ts
/** The state is only taken for a process when it looks like one: a build may have tried to set it. */
const parse = (state) => {
	const [, pid, start] = /^([1-9]\d{0,8})-(\d+)$/.exec(state) ?? [];
	return pid === void 0 || start === void 0 ? void 0 : {
		pid: Number(pid),
		start
	};
};
const programOf = (pid) => attempt(() => readlinkSync(`/proc/${pid}/exe`));
/** Whether it runs, and in the same Node.js as we. */
const isMain = (main) => isRunning(main) && programOf(main.pid) !== void 0 && programOf(main.pid) === programOf("self");
/** As long as the runner gives a process that it reaches: 7.5 seconds after SIGINT, 2.5 after SIGTERM. */
const usualGraceMs = 1e4;
const pauseMs = 50;
/**
* Ends a main that still runs when its post begins. In a job's container no signal reaches it: the runner ends
* its own `docker exec`, and neither that nor the daemon tells what it has started. So main would go on until
* the container is removed, and its token's watchdog goes in the same moment.
*
* @param state what main has said of itself
* @returns `ended` where it has ended by itself once it was asked to
*/
const endMain = async (state, graceMs = usualGraceMs) => {
	const main = parse(state);
	if (main === void 0 || !isMain(main)) return "gone";
	attempt(() => process.kill(main.pid, "SIGTERM"));
	const until = performance.now() + graceMs;
	while (performance.now() < until) {
		await setTimeout(pauseMs);
		if (!isRunning(main)) return "ended";
	}
	attempt(() => process.kill(main.pid, "SIGKILL"));
	return "killed";
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
const mainProcess = getState(mainState);
const environment = await readEnvironment();
forgetSecrets(environment);
const main = await endMain(mainProcess);
if (main !== "gone") {
	const how = main === "ended" ? "It has ended now" : "It was killed, as it did not end when asked to";
	runner.line(`The step was still running: a job's container hides from it that it is to end. ${how}.`);
}
if (wasMinted && main !== "ended") runner.warning("The step was killed while it held a token. Its watchdog revoked the token, or GitHub expires it within the hour.");
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