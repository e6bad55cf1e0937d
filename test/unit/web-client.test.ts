import { readFileSync } from 'node:fs'
import { clientTypes } from '@unicorn-store/client-generator'
import { expect, test } from 'vitest'
import { openApiDocument } from '#scripts/web-client.ts'

test("the types of the store's client are those of the API: after a change of its schemas, run npm run web:client", async () => {
  const written = readFileSync(new URL('../../web/client/schema.d.ts', import.meta.url), 'utf8')
  expect(await clientTypes(await openApiDocument())).toBe(written)
})
