import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { runLabel } from "./shared.actions-post.actions-step.js";
import { createFileStore } from "./shared.docker-image-source.oci-find-oci-source.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { toLine } from "./shared.actions-post.actions-step.cache-client.recorder.js";
import { show } from "./shared.actions-step.js";
import { createArtifactListing, createCount, findRoom, toTree, unpackArchive } from "./shared.docker-image-source.oci-find-oci-source.js";
const { createHash } = process.getBuiltinModule("node:crypto");
const { posix } = process.getBuiltinModule("node:path");

// src/files/sources/docker/image-source.ts
/** Has what the image has, and is never started. */
const toContainer = ({ id }, runId) => ({
	Image: id,
	Cmd: ["none"],
	NetworkDisabled: true,
	Labels: { [runLabel]: runId }
});
async function* count(stream, progress) {
	let bytes = 0;
	for await (const piece of stream) {
		bytes += piece.length;
		progress(bytes);
		yield piece;
	}
}
/** Docker puts the folder's own name before all that is in it. */
const withoutTop = (items, top) => {
	const [only] = items;
	if (items.length === 1 && only !== void 0 && only.kind === "file") return /* @__PURE__ */ new Map([[only.path, only]]);
	const inner = items.filter(({ path }) => path !== top && path !== "");
	return new Map(inner.map((item) => {
		const path = item.path.startsWith(`${top}/`) ? item.path.slice(top.length + 1) : item.path;
		return [path, {
			...item,
			path
		}];
	}));
};
/** What Docker puts into the root of every container, in place of what an image has there. */
const ofDocker = /* @__PURE__ */ new Set([...[
	".dockerenv",
	"dev",
	"dev/console",
	"dev/pts",
	"dev/shm",
	"proc",
	"sys"
], ...[
	"etc",
	"etc/hostname",
	"etc/hosts",
	"etc/mtab",
	"etc/resolv.conf"
]]);
const refuseLink = (path, target, imageName) => {
	const end = posix.resolve(posix.dirname(path), target);
	throw new Failure(`It is a link to ${show(target)}`, { remedy: `Name what that is: ${toLine(`image://${imageName}:${end}`)}` });
};
const readFolder = async (api, containerId, path, { folder, has, progress, signal }, { name, sizeBytes }) => {
	const isRoot = posix.normalize(path) === "/";
	const from = `/containers/${containerId}/archive?path=${encodeURIComponent(isRoot ? "/." : path)}`;
	const stream = await api.download(from);
	if (stream === void 0) throw new Failure(`it has no ${path}`);
	const target = {
		store: createFileStore(folder),
		room: await findRoom(folder),
		has
	};
	const listing = createArtifactListing(createCount());
	const pieces = count(stream, (done) => progress(Math.min(done, sizeBytes), sizeBytes));
	const { items: all } = await unpackArchive(pieces, listing, target, void 0, signal);
	const items = isRoot ? all.filter((item) => !ofDocker.has(item.path)) : all;
	const only = items.length === 1 ? items[0] : void 0;
	if (only?.kind === "link") refuseLink(path, only.target, name);
	const found = withoutTop(items, isRoot ? "" : posix.basename(path));
	return {
		...toTree(found),
		isFile: only?.kind === "file"
	};
};
/**
* A folder, or a file, of an image that Docker's store has; whichever store that is, Docker packs it.
*
* @param path absolute, in the image
*/
const findImageSource = (api, image, path, runId) => {
	const name = image.references[0]?.given ?? image.id;
	return {
		key: `${image.id.replace(/^sha256:/, "")}-${createHash("sha256").update(path).digest("hex")}`,
		sizeBytes: image.sizeBytes,
		tree: void 0,
		fetch: async (order) => {
			const made = await api.post("/containers/create", toContainer(image, runId));
			if (made === void 0) throw new Failure(`image://${name} is gone`);
			try {
				return await readFolder(api, made.Id, path, order, {
					name,
					sizeBytes: image.sizeBytes
				});
			} catch (cause) {
				order.signal.throwIfAborted();
				const remedy = cause instanceof Failure ? cause.remedy : void 0;
				throw new Failure(`image://${name}:${path} cannot be had`, {
					cause,
					...remedy && { remedy }
				});
			} finally {
				await api.remove(`/containers/${made.Id}?force=true&v=true`).catch(() => {});
			}
		}
	};
};

export { findImageSource };