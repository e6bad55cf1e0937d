import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './seeded.ts'

/** What a client was told: an answer, or nothing, and why. */
export type Told =
  | { readonly status: number; readonly body: Body; readonly etag: string | null }
  | { readonly nothing: 'gave up' | 'broke off' }

/** What the answers have that the checker looks at. All of it is as the other side wrote it. */
export type Body = {
  readonly code?: string
  readonly purchaseId?: string
  readonly status?: string
  readonly total?: number
  readonly amount?: number
  readonly pointsRedeemed?: number
  readonly pointsIssued?: number
  readonly refund?: { readonly amount: number; readonly withheld: number }
  readonly id?: string
  readonly balance?: number
  readonly stock?: number
  readonly event_id?: string
  readonly points?: number
}

export type Kind =
  | 'purchase'
  | 'cancel'
  | 'refund'
  | 'refund_part'
  | 'repair'
  | 'top_up'
  | 'adjust_stock'
  | 'issue'
  | 'redeem'
  | 'event'
  | 'edit_campaign'
  | 'poison'

/** Something that a client wants once, and everything it was told about it. */
export type Operation = {
  readonly kind: Kind
  /** The Idempotency-Key, or of routes that need none, the id in their path. */
  readonly key: string
  readonly method: string
  readonly path: string
  /** A text is sent as it is. */
  readonly body: Record<string, unknown> | string | undefined
  readonly headers: Record<string, string>
  readonly told: Told[]
}

/** How requests were sent, other than once and patiently. */
export type Manners = 'duplicate' | 'reordered' | 'gave up and came again'

export type Clients = ReturnType<typeof openClients>

/** How long a client that is patient waits for an answer. */
const PATIENT_MS = 15_000
const PAUSE_MS = 300

/**
 * All clients of the system, with a record of what each was told. They know two APIs, and take either; a request that was not
 * answered is sent again with its key.
 *
 * @param options.quitters how many of those who give up never come again
 */
export function openClients(urls: readonly string[], random: Random, { quitters = 0.2 } = {}) {
  const operations: Operation[] = []
  /** How often each of it happened to an operation that had no answer yet. */
  const manners: Record<Manners, number> = { duplicate: 0, reordered: 0, 'gave up and came again': 0 }

  function operation(
    kind: Kind,
    method: string,
    path: string,
    { body, key = crypto.randomUUID(), headers = {} }: Partial<Pick<Operation, 'body' | 'key' | 'headers'>> = {},
  ): Operation {
    const wanted = { kind, key, method, path, body, headers, told: [] }
    operations.push(wanted)
    return wanted
  }

  /** Sends it once. @param options.lateMs how long after its headers the body comes */
  async function send(
    { method, path, body, key, headers, told }: Operation,
    { patienceMs = PATIENT_MS, lateMs = 0 }: { patienceMs?: number; lateMs?: number } = {},
  ): Promise<Told> {
    const text = typeof body === 'object' ? JSON.stringify(body) : body
    let answer: Told
    try {
      const response = await fetch(random.pick(urls) + path, {
        method,
        headers: { ...(text && { 'content-type': 'application/json' }), 'idempotency-key': key, ...headers },
        ...(text && (lateMs > 0 ? { body: arrivingLate(text, lateMs), duplex: 'half' } : { body: text })),
        signal: AbortSignal.timeout(patienceMs),
      })
      answer = { status: response.status, body: parsed(await response.text()), etag: response.headers.get('etag') }
    } catch (error) {
      answer = { nothing: (error as Error).name === 'TimeoutError' ? 'gave up' : 'broke off' }
    }
    told.push(answer)
    return answer
  }

  /** Sends it again until there is an answer that a client can do something with. */
  async function insist(wanted: Operation, attempts = 60): Promise<Told> {
    let answer = await send(wanted)
    for (let attempt = 1; attempt < attempts && isNoAnswer(answer); attempt++) {
      await sleep(PAUSE_MS)
      answer = await send(wanted)
    }
    return answer
  }

  /** As somebody sends it who has to do with networks: twice at once, out of order, giving up, or just so. */
  async function sendSomehow(wanted: Operation): Promise<Told> {
    const how = random.integer(1, 100)
    if (how <= 12) {
      manners.duplicate += 1
      const [one, other] = await Promise.all([send(wanted), send(wanted)])
      const answered = isNoAnswer(one) ? other : one
      return isNoAnswer(answered) ? await insist(wanted) : answered
    }
    if (how <= 20 && wanted.body) {
      manners.reordered += 1
      const first = send(wanted, { lateMs: random.integer(50, 1_500) })
      const second = await insist(wanted)
      await first
      return second
    }
    if (how <= 32) {
      const first = await send(wanted, { patienceMs: random.integer(5, 400) })
      if (!isNoAnswer(first)) return first
      if (random.chance(quitters)) return first
      manners['gave up and came again'] += 1
      await sleep(random.integer(0, 2_000))
    }
    return await insist(wanted)
  }

  return { operations, manners, operation, send, insist, sendSomehow }
}

/**
 * Whether the client knows no more than before, and may try again. Of these only a 503 is an answer that it may get: the checker has the
 * last word on all others.
 */
export function isNoAnswer(told: Told): boolean {
  return 'nothing' in told || told.status >= 500
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body
  } catch {
    return {}
  }
}

function arrivingLate(text: string, lateMs: number): ReadableStream {
  return new ReadableStream({
    async start(controller) {
      await sleep(lateMs)
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })
}
