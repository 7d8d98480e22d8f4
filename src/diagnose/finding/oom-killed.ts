/** 128 and SIGKILL's 9. */
export const killed = 137

/**
 * What became of a container that containerd calls OOMKilled: it does where any process in the container was
 * killed, however the container ends.
 */
export const renderOomKill = (exitCode: number | undefined): string =>
  exitCode === killed
    ? 'was OOM-killed'
    : `lost a process to an OOM kill before it ended with exit code ${exitCode}`
