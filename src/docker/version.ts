/** Of a release. 0.0 is one that was not told, as distributions build it. */
export type Version = readonly [major: number, minor: number]

export const isOlder = ([major, minor]: Version, [wantedMajor, wantedMinor]: Version): boolean =>
  major < wantedMajor || (major === wantedMajor && minor < wantedMinor)

/** The first that is known to be older; undefined where none is. */
export const findOlder = (versions: readonly Version[], wanted: Version): Version | undefined =>
  versions.find((version) => version.join('.') !== '0.0' && isOlder(version, wanted))
