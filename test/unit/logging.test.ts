import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLogger } from '#config/logging.ts'

/** The lines that a log of ours has after it was written to. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  write(createLogger({ name: 'test', level: 'info' }, destination))
  return lines
}

/** As Postgres' driver gives it: what it knows beside the message is the row that was refused. */
const refused = Object.assign(
  new Error('violates check constraint "wallets_balance"', { cause: secretError('cause') }),
  {
    code: '23514',
    detail: 'Failing row contains (usr_1, erika, 17).',
    parameters: ['erika'],
    query: "select 'erika'",
  },
)

function secretError(code: string): Error {
  return Object.assign(new Error('it broke'), { code, detail: 'erika' })
}

test('an error is logged with its message, code, stack and causes, and with nothing of the data that it is about', () => {
  const [line] = logged((logger) => logger.error({ err: refused, purchaseId: '1' }, 'it failed'))
  expect(line).toMatchObject({
    msg: 'it failed',
    purchaseId: '1',
    err: {
      type: 'Error',
      message: 'violates check constraint "wallets_balance"',
      code: '23514',
      stack: expect.stringContaining('logging.test.ts'),
      cause: { message: 'it broke', code: 'cause' },
    },
  })
  expect(JSON.stringify(line)).not.toContain('erika')
})

test('a cause that is no error is not logged: it may be the query of a request', () => {
  const error = new Error('access_denied', { cause: new URLSearchParams({ error_description: 'erika@shop.example' }) })
  expect(JSON.stringify(logged((logger) => logger.warn({ err: error }, 'odd')))).not.toContain('erika')
})

test('what is thrown and is no error is logged as text', () => {
  expect(logged((logger) => logger.warn({ err: 'gone' }, 'odd'))).toMatchObject([{ err: { message: 'gone' } }])
})
