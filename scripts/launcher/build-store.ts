import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ConfigurationError, childEnvironment } from '#config/environment.ts'
import { run } from '#scripts/platform/processes.ts'

export interface StoreBuild {
  /** The checkout: it has `web/`, and gets `dist/store/`. */
  readonly root: string
  readonly notify: (line: string) => void
  /** Aborts the build. */
  readonly stopping: AbortSignal
}

/**
 * Builds the store, unless it was built from these very sources: their digest is written among its files at the end. Vite
 * empties the folder only when it has something to write, so a build that fails leaves the store from before.
 *
 * @throws ConfigurationError if it cannot be built; Vite's messages are notified before
 */
export async function buildStore({ root, notify, stopping }: StoreBuild): Promise<void> {
  const store = join(root, 'dist/store')
  const builtFrom = join(store, '.built-from')
  const sources = await digestOfSources(root)
  if ((await readFile(builtFrom, 'utf8').catch(() => undefined)) === sources) return
  notify('building the store ...')
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--config', join(root, 'web/vite.config.ts'), '--outDir', store, '--emptyOutDir']
  // Whatever NODE_ENV is here, React is for production.
  const env = childEnvironment({ NODE_ENV: 'production' })
  await run(process.execPath, args, { cwd: root, env, signal: stopping }).catch((error: Error) => {
    stopping.throwIfAborted()
    notify(error.message)
    throw new ConfigurationError('The store could not be built, see above.')
  })
  await writeFile(builtFrom, sources)
}

/**
 * Of everything that the store is made of: its own files, the README, and the versions of all packages. The generated types of the API
 * client are left out: Vite drops types, so it makes no difference whether they have been generated yet.
 */
async function digestOfSources(root: string): Promise<string> {
  const files = ['package-lock.json', 'README.md']
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
