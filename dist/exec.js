import { exec } from "./vendor/actions-core.js";

export { exec };