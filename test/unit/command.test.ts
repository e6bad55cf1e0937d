import { expect, test } from 'vitest'
import { runEntryPoint } from '#test/support/entry-point.ts'

/** As the launcher runs them. `npm start` itself reports a taken port: test/faults/launcher.test.ts. */
test.each([
  [
    'an unreachable database',
    'scripts/seed.ts',
    { DATABASE_URL: 'postgres://app:secret@127.0.0.1:1/store' },
    '127.0.0.1:1',
  ],
  ['a bad value', 'scripts/start.ts', { PORT: 'many' }, 'PORT="many": must be a whole number from 1 to 65535.'],
  [
    'a DATA_DIR that cannot be made',
    'scripts/start.ts',
    { DATA_DIR: '/dev/null/data' },
    'DATA_DIR /dev/null/data cannot be used',
  ],
])('%s is reported in one line, with exit code 1', async (_what, file, variables, message) => {
  const { code, out, err } = await runEntryPoint(file, variables)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err.trim().split('\n')).toEqual([expect.stringContaining(message)])
})
