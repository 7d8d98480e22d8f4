/**
 * What programs log beside what they say: warnings and less, as logrus (docker, ctr, crictl), klog
 * (kubectl) and loggers of JSON write them. helper/node.sh knows the first two, too.
 */
const logged = [
  /^time="[^"]*" level=(warning|info|debug|trace)\b/,
  /^(WARN|INFO|DEBU|TRAC)\[[^\]]*\] /,
  /^[IW]\d{4} \d\d:\d\d:\d\d/,
  /^\{.*"level": ?"(warn|warning|info|debug|trace)"/,
]

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours begin with
const colour = /\x1b\[[0-9;]*m/g

/** Some programs warn at every call, whether it works or not: a warning is never why one failed. */
export const isWarning = (line: string): boolean => {
  const plain = line.replace(colour, '')
  return logged.some((pattern) => pattern.test(plain))
}

/** What a program said on standard error, without its warnings. */
export const withoutWarnings = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !isWarning(line))
    .join('\n')
