import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Dirent } from 'node:fs'
import { glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ConfigurationError, childEnvironment } from '#config/environment.ts'

export interface StoreBuild {
  /** The checkout: it has `web/`, and gets `dist/store/`. */
  readonly root: string
  readonly say: (line: string) => void
  /** Ends a build that is under way. */
  readonly stopping: AbortSignal
}

/** Lies among the files of the store, so that it appears and goes together with them. */
const BUILT_FROM = '.built-from'

/**
 * Builds the store, unless it was built from these very sources. What is built takes its place as a whole.
 *
 * @throws ConfigurationError if it cannot be built; the builder's words are told before
 */
export async function buildStore({ root, say, stopping }: StoreBuild): Promise<void> {
  const dist = join(root, 'dist')
  const store = join(dist, 'store')
  const sources = await digestOfSources(root)
  const isBuilt = async () => (await readFile(join(store, BUILT_FROM), 'utf8').catch(() => undefined)) === sources
  if (await isBuilt()) return
  await mkdir(dist, { recursive: true })
  const workshop = await mkdtemp(join(dist, 'store-'))
  const made = join(workshop, 'made')
  try {
    say('building the store ...')
    await runVite(made, { root, say, stopping })
    await writeFile(join(made, BUILT_FROM), sources)
    // A folder cannot be put in place of another one in one step: between the two there is no store for a moment.
    await rm(store, { recursive: true, force: true })
    await rename(made, store).catch(async (error) => {
      // Somebody else has just built it.
      if (!(await isBuilt())) throw error
    })
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

/**
 * Of everything that the store is made of: its own files, and the versions of all packages. Not of the generated types of the
 * API client: Vite drops types, and whether they have been generated yet makes no other store.
 */
async function digestOfSources(root: string): Promise<string> {
  const files = ['package-lock.json']
  const exclude = ({ name }: Dirent) => name === 'node_modules' || name.startsWith('schema.d.ts')
  for await (const entry of glob('web/**/*', { cwd: root, withFileTypes: true, exclude })) {
    if (entry.isFile()) files.push(relative(root, join(entry.parentPath, entry.name)))
  }
  const digest = createHash('sha256')
  for (const file of files.toSorted()) {
    const content = await readFile(join(root, file))
    digest.update(`${file}\n${content.length}\n`).update(content)
  }
  return digest.digest('hex')
}

async function runVite(target: string, { root, say, stopping }: StoreBuild): Promise<void> {
  stopping.throwIfAborted()
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--config', join(root, 'web/vite.config.ts'), '--outDir', target, '--emptyOutDir']
  // Whatever NODE_ENV is here, React is for production.
  const child = spawn(process.execPath, args, { cwd: root, env: childEnvironment({ NODE_ENV: 'production' }) })
  const told: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => told.push(text))
  const end = () => child.kill('SIGKILL')
  stopping.addEventListener('abort', end)
  const [exitCode, signal] = await once(child, 'close')
  stopping.removeEventListener('abort', end)
  stopping.throwIfAborted()
  if (exitCode === 0) return
  for (const line of told.join('').trimEnd().split('\n')) say(line)
  throw new ConfigurationError(`The store could not be built (${signal ?? `exit code ${exitCode}`}), see above.`)
}
