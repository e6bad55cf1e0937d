import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually, makePlace, npmRun, survivors } from '#test/support/launched-system.ts'

test('a stop while Postgres creates its files ends that too, and leaves neither half a cluster nor its password', async () => {
  const place = await makePlace()
  const inState = (name: string) => existsSync(join(place.dataDir, 'postgres', name))
  const launcher = npmRun(place, 'start')
  try {
    await eventually('initdb is at it', 60_000, () => {
      if (launcher.process.exitCode !== null || inState('cluster')) throw new Error(`too late:\n${launcher.printed()}`)
      return inState('draft/password')
    })
    launcher.process.kill('SIGTERM')
    expect(await launcher.ended, launcher.printed()).toBe(0)
    expect(survivors(place)).toEqual([])
    expect(['draft', 'cluster'].filter(inState)).toEqual([])
  } finally {
    launcher.process.kill('SIGKILL')
    place.remove()
  }
}, 90_000)
