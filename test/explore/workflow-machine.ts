import { join } from 'node:path'
import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import { msToTs } from '@temporalio/common/lib/time.js'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js'
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js'
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js'
import { CUSTOMER } from '#workflows/contract.ts'

// Runs workflow code in the sandbox of a worker, without a server. What is imported from `lib` is internal to the SDK: this file, the
// only one that does so, is written for the version that package.json pins, 1.24.0.

/** What a workflow is told: `resolveActivity`, `cancelWorkflow`, ... as in coresdk.workflow_activation; values as `{ $value }`. */
export type Job = { [variant: string]: Record<string, unknown> }

/** What a workflow asks for: `scheduleActivity`, `completeWorkflowExecution`, ... as in coresdk.workflow_commands. */
export type Command = { [variant: string]: Record<string, unknown> }

export type WorkflowStart = { workflowType: string; workflowId: string; input: unknown }

/** A workflow after it was told something, and what it asked for then. What it is told next leads to the next moment. */
export type Moment = {
  readonly id: number
  readonly start: WorkflowStart
  readonly before: Moment | undefined
  readonly jobs: readonly Job[]
  readonly commands: readonly Command[]
  /** Its code threw what it must not: a worker would try this task again for ever. */
  readonly defect: string | undefined
  readonly next: Map<string, Moment>
}

/** A replay asked for other commands than the workflow had the first time. */
export class NotDeterministic extends Error {
  override readonly name = 'NotDeterministic'
}

export type WorkflowMachine = Awaited<ReturnType<typeof createWorkflowMachine>>

/** Any instant: no workflow of ours looks at the clock. */
const NOW = Date.UTC(2026, 0, 1)

/**
 * A workflow is a function of what it was told, so each thing is asked once. What is new is asked of a workflow that starts from nothing
 * and replays what it was told before, like that of a worker which takes over from one that died; what it asks for is compared.
 *
 * @param root folder of the sources
 */
export async function createWorkflowMachine(root: string, activityNames: string[]) {
  const workflowsPath = join(root, 'workflows/index.ts')
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
  const noTimeLimit = undefined as unknown as number
  const creator = await ReusableVMWorkflowCreator.create(parseWorkflowCode(code), noTimeLimit, new Set(activityNames))
  // Stack traces of every promise are for the Web UI, and would take most of the time.
  globalHandlers.uninstall()
  const started = new Map<string, Moment>()
  const counts = { asked: 0, run: 0, replayed: 0 }

  async function run(start: WorkflowStart, before: Moment | undefined, jobs: readonly Job[]): Promise<Moment> {
    counts.run += 1
    const runId = `run-${counts.run}`
    const workflow = await creator.createWorkflow(creationOf(start, runId))
    try {
      for (const [index, moment] of historyOf(before).entries()) {
        counts.replayed += 1
        const again = await activate(workflow, { runId, index, isReplaying: true }, moment.jobs)
        const [asked, first] = [again, moment].map(({ commands, defect }) => JSON.stringify(defect ?? commands))
        if (asked !== first)
          throw new NotDeterministic(`a replay of ${start.workflowType} asked for ${asked}, not for ${first}`)
      }
      const answer = await activate(workflow, { runId, index: historyOf(before).length, isReplaying: false }, jobs)
      return { id: counts.run, start, before, jobs, ...answer, next: new Map() }
    } finally {
      await workflow.dispose()
    }
  }

  async function remembered(known: Map<string, Moment>, key: unknown, ask: () => Promise<Moment>): Promise<Moment> {
    counts.asked += 1
    const text = JSON.stringify(key)
    const moment = known.get(text) ?? (await ask())
    known.set(text, moment)
    return moment
  }

  return {
    /** Activations that were asked for, those of them that were run, and those that were replayed for that. */
    counts: counts as Readonly<typeof counts>,
    /** Starts a workflow; more jobs can come with the start. @throws NotDeterministic */
    begin: (start: WorkflowStart, jobs: readonly Job[]) =>
      remembered(started, [start, jobs], () => run(start, undefined, [initialize(start), ...jobs])),
    /** Tells a workflow what has happened since. @throws NotDeterministic */
    tell: (before: Moment, jobs: readonly Job[]) =>
      remembered(before.next, jobs, () => run(before.start, before, jobs)),
    close: () => creator.destroy(),
  }
}

function historyOf(moment: Moment | undefined): Moment[] {
  return moment === undefined ? [] : [...historyOf(moment.before), moment]
}

type Workflow = Awaited<ReturnType<ReusableVMWorkflowCreator['createWorkflow']>>

async function activate(
  workflow: Workflow,
  { runId, index, isReplaying }: { runId: string; index: number; isReplaying: boolean },
  jobs: readonly Job[],
): Promise<Pick<Moment, 'commands' | 'defect'>> {
  const completion = await workflow.activate({
    runId,
    timestamp: msToTs(NOW + index),
    isReplaying,
    historyLength: 3 * (index + 1),
    availableInternalFlags: [1, 2, 3, 4, 5, 6],
    jobs: jobs.map((job) => toProto(job) as never),
  })
  await workflow.getAndResetSinkCalls()
  if (completion.failed) return { commands: [], defect: completion.failed.failure?.message ?? 'unknown' }
  const commands = (completion.successful?.commands ?? []).map((command) => fromProto(command) as Command)
  return { commands, defect: undefined }
}

function toProto(job: unknown): unknown {
  if (Array.isArray(job)) return job.map(toProto)
  if (job === null || typeof job !== 'object') return job
  if ('$value' in job) return defaultPayloadConverter.toPayload(job.$value)
  if ('$keyword' in job) {
    const { metadata, data } = defaultPayloadConverter.toPayload(job.$keyword)
    return { metadata: { ...metadata, type: new TextEncoder().encode('Keyword') }, data }
  }
  return Object.fromEntries(Object.entries(job).map(([name, value]) => [name, toProto(value)]))
}

function fromProto(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(fromProto)
  if (message === null || typeof message !== 'object') return message
  if (isPayload(message)) return { $value: defaultPayloadConverter.fromPayload(ofThisRealm(message)) }
  const fields = Object.entries(message).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(fields.map(([name, value]) => [name, fromProto(value)]))
}

function isPayload(message: object): message is Payload {
  return 'metadata' in message && 'data' in message && ArrayBuffer.isView(message.data)
}

/** The bytes come out of the sandbox, which has classes of its own. */
function ofThisRealm({ metadata, data }: Payload): Payload {
  const bytes = (view: Uint8Array | null | undefined) => Uint8Array.from(view ?? [])
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, bytes(value)])),
    data: bytes(data),
  }
}

/** With the search attribute that says that there are any: else a saga sets none. */
function initialize({ workflowType, workflowId, input }: WorkflowStart): Job {
  const searchAttributes = { indexedFields: { [CUSTOMER.name]: { $keyword: 'buyer' } } }
  return {
    initializeWorkflow: { workflowType, workflowId, arguments: [{ $value: input }], headers: {}, searchAttributes },
  }
}

function creationOf({ workflowId, workflowType }: WorkflowStart, runId: string) {
  const info = {
    workflowId,
    workflowType,
    runId,
    firstExecutionRunId: 'run',
    originalExecutionRunId: 'run',
    taskQueue: 'purchases',
    namespace: 'default',
    searchAttributes: {},
    startTime: new Date(NOW),
    runStartTime: new Date(NOW),
    taskTimeoutMs: 10_000,
    attempt: 1,
    unsafe: { now: () => NOW, isReplaying: false, isReplayingHistoryEvents: false },
  }
  return {
    info: info as never,
    randomnessSeed: [1, 2, 3, 4],
    now: NOW,
    showStackTraceSources: false,
    failureExceptionTypeNames: [],
  }
}
