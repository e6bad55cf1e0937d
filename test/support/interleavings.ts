import type { Database } from '#db/client.ts'
import { interceptSql } from './intercepted-sql.ts'

type Participant<Result> = (sql: Database) => Promise<Result>
/** Who went at each step, and how many could have. */
type Path = { chosen: number; options: number }[]

/**
 * Runs the participants once in every order that their statements can come in, one statement at a time: what overlaps in
 * production can only be one of these, since each of our statements is a transaction of its own.
 *
 * @param round makes the participants of a round, anew each time, and checks what came of it
 * @param most stops there, lest a mistake go on for ever
 * @returns the number of rounds
 */
export async function everyInterleaving<Result>(
  sql: Database,
  round: () => Promise<{ participants: Participant<Result>[]; check: (results: Result[]) => Promise<void> }>,
  most = 5_000,
): Promise<number> {
  let path: Path = []
  for (let rounds = 1; rounds <= most; rounds++) {
    const { participants, check } = await round()
    const turns = takeTurns(sql, participants, path)
    await check(await turns.results)
    const next = nextPath(turns.path)
    if (!next) return rounds
    path = next
  }
  throw new Error(`more than ${most} interleavings`)
}

/** The next one in the order of the alphabet, as far as it is decided. */
function nextPath(path: Path): Path | undefined {
  const last = path.findLastIndex(({ chosen, options }) => chosen + 1 < options)
  return path[last] && [...path.slice(0, last), { ...path[last], chosen: path[last].chosen + 1 }]
}

/** Lets one participant at a time send one statement: as `given` says and, beyond that, the first that waits. */
function takeTurns<Result>(sql: Database, participants: Participant<Result>[], given: Path) {
  const path: Path = []
  const waiting = new Map<number, () => void>()
  let active = participants.length

  function letOneGo() {
    if (active > 0 || waiting.size === 0) return
    const ready = [...waiting.keys()].sort((a, b) => a - b)
    const chosen = given[path.length]?.chosen ?? 0
    path.push({ chosen, options: ready.length })
    const turn = ready[chosen] as number
    const go = waiting.get(turn)
    waiting.delete(turn)
    active += 1
    go?.()
  }
  const pause = (change: () => void) => {
    change()
    active -= 1
    letOneGo()
  }
  const results = participants.map((participant, index) => {
    const turn = () => new Promise<void>((resolve) => pause(() => waiting.set(index, resolve)))
    const mine = interceptSql(sql, async (_, send) => {
      await turn()
      return await send()
    })
    return participant(mine).finally(() => pause(() => {}))
  })
  return { path, results: Promise.all(results) }
}
