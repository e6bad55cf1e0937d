import { readdir, readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'

/**
 * What stands in Temporal is ids, names of steps, amounts, codes and counts, and names of products in summaries: nothing of a person
 * but their id. Everything in the recorded histories that could be something else is held against what may be there.
 */

const folder = new URL('./histories/', import.meta.url)
let histories: { name: string; history: { events: object[] } }[]

beforeAll(async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  histories = await Promise.all(
    names.map(async (name) => ({ name, history: JSON.parse(await readFile(new URL(name, folder), 'utf8')) })),
  )
})

const UUID = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}'
const ID = new RegExp(`^${UUID}$`)
/** Of users: what the application gives, or a UUID of a test. */
const USER_ID = new RegExp(`^(?:usr_[\\w-]+|${UUID})$`)
const WORD = /^[a-z_]+$/
const STEP = /^[a-z]+(?:[A-Z][a-z]+)+$/

/** Why a step failed: what our functions in the database say, and what tests inject. */
const MESSAGE = new RegExp(
  `^(?:listed for operators: )?(?:purchase ${UUID} does not exist|[a-zA-Z]+ of purchase ${UUID} was undone and can no longer happen)$` +
    '|^injected fault(?: at attempt \\d+|: the fast lane is closed)$|^unavailable$',
)

/** Texts, by the member that they stand in. */
const TEXTS: Record<string, RegExp> = {
  ...Object.fromEntries(
    ['purchaseId', 'eventId', 'id', 'productId', 'sweepId', 'transactionId'].map((name) => [name, ID]),
  ),
  ...Object.fromEntries(['Customer', 'after', 'next'].map((name) => [name, USER_ID])),
  ...Object.fromEntries(
    ['status', 'PurchaseStatus', 'code', 'lane', 'of', 'saga', 'result'].map((name) => [name, WORD]),
  ),
  ...Object.fromEntries(['step', 'activity_type'].map((name) => [name, STEP])),
  activity_id: /^\d+$/,
  commands: new RegExp(`^${UUID}/(?:awardPoints|redeemPoints)/refund/\\d+$`),
  problem: MESSAGE,
}

/** Members without texts of their own: amounts, counts, answers, times. */
const MEMBERS = new Set(
  [
    [
      'totalMinor',
      'amountMinor',
      'unitPriceMinor',
      'missingMinor',
      'expectedMinor',
      'withheldMinor',
      'shortfallMinor',
      'TotalMinor',
    ],
    [
      'points',
      'pointsToRedeem',
      'pointsReturned',
      'pointsSpent',
      'pointsTakenBack',
      'pointsWithheld',
      'withheld',
      'owed',
      'spent',
      'expired',
    ],
    ['quantity', 'requested', 'available', 'accounts', 'booked', 'failed', 'started', 'pagesPerRun', 'seq', 'attempt'],
    ['refund', 'asked'],
    [
      'ok',
      'confirmed',
      'lines',
      'short',
      'steps',
      'refusal',
      'reason',
      'outcome',
      'award',
      'redeemed',
      'cancelled',
      'slowMotion',
    ],
    ['reserveStock', 'redeemPoints', 'chargeWallet', 'confirmPurchase', 'awardPoints'],
    ['backoff', 'complete_time', 'original_schedule_time', 'seconds', 'nanos'],
  ].flat(),
)

const PRODUCT = `\\d+ × Product ${UUID}`
/** For the Web UI: of a saga, of a step (one of the texts of the code), and where a saga stands. */
const SUMMARY = new RegExp(
  `^(?:(?:Purchase|Refund) of ${PRODUCT}|Points for (?:a purchase|an event of another system)` +
    `|Settles the purchase, because [a-z ]+|[A-Z][a-z]+[a-z ,:]*)$`,
)
const DETAILS =
  /^(?:\*\*[a-z]+\*\*(?:: [a-z ]+|, to end as [a-z]+(?:: [a-z_]+)?)?|\d+ (?:accounts so far|sagas started, \d+ could not be))$/

/** What of a value may not stand in Temporal, each with its place. */
function inValue(value: unknown, member: string, place: string): string[] {
  if (typeof value === 'string') return TEXTS[member]?.test(value) ? [] : [`${place}: ${value}`]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => inValue(item, member, place))
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = name in TEXTS || MEMBERS.has(name)
    return known ? inValue(inner, name, `${place}.${name}`) : [`${place}.${name}: unknown member`]
  })
}

type Payload = { metadata: { encoding?: string }; data?: string }

function isPayload(value: object): value is Payload {
  return 'metadata' in value && Object.keys(value).every((name) => ['metadata', 'data'].includes(name))
}

/** The same of everything in a part of a history that carries data: payloads of any kind, and messages of failures. */
function inHistory(part: unknown, member = '', place = ''): string[] {
  if (typeof part === 'string') {
    if (member === 'message') return MESSAGE.test(part) ? [] : [`${place}: ${part}`]
    if (member !== 'stackTrace') return []
    // The first line repeats the message.
    const [first = '', ...frames] = part.split('\n')
    const message = first.replace(/^\w+: /, '')
    return [message, ...frames.filter((line) => !/^ {4}at /.test(line))].flatMap((line) =>
      MESSAGE.test(line) ? [] : [`${place}: ${line}`],
    )
  }
  if (typeof part !== 'object' || part === null) return []
  if (Array.isArray(part)) return part.flatMap((item) => inHistory(item, member, place))
  if (isPayload(part)) return inPayload(part, member, place)
  return Object.entries(part).flatMap(([name, inner]) => inHistory(inner, name, `${place}.${name}`))
}

function inPayload({ data = '' }: Payload, member: string, place: string): string[] {
  const text = Buffer.from(data, 'base64').toString()
  if (text === '') return []
  const value: unknown = JSON.parse(text)
  if (member === 'summary') return SUMMARY.test(String(value)) ? [] : [`${place}: ${value}`]
  if (member === 'details') return DETAILS.test(String(value)) ? [] : [`${place}: ${value}`]
  // A payload that is a bare text is the result of an activity: a status.
  return inValue(value, member === 'payloads' ? 'result' : member, place)
}

describe('the recorded histories', () => {
  test('have nothing in them but ids, names of steps, amounts, codes, counts and names of products', () => {
    const found = histories.flatMap(({ name, history }) => inHistory(history).map((what) => `${name}${what}`))
    expect(found).toEqual([])
  })

  test('have payloads of every kind, so that this says something', () => {
    const text = JSON.stringify(histories)
    for (const kind of [
      '"input"',
      '"result"',
      '"indexedFields"',
      '"summary"',
      '"markerName"',
      '"failure"',
      '"lastFailure"',
      '"stackTrace"',
    ])
      expect(text, kind).toContain(kind)
  })

  const encoded = (value: unknown) => ({
    metadata: { encoding: 'anNvbi9wbGFpbg==' },
    data: Buffer.from(JSON.stringify(value)).toString('base64'),
  })

  test.each([
    ['an input', { input: { payloads: [encoded({ purchaseId: 'Erika Mustermann' })] } }],
    ['an input with a member of its own', { input: { payloads: [encoded({ username: 'erika' })] } }],
    ['a name of a member', { input: { payloads: [encoded({ lines: [{ erika: 1 }] })] } }],
    ['a result', { result: { payloads: [encoded('Erika')] } }],
    ['a search attribute', { searchAttributes: { indexedFields: { Customer: encoded('erika') } } }],
    ['a memo', { memo: { fields: { note: encoded('erika') } } }],
    ['a summary', { userMetadata: { summary: encoded('erika buys 1 × product air') } }],
    ['details', { userMetadata: { details: encoded('**running**: Erika pays') } }],
    ['a message of a failure', { failure: { message: 'no wallet of erika' } }],
    ['a stack', { failure: { stackTrace: 'Error: no wallet of erika\n    at pay (a.ts:1)' } }],
    ['a problem', { input: { payloads: [encoded({ problem: 'erika has no wallet' })] } }],
  ])('would not pass with a name in %s', (_, planted) => {
    expect(inHistory({ events: [planted] })).toHaveLength(1)
  })
})
