import { createRoute, z } from '@hono/zod-openapi'
import { majorFromMinor } from '#domain/money.ts'
import type { App, AppDependencies } from './app-types.ts'
import { json, problems } from './responses.ts'
import { amountShown } from './schemas.ts'

const settingsSchema = z
  .object({
    demoMode: z.boolean().openapi({ description: 'Nobody signs in: everybody may do everything.', example: true }),
    pointValue: amountShown.openapi({ description: 'What one point pays for, in major units.', example: 0.1 }),
    temporalUi: z
      .object({
        url: z.url().openapi({ description: 'Without a slash at its end.', example: 'http://127.0.0.1:8233' }),
        namespace: z.string().openapi({ example: 'default' }),
      })
      .nullable()
      .openapi({ description: 'Where every workflow can be looked at; null if this server does not know.' }),
  })
  .openapi('Settings')

const getSettingsRoute = createRoute({
  method: 'get',
  path: '/settings',
  operationId: 'getSettings',
  tags: ['Settings'],
  summary: 'What a client has to know of this installation',
  description: 'The same for everybody, and until the server is started again.',
  responses: {
    200: { description: 'The settings.', content: json(settingsSchema) },
    ...problems('misdirected_request', 'internal_error'),
  },
})

export function registerSettings(app: App, { demoMode, pointValueMinor, temporalUi }: AppDependencies): void {
  app.openapi(getSettingsRoute, (c) =>
    c.json({ demoMode, pointValue: majorFromMinor(pointValueMinor), temporalUi: temporalUi ?? null }, 200),
  )
}
