import { afterAll, expect } from 'vitest'
import type { Shop } from './shop.ts'

/**
 * A world that the tests of a file share. It is closed when they are through; what they did must leave the books in order.
 *
 * `const world = await shared(openApiWorld())`
 */
export async function shared<World extends { shop: Shop; close(): Promise<void> }>(
  opening: Promise<World>,
): Promise<World> {
  const world = await opening
  afterAll(async () => {
    const broken = await world.shop.brokenInvariants()
    await world.close()
    expect(broken).toEqual([])
  })
  return world
}
