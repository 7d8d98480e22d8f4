import { reportDiagnosis } from "./shared.actions-post.actions-report-diagnosis.js";

export { reportDiagnosis };