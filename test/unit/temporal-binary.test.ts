import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnvironment, type Variables } from '#config/environment.ts'
import { obtainTemporal } from '#scripts/platform/temporal-binary.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unicorn-temporal-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function program(path: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o755)
  return file
}

/** None of these cases may reach for the network. */
function obtain(variables: Variables): Promise<string> {
  return obtainTemporal(readEnvironment(variables), (line) => expect.unreachable(line))
}

describe('the Temporal CLI', () => {
  test('is the one that the user names, before any other', async () => {
    const named = program('mine/temporal')
    program('bin/temporal')
    expect(await obtain({ TEMPORAL_CLI: named, PATH: join(folder, 'bin') })).toBe(named)
  })

  test('is not silently another one than the user names', async () => {
    program('bin/temporal')
    const missing = join(folder, 'nothing')
    await expect(obtain({ TEMPORAL_CLI: missing, PATH: join(folder, 'bin') })).rejects.toThrow(/TEMPORAL_CLI.*nothing/)
  })

  test('is the first on the PATH, before an earlier download', async () => {
    program('cache/unicorn-store/temporal-1.5.1/temporal')
    const onPath = program('bin/temporal')
    const PATH = `${join(folder, 'empty')}:${join(folder, 'bin')}`
    expect(await obtain({ PATH, XDG_CACHE_HOME: join(folder, 'cache') })).toBe(onPath)
  })

  test('is an earlier download or build of this user, for every checkout', async () => {
    const cached = program('cache/unicorn-store/temporal-1.5.1/temporal')
    expect(await obtain({ PATH: '', XDG_CACHE_HOME: join(folder, 'cache') })).toBe(cached)
  })
})
