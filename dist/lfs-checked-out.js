import { parseEntries, readCheckedOut, recallDigests } from "./shared.lfs-checked-out.lfs-lfs-source.js";

export { recallDigests };