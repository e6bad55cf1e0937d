import { createApp } from '#api/app.ts'
import type { AppDependencies } from '#api/app-types.ts'

/** What the API publishes about itself. It needs neither database nor Temporal for that, so none is there. */
export async function openApiDocument(): Promise<unknown> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const app = createApp({ logger: quiet, corsOrigins: [] as string[] } as unknown as AppDependencies)
  const answer = await app.request('/openapi.json')
  if (!answer.ok) throw new Error(`the API does not publish its document: ${await answer.text()}`)
  return await answer.json()
}
