// src/node-version.ts
/** What the rest is written for; action.yml asks for a newer one, which a runner of one's own may lack. */
const oldest = 22;
/**
* One line where somebody's own runner starts us with a Node.js that is too old; the rest, which is
* imported afterwards, would end in a stack. Undefined where all is well.
*/
const findNodeProblem = (version) => Number.parseInt(version, 10) >= oldest ? void 0 : `Slipway needs Node.js ${oldest} or newer, but this runner started it with ${version}. Update the runner: actions that say node24 run on Node.js 24 there.`;

export { findNodeProblem };