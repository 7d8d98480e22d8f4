const packages = '(?:^|/)(?:site-packages|dist-packages|node_modules|gems)/'
const samples = '(?:tests?|testdata|fixtures|examples?|doc|docs)/'

const publicPath = new RegExp(`${packages}|(?:^|/)${samples}`)
const samplePath = new RegExp(`${packages}(?:.*/)?${samples}`)

/** Packages bring keys of their own tests and examples, which are no secret. */
export const isPublic = (path: string): boolean => publicPath.test(path)

/** The same of installed packages' tests and examples alone: what is elsewhere may be somebody's own. */
export const isSampleOfPackage = (path: string): boolean => samplePath.test(path)
