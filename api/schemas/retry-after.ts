/** For the description of an answer. RFC 9110, section 10.2.3. */
export const retryAfterHeader = {
  'Retry-After': {
    description: 'Seconds after which to ask again.',
    schema: { type: 'string' as const, example: '2' },
  },
}
