// src/image/contents/merge.ts
const createNode = () => ({
	children: void 0,
	placed: void 0
});
const keyOf = ({ layer, entry }) => `${layer} ${entry.inode}`;
/** How many names each file of a layer has in it: a node's links count for its link count, not here. */
const countNames = (entries) => {
	const names = /* @__PURE__ */ new Map();
	for (const { type, inode } of entries) if (type === "f") names.set(inode, (names.get(inode) ?? 0) + 1);
	return names;
};
/** Names of folders on the way to a path, and its own. */
const split = (path) => path === "" ? [] : path.split("/");
const find = (root, path) => {
	let node = root;
	for (const name of split(path)) node = node?.children?.get(name);
	return node;
};
const provide = (root, path) => {
	let node = root;
	for (const name of split(path)) {
		const children = node.children ?? /* @__PURE__ */ new Map();
		node.children = children;
		const next = children.get(name) ?? createNode();
		children.set(name, next);
		node = next;
	}
	return node;
};
const walk = (root, visit) => {
	const open = [root];
	for (let node = open.pop(); node !== void 0; node = open.pop()) {
		if (node.placed !== void 0) visit(node.placed);
		for (const child of [...node.children?.values() ?? []].reverse()) open.push(child);
	}
};
const remove = (root, path) => {
	const names = split(path);
	find(root, names.slice(0, -1).join("/"))?.children?.delete(names.at(-1) ?? "");
};
/**
* Lays layers upon each other as overlayfs does.
*
* @param isRun whether a layer is what a command left: one that keeps size, time, owner and mode of a file was
*   copied on the way, where a COPY has written it again
*/
const mergeLayers = (layers, isRun = () => true) => {
	const root = createNode();
	const hidden = [];
	const names = layers.map(countNames);
	const hiddenNames = /* @__PURE__ */ new Map();
	const namesOf = (layer, { inode }) => names[layer]?.get(inode) ?? 0;
	const compare = (lower, upper, by) => {
		const { entry, layer } = lower;
		if (entry.sizeBytes !== upper.sizeBytes || entry.mtime !== upper.mtime) return "rewritten";
		if (![
			"mode",
			"uid",
			"gid"
		].every((key) => entry[key] === upper[key])) return "metadata copy";
		if (namesOf(by, upper) > namesOf(layer, entry)) return "linked";
		return isRun(by) ? "metadata copy" : "rewritten";
	};
	layers.forEach((entries, by) => {
		const own = new Map(entries.map((entry) => [entry.path, entry]));
		const hide = (placed) => {
			const { layer, entry } = placed;
			if (entry.type !== "f") return;
			const key = keyOf(placed);
			const count = (hiddenNames.get(key) ?? 0) + 1;
			hiddenNames.set(key, count);
			if (count < namesOf(layer, entry)) return;
			const upper = own.get(entry.path);
			const reason = upper?.type === "f" ? compare(placed, upper, by) : "deleted";
			hidden.push({
				...placed,
				hiddenBy: by,
				reason
			});
		};
		for (const entry of entries) {
			const { path, type, isWhiteout, isOpaque } = entry;
			const there = find(root, path);
			const isFolder = type === "d";
			const wasFolder = there?.placed?.entry.type === "d";
			if (there !== void 0 && !(isFolder && !isOpaque && (wasFolder || path === ""))) {
				walk(there, hide);
				there.children = void 0;
			}
			if (isWhiteout) remove(root, path);
			else provide(root, path).placed = {
				layer: by,
				entry
			};
		}
	});
	const visible = [];
	walk(root, (placed) => visible.push(placed));
	return {
		visible,
		hidden
	};
};

export { mergeLayers };