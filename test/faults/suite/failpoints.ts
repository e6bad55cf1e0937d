import { ServerResponse } from 'node:http'
import { FUNCTION_CALLS, type FunctionName } from '#db/functions.ts'

/**
 * Makes a process kill itself the hard way at a named point, once it gets there. Given to `node --import` in front of an entry point,
 * with the point in its URL: `failpoints.ts?point=after:charge_wallet`. The product has nothing of this: it publishes its calls of
 * the database (`FUNCTION_CALLS`), and this file is in no image.
 */

/** `before`: the call has not been sent. `after`: it is committed, and nobody has learnt of it. */
export type Failpoint = `${'before' | 'after'}:${FunctionName}` | 'before:answer'

const [moment, name] = (new URL(import.meta.url).searchParams.get('point') ?? '').split(':')

function dieIf(isThere: boolean): void {
  if (isThere) process.kill(process.pid, 'SIGKILL')
}

const ignored = () => {}
/** A call that failed has an error by then: it has committed nothing. */
const isDone = (call: { name: FunctionName; error?: unknown }) => call.name === name && !('error' in call)
FUNCTION_CALLS.subscribe({
  start: (call) => dieIf(moment === 'before' && call.name === name),
  end: ignored,
  asyncStart: (call) => dieIf(moment === 'after' && isDone(call)),
  asyncEnd: ignored,
  error: ignored,
})

if (moment === 'before' && name === 'answer') {
  const { writeHead } = ServerResponse.prototype
  ServerResponse.prototype.writeHead = function (this: ServerResponse, ...head: never) {
    dieIf(this.req.method !== 'GET')
    return writeHead.apply(this, head)
  } as typeof writeHead
}
