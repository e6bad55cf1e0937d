import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { identify, isAlive, type ProcessIdentity } from '#config/runtime-file.ts'
import { freePort, requireFreePorts, run, stopProcess } from '#scripts/platform/processes.ts'

function startNode(script: string): ProcessIdentity {
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
  return identify(child.pid ?? 0) as ProcessIdentity
}

describe('processes', () => {
  test('a process is distinguished from a later one with its pid', () => {
    const self = identify(process.pid) as ProcessIdentity
    expect(isAlive(self)).toBe(true)
    expect(isAlive({ ...self, startedAt: 'earlier' })).toBe(false)
  })

  test('a stranger with the pid of a process that we started is never signalled', async () => {
    const stranger = startNode('setInterval(() => {}, 1000)')
    expect(await stopProcess({ ...stranger, startedAt: 'earlier' }, [['SIGKILL', 500]])).toBe(true)
    expect(isAlive(stranger)).toBe(true)
    expect(await stopProcess(stranger, [['SIGKILL', 5_000]])).toBe(true)
  })

  test('one that ignores the request is ended by the next signal', async () => {
    const stubborn = startNode('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)')
    const steps = [
      ['SIGTERM', 300],
      ['SIGKILL', 5_000],
    ] as const
    expect(await stopProcess(stubborn, steps)).toBe(true)
    expect(isAlive(stubborn)).toBe(false)
  })
})

test('a program that is run sees no secret of ours', async () => {
  vi.stubEnv('AUTH_JWT_SECRET', 'hunter2')
  const seen = await run(process.execPath, ['-p', 'JSON.stringify(process.env)'])
  vi.unstubAllEnvs()
  expect(JSON.parse(seen)).toHaveProperty('PATH')
  expect(seen).not.toContain('hunter2')
})

describe('ports', () => {
  let taken: Server
  let port: number
  beforeEach(async () => {
    port = await freePort()
    taken = createServer()
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await new Promise((resolve) => taken.close(resolve))
  })

  test('a taken port is reported with the variable that chooses another', async () => {
    const chosen = [{ port, variable: 'TEMPORAL_PORT' }]
    await expect(requireFreePorts(chosen)).rejects.toThrow(new RegExp(`${port}.*TEMPORAL_PORT`))
  })

  test('one port for two servers is refused', async () => {
    const port = await freePort()
    const chosen = [
      { port, variable: 'PORT' },
      { port, variable: 'TEMPORAL_PORT' },
    ]
    await expect(requireFreePorts(chosen)).rejects.toThrow(/PORT and TEMPORAL_PORT/)
  })

  test('a remembered port is used again only while it is free', async () => {
    expect(await freePort(port)).not.toBe(port)
    await new Promise((resolve) => taken.close(resolve))
    expect(await freePort(port)).toBe(port)
  })
})
