import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())

describe('the settings', () => {
  test('show a client what a point pays for, and that nobody signs in', async () => {
    const { status, body } = await world.api.get('/settings')
    expect(status).toBe(200)
    expect(body).toEqual({
      demoMode: true,
      signIn: false,
      currency: 'USD',
      minorDigits: 2,
      locale: 'en-US',
      pointValue: 0.1,
    })
  })

  test('are the same with auth, but for what they say', async () => {
    const api = await world.serve({ pointValueMinor: 1, auth: AUTH })
    expect((await api.get('/settings')).body).toMatchObject({ demoMode: false, pointValue: 0.01 })
  })
})

describe('where the workflows can be looked at', () => {
  const temporalUi = { url: 'https://temporal.example', namespace: 'shop' }

  test.each([
    ['an operator', { roles: ['operator'] }, temporalUi],
    ['an operator of some clients', { roles: ['operator'], clients: ['ReviewSite'] }, null],
    ['a service', { roles: ['service'], clients: ['ReviewSite'] }, null],
    ['a customer', { roles: ['customer'] }, null],
  ])('for %s with the claims %j: %j', async (_, claims, expected) => {
    const api = await world.serve({ temporalUi, auth: AUTH })
    const operator = await bearer('olga', { roles: ['operator'] })
    const { body } = await api.post(
      '/users',
      { username: `customer-${crypto.randomUUID()}`, balance: 0 },
      { headers: operator },
    )
    const headers = await bearer(body.id, claims)
    expect((await api.call('GET', '/me', { headers })).body.temporalUi).toEqual(expected)
    expect(JSON.stringify((await api.call('GET', '/settings', { headers })).body)).not.toContain('temporal.example')
  })

  test('is told to everybody in demo mode, if the server knows', async () => {
    expect((await (await world.serve({ temporalUi })).get('/me')).body.temporalUi).toEqual(temporalUi)
    expect((await world.api.get('/me')).body.temporalUi).toBeNull()
  })
})
