import { expect } from 'vitest'
import { z } from 'zod'

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null
type Response = { headers?: Record<string, unknown>; content?: Record<string, { schema: Json }> }
type Operation = {
  tags: string[]
  parameters?: { name: string; in: string }[]
  responses: Record<string, Response>
}
export type OpenApiDocument = {
  openapi: string
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json> }
}

/** Headers that say something about an answer. Those that depend on more than its status may be missing. */
const HEADERS = [
  'Location',
  'ETag',
  'Retry-After',
  'Idempotency-Replayed',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
]
const CONDITIONAL = ['Idempotency-Replayed', 'Preference-Applied', 'RateLimit', 'RateLimit-Policy']

/** What every problem has, on whatever address. */
const anyProblem = z.object({
  type: z.string().startsWith('urn:unicorn-store:problem:'),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
})

/**
 * Holds responses against the OpenAPI document that the server publishes: the status must be documented for the
 * operation, the content type and the headers for the status, and the body must fit its schema, without a single member more. Where no
 * operation is documented, only the form of problems is checked.
 */
export function publishedContract(document: OpenApiDocument) {
  const schemas = new Map<string, z.ZodType>()
  const $defs = closed(withLocalReferences(document.components.schemas)) as Record<string, Json>
  const routes = Object.keys(document.paths).map((path) => ({ path, matches: pathPattern(path) }))
  routes.sort((a, b) => a.path.split('{').length - b.path.split('{').length)

  function schemaOf(pointer: string, schema: Json): z.ZodType {
    const known = schemas.get(pointer)
    if (known) return known
    const whole = { allOf: [closed(withLocalReferences(schema))], $defs }
    const made = z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0])
    schemas.set(pointer, made)
    return made
  }

  return {
    document,
    /** A named schema of the document. */
    schema: (name: string) => schemaOf(name, { $ref: `#/components/schemas/${name}` }),
    check(
      method: string,
      path: string,
      { status, headers }: globalThis.Response,
      contentType: string,
      body: unknown,
    ): void {
      if (status >= 400) expect(anyProblem.parse(body).status).toBe(status)
      if (status >= 400) expect(contentType).toBe('application/problem+json')
      const template = routes.find((route) => route.matches.test(path))?.path
      const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()]
      if (!operation) return
      const pointer = `${method} ${template} ${status} ${contentType}`
      const answer = operation.responses[status]
      for (const name of HEADERS) {
        const isDocumented = answer?.headers?.[name] !== undefined
        if (CONDITIONAL.includes(name) && !headers.has(name)) continue
        expect(headers.has(name), `${pointer}: ${name}, in the published document or the answer`).toBe(isDocumented)
      }
      if (answer && !answer.content && body === '') return
      const content = answer?.content?.[contentType]
      expect(content, `${pointer} is not in the published document`).toBeDefined()
      const result = schemaOf(pointer, content?.schema ?? {}).safeParse(body)
      expect(result.error?.issues ?? [], `${pointer}: ${JSON.stringify(body)}`).toEqual([])
    },
  }
}

export type PublishedContract = ReturnType<typeof publishedContract>

function pathPattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

/** With references as JSON Schema knows them, and without `not`, which zod does not know: it is about requests. */
function withLocalReferences(schema: Json): Json {
  const text = JSON.stringify(schema, (name, part: unknown) =>
    name === 'not' && !isCondition(part) ? undefined : part,
  )
  return JSON.parse(text.replaceAll('"#/components/schemas/', '"#/$defs/'))
}

/** A condition of a campaign has a member of this name. */
function isCondition(part: unknown): boolean {
  return typeof part === 'object' && part !== null && '$ref' in part
}

/** Clients may meet members that they do not know, but we send none that are not documented. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed)
  if (schema === null || typeof schema !== 'object') return schema
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]))
  return schema.type === 'object' && schema.properties ? { ...parts, additionalProperties: false } : parts
}
