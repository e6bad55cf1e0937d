import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '#scripts/platform/processes.ts'
import {
  alive,
  eventually,
  makePlace,
  npmRun,
  npmRunToEnd,
  npmStart,
  type Place,
  survivors,
} from '#test/support/launched-system.ts'

let place: Place
beforeAll(async () => {
  const empty = await makePlace()
  place = { ...empty, variables: { ...empty.variables, XDG_CACHE_HOME: join(empty.dataDir, 'cache') } }
})
afterAll(() => {
  place.remove()
})

/** With nothing there yet: the tools of this user are in a folder of the place, which is empty at first. */
const UP_WITHIN_MS = 60_000
const STOPPED_WITHIN_MS = 15_000

function url(path: string): string {
  return `http://127.0.0.1:${place.ports.api}${path}`
}

async function get(path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url(path))
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as Record<string, unknown>
}

async function buy(body: { userId: string; productId: string; quantity: number }) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url('/purchase'), { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function isFree(port: number): Promise<boolean> {
  return (await freePort(port)) === port
}

async function expectNothingLeft(runtime: ReturnType<Place['runtime']>): Promise<void> {
  expect(alive(runtime)).toEqual([])
  expect(survivors(place)).toEqual([])
  const ports = [...Object.values(place.ports), runtime?.processes.postgres?.port ?? 0]
  for (const port of ports) expect(await isFree(port), `port ${port}`).toBe(true)
}

/** The launcher itself, not the npm in front of it. */
function killLauncherHard(): void {
  process.kill(place.runtime()?.launcher.pid ?? 0, 'SIGKILL')
}

describe('npm start', () => {
  test('serves the store and a purchase, keeps it over a stop by Ctrl-C, and leaves no process behind', async () => {
    const startedAt = performance.now()
    const launcher = await npmStart(place)
    expect(performance.now() - startedAt).toBeLessThan(UP_WITHIN_MS)
    expect(launcher.printed()).toContain(`Store            ${url('/store/')}`)
    const store = await fetch(url('/store/'))
    expect([store.status, store.headers.get('Content-Type')]).toEqual([200, expect.stringMatching(/^text\/html/)])
    const webUi = `http://127.0.0.1:${place.ports.webUi}`
    for (const path of ['/', '/api/v1/namespaces/default']) expect((await fetch(webUi + path)).status, path).toBe(200)
    const foreign = { method: 'POST', headers: { Origin: 'https://evil.example' } }
    expect((await fetch(`${webUi}/api/v1/namespaces/default/workflows/x/terminate`, foreign)).status).toBe(403)
    const bought = await buy({ userId: 'derick', productId: '1', quantity: 1 })
    expect(bought).toMatchObject({ status: 200, body: { success: true, total: 1700 } })

    const runtime = place.runtime()
    expect(alive(runtime).sort()).toEqual(['api', 'launcher', 'postgres', 'temporal', 'worker'])
    expect(survivors(place).length).toBeGreaterThanOrEqual(5)
    const askedAt = performance.now()
    launcher.process.kill('SIGINT')
    expect(await launcher.ended).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(STOPPED_WITHIN_MS)
    await expectNothingLeft(runtime)
  }, 180_000)

  test('finds its data again, starts a killed worker again, and makes known where it is', async () => {
    const launcher = await npmStart(place)
    expect(launcher.printed()).not.toContain('building the store')
    expect(await get('/users/balance/derick')).toMatchObject({ balance: 1600 })
    expect(await get('/products/1')).toMatchObject({ stock: 3 })

    const worker = place.runtime()?.processes.worker
    process.kill(worker?.pid ?? 0, 'SIGKILL')
    await eventually('the worker is back', 60_000, () => launcher.printed().includes('worker is back'))
    expect(place.runtime()?.processes.worker?.pid).not.toBe(worker?.pid)
    const refused = await buy({ userId: 'derick', productId: '1', quantity: 1 })
    expect(refused).toMatchObject({ status: 409, body: { code: 'insufficient_funds', restock: true } })

    const audit = await npmRunToEnd(place, 'audit')
    expect(audit, audit.printed).toMatchObject({ exitCode: 0 })
  }, 180_000)

  test('npm run demo:crash kills its worker in the middle of a charge, and the purchase is charged once', async () => {
    const demo = await npmRunToEnd(place, 'demo:crash')
    expect(demo, demo.printed).toMatchObject({ exitCode: 0 })
    expect(demo.printed).toMatch(/kill -9.*the wallet is charged.*the purchase is completed/s)
    expect(demo.printed).toContain('its charges: 42;')
  }, 120_000)

  test('a second one with the same data is refused and harms nothing', async () => {
    const second = await npmRunToEnd(place, 'start')
    expect(second.exitCode).toBe(1)
    expect(second.printed.trim().split('\n')).toEqual([expect.stringMatching(/already runs.*DATA_DIR/)])
    expect(await get('/products/1')).toMatchObject({ stock: 3 })
  }, 60_000)

  test('killed hard, it takes worker and API along, and the next start ends the rest and works', async () => {
    const before = place.runtime()
    killLauncherHard()
    await eventually('worker and API end by themselves', 20_000, () => {
      const left = alive(before)
      return !left.includes('worker') && !left.includes('api')
    })
    expect(alive(before).sort()).toEqual(['postgres', 'temporal'])

    const launcher = await npmStart(place)
    expect(launcher.printed()).toContain('an earlier start')
    expect(alive(before)).toEqual([])
    const bought = await buy({ userId: 'derick', productId: '1', quantity: 5 })
    expect(bought).toMatchObject({ status: 409, body: { code: 'out_of_stock', available: 3 } })
  }, 180_000)

  test('an npm that is killed hard stops everything, and what was on its disk stays sound', async () => {
    const before = place.runtime()
    const audit = await npmRunToEnd(place, 'audit', '--', '--with-temporal')
    expect(audit, audit.printed).toMatchObject({ exitCode: 0 })
    process.kill(parentOf(before?.launcher.pid ?? 0), 'SIGKILL')
    await eventually('everything has ended', STOPPED_WITHIN_MS, () => alive(before).length === 0)
    await expectNothingLeft(before)
  }, 60_000)

  test('Ctrl-C while it is still starting ends what has been started', async () => {
    const launcher = npmRun(place, 'start')
    await eventually('Temporal was started', 60_000, () => place.runtime()?.processes.temporal !== undefined)
    const runtime = place.runtime()
    launcher.process.kill('SIGINT')
    expect(await launcher.ended).toBe(0)
    await expectNothingLeft(runtime)
  }, 90_000)

  test.each([
    ['PORT', () => place.ports.api],
    ['TEMPORAL_PORT', () => place.ports.temporal],
    ['TEMPORAL_UI_PORT', () => place.ports.webUi],
  ])(
    'a taken %s is reported in one line with what to do about it',
    async (variable, portOf) => {
      const port = portOf()
      const stranger = createServer()
      await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve))
      try {
        const { exitCode, printed } = await npmRunToEnd(place, 'start')
        expect(exitCode).toBe(1)
        const message = expect.stringMatching(new RegExp(`Port ${port} is taken.*${variable}`))
        expect(printed.trim().split('\n')).toEqual([message])
      } finally {
        await new Promise((resolve) => stranger.close(resolve))
      }
    },
    60_000,
  )
})

function parentOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }))
}
