// src/image/contents/path.ts
/** Folders that a path is in, the topmost first; the top itself has no name and is not among them. */
const foldersAbove = (path) => {
	const folders = [];
	for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) folders.push(path.slice(0, at));
	return folders;
};
/** Whether neither an input nor a manifest nor an option nor Markdown takes signs of it for something else. */
const isPlainPath = (path) => /^[\w.@+-]+(?:\/[\w.@+-]+)*$/.test(path);
/** The topmost folder that a path is in and that is one of those. */
const findFolderAbove = (path, isOne) => {
	for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
		const folder = path.slice(0, at);
		if (isOne(folder)) return folder;
	}
};

export { findFolderAbove, foldersAbove, isPlainPath };