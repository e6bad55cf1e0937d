import { createHash } from 'node:crypto'
import { randomNumbers } from '#test/support/random-numbers.ts'
import { type Action, actionsOf } from './actions.ts'
import type { Heard, Order } from './books.ts'
import { type Finding, judge } from './oracle.ts'
import { NotDeterministic } from './workflow-machine.ts'
import { type Budget, begin, keyOf, type System, type World } from './world.ts'

/** What is explored: an order, how it is carried out, and what may go wrong. `sold`: from the completed purchase on. */
export type Task = { name: string; order: Order; lane: 'fast' | 'visible' | 'sold'; budget: Budget }

/** What did not hold, and how to get there: `path` for `--path`, and the same in words. */
export type Failure = Finding & { task: string; path: string; labels: string[] }

export type Explored = {
  histories: number
  states: number
  longest: number
  failures: Failure[]
  outcomes: Record<string, number>
}

export type Limits = {
  /** Findings after which to stop; code that broke does not count. */
  maxFailures: number
  /** Whether each history is also made on the books of a new buyer, and compared with what is remembered. */
  isWalked?: boolean
}

/** Where a search stands: what can happen there, and which of it is looked at. */
type Frame = { world: World; actions: Action[]; chosen: number; heard: Heard[] }

/**
 * Goes through every history of a task, depth first. A world that was seen before ends the history: everything to come is the same, for
 * how it came there is in no part of it.
 */
export async function exploreAll(system: System, task: Task, limits: Limits): Promise<Explored> {
  const explored: Explored = { histories: 0, states: 0, longest: 0, failures: [], outcomes: {} }
  const seen = new Set<string>()
  const frames: Frame[] = []

  const enter = async (world: World, heard: Heard[]): Promise<void> => {
    const key = createHash('md5').update(keyOf(world)).digest('base64')
    if (seen.has(key)) return await endHistory(heard)
    seen.add(key)
    explored.states += 1
    const actions = actionsOf(system, world)
    const isAtRest = !actions.some(({ isDue }) => isDue)
    const finding = judge(world, isAtRest)
    if (isAtRest) count(explored.outcomes, world.books.snapshot.purchase.status)
    if (finding) explored.failures.push(failureOf(task, frames, finding))
    if (finding || actions.length === 0) return await endHistory(heard)
    frames.push({ world, actions, chosen: 0, heard })
    explored.longest = Math.max(explored.longest, frames.length)
  }
  const endHistory = async (last: Heard[]): Promise<void> => {
    explored.histories += 1
    if (!limits.isWalked) return
    const problem = await walked(system, task, [...frames.flatMap(({ heard }) => heard), ...last])
    if (problem) explored.failures.push(failureOf(task, frames, { rule: AGREEMENT, detail: problem }))
  }

  const beginning = await beginningOf(system, task)
  await enter(beginning.world, beginning.heard)
  const isEnough = () => explored.failures.filter(({ isCrash }) => !isCrash).length >= limits.maxFailures
  while (frames.length > 0 && !isEnough()) {
    const frame = frames.at(-1) as Frame
    const action = frame.actions[frame.chosen]
    if (!action) {
      frames.pop()
      const before = frames.at(-1)
      if (before) before.chosen += 1
      continue
    }
    const depth = frames.length
    const next = await happen(system, action)
    if ('rule' in next) explored.failures.push(failureOf(task, frames, next))
    else await enter(next.world, next.heard)
    if (frames.length === depth) frame.chosen += 1
  }
  return explored
}

/** Where a task begins, and what the books were asked until then. */
async function beginningOf(system: System, { order, lane, budget }: Task): Promise<{ world: World; heard: Heard[] }> {
  const books = await system.books.begin(order)
  if (lane !== 'sold') return { world: begin(books, lane, budget), heard: [] }
  const heard: Heard[] = []
  let world = begin(books, 'fast', NOTHING)
  for (let [due] = actionsOf(system, world); due; [due] = actionsOf(system, world)) {
    const next = await happen(system, due)
    // It is found again when the purchase itself is explored.
    if ('rule' in next) break
    world = next.world
    heard.push(...next.heard)
  }
  return { world: { ...world, budget }, heard }
}

/** Without a budget there is one thing at a time that can happen. */
const NOTHING: Budget = { faults: 0, cancels: 0, deaths: 0, late: 0, repairs: 0, refunds: 0, others: 0, setbacks: 0 }

const AGREEMENT = 'What is remembered of the books is what they answer.'

async function happen(system: System, action: Action): Promise<{ world: World; heard: Heard[] } | Finding> {
  system.books.heard.length = 0
  try {
    const world = await action.happen()
    return { world, heard: [...system.books.heard] }
  } catch (error) {
    if (error instanceof NotDeterministic)
      return { rule: 'A workflow that is replayed asks for what it asked for before.', detail: error.message }
    throw error
  }
}

/** Makes the calls of a history on the books of a new buyer. @returns what is different there */
async function walked(system: System, task: Task, heard: readonly Heard[]): Promise<string | undefined> {
  const { answers, stateId } = await system.books.walk(
    task.order,
    heard.map(({ call }) => call),
  )
  const index = answers.findIndex((answer, at) => JSON.stringify(answer) !== JSON.stringify(heard[at]?.answer))
  if (index >= 0) return JSON.stringify({ remembered: heard[index], answered: answers[index] })
  const last = heard.at(-1)?.stateId ?? stateId
  return last === stateId ? undefined : `after the same answers the books are in another state: ${stateId}, not ${last}`
}

function count(outcomes: Record<string, number>, status: string): void {
  outcomes[status] = (outcomes[status] ?? 0) + 1
}

function failureOf(task: Task, frames: readonly Frame[], finding: Finding): Failure {
  const labels = frames.map(({ actions, chosen }) => actions[chosen]?.label ?? '')
  return { ...finding, task: task.name, path: pathOf(frames.map(({ chosen }) => chosen)), labels }
}

/** Only where something else than the first action was chosen: `4=2,9=1`. */
function pathOf(choices: readonly number[]): string {
  return choices.flatMap((chosen, at) => (chosen === 0 ? [] : [`${at}=${chosen}`])).join(',')
}

/** Which action to take of those that can happen. */
type Chooser = (actions: readonly Action[], at: number) => number

/** Goes one way, until nothing can happen any more or something is found. */
export async function followOne(
  system: System,
  task: Task,
  choose: Chooser,
): Promise<{ labels: string[]; world: World; failure?: Failure }> {
  let { world } = await beginningOf(system, task)
  const frames: Frame[] = []
  const labels: string[] = []
  for (;;) {
    const actions = actionsOf(system, world)
    const finding = judge(world, !actions.some(({ isDue }) => isDue))
    if (finding) return { labels, world, failure: failureOf(task, frames, finding) }
    if (actions.length === 0) return { labels, world }
    const chosen = Math.min(choose(actions, frames.length), actions.length - 1)
    const action = actions[chosen] as Action
    frames.push({ world, actions, chosen, heard: [] })
    labels.push(action.label)
    const next = await happen(system, action)
    if ('rule' in next) return { labels, world, failure: failureOf(task, frames, next) }
    world = next.world
  }
}

/** Follows a path as it was printed. */
export function alongPath(path: string): Chooser {
  const choices = new Map(
    path
      .split(',')
      .filter(Boolean)
      .map((one) => one.split('=').map(Number) as [number, number]),
  )
  return (_, at) => choices.get(at) ?? 0
}

/** Follows chance: some ways are calm, and in others half of what happens is not due. The same seed takes the same way. */
export function byChance(seed: number): Chooser {
  const random = randomNumbers(seed)
  const unrest = random() / 2
  return (actions) => (random() < unrest ? Math.floor(random() * actions.length) : 0)
}
