import { expect, test } from 'vitest'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openSagaWorld())

test('keys of requests are forgotten after a week, and not a day before', async () => {
  await world.shop.sql`
    insert into idempotency_keys (scope, key, request_hash, resource, created_at)
    select 'test', age::text, '', '', now() - make_interval(days => age) from generate_series(0, 30) as age`
  const { forgotten } = await world.client.workflow.execute<() => Promise<{ forgotten: number }>>('forgetKeys', {
    workflowId: `forget-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
  })
  const kept = await world.shop.sql<{ key: string }[]>`select key from idempotency_keys order by key::integer`
  expect(kept.map(({ key }) => key)).toEqual(['0', '1', '2', '3', '4', '5', '6'])
  expect(forgotten).toBe(24)
})
