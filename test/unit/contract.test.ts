import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readEnvironment } from '#config/environment.ts'
import { aboutPeople, type Document, foreignData, operationsForCustomers } from '#test/contract/customer.ts'
import { type AcceptedFinding, compare, readAccepted, schemathesisFindings } from '#test/contract/findings.ts'
import { findPython } from '#test/contract/tools.ts'

const encoded = (text: string) => ({ $base64: Buffer.from(text).toString('base64') })

function scenario(check: object, status: number, body: object): string {
  const interaction = {
    request: { method: 'POST', uri: 'http://127.0.0.1:1/purchase', body: encoded('{"quantity":0}') },
    response: { status_code: status, content: encoded(JSON.stringify(body)) },
  }
  const recorder = { label: 'POST /purchase', checks: { c1: [check] }, interactions: { c1: interaction } }
  return JSON.stringify({ ScenarioFinished: { recorder } })
}

const failure = { operation: 'POST /purchase', title: 'Schema-valid request rejected', message: 'Expected: 2xx' }
const failed = { name: 'positive_data_acceptance', status: 'failure', failure_info: { failure } }

describe('what schemathesis reports', () => {
  test('is a finding for each check that failed, with the answer and the request', () => {
    const lines = [
      JSON.stringify({ EngineStarted: {} }),
      scenario({ name: 'not_a_server_error', status: 'success' }, 200, {}),
      scenario(failed, 400, { detail: 'In the body, quantity: must be at least 1.' }),
    ]
    expect(schemathesisFindings(`${lines.join('\n')}\n`)).toEqual([
      {
        tool: 'schemathesis',
        rule: 'positive_data_acceptance',
        at: 'POST /purchase',
        detail: [
          '400 In the body, quantity: must be at least 1.',
          'Schema-valid request rejected: Expected: 2xx',
          'POST http://127.0.0.1:1/purchase',
          '{"quantity":0}',
        ].join('\n'),
      },
    ])
  })

  test('counts once for an operation and an answer, numbers aside', () => {
    const lines = [1, 2, 3].map((n) => scenario(failed, 400, { detail: `lines.${n}: is missing` }))
    lines.push(scenario(failed, 400, { detail: 'something else' }))
    expect(schemathesisFindings(lines.join('\n'))).toHaveLength(2)
  })

  test('is a finding, too, when it could not go on', () => {
    const [error] = schemathesisFindings(JSON.stringify({ NonFatalError: { value: 'no answer' } }))
    expect(error).toMatchObject({ rule: 'error', detail: expect.stringContaining('no answer') })
  })
})

describe('what a customer is answered', () => {
  const secret = 'usr_of-somebody-else'
  function answered(uri: string, status: number, body: object): string {
    const response = { status_code: status, content: encoded(JSON.stringify(body)) }
    const interactions = { c1: { request: { method: 'GET', uri }, response } }
    return JSON.stringify({ ScenarioFinished: { recorder: { label: 'GET /purchases', interactions } } })
  }

  test.each([
    ['has something of somebody else', '/purchases', 200, true],
    ['has it, though the request had it as well', `/purchases?userId=${secret}`, 200, true],
    ['has it in a problem', '/purchases', 404, true],
    ['repeats of the request what it refuses', `/purchases?userId=${secret}`, 404, false],
  ])('%s: at %s with %d that is a finding: %s', (_, uri, status, isFound) => {
    const found = foreignData(answered(uri, status, { detail: `There is no ${secret}.` }), [secret, 'other'])
    expect(found.map(({ rule, at }) => [rule, at])).toEqual(isFound ? [['foreign_data', 'GET /purchases']] : [])
  })

  test('is about what is theirs, and what is not: the document for it names both', () => {
    const text = { type: 'string' }
    const order = { requestBody: { $ref: '#/components/schemas/Order' } }
    const document: Document = {
      paths: {
        '/purchase': { post: { operationId: 'buy', ...order, 'x-roles': ['customer', 'operator'] } },
        '/purchases/{id}': {
          get: { operationId: 'get', parameters: [{ name: 'id', in: 'path', schema: text }], 'x-roles': ['customer'] },
        },
        '/products/{id}': {
          get: { operationId: 'see', parameters: [{ name: 'id', in: 'path', schema: text }], 'x-roles': [] },
        },
      },
      components: { schemas: { Order: { properties: { userId: text, productId: text } } } },
    }
    const about = aboutPeople(document, { names: ['me', 'other'], purchases: ['mine', 'theirs'] })
    expect(about.components.schemas.Order?.properties).toEqual({
      userId: { ...text, enum: ['me', 'other'] },
      productId: text,
    })
    expect(about.paths['/purchases/{id}']?.get?.parameters?.[0]?.schema.enum).toEqual(['mine', 'theirs'])
    expect(about.paths['/products/{id}']?.get?.parameters?.[0]?.schema).toEqual(text)
    expect(operationsForCustomers(document)).toEqual(['buy', 'get'])
  })
})

describe('the list of what is accepted', () => {
  const entry: AcceptedFinding = { tool: 'spectral', rule: 'r', at: '^paths', detail: 'x$', reason: 'because' }
  const finding = { tool: 'spectral', rule: 'r', at: 'paths./a', detail: 'ends with x' } as const

  test('covers what has its tool, rule, place and text, and nothing else', () => {
    expect(compare([finding], [entry])).toEqual({ open: [], unused: [] })
    for (const other of [
      { ...finding, tool: 'redocly' as const },
      { ...finding, rule: 'other' },
      { ...finding, at: 'info' },
      { ...finding, detail: 'x, but more' },
    ])
      expect(compare([other], [entry])).toEqual({ open: [other], unused: [entry] })
  })

  test('that is in use is readable, gives a reason for each entry, and has none twice', () => {
    const accepted = readAccepted(join(import.meta.dirname, '../contract/accepted.json'))
    const keys = accepted.map(({ tool, rule, at, detail }) => [tool, rule, at, detail].join(' '))
    expect(new Set(keys).size).toBe(keys.length)
    for (const { reason } of accepted) expect(reason).toMatch(/\w.*\.$/)
  })
})

describe('Python', () => {
  const finding = (script: string | undefined) => {
    const folder = mkdtempSync(join(tmpdir(), 'contract-python-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    if (script !== undefined) writeFileSync(join(folder, 'python3'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return findPython({ ...readEnvironment({}), programPath: [folder] })
  }

  test('that is not there, or is too old, or has no pip, is none', async () => {
    expect(await finding(undefined)).toBeUndefined()
    expect(await finding('exit 1')).toBeUndefined()
    expect(await finding('exit 0')).toMatch(/python3$/)
  })
})
