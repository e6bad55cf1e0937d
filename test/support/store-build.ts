import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '#config/environment.ts'

const ROOT = join(import.meta.dirname, '../..')
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js')

/** Builds the store as `npm run web:build` does. Vitest's NODE_ENV would make it a build for development. */
export async function buildStore(folder: string): Promise<void> {
  const command = [VITE, 'build', '--config', 'web/vite.config.ts', '--outDir', folder, '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, command, { cwd: ROOT, env: childEnvironment({ NODE_ENV: undefined }) })
}
