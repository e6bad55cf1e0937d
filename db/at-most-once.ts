import postgres from 'postgres'

/**
 * A word on the statements themselves. They change a balance by the value that a `for update` in the same statement read,
 * not by `balance = balance - x`: Postgres checks CHECK constraints against the row as the statement's snapshot has it
 * before it notices that the row has moved on, so the plain form is refused now and then for a balance of the past.
 */

/** SQLSTATE of a violated CHECK or UNIQUE constraint: the two that can say no to a request. */
const REFUSALS = ['23514', '23505']

/**
 * The one pattern behind every effect: a statement that inserts its key first and makes its effect from that row.
 *
 * - It gave a row: the effect happened, now.
 * - It gave none: the key was there. What happened then is read in a new statement, because this one's snapshot is older
 *   than the transaction it may have waited for.
 * - It violated a CHECK or UNIQUE constraint: the business says no, and nothing at all happened, the key included.
 *
 * Anything else that goes wrong is thrown, and the same call can be made again.
 */
export async function atMostOnce<Row, Answer>(options: {
  statement: () => PromiseLike<Row[]>
  happened: (row: Row) => Answer
  before: () => Promise<Answer>
  /** By name of the constraint. `undefined`: by now nothing stands in the way, so the statement is run again. */
  refused: Record<string, () => Promise<Answer | undefined>>
}): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [row] = await options.statement()
      return row === undefined ? await options.before() : options.happened(row)
    } catch (error) {
      const refused = options.refused[violatedConstraint(error) ?? '']
      if (!refused) throw error
      const answer = await refused()
      if (answer !== undefined) return answer
      if (attempt === 3) throw error
    }
  }
}

function violatedConstraint(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError && REFUSALS.includes(error.code) ? error.constraint_name : undefined
}
