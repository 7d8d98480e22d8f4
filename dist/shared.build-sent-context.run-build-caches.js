import { trimPrefix } from "./shared.actions-step.js";

// src/build/taken.ts
/** Trying a pattern takes the power of its stars of a path's length, and nobody can end it midway. */
const mostStars = 3;
const mostOfThose = 20;
const mostPatterns = 1e3;
/** Whether an ignore file's patterns can be tried on all files. */
const isSimple = (ignoreText) => {
	const stars = ignoreText.split("\n").map((line) => line.match(/\*+/g)?.length ?? 0);
	return stars.length <= mostPatterns && stars.every((count) => count <= mostStars) && stars.filter((count) => count === mostStars).length <= mostOfThose;
};
/** Whether a name fits a source's, which may hold signs that stand for others; a doubtful one does. */
const fits = (pattern, name) => pattern === name || /[[\\]/.test(pattern) || trimPrefix(pattern, name, true) === "";
/** Whether one leads to, or into, the other, as far as both go. */
const isOnTheWay = ({ path }, to) => {
	if (path === ".") return true;
	const names = to.split("/");
	return path.split("/").every((each, at) => fits(each, names[at] ?? each));
};
/** How many names deep it leads. */
const depthOf = ({ path }) => path === "." ? 0 : path.split("/").length;
/** Whether a source takes a file. */
const takes = (source, path) => depthOf(source) <= path.split("/").length && isOnTheWay(source, path);

export { depthOf, isOnTheWay, isSimple, takes };