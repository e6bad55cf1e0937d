import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makePlace, npmRunToEnd, survivors } from '#test/support/launched-system.ts'

test('npm run demo:crash brings its own system where none runs, and takes it away again', async () => {
  const place = await makePlace()
  try {
    // Whatever it makes, it makes here.
    const variables = { ...place.variables, TMPDIR: place.dataDir }
    const demo = await npmRunToEnd({ variables }, 'demo:crash')
    expect(demo, demo.printed).toMatchObject({ exitCode: 0 })
    expect(demo.printed).toContain('nothing was paid twice')
    expect(survivors(place)).toEqual([])
    expect(readdirSync(place.dataDir).filter((name) => name.startsWith('unicorn-store-demo-'))).toEqual([])
  } finally {
    place.remove()
  }
}, 180_000)
