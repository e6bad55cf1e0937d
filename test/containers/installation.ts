import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#scripts/platform/processes.ts'
import { capture } from '#test/contract/tools.ts'
import { type Engine, openEngine } from './engine.ts'

const ROOT = join(import.meta.dirname, '../..')
const COMPOSE_FILE = join(ROOT, 'docker-compose.yml')
/** One at a time on an engine: what a run that was killed hard has left, the next one removes. */
const PROJECT = 'unicorn-store-test'
export const IMAGE = 'unicorn-store-test'

/** What `docker inspect` says of a container, as far as it is looked at. */
export type Container = {
  Id: string
  Name: string
  Config: { User: string; StopTimeout?: number; Labels: Record<string, string> }
  HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] | null; SecurityOpt: string[] | null }
  State: { Status: string; ExitCode: number; Health?: { Status: string } }
  NetworkSettings: { Networks: Record<string, { IPAddress: string; Gateway: string }> }
}

export type Installation = Awaited<ReturnType<typeof composeInstallation>>

/**
 * The installation of docker-compose.yml as it is, with passwords and ports of its own, auth on, and TLS at the proxy.
 *
 * @param folder for files that compose reads
 * @param overrides of services: other images
 */
export async function composeInstallation(engine: Engine, folder: string, overrides: Record<string, object>) {
  const httpsPort = await freePort()
  const publicUrl = `https://localhost:${httpsPort}`
  const secrets = Object.fromEntries(SECRETS.map((name) => [name, randomBytes(24).toString('hex')]))
  const variables = {
    ...secrets,
    ...{ AUTH_ISSUER: publicUrl, AUTH_AUDIENCE: 'unicorn-store' },
    // For this name Caddy is an authority itself.
    ...{ PUBLIC_URL: publicUrl, PROXY_SITE: 'https://localhost' },
    ...{ HTTPS_PORT: String(httpsPort), HTTP_PORT: String(await freePort()) },
    ...{ POSTGRES_PORT: String(await freePort()), TEMPORAL_PORT: String(await freePort()) },
    TEMPORAL_UI_PORT: String(await freePort()),
    // Buyers that never pause; and one policy that is reached within a moment.
    RATE_LIMIT_POLICIES: `reads=1000000/60,writes=1000000/60,costly=${COSTLY_LIMIT}/3600`,
  }
  const ours = Object.fromEntries(['migrate', 'worker', 'api'].map((name) => [name, { image: IMAGE }]))
  const files = { environment: join(folder, '.env'), overrides: join(folder, 'overrides.json') }
  writeFileSync(files.environment, '')
  writeFileSync(files.overrides, JSON.stringify({ services: { ...ours, ...overrides } }))
  const options = [
    ...['compose', '--project-name', PROJECT, '--project-directory', ROOT, '--env-file', files.environment],
    ...['--file', COMPOSE_FILE, '--file', files.overrides, '--progress', 'plain'],
  ]
  const unset = Object.fromEntries(usedVariables().map((name) => [name, '']))
  const composeBy =
    ({ run }: Engine) =>
    (...args: string[]) =>
      run('docker', [...options, ...args], { ...unset, ...variables })
  const compose = composeBy(engine)

  /** Of these services, or all; running or not. */
  async function containers(...services: string[]): Promise<Container[]> {
    const filter = ['--all', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project=${PROJECT}`]
    const ids = (await engine.docker('ps', ...filter)).split('\n').filter((id) => id !== '')
    const found = ids.length === 0 ? [] : (JSON.parse(await engine.docker('inspect', ...ids)) as Container[])
    const isAsked = (container: Container) => services.length === 0 || services.includes(serviceOf(container))
    return found.filter(isAsked).toSorted((one, other) => one.Name.localeCompare(other.Name))
  }

  async function inspect({ Id }: Container): Promise<Container> {
    const [container] = JSON.parse(await engine.docker('inspect', Id)) as Container[]
    return container as Container
  }

  return {
    publicUrl,
    secrets,
    compose,
    containers,
    inspect,
    /** A command in the first container of a service. @returns what it wrote to stdout */
    exec: (service: string, ...command: string[]) => compose('exec', '--no-TTY', service, ...command),
    /** Certificates of whom the proxy's is from. */
    authority: () => compose('exec', '--no-TTY', 'proxy', 'cat', '/data/caddy/pki/authorities/local/root.crt'),
    stop: ({ Id }: Container) => engine.docker('stop', Id),
    start: ({ Id }: Container) => engine.docker('start', Id),
    logs: async ({ Id }: Container) => await capture('docker', ['logs', Id]),
    /** Until the container's own check says that it is well. */
    async healthy(container: Container): Promise<void> {
      const deadline = performance.now() + HEALTHY_WITHIN_MS
      while ((await inspect(container)).State.Health?.Status !== 'healthy') {
        if (performance.now() > deadline) throw new Error(`${container.Name} did not become healthy`)
        await sleep(500)
      }
    },
    /** Also when everything else was aborted. */
    down: () => composeBy(openEngine())('down', '--volumes', '--remove-orphans'),
  }
}

const SECRETS = [
  ...['POSTGRES_PASSWORD', 'UNICORN_OWNER_PASSWORD', 'UNICORN_APP_PASSWORD', 'TEMPORAL_DB_PASSWORD'],
  'AUTH_JWT_SECRET',
]

/** How many costly requests, such as quotes, a user may make. */
export const COSTLY_LIMIT = 10

const HEALTHY_WITHIN_MS = 60_000

export function serviceOf({ Config }: Pick<Container, 'Config'>): string {
  return Config.Labels['com.docker.compose.service'] ?? ''
}

/** So that none of them comes from the environment of whoever runs this. */
function usedVariables(): string[] {
  return [...readFileSync(COMPOSE_FILE, 'utf8').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)
}
