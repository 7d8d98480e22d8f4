const ofPackage = /(?:^|\/)(?:site-packages|dist-packages|node_modules|gems)\//
const ofSample = /(?:^|\/)(?:tests?|testdata|fixtures|examples?|doc|docs)\//

/** Packages bring keys of their own tests and examples, which are no secret. */
export const isPublic = (path: string): boolean => ofPackage.test(path) || ofSample.test(path)

/** The same of installed packages' tests and examples alone: what is elsewhere may be somebody's own. */
export const isSampleOfPackage = (path: string): boolean => {
  const [found] = ofPackage.exec(path) ?? []
  // Not in one pattern, which would look at the rest of a long path from each of many such folders.
  return found !== undefined && ofSample.test(path.slice(path.indexOf(found) + found.length))
}
