import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientTypes } from '@unicorn-store/client-generator'
import { runCommand } from '#config/command.ts'
import { openApiDocument } from './web-client/openapi-document.ts'

/** `npm run web:client`: writes down the types of the store's API client, from the document that the API publishes. */
runCommand(async () => {
  const path = join(import.meta.dirname, '../web/client/schema.d.ts')
  writeFileSync(path, await clientTypes(await openApiDocument()))
  console.log(`wrote ${path}`)
  return 0
})
