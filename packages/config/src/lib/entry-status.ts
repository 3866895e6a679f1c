/** Whether an entry takes part; a disabled one stays in the file and is never used. */
export type EntryStatus = 'active' | 'disabled'
