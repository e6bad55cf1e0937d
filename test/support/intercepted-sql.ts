import type { Database } from '#db/client.ts'

/** Gets the text of a statement, with ? for its values, and what sends it; gives the rows, or throws in their place. */
export type Around = (text: string, send: () => Promise<unknown>) => Promise<unknown>

/** The same pool, with something happening around each statement. Fragments of statements pass as they are. */
export function interceptSql(sql: Database, around: Around): Database {
  return new Proxy(sql, {
    apply(target, self, given) {
      const query: unknown = Reflect.apply(target as never, self, given)
      const [strings] = given as unknown[]
      if (!(query instanceof Promise) || !Array.isArray(strings) || !('raw' in strings)) return query
      const send = query.then.bind(query)
      let sent: Promise<unknown> | undefined
      // A fragment is never waited for: only what is sent on its own comes through here.
      const wait = (done?: never, failed?: never) => {
        sent ??= around(strings.join('?'), () => new Promise((resolve, reject) => void send(resolve, reject)))
        return sent.then(done, failed)
      }
      return Object.defineProperty(query, 'then', { value: wait })
    },
  })
}
