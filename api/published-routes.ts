import { z } from '@hono/zod-openapi'
import { matchedRoutes } from 'hono/route'
import type { App, AppContext, Role } from './app-types.ts'

/** What a route says of itself, in the OpenAPI document. */
export type PublishedRoute = {
  /** Who may use it; empty: anybody; undefined: it does not say. */
  roles: readonly Role[] | undefined
  headers: ReadonlySet<string>
  parameters: ReadonlySet<string>
  takesBody: boolean
  /** As what its requests are counted; undefined: reads or writes, by their method. */
  rateLimit: 'costly' | 'streams' | 'none' | undefined
}

/**
 * @returns gives the route that answers a request: the first that matches. Undefined where there is none, and `unpublished` for pages and
 * the document itself
 */
export function publishedRoutes(app: App): (c: AppContext) => PublishedRoute | 'unpublished' | undefined {
  let routes: Map<string, PublishedRoute> | undefined
  return (c) => {
    // All of them are there by the first request.
    routes ??= routesOf(app)
    const matched = matchedRoutes(c).filter(({ path }) => !path.endsWith('*'))
    const [first] = matched
    return first && (routes.get(`${first.method} ${first.path}`) ?? 'unpublished')
  }
}

/** By names such as `POST /purchases/:id/cancel`. */
function routesOf(app: App): Map<string, PublishedRoute> {
  return new Map(
    app.openAPIRegistry.definitions
      .filter((definition) => definition.type === 'route')
      .map(({ route }) => [
        `${route.method.toUpperCase()} ${route.path.replace(/\{(\w+)\}/g, ':$1')}`,
        {
          roles: route['x-roles'] as Role[] | undefined,
          headers: membersOf(route.request?.headers),
          parameters: membersOf(route.request?.query),
          takesBody: route.request?.body !== undefined,
          rateLimit: route['x-rate-limit'] as PublishedRoute['rateLimit'],
        },
      ]),
  )
}

/** @throws TypeError for a schema whose members cannot be told: what it takes would be refused */
function membersOf(schema: unknown): Set<string> {
  if (schema === undefined) return new Set()
  if (schema instanceof z.ZodObject) return new Set(Object.keys(schema.shape))
  throw new TypeError('The query and the headers of an operation are each one object')
}
