import { readdir, readFile } from 'node:fs/promises'
import { createRoute, z } from '@hono/zod-openapi'
import type { App } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems } from '#api/problems/problem-responses.ts'

const route = createRoute({
  method: 'get',
  path: '/images/{name}',
  operationId: 'getImage',
  tags: ['Products'],
  summary: 'A picture of a product',
  request: { params: z.object({ name: z.string().openapi({ example: 'unicorn-air.svg' }) }) },
  responses: {
    200: { description: 'The picture.', content: { 'image/svg+xml': { schema: z.string() } } },
    ...problems('misdirected_request', 'internal_error', 'unknown_image'),
  },
})

/** Pictures of our own making, in this folder. */
export function registerServeImage(app: App): void {
  const pictures = loadPictures()
  app.openapi(route, async (c) => {
    const picture = (await pictures).get(c.req.valid('param').name)
    if (picture === undefined) throw new Problem('unknown_image', 'See the image of each product for what there is.')
    c.header('Content-Type', 'image/svg+xml')
    c.header('Cache-Control', 'public, max-age=3600')
    return c.body(picture)
  })
}

async function loadPictures(): Promise<Map<string, string>> {
  const names = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.svg'))
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(`${import.meta.dirname}/${name}`, 'utf8')] as const),
    ),
  )
}
