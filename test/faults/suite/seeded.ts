import { randomNumbers } from '#test/support/random-numbers.ts'

/** Choices that are the same for the same seed and name. */
export type Random = ReturnType<typeof randomOf>

/** @param name each user of chance has a sequence of its own, so that none depends on how often the others draw */
export function randomOf(seed: number, name: string) {
  let state = seed >>> 0
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  const next = randomNumbers(state)
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    integer,
    chance: (probability: number) => next() < probability,
    pick: <Item>(items: readonly Item[]): Item => items[integer(0, items.length - 1)] as Item,
    shuffled<Item>(items: readonly Item[]): Item[] {
      const shuffled = [...items]
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = integer(0, last)
        ;[shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item]
      }
      return shuffled
    },
  }
}
