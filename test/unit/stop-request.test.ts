import { expect, test } from 'vitest'
import { unlessTerminalIsGone } from '#scripts/launcher/stop-request.ts'

const failing = (code: string) => () => unlessTerminalIsGone(Object.assign(new Error(`write ${code}`), { code }))

test.each(['EPIPE', 'EIO'])(
  'a terminal that was closed (%s) does not end the launcher before it has stopped everything',
  (code) => {
    expect(failing(code)).not.toThrow()
  },
)

test.each(['ENOSPC', 'EBADF'])('output that fails for another reason (%s) is not hushed up', (code) => {
  expect(failing(code)).toThrow(code)
})
