import { purchaseWorkflowId } from '#domain/purchase.ts'
import { type Answer, type Books, type BooksState, type Call, PURCHASE } from './books.ts'
import type { Command, Job, Moment, WorkflowMachine, WorkflowStart } from './workflow-machine.ts'

// The server and its workers as far as a purchase notices them: plain values, of which every action makes new ones. What is chance in
// production is an action here: see `actionsOf` (actions.ts).

/** What may still go wrong, or be asked for, in a history. */
export type Budget = {
  /** Attempts that fail before their effect or after it, and steps that are given up. */
  faults: number
  cancels: number
  /** Workers that die, and the API between the record of a refund and Temporal. */
  deaths: number
  /** Attempts that were given up and happen later, or never, and refunds that Temporal is told of later. */
  late: number
  /** Workflows that are lost, repairs, keys that are repeated then, and what operators do with a parked award. */
  repairs: number
  /** Requests for a refund, of a piece or of all that is left. */
  refunds: number
  /** What else changes: points are spent, what was missing arrives. */
  others: number
  /** Failovers that lose the last commit. */
  setbacks: number
}

/** An attempt at an activity, with the answers that it has got so far from the books. */
export type Attempt = {
  readonly call: Call
  readonly answers: readonly Answer[]
  readonly next: { call: Call } | Answer
}

export type Local = Attempt & { readonly seq: number }

/** A workflow task that a worker has and the server waits for. */
export type Task = {
  /** With what it began; it begins again with the same when the worker dies. */
  readonly jobs: readonly Job[]
  readonly at: Moment
  readonly commands: readonly Command[]
  readonly locals: readonly Local[]
  /** Whether anything would be lost with the worker. */
  readonly hadLocals: boolean
}

/** A regular activity that the server has scheduled. */
export type Pending = {
  readonly seq: number
  readonly call: Call
  /** Whether the server gives it up after a while. */
  readonly isLimited: boolean
  readonly nonRetryable: readonly string[]
  /** The books in which its last attempt failed by itself: until they change, so will the next. */
  readonly failedIn?: number
}

export type Run = {
  readonly start: WorkflowStart
  readonly status: 'open' | 'completed' | 'failed' | 'terminated'
  readonly result?: unknown
  /** Where it stands by the history that the server has. */
  readonly at?: Moment
  /** What the history has, and no task has told it yet. */
  readonly fresh: readonly Job[]
  readonly task?: Task
  readonly pending: readonly Pending[]
  readonly isCancelRequested: boolean
  /** Its code threw what it must not. */
  readonly defect?: string
}

/** An attempt that nobody waits for any more. `isDead`: its worker is gone, so what is under way is the last of it. */
export type Late = Attempt & { readonly isDead: boolean }

/** What happened that an outcome is judged by, and the books do not say. */
export type Facts = {
  /** When the request to cancel went on record: before anything was decided, during compensation, or once the sale stood; or lost since. */
  readonly cancelOnRecord?: 'in time' | 'compensating' | 'too late' | 'lost'
  readonly isCancelledInTemporal: boolean
  /** Activities that were given up. */
  readonly exhausted: readonly string[]
  /** Whether a repair was started, after a step had happened, of what nobody carried out. */
  readonly isRepaired: boolean
  readonly isDismissed: boolean
  /** Whether a commit was lost. */
  readonly isSetBack: boolean
  /** What changed elsewhere before anything was decided. */
  readonly changes: readonly ('spent' | 'supplied')[]
  /** Pieces that refunds were accepted for. */
  readonly piecesAsked: number
  /** The last refund that was on record when Temporal was told of one. */
  readonly refundTold: number
  /** What happened that must not, whatever comes of it. */
  readonly violations: readonly { by: 'purchase' | 'reconciler'; what: string }[]
}

export type World = {
  readonly books: BooksState
  /** Before the last commit. */
  readonly before?: BooksState
  readonly runs: readonly Run[]
  readonly late: readonly Late[]
  /** What the reconciler has found and is about to start. */
  readonly found?: readonly WorkflowStart[]
  /** Requests for a refund that are on record, and of which the API is about to tell Temporal. */
  readonly untold: number
  readonly budget: Budget
  readonly facts: Facts
}

export type System = { books: Books; machine: WorkflowMachine }

const NO_FACTS: Facts = {
  isCancelledInTemporal: false,
  exhausted: [],
  isRepaired: false,
  isSetBack: false,
  isDismissed: false,
  changes: [],
  piecesAsked: 0,
  refundTold: 0,
  violations: [],
}

/** A purchase that is on record and whose workflow was started. */
export function begin(books: BooksState, lane: 'fast' | 'visible', budget: Budget): World {
  const world: World = { books, runs: [], late: [], untold: 0, budget, facts: NO_FACTS }
  const workflowId = purchaseWorkflowId(PURCHASE)
  return started(world, { workflowType: 'purchase', workflowId, input: { purchaseId: PURCHASE, lane } })
}

/** The same for worlds of which everything to come is the same. */
export function keyOf({ books, before, runs, late, found, untold, budget, facts }: World): string {
  return JSON.stringify([
    books.id,
    // Without a failover to come, it does not matter any more.
    budget.setbacks > 0 && before?.id,
    runs.map((run) => [
      run.start,
      run.status,
      // Of one that has ended, its result is all that anybody asks for.
      run.status === 'open' ? run.at?.id : run.result,
      run.fresh,
      run.task && [run.task.jobs, run.task.at.id, run.task.locals.map(({ answers }) => answers)],
      run.pending,
      run.isCancelRequested,
      run.defect,
    ]),
    late.map(({ call, answers, isDead }) => JSON.stringify([call, answers, isDead])).sort(),
    found,
    untold,
    budget,
    facts,
  ])
}

/** With the books as a call left them. */
export function withBooks(world: World, books: BooksState): World {
  return books.id === world.books.id ? world : { ...world, books, before: world.books }
}

export function withRun(world: World, changed: Run): World {
  // Signals come first in a task, whatever came in between: so the worker's core has it.
  const signals = changed.fresh.filter((job) => job.signalWorkflow)
  const run = { ...changed, fresh: [...signals, ...changed.fresh.filter((job) => !job.signalWorkflow)] }
  const known = world.runs.some(({ start }) => start.workflowId === run.start.workflowId)
  const runs = known
    ? world.runs.map((one) => (one.start.workflowId === run.start.workflowId ? run : one))
    : [...world.runs, run]
  return { ...world, runs }
}

function runOf(world: World, workflowId: string): Run | undefined {
  return world.runs.find(({ start }) => start.workflowId === workflowId)
}

export function isOpen(world: World, workflowId: string): boolean {
  return runOf(world, workflowId)?.status === 'open'
}

/** A workflow begins, in place of an earlier run of the same id. @param jobs that it is told of with its start */
export function started(world: World, start: WorkflowStart, jobs: readonly Job[] = []): World {
  // A first task is due, though there may be nothing to tell but the start.
  return withRun(world, { start, status: 'open', fresh: jobs, pending: [], isCancelRequested: false })
}

/** A signal for a workflow, which begins with it unless it is open. */
export function signalled(world: World, start: WorkflowStart, signalName: string): World {
  const job: Job = { signalWorkflow: { signalName, input: [], headers: {} } }
  const run = runOf(world, start.workflowId)
  return run?.status === 'open' ? withRun(world, { ...run, fresh: [...run.fresh, job] }) : started(world, start, [job])
}

/** Whether the server has a task for a worker. */
export function isTaskDue({ status, task, at, fresh, defect }: Run): boolean {
  return status === 'open' && task === undefined && defect === undefined && (at === undefined || fresh.length > 0)
}

/** A worker takes the task of a workflow. One that neither has local attempts nor closes the workflow is through at once. */
export async function takeTask(system: System, world: World, run: Run): Promise<World> {
  const { fresh, ...rest } = run
  const moment = run.at ? await system.machine.tell(run.at, fresh) : await system.machine.begin(run.start, fresh)
  const task: Task = { jobs: fresh, at: moment, commands: [], locals: [], hadLocals: false }
  return await goOnWith(system, world, { ...rest, fresh: [], task }, moment)
}

/** After a workflow has said what it wants next: starts its local attempts, and ends the task unless it waits for one. */
async function goOnWith(system: System, world: World, run: Run & { task: Task }, moment: Moment): Promise<World> {
  if (moment.defect !== undefined) {
    const { task, ...rest } = run
    return withRun(world, { ...rest, fresh: [...task.jobs, ...run.fresh], defect: moment.defect })
  }
  const begun: Local[] = []
  for (const { scheduleLocalActivity } of moment.commands) {
    if (!scheduleLocalActivity) continue
    const call = callOf(scheduleLocalActivity)
    const next = await system.books.goOn(call, [], false)
    begun.push({ seq: scheduleLocalActivity.seq as number, call, answers: [], next })
  }
  const task = {
    ...run.task,
    at: moment,
    commands: [...run.task.commands, ...moment.commands.filter((command) => !command.scheduleLocalActivity)],
    locals: [...run.task.locals, ...begun],
    hadLocals: run.task.hadLocals || begun.length > 0,
  }
  const judged = withViolations(world, run, moment)
  const going = { ...run, task }
  return task.hadLocals || closes(task) ? withRun(judged, going) : endTask(judged, going)
}

/** Whether a task, once it is reported, ends its workflow. */
function closes({ commands }: Task): boolean {
  return commands.some(
    (command) => command.completeWorkflowExecution ?? command.failWorkflowExecution ?? command.cancelWorkflowExecution,
  )
}

const STEPS_THAT_END_WITH_A_CANCEL = ['tryAllSteps', 'reserveStock', 'redeemPoints', 'chargeWallet', 'confirmPurchase']

/** A workflow that knows of a cancellation asks for no step before the pivot, nor for the pivot. */
function withViolations(world: World, run: Run, moment: Moment): World {
  if (run.start.workflowType !== 'purchase' || !knowsOfCancel(moment)) return world
  const asked = moment.commands
    .flatMap((command) => [command.scheduleActivity, command.scheduleLocalActivity])
    .flatMap((command) => (command ? [command.activityType as string] : []))
  const violations = asked
    .filter((name) => STEPS_THAT_END_WITH_A_CANCEL.includes(name))
    .map((name) => ({ by: 'purchase' as const, what: `it asked for ${name} after it had been cancelled` }))
  return { ...world, facts: { ...world.facts, violations: [...world.facts.violations, ...violations] } }
}

function knowsOfCancel(moment: Moment | undefined): boolean {
  if (moment === undefined) return false
  return moment.jobs.some((job) => job.cancelWorkflow) || knowsOfCancel(moment.before)
}

/** A local attempt is through, and its workflow is told within the same task. */
export async function resolveLocal(
  system: System,
  world: World,
  run: Run,
  local: Local,
  answer: Answer,
): Promise<World> {
  const { task } = run
  if (!task) throw new Error('a local attempt without a task')
  const locals = task.locals.filter(({ seq }) => seq !== local.seq)
  const moment = await system.machine.tell(task.at, [resolved(local.seq, local.call, answer, true)])
  return await goOnWith(system, world, { ...run, task: { ...task, locals } }, moment)
}

/**
 * A worker reports a task, and the server does what the workflow asks for. It refuses to close a workflow that has news to be told of:
 * then the task begins again, and what its local attempts were answered is lost.
 */
export function endTask(world: World, run: Run & { task: Task }): World {
  const { task, ...rest } = run
  if (closes(task) && run.fresh.length > 0) return withRun(world, { ...rest, fresh: [...task.jobs, ...run.fresh] })
  let after: Run = { ...rest, at: task.at }
  for (const command of task.commands) after = carriedOut(after, command)
  return withRun(world, after)
}

function carriedOut(run: Run, command: Command): Run {
  const [variant, content] = Object.entries(command).find(([name]) => name !== 'userMetadata') ?? ['nothing', {}]
  switch (variant) {
    case 'scheduleActivity': {
      const retryPolicy = (content.retryPolicy ?? {}) as { nonRetryableErrorTypes?: string[] }
      const pending: Pending = {
        seq: content.seq as number,
        call: callOf(content),
        isLimited: content.scheduleToCloseTimeout !== undefined,
        nonRetryable: retryPolicy.nonRetryableErrorTypes ?? [],
      }
      return { ...run, pending: [...run.pending, pending] }
    }
    case 'requestCancelActivity': {
      // The SDK tells the workflow at once that it is cancelled, whatever becomes of the attempt.
      const cancelled = run.pending.find(({ seq }) => seq === content.seq)
      if (!cancelled) return run
      const failure = failed(cancelled.call, { message: 'cancelled', canceledFailureInfo: {} })
      return told(run, cancelled, { resolveActivity: { seq: cancelled.seq, result: { cancelled: { failure } } } })
    }
    case 'completeWorkflowExecution':
      return {
        ...run,
        status: 'completed',
        result: (content.result as { $value?: unknown })?.$value,
        fresh: [],
        pending: [],
      }
    case 'failWorkflowExecution':
    case 'cancelWorkflowExecution':
      return { ...run, status: 'failed', fresh: [], pending: [] }
    case 'upsertWorkflowSearchAttributes':
      return run
    default:
      throw new Error(`the model of the server has no ${variant}`)
  }
}

export function callOf(command: Record<string, unknown>): Call {
  const [input] = (command.arguments ?? []) as { $value: unknown }[]
  return { name: command.activityType as string, input: input?.$value ?? null }
}

/** A regular activity is through. */
export function told(run: Run, activity: Pending, job: Job): Run {
  return { ...run, pending: run.pending.filter(({ seq }) => seq !== activity.seq), fresh: [...run.fresh, job] }
}

/** What a workflow is told of the answer of an activity. Failures of local ones come bare, of regular ones in an ActivityFailure. */
export function resolved(seq: number, call: Call, answer: Answer | 'timed out', isLocal: boolean): Job {
  if (answer !== 'timed out' && 'value' in answer) {
    return { resolveActivity: { seq, isLocal, result: { completed: { result: { $value: answer.value } } } } }
  }
  const cause =
    answer === 'timed out'
      ? { message: 'given up', timeoutFailureInfo: { timeoutType: SCHEDULE_TO_CLOSE } }
      : {
          message: 'failed',
          source: 'TypeScriptSDK',
          applicationFailureInfo: { type: answer.error, nonRetryable: false },
        }
  return { resolveActivity: { seq, isLocal, result: { failed: { failure: isLocal ? cause : failed(call, cause) } } } }
}

/** Of temporal.api.enums.v1.TimeoutType. */
const SCHEDULE_TO_CLOSE = 3

function failed(call: Call, cause: object): object {
  const activityFailureInfo = { activityType: { name: call.name }, activityId: '1', retryState: 0 }
  return { message: 'the activity failed', activityFailureInfo, cause }
}
