/** What templates, scripts and `sed` put a name in place of. */
const marks: readonly RegExp[] = [
  /\{\{|\}\}|\[\[|\]\]/,
  // `$IMAGE`, `${IMAGE}`, `$(IMAGE)`, `#{IMAGE}#`.
  /\$|#\{/,
  /%[^%]*%|<[^>]*>|@@|^_|__[A-Z0-9_]+__/,
  /placeholder|replace[-_]?me|change[-_]?me/i,
  // An image's name is in lower case.
  /^[A-Z][A-Z0-9_]*$/,
]

/** Whether an image's name is still to be written by something that runs before `kubectl apply`. */
export const isPlaceholder = (image: string): boolean => {
  // No name is longer, and some marks take the square of the length.
  const beginning = image.slice(0, 1_000)
  return marks.some((mark) => mark.test(beginning))
}

/** Names that ko builds and fills in when it applies the file. */
export const isOfKo = (image: string): boolean => image.startsWith('ko://')
