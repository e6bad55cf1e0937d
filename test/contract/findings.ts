import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Something that a tool does not like about the API or its document; `ours`: what this command itself looks for, which cannot be accepted. */
export type Finding = {
  tool: 'schemathesis' | 'spectral' | 'redocly' | 'ours'
  rule: string
  /** The operation, or the place in the document. */
  at: string
  detail: string
}

/** A finding that stands, with the reason; `at` and `detail` are regular expressions. */
const acceptedFinding = z.strictObject({
  tool: z.enum(['schemathesis', 'spectral', 'redocly']),
  rule: z.string(),
  at: z.string(),
  detail: z.string(),
  reason: z.string().min(1),
})

export type AcceptedFinding = z.infer<typeof acceptedFinding>

export function readAccepted(path: string): AcceptedFinding[] {
  return z.array(acceptedFinding).parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** Which findings nobody has accepted, and which entries of the list have had none. */
export function compare(findings: readonly Finding[], accepted: readonly AcceptedFinding[]) {
  const covers = ({ tool, rule, at, detail }: AcceptedFinding, finding: Finding) =>
    tool === finding.tool &&
    rule === finding.rule &&
    new RegExp(at, 'u').test(finding.at) &&
    new RegExp(detail, 'u').test(finding.detail)
  return {
    open: findings.filter((finding) => !accepted.some((entry) => covers(entry, finding))),
    unused: accepted.filter((entry) => !findings.some((finding) => covers(entry, finding))),
  }
}

const failedCheck = z.object({
  name: z.string(),
  status: z.string(),
  failure_info: z
    .object({ failure: z.object({ operation: z.string(), title: z.string(), message: z.string().nullish() }) })
    .optional(),
})

const encoded = z.object({ $base64: z.string() }).nullish()

const recorder = z.object({
  label: z.string(),
  checks: z.record(z.string(), z.array(failedCheck)).default({}),
  interactions: z
    .record(
      z.string(),
      z.object({
        request: z.object({ method: z.string(), uri: z.string(), body: encoded }),
        response: z.object({ status_code: z.number(), content: encoded }).nullish(),
      }),
    )
    .default({}),
})

const schemathesisEvent = z.object({
  ScenarioFinished: z.object({ recorder }).optional(),
  NonFatalError: z.unknown().optional(),
  FatalError: z.unknown().optional(),
})

/**
 * What schemathesis found, from its events (`--report ndjson`): each failed check with what was answered. The same of the same
 * operation counts once.
 */
export function schemathesisFindings(ndjson: string): Finding[] {
  const found = eventsOf(ndjson).flatMap(({ ScenarioFinished, NonFatalError, FatalError }) => {
    const error = NonFatalError ?? FatalError
    if (error !== undefined) return [finding('error', 'schemathesis', JSON.stringify(error).slice(0, 2_000))]
    return ScenarioFinished === undefined ? [] : failures(ScenarioFinished.recorder)
  })
  return [...new Map(found.map((one) => [`${one.rule} ${one.at} ${kindOf(one.detail)}`, one])).values()]
}

/** A request of schemathesis, and what it was answered. */
export type Exchange = { label: string; method: string; uri: string; sent: string; status: number; received: string }

/** All that were answered. */
export function exchangesOf(ndjson: string): Exchange[] {
  return eventsOf(ndjson).flatMap(({ ScenarioFinished }) => {
    const { label = '', interactions = {} } = ScenarioFinished?.recorder ?? {}
    return Object.values(interactions).flatMap(({ request: { method, uri, body }, response }) => {
      if (!response) return []
      const [sent, received] = [textOf(body?.$base64), textOf(response.content?.$base64)]
      return [{ label, method, uri, sent, status: response.status_code, received }]
    })
  })
}

function eventsOf(ndjson: string) {
  const lines = ndjson.split('\n').filter((line) => line !== '')
  return lines.map((line) => schemathesisEvent.parse(JSON.parse(line)))
}

function textOf(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString()
}

/** Ids and examples differ from request to request. */
const kindOf = (detail: string) => detail.split('\n')[0]?.replaceAll(/\d+/g, '0')

function failures({ label, checks, interactions }: z.output<typeof recorder>): Finding[] {
  return Object.entries(checks).flatMap(([id, made]) =>
    made.flatMap(({ name, status, failure_info }) => {
      if (status === 'success' || status === 'skip') return []
      const exchange = interactions[id]
      const { operation = label, title = '', message = '' } = failure_info?.failure ?? {}
      const answer = exchange?.response
      const body = textOf(exchange?.request.body?.$base64).slice(0, 8_000)
      const why = answer ? `${answer.status_code} ${answerOf(answer.content?.$base64)}` : 'no answer'
      const request = exchange && `${exchange.request.method} ${exchange.request.uri}`
      return [finding(name, operation, [why, `${title}: ${message}`, request, body].filter(Boolean).join('\n'))]
    }),
  )
}

/** What a problem says, or the beginning of anything else. */
function answerOf(base64 = ''): string {
  const text = textOf(base64)
  try {
    return (JSON.parse(text) as { detail: string }).detail
  } catch {
    return text.slice(0, 200)
  }
}

function finding(rule: string, at: string, detail: string): Finding {
  return { tool: 'schemathesis', rule, at, detail }
}

const spectralReport = z.array(z.object({ code: z.string(), message: z.string(), path: z.array(z.unknown()) }))

export function spectralFindings(json: string): Finding[] {
  return spectralReport
    .parse(JSON.parse(json))
    .map(({ code, message, path }) => ({ tool: 'spectral', rule: code, at: path.join('.'), detail: message }))
}

const redoclyReport = z.object({
  problems: z.array(
    z.object({
      ruleId: z.string(),
      message: z.string(),
      location: z.array(z.object({ pointer: z.string().optional() })),
    }),
  ),
})

export function redoclyFindings(json: string): Finding[] {
  return redoclyReport.parse(JSON.parse(json)).problems.map(({ ruleId, message, location }) => ({
    tool: 'redocly',
    rule: ruleId,
    at: location[0]?.pointer ?? '',
    detail: message,
  }))
}
