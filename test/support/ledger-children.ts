import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { PointsAnswer, PointsRequest } from '#ledger/ledger.ts'
import type { CrashAt } from './ledger-process.ts'

const program = new URL('./ledger-process.ts', import.meta.url)

export type LedgerChild = Awaited<ReturnType<typeof forkLedger>>

/** A ledger in a process of its own: see ledger-process.ts. */
export async function forkLedger(
  databaseUrl: string,
  options: { crashAt?: CrashAt; append?: number; now?: string } = {},
) {
  const child = fork(program, [databaseUrl, options.crashAt ?? 'never', String(options.append ?? 1), options.now ?? ''])
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  await once(child, 'message')
  let sent = 0
  return {
    /** Resolves with the answers; rejects when it dies before it gives them. */
    execute(requests: PointsRequest[]): Promise<PointsAnswer[]> {
      sent += 1
      return ask(child, { id: sent, requests }, ended)
    },
    /** How it ended, when it has. */
    ended,
    async stop() {
      child.disconnect()
      await ended
    },
  }
}

function ask(child: ChildProcess, message: { id: number; requests: PointsRequest[] }, ended: Promise<unknown>) {
  return new Promise<PointsAnswer[]>((resolve, reject) => {
    const listen = ({ id, answers }: { id: number; answers: PointsAnswer[] | string }) => {
      if (id !== message.id) return
      child.off('message', listen)
      if (typeof answers === 'string') reject(new Error(answers))
      else resolve(answers)
    }
    child.on('message', listen)
    void ended.then(() => reject(new Error('it died')))
    child.send(message)
  })
}
