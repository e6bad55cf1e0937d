import { setTimeout as sleep } from 'node:timers/promises'
import { releaseClaim, takeClaim } from './claim.ts'

/** Runs `work` in one process at a time, told apart by a claim file. The claim of a process that was killed holds nobody up. */
export async function withTurn<T>(claim: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  for (let waits = 0; ; waits += 1) {
    const holder = takeClaim(claim)
    if (holder === undefined) break
    if (waits % 20 === 0) say(`waiting for process ${holder.pid}, which is doing the same ...`)
    await sleep(500)
  }
  try {
    return await work()
  } finally {
    releaseClaim(claim)
  }
}
