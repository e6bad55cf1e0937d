import type { App } from '#api/app-types.ts'

const DESCRIPTION = `Buys unicorns, durably: a purchase that was accepted is carried out or undone, whatever crashes.

**Money** is a JSON number in major units with at most two decimals (\`1700\`, \`19.99\`).

**Problems** are \`application/problem+json\` (RFC 9457). Branch on \`code\`; \`detail\` is for people.

**Idempotency-Key**: whatever moves something takes one. Send a fresh key with each new request and the same key when
you repeat it; it then happens once. The answer to a repeat has \`Idempotency-Replayed: true\`, and shows how things stand by
then: of what was deleted since, 404. Refusals are remembered under the key; bad input (400) and outages (503) are not.
Keys of purchases never expire, the others are kept for a day at least.`

/** `/openapi.json`: the schemas that validate the requests, as OpenAPI 3.1. */
export function registerOpenApiDocument(app: App): void {
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Unicorn Store', version: '1', description: DESCRIPTION, license: { name: 'MIT' } },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Purchases', description: 'Buying, and what became of it.' },
      { name: 'Products', description: 'What there is to buy.' },
      { name: 'Users', description: 'Who buys, and their wallets.' },
      { name: 'Points', description: 'What members have earned, spend and lose.' },
      { name: 'Campaigns', description: 'The rules that points are earned by.' },
      { name: 'Operations', description: 'What waits for somebody to decide or to try again.' },
      { name: 'Settings', description: 'What a client has to know of this installation.' },
      { name: 'Operation', description: 'Whether the server is well, for those who run it.' },
    ],
  })
}
