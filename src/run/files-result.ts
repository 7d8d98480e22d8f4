import type { SyncResult } from '../files/sync-files.ts'

/** What came of files for nodes, and how much Git LFS's server had to send. */
export type FilesResult = SyncResult & { readonly lfsBytes: number }
