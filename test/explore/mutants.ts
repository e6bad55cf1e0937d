import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What `find` is replaced with in a file; it is there once. */
type Edit = readonly [file: string, find: string, replacement: string]

/** A defect that could be in the code, and that exploring has to find. */
export type Mutant = { readonly name: string; readonly edits: readonly Edit[] }

const PURCHASE = 'workflows/purchase.ts'
const STEPS = 'workflows/steps.ts'
const REFUND = 'workflows/refund.ts'
const POINTS = 'activities/points.ts'
const REFUNDS = 'activities/refunds.ts'
const FAST_LANE = 'activities/purchases.ts'
const SQL_STEPS = 'db/functions/idempotency.sql'
const SQL_PURCHASES = 'db/functions/purchases.sql'
const SQL_WALLETS = 'db/functions/wallets.sql'
const SQL_REFUNDS = 'db/functions/refunds.sql'
const SQL_PRODUCTS = 'db/functions/products.sql'

const UNDO_CHARGE = '    await undoCharge({ purchaseId })\n'
const UNDO_REDEMPTION = '    if (found.pointsToRedeem > 0) await undoRedemption({ purchaseId })\n'
const RELEASE_STOCK = '    await releaseStock({ purchaseId })\n'
const NO_UNDO_OF_SALES: Edit = [SQL_STEPS, "if is_applied(purchase, 'confirmPurchase') then", 'if false then']

export const MUTANTS: readonly Mutant[] = [
  // The saga
  mutant('the charge is not undone', [PURCHASE, UNDO_CHARGE, '']),
  mutant('redeemed points are not given back', [PURCHASE, UNDO_REDEMPTION, '']),
  mutant('reserved stock is not released', [PURCHASE, RELEASE_STOCK, '']),
  mutant('what came first is undone first', [
    PURCHASE,
    UNDO_CHARGE + UNDO_REDEMPTION + RELEASE_STOCK,
    RELEASE_STOCK + UNDO_REDEMPTION + UNDO_CHARGE,
  ]),
  mutant('a cancellation in Temporal is overlooked', [
    PURCHASE,
    'if (scope.consideredCancelled) throw',
    'if (false) throw',
  ]),
  mutant('a cancelled purchase is called interrupted', [
    PURCHASE,
    "if (error instanceof CancelledFailure) return { status: 'cancelled' }",
    "if (error instanceof CancelledFailure) return { status: 'failed', code: 'interrupted' }",
  ]),
  mutant('a repaired purchase is called cancelled', [
    PURCHASE,
    "return await undoUnlessConfirmed(purchaseId, { status: 'failed', code: 'interrupted' })",
    "return await undoUnlessConfirmed(purchaseId, { status: 'cancelled' })",
  ]),
  mutant('what the fast lane refused is called completed', [
    PURCHASE,
    'if (tried.ok) return showOutcome(tried.status, tried.totalMinor)',
    "return showOutcome('completed', tried.totalMinor)",
  ]),
  mutant('the first failure of the fast lane is the last word', [
    STEPS,
    '      return undefined\n',
    '      throw error\n',
  ]),
  mutant('a cancellation reaches activities', [
    STEPS,
    'CancellationScope.nonCancellable(() => (activity as Activity)(input))',
    '(activity as Activity)(input)',
  ]),
  mutant('the award is forgotten', [PURCHASE, '  await awardStep({ purchaseId })\n', '']),
  mutant('an award that was given up is not parked', [
    'workflows/award.ts',
    '    await parkAward({ ...awarded, problem: isImpossible(error) ? IMPOSSIBLE : UNAVAILABLE })\n',
    '',
  ]),
  mutant(
    'a sale is paid back as soon as it stands',
    [PURCHASE, 'return await complete(input)', `${UNDO_CHARGE}    return await complete(input)`],
    NO_UNDO_OF_SALES,
  ),
  mutant(
    'workflow code goes by whether it is replayed',
    [
      PURCHASE,
      "showStep('awarding points')",
      "showStep('awarding points')\n  if (!workflowInfo().unsafe.isReplaying) showStatus('running')",
    ],
    [PURCHASE, 'import { ActivityFailure,', 'import { workflowInfo, ActivityFailure,'],
  ),

  // Refunds
  mutant('a refund keeps the points that paid', [
    REFUND,
    'const redeemed = await returnPoints(refund)',
    'const redeemed = { withheld: 0, commands: [] }',
  ]),
  mutant('a refund leaves the award', [
    REFUND,
    'const award = await takeBackAward(refund)',
    'const award = { points: 0, spent: 0, expired: 0, owed: 0, commands: [] }',
  ]),
  mutant('a refund withholds nothing', [
    REFUND,
    'await returnMoney({ ...refund, award, redeemed })',
    'await returnMoney({ ...refund, award: { ...award, spent: 0, owed: 0 }, redeemed })',
  ]),
  mutant('a refund that is asked for while the last one ends is forgotten', [
    REFUND,
    'while (isAsked)',
    'while (false)',
  ]),
  mutant('a refund that is asked for before another one begins is forgotten', [
    REFUND,
    'progress = await recordRefunded(refund)',
    'progress = { ...(await recordRefunded(refund)), next: null }',
  ]),
  mutant(
    'the last refund goes first',
    ['db/refunds.ts', 'then refunds_done + 1 end as next', 'then refunds_asked end as next'],
    [SQL_REFUNDS, 'if refund <> bought.refunds_done + 1 or bought', 'if bought'],
  ),
  mutant('the award of a part is not taken back', [REFUNDS, 'if (!part) return NOTHING_TAKEN', 'return NOTHING_TAKEN']),
  mutant('a part takes the whole award back', [
    REFUNDS,
    'awardBackAtLedger(purchaseId, refund, part)',
    'awardBackAtLedger(purchaseId, refund, { makesGood: part.makesGood })',
  ]),
  mutant('an award is taken back once an attempt', [
    REFUNDS,
    'awardBackAtLedger(purchaseId, refund, part))',
    '{ ...awardBackAtLedger(purchaseId, refund, part), key: crypto.randomUUID() })',
  ]),
  mutant('a part gives all of the money back', [
    REFUNDS,
    'piecesOf(basis.before), piecesOf(basis.after))',
    'piecesOf(basis.before), new Map())',
  ]),
  mutant('a part gives all of the points back', [
    'domain/refund.ts',
    'command: { ...undo.command, amount } }',
    'command: undo.command }',
  ]),
  mutant('points come back once an attempt', [
    'domain/purchase.ts',
    'const key = refund === undefined',
    'const key = refund !== undefined ? crypto.randomUUID() : true',
  ]),
  mutant('all refunds have the same key at the ledger', [
    'domain/purchase.ts',
    'const key = refund === undefined',
    'const key = true',
  ]),

  // Activities
  mutant('the fast lane goes on after a refusal', [
    FAST_LANE,
    "    if ('ok' in result && !result.ok) return { ...result, totalMinor, steps }\n",
    '',
  ]),
  mutant('the fast lane takes no points', [
    FAST_LANE,
    "if (name === 'redeemPoints' && pointsToRedeem === 0) continue",
    "if (name === 'redeemPoints') continue",
  ]),
  mutant('points are redeemed once an attempt', [
    POINTS,
    "...entryOf(purchaseId, accountId, 'redeemPoints'),",
    "...entryOf(purchaseId, accountId, 'redeemPoints'), key: crypto.randomUUID(),",
  ]),
  mutant('too few points are enough', [
    POINTS,
    "return { ok: false, refusal: { code: 'insufficient_points', points, available: answer.refusal.available } }",
    'return { ok: true, points }',
  ]),
  mutant('points are redeemed after a request to cancel', [
    POINTS,
    '  if (cancelRequested) return { ok: false, cancelled: true }\n',
    '',
  ]),
  mutant('what was redeemed is undone by another key', [
    POINTS,
    "...undoAtLedger(purchaseId, 'redeemPoints'),",
    "...undoAtLedger(purchaseId, 'redeemPoints'), command: { ...undoAtLedger(purchaseId, 'redeemPoints').command, undoes: crypto.randomUUID() },",
  ]),
  mutant(
    'the award is booked once an attempt',
    [POINTS, '  if (isClosed(award)) return { points: award.points }\n', ''],
    [
      POINTS,
      "...entryOf(award.id, award.accountId, 'awardPoints'),",
      "...entryOf(award.id, award.accountId, 'awardPoints'), key: crypto.randomUUID(),",
    ],
    [POINTS, '    [...awards.values()].filter((award) => !isClosed(award)),\n', '    [...awards.values()],\n'],
    [SQL_PURCHASES, "awards.state not in ('pending', 'parked')", 'false'],
  ),
  mutant('what has not begun is undone when it is lost', [
    'domain/purchase.ts',
    "return totalMinor === null ? 'purchase' : 'repair'",
    "return 'repair'",
  ]),
  mutant('what is carried out again by then is repaired', [
    'workflows/contract.ts',
    "    workflowType: 'repair',\n    workflowId: purchaseWorkflowId(purchaseId),",
    "    workflowType: 'repair',\n    workflowId: 'repair-' + purchaseId,",
  ]),
  mutant('parking keeps nothing', [POINTS, '  else await recordParked(sql, award.id, evaluated, problem)\n', '']),

  // Functions of the database
  mutant('an undo leaves no tombstone', [
    SQL_STEPS,
    `  insert into saga_steps (key, purchase_id, step, state, undone_at)
  values (step_key(purchase, step_name), purchase, step_name, 'undone', clock_timestamp())
  on conflict (key) do nothing;
`,
    '',
  ]),
  mutant('a request to cancel does not tombstone the confirmation', [
    SQL_PURCHASES,
    '    perform tombstone_confirmation(purchase);\n',
    '',
  ]),
  mutant('nothing tombstones the confirmation', [
    SQL_PURCHASES,
    `  insert into saga_steps (key, purchase_id, step, state, undone_at)
  values (step_key(purchase, 'confirmPurchase'), purchase, 'confirmPurchase', 'undone', clock_timestamp())
  on conflict (key) do nothing;
`,
    '',
  ]),
  mutant('a request to cancel is not remembered', [
    SQL_PURCHASES,
    '      bought.cancel_requested_at := clock_timestamp();\n',
    '',
  ]),
  mutant('stock is reserved after a request to cancel', [
    SQL_PRODUCTS,
    `  if bought.cancel_requested_at is not null then
    return cancelled();
  end if;
`,
    '',
  ]),
  mutant('money is taken after a request to cancel', [
    SQL_WALLETS,
    `  if bought.cancel_requested_at is not null then
    return cancelled();
  end if;
`,
    '',
  ]),
  mutant('a confirmation is ignored', NO_UNDO_OF_SALES, [
    SQL_PURCHASES,
    'if tombstone_confirmation(purchase) then',
    'if tombstone_confirmation(purchase) and false then',
  ]),
  mutant('the last reason counts', [
    SQL_PURCHASES,
    'first_reason := coalesce(first_reason, reason);',
    'first_reason := reason;',
  ]),
  mutant('a request to cancel is no reason', [
    SQL_PURCHASES,
    `case when bought.cancel_requested_at is null then reason else '{"status": "cancelled"}' end`,
    'reason',
  ]),
  mutant('the last outcome counts', [
    SQL_PURCHASES,
    `  if bought.settled_at is not null then
    return to_jsonb(bought.status);
  end if;
`,
    '',
  ]),
  mutant('half of a charge is given back', [
    SQL_WALLETS,
    "(charge ->> 'amountMinor')::bigint, 'charge_undone'",
    "(charge ->> 'amountMinor')::bigint / 2, 'charge_undone'",
  ]),
  mutant('a charge asks for no key', [
    SQL_WALLETS,
    `  amount_minor bigint := bought.charged_minor;
  missing      bigint;
begin
  if answer is not null then`,
    `  amount_minor bigint := bought.charged_minor;
  missing      bigint;
begin
  if false then`,
  ]),
  mutant('a sale is confirmed without its points', [
    SQL_PRODUCTS,
    "(bought.redeem_points > 0 and not points_are_booked(purchase, 'redeemPoints'))",
    'false',
  ]),
  mutant('money is given back before the award was taken back', [
    SQL_REFUNDS,
    '  perform require_commands(purchase, commands);\n',
    '',
  ]),
  mutant(
    'all refunds have the same key for their money',
    [SQL_REFUNDS, "  step           text := 'returnMoney/' || of_refund;", "  step           text := 'returnMoney/1';"],
    [SQL_REFUNDS, "claim_step(purchase, 'returnMoney/' || of_refund)", "claim_step(purchase, 'returnMoney/1')"],
  ),
  mutant('a refund of money asks for no key', [
    SQL_REFUNDS,
    "  if answer is not null then\n    return done(answer - 'commands');",
    "  if false then\n    return done(answer - 'commands');",
  ]),
  mutant('a refund of all that is left leaves the purchase completed', [
    SQL_REFUNDS,
    "bought.status := case when kept = 0 then 'refunded' else 'completed' end;",
    "bought.status := 'completed';",
  ]),
  mutant('a refund that is asked for meanwhile is passed over', [
    SQL_REFUNDS,
    'bought.refunds_done := of_refund;',
    'bought.refunds_done := bought.refunds_asked;',
  ]),
  mutant('a parked award stays that for all that was bought', [
    SQL_REFUNDS,
    "update awards set evaluation = result, earned = (result -> 'points')::bigint, refund = of_refund where id = award;",
    'update awards set refund = of_refund where id = award;',
  ]),
  mutant('released stock stays reserved', [
    SQL_PRODUCTS,
    "'reserved', 'released', 0, -1,",
    "'reserved', 'released', 0, 0,",
  ]),
  mutant('a refund leaves a parked award open', [
    SQL_REFUNDS,
    "if open.state in ('pending', 'parked') and open.refund < of_refund then",
    "if open.state = 'pending' and open.refund < of_refund then",
  ]),
]

function mutant(name: string, ...edits: Edit[]): Mutant {
  return { name, edits }
}

/** The folders that are explored. */
const SOURCES = ['activities', 'db', 'domain', 'ledger', 'workflows']

/** The sources with the defect, by file. @throws when an edit does not apply any more */
export function mutated(root: string, { name, edits }: Mutant): Map<string, string> {
  const files = new Map<string, string>()
  for (const [file, find, replacement] of edits) {
    const parts = (files.get(file) ?? readFileSync(join(root, file), 'utf8')).split(find)
    if (parts.length !== 2) {
      throw new Error(`mutant "${name}": ${file} has ${parts.length - 1} times, not once:\n${find}`)
    }
    files.set(file, parts.join(replacement))
  }
  return files
}

/** Writes a copy of the sources with the defect into a folder. */
export function writeMutant(root: string, mutant: Mutant, folder: string): void {
  for (const name of [...SOURCES, 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, text] of mutated(root, mutant)) writeFileSync(join(folder, file), text)
}
