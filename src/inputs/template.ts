/** Text as a Bake file has to write it: Bake puts in what `${...}` and `%{...}` say. */
export const escapeTemplate = (text: string): string => text.replace(/[$%](?=\{)/g, '$&$&')

/** What Bake reads of it. */
export const unescapeTemplate = (text: string): string => text.replace(/([$%])\1(?=\{)/g, '$1')
