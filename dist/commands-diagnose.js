import { diagnoseJob, diagnoseNow } from "./shared.actions-post.commands-diagnose.js";

export { diagnoseNow };