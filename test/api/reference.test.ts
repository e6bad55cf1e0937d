import { describe, expect, test } from 'vitest'
import { createApp } from '#api/app.ts'
import type { AppDependencies } from '#api/app-types.ts'
import { createMoney } from '#domain/money.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())

describe('the OpenAPI document', () => {
  const operations = () =>
    Object.entries(world.api.contract.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
    )

  test('is OpenAPI 3.1 and has every route that the server serves, but for the reference itself and the store', () => {
    expect(world.api.contract.document.openapi).toMatch(/^3\.1\./)
    const served = createApp({
      corsOrigins: [] as string[],
      money: createMoney('USD', 'en-US'),
    } as unknown as AppDependencies)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      .filter((route) => !/^get \/(docs.*|openapi\.json|store.*)?$/.test(route))
    expect(
      operations()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...new Set(served)].toSorted())
  })

  test('describes each operation and each of its answers, under a name of its own', () => {
    for (const operation of operations()) {
      expect(operation, operation.name).toMatchObject({
        operationId: expect.stringMatching(/^\w+$/),
        summary: expect.stringMatching(/\w/),
        tags: [expect.any(String)],
      })
      for (const answer of Object.values(operation.responses))
        expect(answer).toMatchObject({ description: expect.stringMatching(/\w/) })
    }
    const ids = operations().map((operation) => (operation as unknown as { operationId: string }).operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('says of each group of operations what it is for', () => {
    const described = world.api.contract.document.tags.map(({ name }) => name)
    const used = operations().flatMap(({ tags }) => tags)
    expect(described.toSorted()).toEqual([...new Set(used)].toSorted())
  })

  test('documents for each operation how it fails, as problem details', () => {
    for (const { name, responses } of operations()) {
      expect(Object.keys(responses), name).toEqual(expect.arrayContaining(['421', '500']))
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) >= 400) expect(Object.keys(content ?? {}), name).toEqual(['application/problem+json'])
      }
    }
  })

  test('documents for each operation what strict requests are about, and for its address what other methods are told', () => {
    for (const { name, responses } of operations()) {
      const isChanging = !name.startsWith('get ')
      const statuses = ['400', '405', ...(isChanging ? ['403', '413', '415'] : [])]
      expect(Object.keys(responses), name).toEqual(expect.arrayContaining(statuses))
      expect(responses['405']?.headers, name).toHaveProperty('Allow')
    }
  })

  test('says of every text in a request what it may be, and how long', () => {
    const { components } = world.api.contract.document
    let texts = 0
    const check = (schema: unknown, place: string): void => {
      if (Array.isArray(schema)) for (const [index, part] of schema.entries()) check(part, `${place}/${index}`)
      if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return
      const { $ref, type, example: _, default: __, ...keywords } = schema as Record<string, unknown>
      if (typeof $ref === 'string') return
      for (const [keyword, part] of Object.entries(keywords)) if (keyword !== 'not') check(part, `${place}/${keyword}`)
      if (![type].flat().includes('string')) return
      const isSaid = ['enum', 'const', 'pattern', 'format', 'allOf'].some((keyword) => keyword in keywords)
      expect(isSaid, `${place}: ${JSON.stringify(schema)}`).toBe(true)
      texts += 1
    }
    for (const operation of operations() as unknown as Record<string, object>[])
      check([operation.parameters, operation.requestBody], String(operation.name))
    const inRequests = (text: string): string[] => [...text.matchAll(/schemas\/(\w+)"/g)].map(([, name]) => name ?? '')
    const names = new Set(
      operations().flatMap((operation) => inRequests(JSON.stringify({ ...operation, responses: {} }))),
    )
    for (const name of names) {
      check(components.schemas[name], name)
      for (const inside of inRequests(JSON.stringify(components.schemas[name]))) names.add(inside)
    }
    expect(names.size).toBeGreaterThan(15)
    expect(texts).toBeGreaterThan(50)
  })

  test('of every object in a request says that it takes no other members, but of the payload of an event', () => {
    const open = Object.entries(world.api.contract.document.components.schemas).filter(([name]) =>
      /^(?:New|.*Order$|.*Changes$|MovedPoints|TopUp|StockAdjustment|EventSimulation|Backtest$|CampaignRule)/.test(
        name,
      ),
    )
    expect(open.length).toBeGreaterThan(12)
    for (const [name, schema] of open) expect(schema, name).toMatchObject({ additionalProperties: false })
  })

  test('asks for the headers that a request cannot do without', () => {
    const required = (
      operations() as unknown as { name: string; parameters?: { in: string; name: string; required: boolean }[] }[]
    ).flatMap(({ name, parameters = [] }) =>
      parameters.filter((one) => one.in === 'header' && one.required).map((one) => `${name}: ${one.name}`),
    )
    expect(required.toSorted()).toEqual([
      'delete /campaigns/{campaign_name}: If-Match',
      'patch /campaigns/{campaign_name}: If-Match',
      'post /events: Idempotency-Key',
    ])
  })

  test('has no pattern that a dialect without flags reads differently', () => {
    const patterns = [...JSON.stringify(world.api.contract.document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)]
    expect(patterns.length).toBeGreaterThan(50)
    for (const [, pattern] of patterns) {
      expect(JSON.parse(pattern ?? '')).not.toMatch(/\\p\{|\\u\{|\(\?[!<=]|[\u{10000}-\u{10ffff}]/u)
      expect(() => new RegExp(JSON.parse(pattern ?? ''))).not.toThrow()
    }
  })

  test('refers to nothing that it does not have, and has patterns that are regular expressions', () => {
    const document = world.api.contract.document
    const text = JSON.stringify(document)
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name ?? '')
    }
    for (const [, pattern] of text.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)) {
      expect(JSON.parse(pattern ?? '')).not.toMatch(/\/[a-z]*$/)
      expect(() => new RegExp(JSON.parse(pattern ?? ''), 'u')).not.toThrow()
    }
  })
})

describe('the reference page', () => {
  test('loads everything it needs from this server, and has nothing inline that its policy would block', async () => {
    const { status, headers, body } = await world.api.get('/docs')
    expect(status).toBe(200)
    expect(headers.get('Content-Type')).toMatch(/^text\/html/)
    const policy = headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toMatch(/https?:|\*/)

    const addresses = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)
    expect(addresses.length).toBeGreaterThan(3)
    for (const address of addresses) {
      expect(address).toMatch(/^\/docs\//)
      expect((await world.api.get(address)).status, address).toBe(200)
    }
    expect(body).not.toMatch(/<script>|<style|style=|\son\w+=/)
    expect((await world.api.get('/docs/initializer.js')).body).not.toMatch(/https?:/)
  })
})

describe('the pictures', () => {
  test.each([
    'unicorn-air',
    'unicorn-midnight',
    'unicorn-ember',
    'unicorn-meadow',
    'rainbow-starter-kit',
    'golden-horn-polish',
  ])('of %s is a picture, has a title and runs nothing', async (name) => {
    const { status, headers, body } = await world.api.get(`/images/${name}.svg`)
    expect(status).toBe(200)
    expect(headers.get('Content-Type')).toBe('image/svg+xml; charset=utf-8')
    expect(body).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<title id="title">[\s\S]*<\/svg>\s*$/)
    expect(body).not.toMatch(/<script|href=|\son\w+=/)
  })

  test.each(['nothing.svg', '..%2freference%2findex.html', '..%2Fapp.ts', '%2e%2e%2fapp.ts', '..%5capp.ts'])(
    'has no %s',
    async (name) => {
      const { status } = await world.api.get(`/images/${name}`)
      expect(status).toBe(404)
    },
  )
})
