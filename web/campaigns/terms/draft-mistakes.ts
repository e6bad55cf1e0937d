import type { Draft } from './draft.ts'

/** What is wrong with the parts of a draft that are inputs; its rules are judged by the API. */
export type DraftMistakes = Partial<Record<'endsAt' | 'capTotal' | 'capPerCustomer', string>>

const MAX_POINTS = 1_000_000_000_000

export function mistakesOf({ startsAt, endsAt, capTotal, capPerCustomer }: Draft): DraftMistakes {
  const total = capMistake(capTotal)
  const perCustomer = capMistake(capPerCustomer)
  const isBackwards = startsAt !== '' && endsAt !== '' && new Date(endsAt) <= new Date(startsAt)
  return {
    ...(isBackwards && { endsAt: 'It must end after it starts.' }),
    ...(total && { capTotal: total }),
    ...(perCustomer && { capPerCustomer: perCustomer }),
  }
}

function capMistake(text: string): string | undefined {
  if (!/^\d*$/.test(text)) return 'A whole number of points, or nothing for no cap.'
  return Number(text) > MAX_POINTS ? `At most ${MAX_POINTS.toLocaleString('en')}.` : undefined
}
