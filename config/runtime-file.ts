import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigurationError } from './configuration-error.ts'
import { processIdentity } from './process-identity.ts'

const runningProcess = processIdentity.extend({ port: z.number().int().optional() })

/**
 * What `npm start` runs and where, so that commands beside it (audit, seed, another worker) find it, and so that the
 * next start knows what a killed one left behind. Entries appear as the parts come up.
 */
const runtime = z.object({
  launcher: processIdentity,
  state: z.enum(['starting', 'running', 'stopping']),
  processes: z.partialRecord(z.enum(['postgres', 'temporal', 'worker', 'api']), runningProcess),
  temporal: z.object({ address: z.string(), namespace: z.string(), external: z.boolean() }).optional(),
  urls: z.object({
    database: z.string().optional(),
    migrateDatabase: z.string().optional(),
    webUi: z.string().optional(),
    api: z.string().optional(),
  }),
})

export type Runtime = z.output<typeof runtime>
export type ProcessName = keyof Runtime['processes']

export function runtimePath(dataDir: string): string {
  return join(dataDir, 'runtime.json')
}

/**
 * @returns undefined if nothing was ever started with this DATA_DIR
 * @throws ConfigurationError if the file is not ours or unreadable
 */
export function readRuntime(dataDir: string): Runtime | undefined {
  const path = runtimePath(dataDir)
  try {
    return runtime.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new ConfigurationError(
      `${path} cannot be read (${reason(error)}): make it readable, or delete it and start again.`,
    )
  }
}

/** Replaces the file in one step, readable by its owner only: the URLs carry passwords. */
export function writeRuntime(dataDir: string, content: Runtime): void {
  const path = runtimePath(dataDir)
  const draft = `${path}.${process.pid}`
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

function reason(error: unknown): string {
  if (error instanceof z.ZodError) return 'it does not have the form that this version writes'
  return error instanceof Error ? error.message : String(error)
}
