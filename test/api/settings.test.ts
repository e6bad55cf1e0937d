import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())

describe('the settings', () => {
  test('show a client what a point pays for, and that nobody signs in', async () => {
    const { status, body } = await world.api.get('/settings')
    expect(status).toBe(200)
    expect(body).toEqual({
      demoMode: true,
      currency: 'USD',
      minorDigits: 2,
      locale: 'en-US',
      pointValue: 0.1,
      temporalUi: null,
    })
  })

  test('show where the workflows can be looked at, if the server knows', async () => {
    const temporalUi = { url: 'https://temporal.example', namespace: 'shop' }
    const api = await world.serve({ temporalUi, pointValueMinor: 1, auth: AUTH })
    expect((await api.get('/settings')).body).toMatchObject({ demoMode: false, pointValue: 0.01, temporalUi })
  })
})
