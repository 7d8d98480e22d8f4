/** The variable of docker/setup-buildx-action that holds one of a node's certificates, or its key. */
export const toVariable = (index: number, word: string): string =>
  `BUILDER_NODE_${index}_AUTH_TLS_${word.toUpperCase()}`

/** Whether a variable holds a key of a builder: no program may inherit it. */
export const isBuilderKey = (name: string): boolean =>
  /^BUILDER_NODE_\d+_AUTH_TLS_(?:CACERT|CERT|KEY)$/.test(name)
