import { Failure } from "./shared.actions-post.actions-step.cache-client.recorder.watchdog.js";
import { runLabel } from "./shared.actions-post.actions-step.js";
import { createFileStore } from "./shared.docker-image-source.oci-find-oci-source.run-build-caches.run-cache-mounts-step.run-keep-pulled-step.run-pull-through-cache.run-sync-files-step.js";
import { createArtifactListing, createCount, findRoom, toTree, unpackArchive } from "./shared.docker-image-source.oci-find-oci-source.js";

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
const readFolder = async (api, containerId, path, { folder, has, progress, signal }, sizeBytes) => {
	const from = `/containers/${containerId}/archive?path=${encodeURIComponent(path)}`;
	const stream = await api.download(from);
	if (stream === void 0) throw new Failure(`it has no ${path}`);
	const target = {
		store: createFileStore(folder),
		room: await findRoom(folder),
		has
	};
	const listing = createArtifactListing(createCount());
	const pieces = count(stream, (done) => progress(Math.min(done, sizeBytes), sizeBytes));
	const { items } = await unpackArchive(pieces, listing, target, void 0, signal);
	const top = path.replace(/\/+$/, "").replace(/^.*\//, "");
	const found = withoutTop(items, top);
	return {
		...toTree(found),
		isFile: items.length === 1 && items[0]?.kind === "file"
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
		key: `${image.id.replace(/^sha256:/, "")}-${Buffer.from(path).toString("base64url").slice(0, 200)}`,
		sizeBytes: image.sizeBytes,
		tree: void 0,
		fetch: async (order) => {
			const made = await api.post("/containers/create", toContainer(image, runId));
			if (made === void 0) throw new Failure(`image://${name} is gone`);
			try {
				return await readFolder(api, made.Id, path, order, image.sizeBytes);
			} catch (cause) {
				order.signal.throwIfAborted();
				const remedy = cause instanceof Failure ? cause.remedy : void 0;
				throw new Failure(`image://${name}:${path} cannot be had`, {
					cause,
					...remedy && { remedy }
				});
			} finally {
				await api.remove(`/containers/${made.Id}?force=true`).catch(() => {});
			}
		}
	};
};

export { findImageSource };