import { mintToken, probeToken, revokeToken } from "./shared.token-installation-token.watchdog.js";

export { mintToken, probeToken, revokeToken };