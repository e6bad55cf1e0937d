import type { Words } from '#web/client/problem-words.ts'

/** What came of something that was done. */
export type Telling = Words & { tone: 'good' | 'bad' }
