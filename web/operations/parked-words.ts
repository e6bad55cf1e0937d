import type { ParkedAward } from '#web/client/parked-awards.ts'
import { points } from '#web/format/points.ts'
import type { Telling } from './telling.ts'

/** Why an award could not be booked. */
export function sayParkedBecause(problem: string): string {
  switch (problem) {
    case 'unavailable':
      return 'The points ledger could not be reached for ten minutes.'
    case 'balance_limit':
      return 'The account would hold more points than an account can.'
    default:
      return `The points ledger refused it: ${problem}.`
  }
}

/** What came of a retry. */
export function sayRetried({ username, status, pointsIssued, problem }: ParkedAward): Telling {
  switch (status) {
    case 'booked':
      return { tone: 'good', title: 'Booked', message: `${username} has got ${points(pointsIssued)}.` }
    case 'nothing':
      return {
        tone: 'good',
        title: 'Nothing left to book',
        message: `The caps of the campaigns left nothing for ${username}.`,
      }
    case 'dismissed':
      return { tone: 'good', title: 'Nothing to book any more', message: 'The points were dismissed meanwhile.' }
    case 'voided':
      return { tone: 'good', title: 'Nothing to book any more', message: 'The purchase was refunded meanwhile.' }
    case 'parked':
      return {
        tone: 'bad',
        title: 'Still parked',
        message: `${sayParkedBecause(problem)} It is being tried for another ten minutes.`,
      }
  }
}
