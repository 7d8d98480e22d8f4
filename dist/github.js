import { context } from "./vendor/actions-github-context.js";

export { context };