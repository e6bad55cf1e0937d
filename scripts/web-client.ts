import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientTypes } from '@unicorn-store/client-generator'
import { createApp } from '#api/app.ts'
import type { AppDependencies } from '#api/app-types.ts'
import { runCommand } from '#config/command.ts'
import { createMoney } from '#domain/money.ts'

const FILE = join(import.meta.dirname, '../web/client/schema.d.ts')

/**
 * Writes the types of the store's API client, from the document that the API publishes. They are not committed: `npm run check`,
 * `npm run web:build` and `npm run web:dev` make them first. A file that has not changed is not written, and one that has
 * is replaced as a whole, so that compilers and editors which read it meanwhile see one version or the other.
 */
async function main() {
  const types = await clientTypes(await openApiDocument())
  if (types === written()) return 0
  const next = `${FILE}.${process.pid}`
  writeFileSync(next, types)
  renameSync(next, FILE)
  return 0
}

function written(): string | undefined {
  try {
    return readFileSync(FILE, 'utf8')
  } catch {
    return undefined
  }
}

const DOCUMENTED = { corsOrigins: [], money: createMoney('USD', 'en-US') }

/** What the API publishes about itself. It needs neither database nor Temporal for that, so none is there. */
export async function openApiDocument(): Promise<unknown> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const app = createApp({ ...DOCUMENTED, logger: quiet } as unknown as AppDependencies)
  const answer = await app.request('/openapi.json', { headers: { Host: 'localhost' } })
  if (!answer.ok) throw new Error(`the API does not publish its document: ${await answer.text()}`)
  return await answer.json()
}

if (import.meta.main) runCommand(main)
