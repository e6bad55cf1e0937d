import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { childEnvironment, readEnvironment } from '#config/environment.ts'
import { obtainTemporal, TEMPORAL } from '#scripts/platform/temporal.ts'
import { makeTemporaryFolder } from '#test/support/temporary-folders.ts'

const cache = makeTemporaryFolder()
afterAll(() => rmSync(cache, { recursive: true }))

test('the released Temporal CLI really comes, on a machine that has none, by the way that is open to it', async () => {
  const { PATH = '', ...others } = childEnvironment({ TEMPORAL_CLI: undefined, XDG_CACHE_HOME: cache })
  const withoutTemporal = PATH.split(':').filter((folder) => !existsSync(join(folder, 'temporal')))
  const environment = readEnvironment({ ...others, PATH: withoutTemporal.join(':') })
  const notified: string[] = []
  const program = await obtainTemporal(environment, (line) => notified.push(line))

  expect(notified[0]).toBe(`downloading Temporal ${TEMPORAL.version} (official download) ...`)
  expect(program).toBe(join(cache, `unicorn-store/temporal-${TEMPORAL.version}/temporal`))
  expect(execFileSync(program, ['--version'], { encoding: 'utf8' })).toMatch(
    /^temporal version 1\.9\.1 \(Server 1\.32\.0/,
  )
  expect(readdirSync(join(cache, `unicorn-store/temporal-${TEMPORAL.version}`))).toEqual(['temporal'])
})
