import { setImmediate } from 'node:timers/promises'

/** Statements of a kind that are under way at once, and the most questions that one of them answers. */
const MAX_READS = 2
const MAX_QUESTIONS = 200

/**
 * Asks together what is asked at once, or while others are being asked. A question whose own answer throws fails alone; when what is
 * read for all of them fails, they all do.
 */
export function readTogether<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<(() => Answer)[]>,
): (question: Question) => Promise<Answer> {
  type Waiting = { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }
  const waiting: Waiting[] = []
  let underWay = 0
  const soon = () => void setImmediate().then(next)

  function settle({ resolve, reject }: Waiting, answer: () => Answer): void {
    try {
      resolve(answer())
    } catch (error) {
      reject(error)
    }
  }

  async function next(): Promise<void> {
    if (underWay === MAX_READS || waiting.length === 0) return
    underWay += 1
    const asked = waiting.splice(0, MAX_QUESTIONS)
    try {
      const answers = await ask(asked.map(({ question }) => question))
      for (const [index, one] of asked.entries()) settle(one, answers[index] as () => Answer)
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
    underWay -= 1
    soon()
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      soon()
    })
}
