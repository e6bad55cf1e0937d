import { type BookedGrant, holdCaps, writeGrants } from '#db/campaigns/grants.ts'
import type { Sql } from '#db/client.ts'
import { type Changes, changesOf } from '#domain/points/changes.ts'
import type { Answered } from '#domain/points/decide-all.ts'
import type { PointsEvent } from '#domain/points/event.ts'
import { dayOf } from '#domain/points/instant.ts'
import type { StoredAnswer } from './load.ts'

/** A key with the answer that it gets from now on. */
export type AnsweredCommand = { key: string; accountId: string; requestHash: string; answer: StoredAnswer }

/** What a purchase's timeline says about a command; written with its effect, or not at all. */
export type Progress = {
  purchaseId: string
  step: string
  state: 'applied' | 'undone'
  detail: Record<string, unknown>
  /** Set on the purchase when the award is booked. */
  pointsIssued?: number
}

export type Append = {
  accountId: string
  /** The version that the events were decided on. */
  expectedVersion: number
  events: readonly PointsEvent[]
  /** Balance that can be spent after each event, by transaction id. */
  balances: ReadonlyMap<string, number>
  commands: AnsweredCommand[]
  progress: Progress[]
  /** What campaigns give, or get back, with the events. */
  grants: BookedGrant[]
}

/**
 * Appends events with all that they amount to, in one statement.
 *
 * Rows to update are named twice: joined to their changes, and as an array of their ids. From the join alone the planner,
 * which takes a JSON document for a hundred rows, may well read the whole table.
 *
 * @returns `moved_on`, having changed nothing, when the account is no longer at the expected version; `over_cap`, having
 * changed nothing, when a cap leaves less than a campaign was to give
 * @throws a unique violation, having changed nothing, when one of the keys was answered in the meantime
 */
export async function appendEvents(sql: Sql, append: Append): Promise<'appended' | 'moved_on' | 'over_cap'> {
  const { accountId, expectedVersion, events, grants } = append
  const withGrants = grants.length > 0
  if (expectedVersion === 0) {
    await sql`insert into points_accounts (account_id) values (${accountId}) on conflict (account_id) do nothing`
  }
  const changes = changesOf(events)
  const { counters } = changes
  const [outcome] = await sql<{ appended: boolean; fits: boolean }[]>`
    with ${withGrants ? sql`${holdCaps(sql, accountId, grants)},` : sql``} account as (
      update points_accounts set
        version = version + ${events.length}, balance = balance + ${counters.balance}, issued = issued + ${counters.issued},
        redeemed = redeemed + ${counters.redeemed}, expired = expired + ${counters.expired},
        taken_back = taken_back + ${counters.takenBack}
      where account_id = ${accountId} and version = ${expectedVersion} ${withGrants ? sql`and (select ok from fits)` : sql``}
      returning account_id
    ), command as (
      insert into points_commands (key, account_id, request_hash, answer)
      select c.key, account_id, c.request_hash, c.answer
      from account cross join jsonb_to_recordset(${sql.json(commandRows(append.commands))})
        as c (key text, request_hash text, answer jsonb)
    ), event as (
      insert into points_events (
        account_id, version, transaction_id, type, amount, balance, payload, reverses, reason, reference, actor, at
      )
      select account_id, e.version, e.transaction_id, e.type, e.amount, e.balance, e.payload, e.reverses, e.reason,
        e.reference, e.actor, e.at
      from account cross join jsonb_to_recordset(${sql.json(rows(eventRows(append)))}) as e (
        version bigint, transaction_id uuid, type text, amount bigint, balance bigint, payload jsonb, reverses uuid,
        reason text, reference text, actor text, at timestamptz
      )
    ), opened as (
      insert into points_lots (id, account_id, issued_at, expires_at, original, remaining, expired)
      select l.id, account_id, l."issuedAt", l."expiresAt", l.original, l.remaining, l.expired
      from account cross join jsonb_to_recordset(${sql.json(rows(changes.opened))}) as l (
        id uuid, "issuedAt" timestamptz, "expiresAt" timestamptz, original bigint, remaining bigint, expired bigint
      )
    ), changed as (
      update points_lots lot set remaining = lot.remaining + c.remaining, expired = lot.expired + c.expired
      from account cross join jsonb_to_recordset(${sql.json(rows(changes.changed))})
        as c ("lotId" uuid, remaining bigint, expired bigint)
      where lot.id = c."lotId" and lot.id = any(${changes.changed.map((change) => change.lotId)}::uuid[])
    ), allocation as (
      insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
      select a."transactionId", a."redemptionId", a."lotId", a.amount
      from account cross join jsonb_to_recordset(${sql.json(rows(changes.allocations))})
        as a ("transactionId" uuid, "redemptionId" uuid, "lotId" uuid, amount bigint)
    ), day as (
      select account_id, d."issuedOn" as issued_on, d."expiresAt" as expires_at, d.remaining, d.expired,
        d."lastUpdated" as last_updated
      from account cross join jsonb_to_recordset(${sql.json(rows(changes.daily))}) as d (
        "issuedOn" date, "expiresAt" timestamptz, remaining bigint, expired bigint, "lastUpdated" timestamptz
      )
    ), day_known as (
      update daily_balances known set remaining = known.remaining + day.remaining, expired = known.expired + day.expired,
        last_updated = day.last_updated
      from day
      where (known.account_id, known.issued_on, known.expires_at) = (day.account_id, day.issued_on, day.expires_at)
        and ${ofTheseDays(sql, accountId, changes)}
    ), day_new as (
      -- Not "on conflict do update": the change of a day that is there may be below zero, which no row may be.
      insert into daily_balances (account_id, issued_on, expires_at, remaining, expired, last_updated)
      select account_id, issued_on, expires_at, remaining, expired, last_updated from day
      where not exists (
        select from daily_balances known
        where (known.account_id, known.issued_on, known.expires_at) = (day.account_id, day.issued_on, day.expires_at)
          and ${ofTheseDays(sql, accountId, changes)}
      )
    ), ${withGrants ? sql`${writeGrants(sql)},` : sql``} ${writeProgress(sql, append.progress)}
    select exists (select from account) as appended, ${withGrants ? sql`(select ok from fits)` : sql`true`} as fits`
  if (outcome?.appended) return 'appended'
  return outcome?.fits ? 'moved_on' : 'over_cap'
}

function ofTheseDays(sql: Sql, accountId: string, { daily }: Changes) {
  return sql`known.account_id = ${accountId} and known.issued_on = any(${daily.map((day) => day.issuedOn)}::date[])`
}

/** Remembers answers that changed nothing: refusals, and bars. */
export async function appendAnswers(sql: Sql, commands: AnsweredCommand[]): Promise<void> {
  await sql`
    insert into points_commands (key, account_id, request_hash, answer)
    select key, account_id, request_hash, answer
    from jsonb_to_recordset(${sql.json(commandRows(commands))})
      as c (key text, account_id text, request_hash text, answer jsonb)`
}

/** Two commands of one purchase can meet in one append, so its events are numbered here. */
function writeProgress(sql: Sql, progress: Progress[]) {
  const progressRows = progress.map((entry, index) => ({
    position: index,
    purchase_id: entry.purchaseId,
    step: entry.step,
    state: entry.state,
    detail: entry.detail,
    points_issued: entry.pointsIssued ?? null,
  }))
  return sql`
    progress as (
      select p.*, row_number() over (partition by purchase_id order by position) as number,
        count(*) over (partition by purchase_id) as total
      from account cross join jsonb_to_recordset(${sql.json(rows(progressRows))}) as p (
        position integer, purchase_id uuid, step text, state text, detail jsonb, points_issued bigint
      )
    ), purchase as (
      update purchases p set
        event_seq = p.event_seq + change.total, updated_at = now(),
        points_issued = coalesce(change.points_issued, p.points_issued),
        award = case when change.points_issued is null then p.award else 'booked' end
      from (
        select purchase_id, total::integer, max(points_issued) as points_issued from progress group by purchase_id, total
      ) as change
      where p.id = change.purchase_id and p.id = any(${progress.map((entry) => entry.purchaseId)}::uuid[])
      returning p.id, p.event_seq - change.total as before
    ), purchase_event as (
      insert into purchase_events (purchase_id, seq, step, state, detail)
      select progress.purchase_id, purchase.before + progress.number, progress.step, progress.state, progress.detail
      from progress join purchase on purchase.id = progress.purchase_id
    )`
}

function eventRows({ events, balances }: Append) {
  return events.map((event) => ({
    version: event.version,
    transaction_id: event.transactionId,
    type: event.type,
    amount: event.amount,
    balance: balances.get(event.transactionId) ?? 0,
    payload: payloadOf(event),
    reverses: event.type === 'reversed' ? event.reverses.transactionId : null,
    reason: event.reason,
    reference: event.reference,
    actor: event.actor,
    at: event.at,
  }))
}

/** What an event says beyond the columns of its row. */
function payloadOf(event: PointsEvent) {
  const portions = event.portions.map((portion) => ({ ...portion, issuedOn: dayOf(portion.issuedOn) }))
  if (event.type === 'reversed') return { portions, reverses: event.reverses, notTakenBack: event.notTakenBack }
  return event.type === 'issued' && event.details ? { portions, details: event.details } : { portions }
}

function commandRows(commands: AnsweredCommand[]) {
  // In one order, whatever order they came in: two batches that share keys then never wait for each other in a circle.
  return commands
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((command) => ({
      key: command.key,
      account_id: command.accountId,
      request_hash: command.requestHash,
      answer: command.answer as Answered & Record<string, never>,
    }))
}

/** As JSON for `jsonb_to_recordset`. */
// biome-ignore lint/suspicious/noExplicitAny: the driver's type of JSON does not take read-only arrays.
function rows(list: readonly object[] | Changes['daily']): any {
  return list
}
