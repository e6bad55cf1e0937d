type Waiting<Request, Answer> = {
  request: Request
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/** The most requests that are worked off together. */
const BATCH = 100

/**
 * One mailbox per address, in this process. Requests to an address that is busy wait, and are then worked off together, in
 * the order they came; addresses do not wait for each other. A batch that fails fails for all of its requests.
 *
 * `work` gives one answer per request, in their order; no two requests that it gets have a key in common.
 */
export function createMailboxes<Request, Answer>(options: {
  work: (address: string, requests: Request[]) => Promise<Answer[]>
  keysOf: (request: Request) => string[]
}) {
  const { work, keysOf } = options
  const waiting = new Map<string, Waiting<Request, Answer>[]>()

  async function empty(address: string, queue: Waiting<Request, Answer>[]): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch(queue, keysOf)
      try {
        const answers = await work(
          address,
          batch.map(({ request }) => request),
        )
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    waiting.delete(address)
  }

  return {
    put(address: string, request: Request): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const queue = waiting.get(address)
        if (queue) {
          queue.push({ request, resolve, reject })
          return
        }
        const opened = [{ request, resolve, reject }]
        waiting.set(address, opened)
        void empty(address, opened)
      })
    },
  }
}

/**
 * The requests at the front that can be answered together: a second one that has to do with the same key must see what the
 * first one did, so it begins the next batch.
 */
function takeBatch<Request, Answer>(queue: Waiting<Request, Answer>[], keysOf: (request: Request) => string[]) {
  const keys = new Set<string>()
  let size = 0
  for (const { request } of queue.slice(0, BATCH)) {
    const touched = keysOf(request)
    if (touched.some((key) => keys.has(key))) break
    for (const key of touched) keys.add(key)
    size += 1
  }
  return queue.splice(0, size)
}
