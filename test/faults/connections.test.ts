import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { APPLICATION_ROLE } from '#scripts/platform/postgres.ts'
import { type Answer, type Installation, openInstallation } from '#test/support/installation.ts'
import type { TcpProxy } from '#test/support/tcp-proxy.ts'

/** What connections to Postgres and to Temporal do to a whole installation: two API processes and two workers. */

type Order = { userId: string; productId: string }

let installation: Installation
let order: Order
let otherOrder: Order

beforeAll(async () => {
  installation = await openInstallation({ PURCHASE_WAIT_MS: '2000' })
})
beforeEach(async () => {
  order = await newOrder()
  otherOrder = await newOrder()
})
afterAll(async () => {
  const broken = await installation.shop.brokenInvariants()
  await installation.close()
  expect(broken).toEqual([])
})

async function newOrder(): Promise<Order> {
  const { shop } = installation
  const productId = await shop.addProduct({ priceMinor: 100, stock: 1_000 })
  return { productId, userId: await shop.addWallet({ balanceMinor: 1_000_000 }) }
}

const HEALTHY = Array.from({ length: 4 }, () => ({ status: 200 }))

// First, while the tables are small: policies are asked before some conditions, of rows that are not wanted, too.
describe('while reads break off in the middle of their rows', () => {
  /** Tables that the processes read directly: what changes the books runs as their owner, for whom these policies do not hold. */
  const TABLES = ['products', 'users', 'wallets', 'purchases', 'purchase_lines', 'purchase_events', 'awards']
  /** Of the rows that are read, by all processes together, each of so many: more than any one read has here. */
  const EVERY = 97
  const KINDS = 3
  const CUT = `
    create sequence rows_read;
    create function cut_off() returns boolean language plpgsql volatile as $$
    declare
      number bigint := nextval('rows_read');
    begin
      if number % ${EVERY} = 0 then
        case number / ${EVERY} % ${KINDS}
          when 0 then perform 1 / (number - number);
          when 1 then perform pg_sleep(5);
          else perform pg_terminate_backend(pg_backend_pid());
        end case;
      end if;
      return true;
    end
    $$;
    grant usage on sequence rows_read to ${APPLICATION_ROLE};
    grant execute on function cut_off() to ${APPLICATION_ROLE};
    ${TABLES.map((table) => `create policy cut on ${table} for select to ${APPLICATION_ROLE} using (cut_off())`).join(';')};
    ${TABLES.map((table) => `alter table ${table} enable row level security`).join(';')}`
  const WHOLE = `
    ${TABLES.map((table) => `alter table ${table} disable row level security; drop policy cut on ${table}`).join(';')};
    drop function cut_off();
    drop sequence rows_read`

  /** Sessions from now on: rows come in their order as they are read, not sorted once all of them are; and waits end soon. */
  const SETTINGS = { enable_sort: 'off', enable_seqscan: 'off', enable_bitmapscan: 'off', statement_timeout: '500ms' }

  test('by the timeout of a statement, an error, or the end of its server process, no other read is answered wrongly, and all purchases are carried out', {
    timeout: 240_000,
  }, async () => {
    const { apis, proxies, shop, insistOn, outcomes, healths } = installation
    const others = await Promise.all(Array.from({ length: 10 }, newOrder))
    const database = new URL(shop.databaseUrl).pathname.slice(1)
    const admin = postgres(inject('adminUrl'), { max: 1 })
    const owner = postgres(shop.migrateDatabaseUrl, { max: 1 })
    const configure = async (change: (setting: string, value: string) => string) => {
      for (const [setting, value] of Object.entries(SETTINGS)) {
        await admin.unsafe(`alter role ${APPLICATION_ROLE} in database ${database} ${change(setting, value)}`)
      }
      proxies.database.reset()
    }
    const rowsRead = async () => Number((await owner`select last_value from rows_read`)[0]?.last_value)
    /** Asks for something until the answer is neither of those that an outage has; whatever it is then must be right. */
    const ask = async (path: string): Promise<unknown> => {
      for (let index = 0; ; index++) {
        const answer = await fetch(`${apis[index % apis.length]}${path}`)
        const body = await answer.json()
        if (![500, 503].includes(answer.status)) return { status: answer.status, body }
      }
    }
    const productIds = async () => {
      const { body } = (await ask('/products?limit=20')) as { body: { items: { id: string }[] } }
      return body.items.map(({ id }) => id)
    }

    try {
      const inOrder = await productIds()
      const expected = await ask(`/products/${others[0]?.productId}`)
      const balance = await ask(`/users/balance/${others[0]?.userId}`)
      await configure((setting, value) => `set ${setting} = '${value}'`)
      await owner.unsafe(CUT)
      const orders = insistOn(46, order, [500, 503])
      let lists = 0
      while ((await rowsRead()) < EVERY * KINDS * 4) {
        expect(await ask(`/products/${others[0]?.productId}`)).toEqual(expected)
        expect(await ask(`/users/balance/${others[0]?.userId}`)).toEqual(balance)
        expect(await productIds()).toEqual(inOrder)
        lists += 1
      }
      await orders
      expect(lists).toBeGreaterThan(0)
    } finally {
      await owner.unsafe(WHOLE)
      await configure((setting) => `reset ${setting}`)
      await Promise.all([admin.end(), owner.end()])
    }
    await expect.poll(() => outcomes(order.userId), { interval: 200 }).toEqual({ completed: 46 })
    expect(await shop.balance(order.userId)).toBe(1_000_000 - 46 * 100)
    expect(await healths()).toEqual(HEALTHY)
  })
})

test('when established connections go silent while new ones work, every process answers again and carries out all purchases, within 30 s', {
  timeout: 120_000,
}, async () => {
  const { proxies, apis, openAllConnections, insistOn, outcomes, healths } = installation
  await openAllConnections(order)
  const orders = insistOn(46, order)
  await sleep(200)
  const silentAt = performance.now()
  const elapsedMs = () => performance.now() - silentAt
  proxies.database.silence()

  const backAfterMs = await Promise.all(
    apis.map(async (api) => {
      for (;;) {
        const answer = await fetch(`${api}/products`, { signal: AbortSignal.timeout(12_000) })
        await answer.arrayBuffer()
        if (answer.status === 200) return elapsedMs()
      }
    }),
  )
  for (const ms of backAfterMs) expect(ms).toBeLessThan(30_000)
  expect(await healths()).toEqual(HEALTHY)
  await orders
  // What the workers were at, too: each of them has to notice.
  await expect.poll(() => outcomes(order.userId), { timeout: 60_000 }).toEqual({ completed: 86 })
  expect(elapsedMs()).toBeLessThan(30_000)
})

type Disturbance = { how: string; disturb: (proxy: TcpProxy) => unknown }

const RESET: Disturbance = { how: 'reset', disturb: (proxy) => proxy.reset() }
const REFUSED: Disturbance = {
  how: 'refused for a moment',
  disturb: async (proxy) => {
    await proxy.refuse()
    await sleep(1_500)
    await proxy.accept()
  },
}
const HALF_OPEN: Disturbance = {
  how: 'half-open, so that nobody here notices',
  disturb: (proxy) => proxy.halfOpen(),
}
const SLOW: Disturbance = { how: 'slow for a while', disturb: (proxy) => proxy.delay(150) }

/** Each disturbance of one strikes with another one of the other. Half-open connections to Temporal are in blackout.test.ts. */
const DISTURBANCES: [toDatabase: Disturbance, toTemporal: Disturbance | undefined][] = [
  [RESET, SLOW],
  [REFUSED, RESET],
  [HALF_OPEN, REFUSED],
  [SLOW, undefined],
]

test.each(
  DISTURBANCES.map(([toDatabase, toTemporal]) => ({
    database: toDatabase.how,
    temporal: toTemporal?.how ?? 'as they should be',
    disturb: [toDatabase, toTemporal] as const,
  })),
)(
  'when connections to the database are $database, and to Temporal $temporal, all purchases are carried out',
  {
    timeout: 240_000,
  },
  async ({ disturb: [toDatabase, toTemporal] }) => {
    const { proxies, insistOn, outcomes, healths, openAllConnections } = installation
    // What is not in use when it goes silent is to be noticed, too.
    if (toDatabase === HALF_OPEN) await openAllConnections(otherOrder)
    const orders = insistOn(46, order)
    await sleep(200)
    await Promise.all([toDatabase.disturb(proxies.database), toTemporal?.disturb(proxies.temporal)])
    await orders
    await Promise.all([proxies.database.heal(), proxies.temporal.heal()])
    await expect.poll(() => outcomes(order.userId), { interval: 200, timeout: 180_000 }).toEqual({ completed: 46 })
    expect(await healths()).toEqual(HEALTHY)
  },
)

describe.each([
  // Whoever changes the row of a product, as a step does.
  ['for no key update'],
  // Nor may an order refer to it meanwhile.
  ['for update'],
])('while the row of a product is locked %s', (lock) => {
  test('orders of other products go on, and its own are answered soon and carried out in the end', {
    timeout: 120_000,
  }, async () => {
    const { apis, buy, insistOn, outcomes, healths } = installation
    const blocked: Promise<Answer[]>[] = []
    const unlock = await holdProduct(lock)
    try {
      blocked.push(insistOn(60, order))
      const first = apis.map((api) => buy(api, order, { withinMs: 8_000 }))
      for (const { status } of await Promise.all(first)) expect([202, 503]).toContain(status)

      await insistOn(20, otherOrder)
      await expect.poll(() => outcomes(otherOrder.userId), { interval: 200 }).toEqual({ completed: 20 })
      expect((await outcomes(order.userId)).completed).toBeUndefined()
      for (const api of apis) {
        const before = performance.now()
        expect((await fetch(`${api}/products`)).status).toBe(200)
        expect(performance.now() - before).toBeLessThan(1_000)
      }
    } finally {
      await unlock()
      await Promise.all(blocked)
    }
    const isSettled = ({ completed, ...others }: Record<string, number>) =>
      (completed ?? 0) >= 60 && Object.keys(others).length === 0
    await expect.poll(async () => isSettled(await outcomes(order.userId)), { interval: 500 }).toBe(true)
    expect(await healths()).toEqual(HEALTHY)
  })

  async function holdProduct(lock: string): Promise<() => Promise<void>> {
    // The application may not lock products outside of its functions.
    const databaseUrl = installation.shop.migrateDatabaseUrl
    const holder = openDatabase({ databaseUrl, applicationName: 'holder', maxConnections: 1 })
    const held = await holder.reserve()
    await held`begin`
    await held.unsafe(`select from products where id = $1 ${lock}`, [order.productId])
    return async () => {
      await held`rollback`
      held.release()
      await holder.end({ timeout: 1 })
    }
  }
})
