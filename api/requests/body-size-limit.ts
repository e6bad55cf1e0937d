import { bodyLimit } from 'hono/body-limit'
import { Problem } from '#api/problems/problem.ts'

const MAX_BODY_BYTES = 64 * 1024

export const bodySizeLimit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Problem('body_too_large', `A body may have up to ${MAX_BODY_BYTES} bytes.`)
  },
})
