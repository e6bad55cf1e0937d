import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { releaseClaim, takeClaim } from '#scripts/platform/claim.ts'

const claimProcess = new URL('../support/claim-process.ts', import.meta.url)
const DEAD = JSON.stringify({ pid: process.pid, startedAt: 'before the last reboot' })

let folder: string
let children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unicorn-claim-'))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  rmSync(folder, { recursive: true })
})

async function startRivals(count: number): Promise<void> {
  children = Array.from({ length: count }, () => fork(claimProcess))
  await Promise.all(children.map((child) => once(child, 'message')))
}

/** Who each of them thinks has it. */
async function race(claim: string): Promise<(number | undefined)[]> {
  const answers = children.map((child) => once(child, 'message'))
  const at = Date.now() + 10
  for (const child of children) child.send({ claim, at })
  return (await Promise.all(answers)).map(([answer]) => (answer as { holder: number }).holder)
}

describe('a claim', () => {
  test.each([
    ['free', undefined],
    ['held by a process that was killed', DEAD],
    ['damaged', '{"pid":'],
  ])('that is %s goes to exactly one of all that try at once', async (_what, content) => {
    await startRivals(4)
    for (let round = 0; round < 50; round += 1) {
      const claim = join(folder, `claim-${round}`)
      if (content !== undefined) writeFileSync(claim, content)
      const holders = await race(claim)
      const winners = children.filter((child, index) => holders[index] === child.pid)
      expect(winners, `round ${round}`).toHaveLength(1)
      expect(takeClaim(claim)?.pid).toBe(winners[0]?.pid)
    }
    expect(readdirSync(folder)).toHaveLength(50)
  })

  test('is free again once it was given up', () => {
    const claim = join(folder, 'claim')
    expect(takeClaim(claim)).toBeUndefined()
    expect(takeClaim(claim)?.pid).toBe(process.pid)
    releaseClaim(claim)
    expect(takeClaim(claim)).toBeUndefined()
  })
})
