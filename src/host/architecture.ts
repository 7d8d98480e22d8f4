/** In the words of images; where Docker's daemon is, it is this machine's, too. */
export const architecture = { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch
