import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigurationError } from '#config/environment.ts'
import { buildStore } from '#scripts/launcher/build-store.ts'

const NODE_MODULES = join(import.meta.dirname, '../../node_modules')

/** A checkout with a store that is small, but built by the real Vite. */
let root: string
let notified: string[]
let stopping: AbortController

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unicorn-store-build-'))
  mkdirSync(join(root, 'web'))
  symlinkSync(NODE_MODULES, join(root, 'node_modules'))
  writeFileSync(join(root, 'package-lock.json'), '{}')
  writeFileSync(join(root, 'README.md'), '')
  writeFileSync(join(root, 'web/index.html'), '<!doctype html><script type="module" src="./main.ts"></script>')
  writeFileSync(join(root, 'web/main.ts'), 'console.log(process.env.NODE_ENV)')
  writeFileSync(join(root, 'web/vite.config.ts'), 'export default { root: import.meta.dirname, base: "/store/" }')
  notified = []
  stopping = new AbortController()
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

const notify = (line: string) => notified.push(line)
const build = () => buildStore({ root, notify, stopping: stopping.signal })
const builds = () => notified.filter((line) => line === 'building the store ...').length
const page = () => readFileSync(join(root, 'dist/store/index.html'), 'utf8')

function script(): string {
  const folder = join(root, 'dist/store/assets')
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

describe('the store', () => {
  test('is built when it is missing, for production whatever we are, and not again', async () => {
    await build()
    expect(page()).toMatch(/\/store\/assets\/index-.*\.js/)
    expect(script()).toContain('production')
    await build()
    expect(builds()).toBe(1)
  })

  test.each([
    ['a file was changed', () => writeFileSync(join(root, 'web/main.ts'), 'console.log("changed")')],
    ['a file was added', () => writeFileSync(join(root, 'web/more.ts'), '')],
    [
      'a setting was changed',
      () => writeFileSync(join(root, 'web/vite.config.ts'), 'export default { root: import.meta.dirname }'),
    ],
    ['packages were updated', () => writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion":3}')],
    ['it was deleted', () => rmSync(join(root, 'dist/store'), { recursive: true })],
  ])('is built again when %s', async (_, change) => {
    await build()
    change()
    await build()
    expect(builds()).toBe(2)
    expect(existsSync(join(root, 'dist/store/index.html'))).toBe(true)
    expect(readdirSync(join(root, 'dist'))).toEqual(['store'])
  })

  test('that cannot be built says why, and the one from before stays', async () => {
    await build()
    const before = page()
    writeFileSync(join(root, 'web/main.ts'), 'import "./nowhere.ts"')
    await expect(build()).rejects.toThrow(ConfigurationError)
    expect(notified.join('\n')).toContain('./nowhere.ts')
    expect(page()).toBe(before)
    expect(readdirSync(join(root, 'dist'))).toEqual(['store'])
  })

  test('is left as it was when the build is stopped, and nothing of the build remains', async () => {
    await build()
    const before = page()
    // It would not end by itself.
    writeFileSync(join(root, 'web/vite.config.ts'), 'await new Promise((go) => setTimeout(go, 2 ** 30))')
    const stopped = build()
    await expect.poll(builds).toBe(2)
    stopping.abort(new Error('stopped by the user'))
    await expect(stopped).rejects.toThrow('stopped by the user')
    expect(page()).toBe(before)
    expect(readdirSync(join(root, 'dist'))).toEqual(['store'])
  })
})
