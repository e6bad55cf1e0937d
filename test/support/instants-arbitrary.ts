import fc from 'fast-check'
import { jsonCopy } from '#domain/campaigns/json-path.ts'

/** Milliseconds around an instant, and often just at either end of what begins there. */
export function instants(startMs: number, lengthMs: number): fc.Arbitrary<number> {
  const edges = [startMs, startMs + lengthMs].flatMap((edge) => [edge - 1, edge, edge + 1])
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: startMs - lengthMs, max: startMs + 2 * lengthMs }))
}

/** An instant as RFC 3339 has it, with the clock of a place that is so many minutes ahead of UTC. */
export function writtenWith(offsetMinutes: number, atMs: number): string {
  const local = new Date(atMs + offsetMinutes * 60_000).toISOString().slice(0, -1)
  const two = (count: number) => String(Math.floor(count)).padStart(2, '0')
  const ahead = Math.abs(offsetMinutes)
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${two(ahead / 60)}:${two(ahead % 60)}`
}

/** What instants are made of, in any order. */
const PIECES = [
  ...['2026-11-23', '2026', '-', ':', 'T', 't', ' ', 'Z', 'z', '12:00', '12:00:30', '.5', '24:00:00', '60', '-00:00'],
  ...['+05:30', '-23:59', '+99:99', '2026-02-31', '+275760-09-13', '-000001', 'Mon, 23 Nov 2026', '9'.repeat(20)],
]

/** Texts that are instants, nearly so, or nothing of the kind. */
export const instantTexts: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toString()),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const { occurrence } = fc.letrec<{ occurrence: unknown }>((tie) => ({
  occurrence: fc.oneof(
    { maxDepth: 3 },
    instantTexts,
    fc.constantFrom<unknown>(null, true, 0, -1, 1e300, Date.UTC(2026, 10, 23)),
    fc.array(tie('occurrence'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('toString', 'valueOf', 'toJSON', '__proto__', 'length', 'a'), tie('occurrence')),
  ),
}))

/** The same, and any JSON in their place, with members that JavaScript asks for when it wants a text or a number. */
export const occurrences = occurrence.map((value) => jsonCopy(value))
