import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientTypes } from '@unicorn-store/client-generator'
import { createApp } from '#api/app.ts'
import type { AppDependencies } from '#api/app-types.ts'
import { runCommand } from '#config/command.ts'

/** `npm run web:client`: writes down the types of the store's API client, from the document that the API publishes. */
async function main() {
  const path = join(import.meta.dirname, '../web/client/schema.d.ts')
  writeFileSync(path, await clientTypes(await openApiDocument()))
  console.log(`wrote ${path}`)
  return 0
}

/** What the API publishes about itself. It needs neither database nor Temporal for that, so none is there. */
export async function openApiDocument(): Promise<unknown> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const app = createApp({ logger: quiet, corsOrigins: [] as string[] } as unknown as AppDependencies)
  const answer = await app.request('/openapi.json')
  if (!answer.ok) throw new Error(`the API does not publish its document: ${await answer.text()}`)
  return await answer.json()
}

if (import.meta.main) runCommand(main)
