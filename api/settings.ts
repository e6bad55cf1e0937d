import { createRoute, z } from '@hono/zod-openapi'
import { type App, type AppDependencies, ROLES } from './app-types.ts'
import { ANYBODY, EVERYBODY } from './auth.ts'
import { ANY, json, problems, READING } from './responses.ts'
import { amountOutput, orNull, userId, username } from './schemas.ts'

const settingsSchema = z
  .object({
    demoMode: z.boolean().openapi({ description: 'No authentication: everybody may do everything.', example: true }),
    signIn: z.boolean().openapi({ description: 'Whether the store has a sign-in.', example: false }),
    currency: z.string().openapi({ description: 'Of all amounts (ISO 4217).', example: 'USD' }),
    minorDigits: z
      .number()
      .int()
      .openapi({ description: 'Decimals that an amount has at most: 0 of yen, 3 of dinars.', example: 2 }),
    locale: z.string().openapi({ description: 'How amounts are shown (BCP 47).', example: 'en-US' }),
    pointValue: amountOutput.openapi({ description: 'Value of one point, in major units.', example: 0.1 }),
  })
  .openapi('Settings')

const getSettingsRoute = createRoute({
  method: 'get',
  path: '/settings',
  ...ANYBODY,
  operationId: 'getSettings',
  tags: ['Settings'],
  summary: 'Get the settings of this installation',
  description: 'The same for everybody; constant while the server runs.',
  responses: {
    200: { description: 'The settings.', content: json(settingsSchema) },
    ...problems(...ANY),
  },
})

const meSchema = z
  .object({
    role: z.enum(ROLES).openapi({
      description: 'The most powerful one. `client_operator`: an operator of some clients.',
    }),
    clients: z.array(z.string()).nullable().openapi({ description: 'That it is for; null: all.', example: null }),
    user: orNull(z.object({ id: userId, username }).openapi('Myself')).openapi({
      description: 'Who they are, if they can buy.',
    }),
    temporalUi: z
      .object({
        url: z.url().openapi({ description: 'Without a trailing slash.', example: 'http://127.0.0.1:8233' }),
        namespace: z.string().openapi({ example: 'default' }),
      })
      .nullable()
      .openapi({
        description:
          'Temporal Web UI, where everything can be seen and done; null if unknown, and to everybody but operators of all clients.',
      }),
  })
  .openapi('Me')

const getMeRoute = createRoute({
  method: 'get',
  path: '/me',
  ...EVERYBODY,
  operationId: 'getMe',
  tags: ['Settings'],
  summary: 'Get who the caller is',
  description: 'By the access token, or the session of the store. In demo mode everybody is an operator.',
  responses: {
    200: { description: 'The caller.', content: json(meSchema) },
    ...problems(...READING),
  },
})

/** `/settings` and `/me`: what a client has to know about the server, and about itself. */
export function registerSettings(app: App, { auth, money, pointValueMinor, temporalUi }: AppDependencies): void {
  const { currency, digits: minorDigits, locale } = money
  const pointValue = money.majorFromMinor(pointValueMinor)
  app.openapi(getSettingsRoute, (c) =>
    c.json(
      { demoMode: auth === undefined, signIn: auth?.signIn !== undefined, currency, minorDigits, locale, pointValue },
      200,
    ),
  )
  app.openapi(getMeRoute, (c) => {
    const { role, clients = null, username, scope: id } = c.get('caller')
    const user = username === undefined ? null : { id, username }
    // It asks nobody who they are.
    const webUi = role === 'operator' ? (temporalUi ?? null) : null
    return c.json({ role, clients: clients && [...clients], user, temporalUi: webUi }, 200)
  })
}
