import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, isAlive, processIdentity } from '#config/process-identity.ts'

/**
 * Runs `work` in one process at a time, told apart by a claim file. A claim whose process no longer lives counts for
 * nothing. Two processes that find the same dead claim at the same moment may both get their turn, so `work` must stay
 * correct then (as by moving its result into place in one step); it is only wasteful.
 */
export async function withTurn<T>(claim: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  for (let waits = 0; !take(claim); waits += 1) {
    const holder = holderOf(claim)
    if (holder === undefined || !isAlive(holder)) rmSync(claim, { force: true })
    else {
      if (waits % 20 === 0) say(`waiting for process ${holder.pid}, which is doing the same ...`)
      await sleep(500)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(claim, { force: true })
  }
}

function take(claim: string): boolean {
  try {
    writeFileSync(claim, JSON.stringify(identify(process.pid)), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function holderOf(claim: string) {
  try {
    return processIdentity.safeParse(JSON.parse(readFileSync(claim, 'utf8'))).data
  } catch {
    return undefined
  }
}
