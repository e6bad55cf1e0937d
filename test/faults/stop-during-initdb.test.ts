import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually, makePlace, npmRun, survivors } from '#test/support/launched-system.ts'

test('a stop while Postgres creates its files ends that too, and leaves neither half a cluster nor its password', async () => {
  const place = await makePlace()
  const inState = (name: string) => existsSync(join(place.dataDir, 'postgres', name))
  try {
    const launcher = npmRun(place, 'start')
    await eventually('initdb is at it', 60_000, () => inState('draft'))
    expect(inState('password')).toBe(true)
    launcher.process.kill('SIGTERM')
    expect(await launcher.ended, launcher.printed()).toBe(0)
    expect(survivors(place)).toEqual([])
    expect(['draft', 'password', 'data'].filter(inState)).toEqual([])
  } finally {
    place.remove()
  }
}, 90_000)
