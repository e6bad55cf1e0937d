import { ServiceError } from '@temporalio/client'
import { describe, expect, test } from 'vitest'
import { unavailableProblem } from '#api/errors.ts'
import { PROBLEMS } from '#api/problems.ts'

function withCode(code: string): Error {
  return Object.assign(new Error('...'), { code })
}

function grpc(code: number): Error {
  return Object.assign(new Error('...'), { code, details: '...', metadata: {} })
}

describe('an error means that Postgres is away', () => {
  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'CONNECTION_CLOSED',
    'CONNECT_TIMEOUT',
    'CONNECTION_WAIT_TIMEOUT',
    'STATEMENT_DEADLINE',
    'DESYNCHRONIZED_CONNECTION',
    '08000',
    '08006',
    '08P01',
    '25006',
    '40001',
    '40P01',
    '53100',
    '53300',
    '55000',
    '55P03',
    '57014',
    '57P01',
    '57P03',
  ])('when it is %s', (code) => expect(unavailableProblem(withCode(code))?.code).toBe('database_unavailable'))

  test.each(['22P02', '23505', '23514', '42601', '42P01', '53400', '57P04', '58030', 'XX000', 'ERR_INVALID_ARG_TYPE'])(
    'but not when it is %s',
    (code) => expect(unavailableProblem(withCode(code))).toBeUndefined(),
  )
})

describe('an error means that Temporal is away', () => {
  test.each([1, 4, 8, 14])('when gRPC says %i, however deep', (code) => {
    expect(unavailableProblem(grpc(code))?.code).toBe('temporal_unavailable')
    expect(unavailableProblem(new ServiceError('...', { cause: grpc(code) }))?.code).toBe('temporal_unavailable')
  })

  test.each([3, 5, 6, 7, 13])('but not when gRPC says %i', (code) => {
    expect(unavailableProblem(new ServiceError('...', { cause: grpc(code) }))).toBeUndefined()
  })
})

test.each([undefined, null, 'ECONNREFUSED', { code: 'ECONNREFUSED' }, new Error('ECONNREFUSED')])(
  '%o is no outage',
  (error) => expect(unavailableProblem(error)).toBeUndefined(),
)

test('no problem has a member that the standard has already', () => {
  for (const kind of Object.values(PROBLEMS)) {
    const members = 'members' in kind ? Object.keys(kind.members) : []
    for (const name of ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId']) {
      expect(members).not.toContain(name)
    }
  }
})
