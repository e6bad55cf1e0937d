import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/client.ts'

export interface HeldWallet {
  /** Waits until a statement wants to change the wallet. */
  untilWanted(withinMs: number): Promise<void>
  /** Lets it. */
  release(): Promise<void>
}

/**
 * Locks the row of a wallet, as any other transaction on it would for a moment: who wants to charge it has to wait, so
 * that a charge can be met in the middle every time rather than by luck. `no key`: whoever only refers to the wallet, as a
 * new purchase does, need not wait.
 */
export async function holdWallet(sql: Database, username: string): Promise<HeldWallet> {
  const held = await sql.reserve()
  await held`begin`
  const [own] = await held<{ pid: number }[]>`
    select pg_backend_pid() as pid from wallets
    where user_id = (select id from users where username = ${username}) for no key update`
  return {
    async untilWanted(withinMs) {
      const deadline = performance.now() + withinMs
      for (;;) {
        const [waiting] = await sql`
          select from pg_stat_activity where ${own?.pid ?? 0} = any (pg_blocking_pids(pid))`
        if (waiting !== undefined) return
        if (performance.now() > deadline) throw new Error(`nobody charges ${username} within ${withinMs} ms`)
        await sleep(5)
      }
    },
    async release() {
      await held`commit`
      held.release()
    },
  }
}
