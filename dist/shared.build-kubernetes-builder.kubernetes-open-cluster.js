import { Failure, attempt } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { openMemoryFile } from "./shared.actions-step.js";
import { isMissing, readRegularFile } from "./shared.actions-post.actions-step.recorder.js";
import { require_dist } from "./vendor/yaml.js";
import { createKubectl } from "./shared.actions-post.actions-step.js";
const { closeSync, symlinkSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { delimiter, dirname, join, resolve } = process.getBuiltinModule("node:path");
const { homedir } = process.getBuiltinModule("node:os");

// src/kubernetes/kubeconfig.ts
var import_dist = require_dist();
/** Where a pod finds what its own account may do. */
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
const toFiles = (env) => {
	const named = (env["KUBECONFIG"] ?? "").split(delimiter).filter(Boolean);
	if (named.length > 0) return named.map((path) => resolve(path)).filter((path) => !isMissing(path));
	const usual = join(env["HOME"] || (attempt(homedir) ?? "/"), ".kube", "config");
	return isMissing(usual) ? [] : [usual];
};
/** Inside, these are relative to the file's folder. */
const pathsOf = {
	clusters: ["certificate-authority"],
	users: [
		"client-certificate",
		"client-key",
		"tokenFile"
	]
};
const makeAbsolute = (map, key, folder) => {
	const path = map.get(key);
	if (typeof path === "string" && path !== "") map.set(key, resolve(folder, path));
};
const itemsOf = (document, list) => {
	const found = document.get(list);
	return (0, import_dist.isSeq)(found) ? found.items.filter((item) => (0, import_dist.isMap)(item)) : [];
};
const pinPaths = (document, folder) => {
	for (const [list, keys] of Object.entries(pathsOf)) for (const item of itemsOf(document, list)) {
		const body = item.get(list === "clusters" ? "cluster" : "user");
		if (!(0, import_dist.isMap)(body)) continue;
		for (const key of keys) makeAbsolute(body, key, folder);
		const exec = body.get("exec");
		if ((0, import_dist.isMap)(exec) && String(exec.get("command") ?? "").includes("/")) makeAbsolute(exec, "command", folder);
	}
};
const readFile = (path) => {
	const fail = (cause) => {
		throw new Failure(`The kubeconfig ${path} cannot be read`, {
			cause,
			remedy: "Correct it, or name another one with KUBECONFIG."
		});
	};
	try {
		const document = (0, import_dist.parseDocument)(readRegularFile(path).toString("utf8"), { schema: "failsafe" });
		const [error] = document.errors;
		if (error !== void 0) throw new Error(`no YAML at character ${error.pos[0]}`);
		if (document.contents !== null && !(0, import_dist.isMap)(document.contents)) throw new Error("no map");
		pinPaths(document, dirname(path));
		return document;
	} catch (error) {
		return fail(error);
	}
};
/** What comes first counts, as kubectl has it. */
const merge = (all) => {
	const [first, ...rest] = all;
	if (first === void 0) throw new Error("there is no kubeconfig");
	for (const other of rest) {
		for (const list of [
			"clusters",
			"users",
			"contexts"
		]) {
			const known = new Set(itemsOf(first, list).map((item) => item.get("name")));
			const added = itemsOf(other, list).filter((item) => !known.has(item.get("name")));
			if (!(0, import_dist.isSeq)(first.get(list))) first.set(list, first.createNode([]));
			for (const item of added) first.addIn([list], item);
		}
		if (!first.get("current-context") && other.get("current-context")) first.set("current-context", other.get("current-context"));
	}
	return first;
};
const inCluster = (env) => {
	if (!(env["KUBERNETES_SERVICE_HOST"] && !isMissing(`${accountFolder}/token`))) return void 0;
	const read = () => readRegularFile(`${accountFolder}/namespace`).toString("utf8").trim();
	return {
		files: [],
		context: void 0,
		namespace: attempt(read) || "default",
		pinned: "apiVersion: v1\nkind: Config\n"
	};
};
/**
* Finds the cluster that kubectl would talk to now.
*
* @throws {Failure} where there is none, or its file cannot be read
*/
const findCluster = (env) => {
	const files = toFiles(env);
	if (files.length === 0) {
		const account = inCluster(env);
		if (account !== void 0) return account;
		throw new Failure("driver: kubernetes needs a cluster, and there is no kubeconfig", { remedy: "Name one with KUBECONFIG, or make ~/.kube/config before this step." });
	}
	const merged = merge(files.map(readFile));
	const context = merged.get("current-context");
	const named = itemsOf(merged, "contexts").find((item) => item.get("name") === context);
	if (typeof context !== "string" || named === void 0) throw new Failure(`The kubeconfig ${files.join(", ")} has no current context`, { remedy: "Choose one with `kubectl config use-context NAME` before this step." });
	const namespace = named.getIn(["context", "namespace"]);
	return {
		files,
		context,
		namespace: typeof namespace === "string" && namespace !== "" ? namespace : "default",
		pinned: merged.toString({ lineWidth: 0 })
	};
};

// src/kubernetes/open-cluster.ts
const pinnedName = "kubeconfig";
const recordName = "kubernetes.json";
const toPlace = (recorded) => {
	const { files, context, namespace } = recorded ?? {};
	if (!(Array.isArray(files) && files.every((file) => typeof file === "string")) || typeof namespace !== "string") return void 0;
	if (context !== void 0 && typeof context !== "string") return void 0;
	return {
		files,
		context,
		namespace
	};
};
/** A path by which our children read it, and that ends with this process. */
const writePinned = (text, path) => {
	const fd = attempt(() => openMemoryFile(Buffer.from(text)));
	if (fd === void 0) {
		writeFileSync(path, text, { mode: 384 });
		return () => {};
	}
	symlinkSync(`/proc/${process.pid}/fd/${fd}`, path);
	return () => closeSync(fd);
};
/**
* Fixes which cluster the environment means now. `kind create cluster` and others move the current context.
*
* @param tempDir a folder of the step's own
* @param given the namespace that is wanted; the context's without one
* @throws {Failure} where there is no cluster
*/
const openCluster = (env, tempDir, given) => {
	const { files, context, namespace: usual, pinned } = findCluster(env);
	const namespace = given ?? usual;
	const place = {
		files,
		context,
		namespace
	};
	writeFileSync(join(tempDir, recordName), JSON.stringify(place), { mode: 384 });
	const path = join(tempDir, pinnedName);
	const close = writePinned(pinned, path);
	return {
		env: {
			...env,
			KUBECONFIG: path
		},
		namespace,
		close
	};
};
/** The cluster of a main that was killed; undefined where it had none. */
const reopenCluster = (env, tempDir, runId) => {
	const place = attempt(() => toPlace(JSON.parse(readRegularFile(join(tempDir, recordName)).toString("utf8"))));
	if (place === void 0) return void 0;
	const { files, context, namespace } = place;
	const own = {
		...env,
		KUBECONFIG: files.join(delimiter) || "/dev/null"
	};
	return {
		kubectl: createKubectl(own, { context }),
		namespace,
		runId
	};
};

export { openCluster, reopenCluster };