import { pullImage, pullOnce } from "./shared.pull-mirrors.pull-pull-image.js";

export { pullImage };