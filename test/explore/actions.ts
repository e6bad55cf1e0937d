import {
  awardWorkflowId,
  type PurchaseStatus,
  purchaseWorkflowId,
  refundWorkflowId,
  settlingWorkflow,
} from '#domain/purchase.ts'
import { REFUND_ASKED } from '#workflows/contract.ts'
import {
  type Answer,
  type BooksState,
  PURCHASE,
  RECONCILER,
  type ReconcilerAnswer,
  type ReconcilerQuestion,
  refusalOf,
  type WantedPieces,
} from './books.ts'
import { piecesBackOf } from './snapshot.ts'
import type { Job, WorkflowStart } from './workflow-machine.ts'
import {
  type Attempt,
  type Budget,
  callOf,
  endTask,
  type Facts,
  isOpen,
  isTaskDue,
  type Late,
  type Local,
  type Pending,
  type Run,
  resolved,
  resolveLocal,
  type System,
  signalled,
  started,
  type Task,
  takeTask,
  told,
  type World,
  withBooks,
  withRun,
} from './world.ts'

/** Something that can happen next. */
export type Action = {
  readonly label: string
  /** What it takes of the budget. */
  readonly cost: Partial<Budget>
  /** Whether it happens sooner or later by itself: a history is not over before. */
  readonly isDue: boolean
  readonly happen: () => Promise<World>
}

const LIVES: Partial<Budget> = {}

/** All that can happen next, as far as the budget goes; first what does when nothing goes wrong. */
export function actionsOf(system: System, world: World): Action[] {
  const all = [
    ...world.runs.flatMap((run) => (run.status === 'open' ? ofRun(system, world, run) : [])),
    ...refundsToTell(world),
    ...reconciler(system, world),
    ...fromOutside(system, world),
    ...refundsToAskFor(system, world),
    ...world.late.flatMap((late, index) => lateEffect(system, world, late, index)),
  ]
  return all.filter(({ cost }) =>
    Object.entries(cost).every(([name, much]) => world.budget[name as keyof Budget] >= much),
  )
}

function paid(world: World, cost: Partial<Budget>): World {
  const left = Object.entries(world.budget).map(([name, much]) => [name, much - (cost[name as keyof Budget] ?? 0)])
  return { ...world, budget: Object.fromEntries(left) }
}

function noting(world: World, facts: Partial<Facts>): World {
  return { ...world, facts: { ...world.facts, ...facts } }
}

// ---------------------------------------------------------------------------------------------------------------------
// Workflows and their activities

function ofRun(system: System, world: World, run: Run): Action[] {
  const name = run.start.workflowType
  if (isTaskDue(run)) {
    return [{ label: `${name}: task`, cost: LIVES, isDue: true, happen: () => takeTask(system, world, run) }]
  }
  const { task } = run
  const ofTask = task === undefined ? [] : inTask(system, world, { ...run, task })
  return [...ofTask, ...run.pending.flatMap((activity) => ofActivity(system, world, run, activity))]
}

function inTask(system: System, world: World, run: Run & { task: Task }): Action[] {
  const name = run.start.workflowType
  const dies = { deaths: 1 }
  const without = (late: readonly Late[]) => {
    const { task, ...rest } = run
    const again = withRun(world, { ...rest, fresh: [...task.jobs, ...run.fresh] })
    return { ...again, late: [...world.late, ...late] }
  }
  const { locals, hadLocals } = run.task
  if (locals.length === 0) {
    const reports = {
      label: `${name}: task is reported`,
      cost: LIVES,
      isDue: true,
      happen: async () => endTask(world, run),
    }
    const label = `${name}: the worker dies before it reports the task`
    return hadLocals ? [reports, { label, cost: dies, isDue: false, happen: async () => without([]) }] : [reports]
  }
  return locals.flatMap((local) => ofLocal(system, world, run, local, without))
}

function ofLocal(
  system: System,
  world: World,
  run: Run & { task: Task },
  local: Local,
  without: (late: readonly Late[]) => World,
): Action[] {
  if (!('call' in local.next)) return []
  const { call } = local.next
  const name = `${run.start.workflowType}: ${call.name}, at once`
  const goOn = (from: World, answer: Answer) => continued(system, from, run, local, answer)
  const ask = () => system.books.ask(world.books, call)
  const action = (label: string, cost: Partial<Budget>, happen: () => Promise<World>, isDue = false): Action => ({
    label: label === '' ? name : `${name}: ${label}`,
    cost,
    isDue,
    happen: async () => paid(await happen(), cost),
  })
  return [
    action(
      '',
      LIVES,
      async () => {
        const { answer, state } = await ask()
        return await goOn(withBooks(world, state), answer)
      },
      true,
    ),
    action('fails before it happens', { faults: 1 }, () => goOn(world, FAULT)),
    action('fails after it happened', { faults: 1 }, async () => goOn(withBooks(world, (await ask()).state), FAULT)),
    action('takes too long, and happens later', { late: 1 }, async () => {
      const later = { ...world, late: [...world.late, { ...local, isDead: false }] }
      return await resolveLocal(system, later, run, local, { error: 'TimeoutFailure', message: 'too long' })
    }),
    action('the worker dies before it happens', { deaths: 1 }, async () => without([])),
    action('the worker dies, and it happens later', { deaths: 1, late: 1 }, async () =>
      without([{ ...local, isDead: true }]),
    ),
  ]
}

/** A local attempt goes on with the answer to its call. */
async function continued(
  system: System,
  world: World,
  run: Run & { task: Task },
  local: Local,
  answer: Answer,
): Promise<World> {
  const answers = [...local.answers, answer]
  const next = await system.books.goOn(local.call, answers, false)
  if (!('call' in next)) return await resolveLocal(system, world, run, local, next)
  const locals = run.task.locals.map((one) => (one.seq === local.seq ? { ...local, answers, next } : one))
  return withRun(world, { ...run, task: { ...run.task, locals } })
}

const FAULT: Answer = { error: 'Error', message: 'injected' }

/** An attempt at a regular activity that fails before its effect changes nothing: the server tries it again. */
function ofActivity(system: System, world: World, run: Run, activity: Pending): Action[] {
  const { call, seq, isLimited, nonRetryable, failedIn } = activity
  const name = `${run.start.workflowType}: ${call.name}`
  const givenUp = (cost: Partial<Budget>, isDue: boolean): Action => ({
    label: `${name} is given up`,
    cost,
    isDue,
    happen: async () => {
      const facts = { exhausted: [...new Set([...world.facts.exhausted, call.name])].sort() }
      const without = withRun(world, told(run, activity, resolved(seq, call, 'timed out', false)))
      return paid(cost === LIVES ? without : noting(without, facts), cost)
    },
  })
  if (failedIn === world.books.id) return isLimited ? [givenUp(LIVES, true)] : []
  const does: Action = {
    label: name,
    cost: LIVES,
    isDue: true,
    happen: async () => {
      const { answer, state } = await system.books.ask(world.books, call)
      const after = withBooks(world, state)
      if ('value' in answer || nonRetryable.includes(answer.error))
        return withRun(after, told(run, activity, resolved(seq, call, answer, false)))
      const pending = run.pending.map((one) => (one.seq === seq ? { ...one, failedIn: state.id } : one))
      return withRun(after, { ...run, pending })
    },
  }
  const loses = {
    label: `${name} happens, and its report is lost`,
    cost: { faults: 1 },
    isDue: false,
    happen: async () => paid(withBooks(world, (await system.books.ask(world.books, call)).state), { faults: 1 }),
  }
  const late = {
    label: `${name} takes too long, and happens later`,
    cost: { late: 1 },
    isDue: false,
    happen: async () => {
      const attempt: Late = { call, answers: [], next: { call }, isDead: true }
      return paid({ ...world, late: [...world.late, attempt] }, { late: 1 })
    },
  }
  return [does, loses, ...(isLimited ? [givenUp({ faults: 1 }, false)] : []), late]
}

function lateEffect(system: System, world: World, attempt: Late, index: number): Action[] {
  const { next } = attempt
  if (!('call' in next)) return []
  const happen = async () => {
    const { answer, state } = await system.books.ask(world.books, next.call)
    const left = world.late.filter((_, at) => at !== index)
    const after = { ...withBooks(world, state), late: left }
    const later = attempt.isDead ? undefined : await lives(system, attempt, answer)
    return later ? { ...after, late: [...left, later] } : after
  }
  return [{ label: `late: ${next.call.name}`, cost: LIVES, isDue: false, happen }]
}

/** What is left of an attempt whose worker lives and whose time is over. */
async function lives(system: System, attempt: Attempt, answer: Answer): Promise<Late | undefined> {
  const answers = [...attempt.answers, answer]
  const next = await system.books.goOn(attempt.call, answers, true)
  return 'call' in next ? { call: attempt.call, answers, next, isDead: false } : undefined
}

// ---------------------------------------------------------------------------------------------------------------------
// What comes from outside

function fromOutside(system: System, world: World): Action[] {
  const { purchase, award, account } = world.books.snapshot
  const { facts } = world
  const action = (label: string, cost: Partial<Budget>, happen: () => Promise<World>): Action => ({
    label,
    cost,
    isDue: false,
    happen: async () => paid(await happen(), cost),
  })
  const ask = async (name: string, input: unknown = null) => {
    const { state } = await system.books.ask(world.books, { name, input })
    return withBooks(world, state)
  }
  const actions: Action[] = []
  if (world.before) {
    const { before } = world
    actions.push(action('the last commit is lost', { setbacks: 1 }, async () => setBack(world, before)))
  }
  if (!purchase.settled && !purchase.cancelRequested) {
    actions.push(
      action('a request to cancel goes on record', { cancels: 1 }, async () =>
        noting(await ask('requestCancel'), { cancelOnRecord: whenCancelled(world) }),
      ),
    )
  }
  for (const run of world.runs.filter(({ status, isCancelRequested }) => status === 'open' && !isCancelRequested)) {
    const { workflowType } = run.start
    // Whoever puts the request on record asks Temporal, too, unless the API dies in between.
    const cost = purchase.cancelRequested && workflowType === 'purchase' ? LIVES : { cancels: 1 }
    actions.push(action(`${workflowType}: is cancelled in Temporal`, cost, async () => cancelledInTemporal(world, run)))
  }
  for (const run of world.runs.filter(({ status }) => status === 'open')) {
    const lost = () =>
      withRun(world, { start: run.start, status: 'terminated', fresh: [], pending: [], isCancelRequested: true })
    actions.push(action(`${run.start.workflowType}: is lost`, { repairs: 1 }, async () => lost()))
  }
  if (isRepairable(world)) {
    // As `POST /operations/purchases/{id}/repair` has it; a repair that is under way is terminated.
    const { result } = world.runs.find(({ start }) => start.workflowId === OWN.workflowId) ?? {}
    const start = { ...OWN, workflowType: settlingWorkflow(purchase, result as { status: PurchaseStatus } | undefined) }
    actions.push(action('an operator asks for a repair', { repairs: 1 }, async () => startedSettling(world, start)))
  }
  const own = world.runs.find(({ start }) => start.workflowId === OWN.workflowId)
  if (!purchase.settled && own?.status === 'terminated') {
    // Temporal does not know of its workflow any more, and the API starts it.
    actions.push(action('a client repeats its key', { repairs: 1 }, async () => started(world, OWN)))
  }
  if (award?.state === 'parked') {
    const workflowId = awardWorkflowId({ purchaseId: PURCHASE })
    const start = { workflowType: 'award', workflowId, input: { purchaseId: PURCHASE, lane: 'fast' } }
    if (!isOpen(world, workflowId)) {
      actions.push(action('an operator retries the parked award', { repairs: 1 }, async () => started(world, start)))
    }
    actions.push(
      action('an operator dismisses the parked award', { repairs: 1 }, async () =>
        noting(await ask('dismissAward'), { isDismissed: true }),
      ),
    )
  }
  const changed = (world: World, change: Facts['changes'][number]) =>
    purchase.settled ? world : noting(world, { changes: [...new Set([...facts.changes, change])] })
  if ((account?.balance ?? 0) >= SPENT) {
    actions.push(
      action('the buyer spends points elsewhere', { others: 1 }, async () =>
        changed(await ask('spendPoints', { amount: SPENT }), 'spent'),
      ),
    )
  }
  if (refusalOf(world.books.order) !== undefined && !purchase.settled && !facts.changes.includes('supplied')) {
    actions.push(
      action('what was missing arrives', { others: 1 }, async () => changed(await ask('supply'), 'supplied')),
    )
  }
  return actions
}

/**
 * The database fails over to a replica that has not got the last commit. What was under way ended with its connection, and a request to
 * cancel that is lost is nobody's to heed.
 */
function setBack({ before: _, ...world }: World, books: BooksState): World {
  const { cancelOnRecord } = world.facts
  const isCancelLost = cancelOnRecord !== undefined && !books.snapshot.purchase.cancelRequested
  const facts: Facts = { ...world.facts, isSetBack: true, ...(isCancelLost && { cancelOnRecord: 'lost' }) }
  return { ...world, books, facts, late: [] }
}

/** Too much to pay with points afterwards; and more than what is left of other points then, so that some of the award is spent. */
const SPENT = 15

/** The API puts a refund on record, and tells Temporal: soon, later, or never. */
function refundsToAskFor(system: System, world: World): Action[] {
  const { purchase } = world.books.snapshot
  const left = world.books.order.quantity - piecesBackOf(world.books.snapshot)
  if (!['completed', 'refunding'].includes(purchase.status) || left === 0) return []
  const wanted = [...(left > 1 ? [{ of: 'one piece', pieces: 1 }] : []), { of: 'all that is left', pieces: null }]
  return wanted.flatMap(({ of, pieces }) => {
    const asking = (how: string, cost: Partial<Budget>, then: (asked: World) => World): Action => ({
      label: `a refund of ${of} is asked for${how}`,
      cost: { refunds: 1, ...cost },
      isDue: false,
      happen: async () => paid(then(await askForRefund(system, world, pieces)), { refunds: 1, ...cost }),
    })
    return [
      asking('', LIVES, tellOfRefund),
      asking(', and Temporal is told of it later', { late: 1 }, (asked) => ({ ...asked, untold: asked.untold + 1 })),
      asking(', and the API dies before Temporal is told of it', { deaths: 1 }, (asked) => asked),
    ]
  })
}

async function askForRefund(system: System, world: World, pieces: number | null): Promise<World> {
  const input: WantedPieces = { pieces, number: world.budget.refunds }
  const { answer, state } = await system.books.ask(world.books, { name: 'openRefund', input })
  const isAccepted = 'value' in answer && (answer.value as { result: string }).result === 'done'
  const left = world.books.order.quantity - piecesBackOf(world.books.snapshot)
  const { piecesAsked } = world.facts
  const after = withBooks(world, state)
  return isAccepted ? noting(after, { piecesAsked: piecesAsked + (pieces ?? left) }) : after
}

/** The workflow that carries out another refund or, where there is none, a new one. */
function tellOfRefund(world: World): World {
  const start = { workflowType: 'refund', workflowId: refundWorkflowId(PURCHASE), input: { purchaseId: PURCHASE } }
  const { refundsAsked } = world.books.snapshot.purchase
  return signalled(noting(world, { refundTold: refundsAsked }), start, REFUND_ASKED)
}

function refundsToTell(world: World): Action[] {
  const { untold } = world
  if (untold === 0) return []
  const happen = async () => tellOfRefund({ ...world, untold: untold - 1 })
  return [{ label: 'Temporal is told of a refund', cost: LIVES, isDue: true, happen }]
}

function whenCancelled({ books: { snapshot } }: World): NonNullable<Facts['cancelOnRecord']> {
  if (snapshot.steps.confirmPurchase === 'applied') return 'too late'
  return snapshot.purchase.status === 'compensating' ? 'compensating' : 'in time'
}

function cancelledInTemporal(world: World, run: Run): World {
  const job: Job = { cancelWorkflow: { reason: 'explored' } }
  const asked = withRun(world, { ...run, isCancelRequested: true, fresh: [...run.fresh, job] })
  return run.start.workflowType === 'purchase' ? noting(asked, { isCancelledInTemporal: true }) : asked
}

/** The workflow of the purchase, as the API starts it. A repair takes its place. */
const OWN: WorkflowStart = {
  workflowType: 'purchase',
  workflowId: purchaseWorkflowId(PURCHASE),
  input: { purchaseId: PURCHASE, lane: 'fast' },
}

function isRepairable(world: World): boolean {
  const { status } = world.books.snapshot.purchase
  return status === 'compensating' || (status === 'running' && !isOpen(world, OWN.workflowId))
}

// ---------------------------------------------------------------------------------------------------------------------
// The reconciler

/**
 * Looks when nobody carries the purchase out, or its refund; and starts later what it found, as others may by then. One look takes a
 * moment, though it is a workflow: it only reads.
 */
function reconciler(system: System, world: World): Action[] {
  const { purchase } = world.books.snapshot
  const { found, facts } = world
  if (found) {
    const label = 'the reconciler starts what it found'
    return [{ label, cost: LIVES, isDue: true, happen: async () => startFound(world, found) }]
  }
  const inProgress = !purchase.settled || purchase.status === 'refunding'
  if (!inProgress || world.runs.some(({ status }) => status === 'open') || facts.violations.length > 0) return []
  return [{ label: 'the reconciler looks', cost: LIVES, isDue: true, happen: () => look(system, world) }]
}

async function look({ machine, books }: System, before: World): Promise<World> {
  const workflows = Object.fromEntries(
    before.runs.map(({ start, status, result }) => [
      start.workflowId,
      { isOpen: status === 'open', ...(status === 'completed' && { result }) },
    ]),
  )
  let world = before
  const found: WorkflowStart[] = []
  let moment = await machine.begin({ workflowType: 'reconcilePurchases', workflowId: 'reconciler', input: {} }, [])
  while (!moment.commands.some((command) => command.completeWorkflowExecution)) {
    const asked = moment.commands.flatMap(({ scheduleActivity }) => (scheduleActivity ? [scheduleActivity] : []))
    if (asked.length === 0)
      return noting(world, { violations: [{ by: 'reconciler', what: `it does not go on: ${moment.defect}` }] })
    const jobs: Job[] = []
    for (const command of asked) {
      const call = callOf(command)
      if (call.name !== RECONCILER) throw new Error(`the model of the reconciler has no ${call.name}`)
      const question: ReconcilerQuestion = { cursor: call.input, workflows }
      const { answer, state } = await books.ask(world.books, { name: RECONCILER, input: question })
      world = withBooks(world, state)
      const { page, lost } = 'value' in answer ? (answer.value as ReconcilerAnswer) : { page: null, lost: [] }
      found.push(...lost)
      jobs.push(resolved(command.seq as number, call, 'value' in answer ? { value: page } : answer, false))
    }
    moment = await machine.tell(moment, jobs)
  }
  return found.length > 0
    ? { ...world, found }
    : noting(world, { violations: [{ by: 'reconciler', what: 'it found nothing to start' }] })
}

/** Temporal lets one workflow of an id be open. */
function startFound({ found: _, ...before }: World, found: readonly WorkflowStart[]): World {
  let world: World = before
  for (const start of found) if (!isOpen(world, start.workflowId)) world = startedSettling(world, start)
  return world
}

/** A repair counts as an interruption of what has begun and is carried out by nobody else, and of nothing else. */
function startedSettling(world: World, start: WorkflowStart): World {
  const { purchase, steps } = world.books.snapshot
  const isBegun = purchase.status !== 'running' || steps.reserveStock !== undefined
  const isCarriedOut = world.runs.some(({ start, status }) => start.workflowType === 'purchase' && status === 'open')
  const after = started(world, start)
  const isRepaired = start.workflowType === 'repair' && isBegun && !(isCarriedOut && purchase.status === 'running')
  return isRepaired ? noting(after, { isRepaired }) : after
}
