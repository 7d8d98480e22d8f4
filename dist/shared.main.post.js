// src/node-version.ts
/** What the rest is written for; action.yml asks for a newer one, which a runner of one's own may lack. */
const oldest = 22;
const ofRunner = "Update the runner: actions that say node24 run on Node.js 24 there.";
/**
* One line where somebody starts us with a Node.js that is too old, or on a system that it was never tried on;
* the rest, which is imported afterwards, would end in a stack. Undefined where all is well.
*/
const findNodeProblem = (version, platform, remedy = ofRunner) => {
	if (platform !== "linux") return `Slipway works on Linux, and this machine is ${platform}. On GitHub, take a runner with Docker: runs-on: ubuntu-latest.`;
	return Number.parseInt(version, 10) >= oldest ? void 0 : `Slipway needs Node.js ${oldest} or newer, but was started with ${version}. ${remedy}`;
};

export { findNodeProblem };