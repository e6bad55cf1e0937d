/** As much of it as the tests use. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  // biome-ignore lint/style/noDefaultExport: that is what it exports.
  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    callback(): (incoming: IncomingMessage, outgoing: ServerResponse) => void
    on(event: 'grant.success', listener: (context: { body: Record<string, unknown> }) => void): void
  }
}
