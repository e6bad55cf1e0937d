import { tracingChannel } from 'node:diagnostics_channel'
import { readdir } from 'node:fs/promises'
import postgres from 'postgres'
import type { Sql } from './client.ts'

/**
 * The functions of db/functions/*.sql that the application calls, with their arguments. Each is one call, one transaction, and
 * answers with JSON; what it does and refuses is said where it is defined.
 *
 * A signature is never changed: a new one gets a new name (`charge_wallet_2`), and the old one is dropped a release later, for
 * workers of the release before go on meanwhile. test/db/functions.test.ts holds this table against the database.
 */
export const FUNCTIONS = {
  open_purchase: {
    new_id: 'uuid',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
    buyer_name: 'text',
    new_lines: 'jsonb',
    expected_minor: 'bigint',
    points: 'bigint',
    point_minor: 'bigint',
    who: 'text',
    owner: 'text',
  },
  request_cancel: { purchase: 'uuid', who: 'text', owner: 'text' },
  reserve_stock: { purchase: 'uuid' },
  release_stock: { purchase: 'uuid' },
  charge_wallet: { purchase: 'uuid' },
  undo_charge: { purchase: 'uuid' },
  confirm_purchase: { purchase: 'uuid' },
  begin_compensation: { purchase: 'uuid', reason: 'jsonb' },
  record_outcome: { purchase: 'uuid', outcome: 'jsonb' },
  note_retry: { purchase: 'uuid', step_name: 'text', is_undo: 'boolean', attempt: 'integer' },
  open_refund: {
    purchase: 'uuid',
    wanted: 'jsonb',
    who: 'text',
    owner: 'text',
    within_days: 'integer',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
  },
  refund_refusal: { purchase: 'uuid', wanted: 'jsonb', within_days: 'integer' },
  reduce_award: { award: 'uuid', of_refund: 'integer', result: 'jsonb' },
  return_stock: { purchase: 'uuid', of_refund: 'integer' },
  return_money: {
    purchase: 'uuid',
    of_refund: 'integer',
    paid: 'jsonb',
    award: 'jsonb',
    points_withheld: 'bigint',
    commands: 'jsonb',
  },
  record_refunded: { purchase: 'uuid', of_refund: 'integer' },
  record_discrepancy: { subject: 'uuid', of_saga: 'text', what: 'text' },
  resolve_discrepancy: { subject: 'uuid', why: 'text', who: 'text' },
  record_operator_request: { request_kind: 'text', subject: 'uuid', who: 'text' },

  load_points: { keys: 'jsonb', undoes: 'jsonb', loads: 'jsonb', moment: 'timestamp with time zone' },
  append_points: { appends: 'jsonb' },
  record_external_event: {
    new_id: 'uuid',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
    event_type: 'text',
    event_client: 'text',
    new_user: 'text',
    name: 'text',
    event_payload: 'jsonb',
    who: 'text',
  },
  facts_for: { member: 'text', of_client: 'text', at: 'timestamp with time zone' },
  award_nothing: { award: 'uuid', result: 'jsonb', no_room: 'jsonb' },
  park_award: { award: 'uuid', result: 'jsonb', reason: 'text' },
  dismiss_award: { award: 'uuid', why: 'text', who: 'text' },

  open_identity: { new_id: 'text', token_issuer: 'text', token_subject: 'text' },
  open_account: { new_id: 'text', token_issuer: 'text', token_subject: 'text', names: 'jsonb', shown_name: 'text' },
  open_user: { new_id: 'text', name: 'text' },
  open_session: {
    new_id: 'text',
    owner: 'text',
    of_provider: 'text',
    signed_in_at: 'timestamp with time zone',
    given: 'jsonb',
    hours: 'integer',
  },
  create_wallet: {
    new_id: 'text',
    name: 'text',
    opening_minor: 'bigint',
    adopt: 'boolean',
    issuer: 'text',
    subject: 'text',
    who: 'text',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
  },
  top_up_wallet: {
    name: 'text',
    amount_minor: 'bigint',
    max_minor: 'bigint',
    who: 'text',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
  },
  tag_user: { name: 'text', new_tags: 'jsonb', who: 'text', key_scope: 'text', request_key: 'text', hash: 'text' },
  add_sample_users: { new_users: 'jsonb' },
  erase_user: { named: 'text', forfeit: 'boolean', who: 'text', key_scope: 'text', request_key: 'text', hash: 'text' },

  create_campaign: {
    new_id: 'uuid',
    owner: 'text',
    new_name: 'text',
    new_name_key: 'text',
    new_terms: 'jsonb',
    max_campaigns: 'integer',
    who: 'text',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
  },

  create_product: { new_product: 'jsonb', who: 'text', key_scope: 'text', request_key: 'text', hash: 'text' },
  update_product: {
    product: 'text',
    changes: 'jsonb',
    based_on: 'bigint',
    who: 'text',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
  },
  adjust_stock: {
    product: 'text',
    change: 'bigint',
    max_on_hand: 'bigint',
    remark: 'text',
    who: 'text',
    key_scope: 'text',
    request_key: 'text',
    hash: 'text',
  },
  add_sample_products: { new_products: 'jsonb' },
} as const

export type FunctionName = keyof typeof FUNCTIONS

type ValueOf = {
  uuid: string
  text: string | null
  bigint: number | null
  integer: number | null
  boolean: boolean
  'timestamp with time zone': string | null
  jsonb: object | null
}

type Arguments<Name extends FunctionName> = {
  [Argument in keyof (typeof FUNCTIONS)[Name]]: (typeof FUNCTIONS)[Name][Argument] extends keyof ValueOf
    ? ValueOf[(typeof FUNCTIONS)[Name][Argument]]
    : never
}

/** Published around each call, for whoever observes this process (`node:diagnostics_channel`); nobody does in normal operation. */
export const FUNCTION_CALLS = tracingChannel<unknown, { name: FunctionName }>('unicorn-store:database-function')

/** Calls a function of the database. What it answers is for the caller to say: `call<Refund>(sql, 'return_money', ...)`. */
export async function call<Answer>(
  ...[sql, name, given]: { [Name in FunctionName]: [sql: Sql, name: Name, given: Arguments<Name>] }[FunctionName]
): Promise<Answer> {
  const values: Record<string, unknown> = given
  const parameters = Object.entries(FUNCTIONS[name]).map(([argument, type]) =>
    type === 'jsonb' ? sql.json(values[argument] as never) : (values[argument] as string),
  )
  const statement = sql<{ answer: Answer }[]>(STATEMENTS[name], ...parameters)
  const [row] = await FUNCTION_CALLS.tracePromise(async () => await statement, { name })
  if (!row) throw new Error(`${name} did not answer`)
  return row.answer
}

/** The functions that this code calls, and that the database does not have with this signature, or does not let it call. */
export async function missingFunctions(sql: Sql): Promise<string[]> {
  const found = await sql<{ signature: string }[]>`
    select proname || '(' || pg_get_function_identity_arguments(oid) || ')' as signature
    from pg_proc
    where pronamespace = 'public'::regnamespace and proname = any(${Object.keys(FUNCTIONS)})
      and has_function_privilege(oid, 'execute')`
  const signatures = new Set(found.map(({ signature }) => signature))
  return Object.entries(FUNCTIONS)
    .map(
      ([name, types]) =>
        `${name}(${Object.entries(types)
          .map(([argument, type]) => `${argument} ${type}`)
          .join(', ')})`,
    )
    .filter((signature) => !signatures.has(signature))
}

/** `select charge_wallet(purchase => ${...}::uuid) as answer`, as the template that the driver takes for a statement. */
const STATEMENTS = Object.fromEntries(
  Object.entries(FUNCTIONS).map(([name, types]) => {
    const strings: string[] = [`select ${name}(`]
    for (const [argument, type] of Object.entries(types)) {
      strings[strings.length - 1] += `${argument} => `
      strings.push(`::${type}, `)
    }
    strings.push(strings.pop()?.replace(/, $/, ') as answer') ?? '')
    return [name, Object.assign(strings, { raw: strings })]
  }),
) as Record<FunctionName, string[] & { raw: string[] }>

/**
 * A step that can never happen, however often it is tried: it was undone, or compensated before it ran (`tombstoned`), or
 * what it builds on is gone. Not worth a retry.
 */
export class StepImpossible extends Error {
  override readonly name = 'StepImpossible'
}

/**
 * SQLSTATEs of what does not heal by itself: our own (see db/functions/idempotency.sql), a row that has to be there and is not, and
 * constraints, the last line against books that disagree.
 */
const IMPOSSIBLE = /^(US00|P0002|23)/

/** The error as it is, or a StepImpossible in place of one of the database for which trying again cannot help. */
export function asImpossible(error: unknown): unknown {
  if (!(error instanceof postgres.PostgresError) || !IMPOSSIBLE.test(error.code)) return error
  return new StepImpossible(error.message, { cause: error })
}

/** Version of the newest migration that was applied; 0 in a database without our schema. */
export async function readSchemaVersion(sql: Sql): Promise<number> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('schema_migrations') is not null as exists`
  if (!table?.exists) return 0
  const [row] = await sql<
    { version: number }[]
  >`select coalesce(max(version), 0)::int as version from schema_migrations`
  return row?.version ?? 0
}

/** Version of the newest migration that this code knows. */
export async function newestMigration(): Promise<number> {
  const names = await readdir(new URL('./migrations/', import.meta.url))
  return Math.max(0, ...names.map((name) => Number.parseInt(name, 10)).filter(Number.isInteger))
}
