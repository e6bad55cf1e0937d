import { afterEach, beforeEach, expect, vi } from 'vitest'

/**
 * Setup file of every test: what is written to console.error without the test knowing is a failure that nobody saw.
 * A test that expects one spies on console.error itself.
 */
const unexpected: unknown[][] = []

beforeEach(() => {
  unexpected.length = 0
  vi.spyOn(console, 'error').mockImplementation((...what) => void unexpected.push(what))
})

afterEach(() => {
  vi.restoreAllMocks()
  expect(unexpected, 'unexpected console.error').toEqual([])
})
