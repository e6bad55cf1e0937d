import { bearer } from '#test/support/tokens.ts'
import { exchangesOf, type Finding } from './findings.ts'

/** Somebody whose token schemathesis has, and somebody else, of whom no answer may have anything. */

const ME = 'the-customer'
const OTHER = 'zacharias-unmistakable'

export type People = {
  /** Of the customer. */
  headers: Record<string, string>
  /** What requests ask for: what is the customer's, and what is not. */
  names: string[]
  purchases: string[]
  /** What tells the other person, or one who did something for either. */
  secrets: string[]
  /** What is on record of the other person. */
  readOther: () => Promise<string>
}

/** Adds both to a system that runs with `AUTH_VARIABLES`, each with money, points and a purchase. */
export async function addPeople(url: string): Promise<People> {
  const operator = await bearer('olga', { roles: ['operator'] }, '10 hours')
  const call = async (method: string, path: string, body?: object, key?: string) => {
    const headers = { ...operator, 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) }
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status} ${text}`)
    return JSON.parse(text)
  }

  const product = { id: 'told', name: 'Told', description: '', price: 1, stock: 1_000_000 }
  await call('POST', '/products', product)
  async function add(username: string, balance: number) {
    const { id } = await call('POST', '/users', { username, balance }, `${username}-opening`)
    const points = await call('POST', '/points', { account_id: username, amount: 1_000 }, `${username}-points`)
    const order = { userId: username, productId: 'told', quantity: 1 }
    const { purchaseId } = await call('POST', '/purchase', order, `${username}-purchase`)
    return { id, purchaseId, transactionId: points.id }
  }
  const me = await add(ME, 100_000)
  const other = await add(OTHER, 8_765_433.21)
  const { steps } = await call('GET', `/purchases/${other.purchaseId}`)
  return {
    headers: await bearer(me.id, { roles: ['customer'] }, '10 hours'),
    names: [ME, OTHER],
    purchases: [me.purchaseId, other.purchaseId],
    secrets: [OTHER, '8765432.21', ...Object.values(other), steps[0].actor.id],
    readOther: async () =>
      JSON.stringify([
        await call('GET', `/users/balance/${OTHER}`),
        await call('GET', `/users/${OTHER}/wallet-entries`),
        await call('GET', `/purchases?userId=${OTHER}`),
        await call('GET', `/points/transactions?account_id=${OTHER}`),
      ]),
  }
}

type Schema = Record<string, unknown> & { $ref?: string; properties?: Record<string, unknown> }
type Parameter = { name: string; in: string; schema: Schema }
type Operation = { operationId: string; parameters?: Parameter[]; requestBody?: Schema; 'x-roles': string[] }
export type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** The operations that customers may use. Of all others they get 403, whatever they ask for. */
export function operationsForCustomers({ paths }: Document): string[] {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  return operations.filter((one) => one['x-roles'].includes('customer')).map(({ operationId }) => operationId)
}

/**
 * The document as it is for requests about these people: where it takes a name, or the id of a purchase, it takes theirs. Of any others
 * there would be nothing to tell.
 */
export function aboutPeople(document: Document, { names, purchases }: Pick<People, 'names' | 'purchases'>): Document {
  const about = structuredClone(document)
  const aName = { type: 'string', enum: names }
  const seen = new Set<string>()
  function narrow(schema: unknown): void {
    if (schema === null || typeof schema !== 'object') return
    const { $ref, properties } = schema as Schema
    const name = $ref?.split('/').at(-1)
    if (name !== undefined && seen.size < seen.add(name).size) narrow(about.components.schemas[name])
    for (const key of Object.keys(properties ?? {})) if (NAMES.includes(key)) (properties ?? {})[key] = aName
    for (const part of Object.values(schema)) narrow(part)
  }
  for (const [path, methods] of Object.entries(about.paths))
    for (const { parameters = [], requestBody } of Object.values(methods)) {
      for (const parameter of parameters) {
        if (NAMES.includes(parameter.name)) parameter.schema = aName
        if (path.startsWith('/purchases/{id}') && parameter.name === 'id')
          parameter.schema = { type: 'string', enum: purchases }
      }
      narrow(requestBody)
    }
  return about
}

/** What members and parameters are called that have the name of a user. */
const NAMES = ['userId', 'account_id', 'username']

/** Answers that have something of others: whatever the request has of it an answer may repeat only where it refuses that. */
export function foreignData(ndjson: string, secrets: readonly string[]): Finding[] {
  const found = exchangesOf(ndjson).flatMap(({ label, method, uri, sent, status, received }): Finding[] => {
    const asked = `${decodeURIComponent(uri)} ${sent}`
    const told = secrets.filter((secret) => received.includes(secret) && !(status >= 400 && asked.includes(secret)))
    if (told.length === 0) return []
    const detail = `${status} has ${told.join(', ')}\n${method} ${uri}\n${sent}\n${received.slice(0, 2_000)}`
    return [{ tool: 'ours', rule: 'foreign_data', at: label, detail }]
  })
  return [...new Map(found.map((one) => [one.at, one])).values()]
}
