import { isDeepStrictEqual } from 'node:util'
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
  type ScheduleUpdateOptions,
} from '@temporalio/client'
import { refusalOf } from '#config/temporal.ts'
import { TASK_QUEUE } from '#workflows/contract.ts'

/** A workflow that runs on a schedule. */
export interface Schedule {
  /** Of the schedule, and of the workflows that it starts. */
  readonly id: string
  readonly workflowType: string
  /** One line for the Web UI. */
  readonly summary: string
  readonly when: { readonly everyMs: number } | { readonly utcHours: readonly number[]; readonly minute: number }
  /** How long after its time a run is still of use. */
  readonly catchUpMs: number
  /** A run that takes longer is stuck, and keeps the next one from being started. Sagas have no timeout: their undo would not run. */
  readonly runTimeoutMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export const SCHEDULES: readonly Schedule[] = [
  {
    id: 'reconcile-purchases',
    workflowType: 'reconcilePurchases',
    summary: 'Finds purchases, refunds and events whose workflow was lost, and has them settled',
    when: { everyMs: MINUTE_MS },
    catchUpMs: MINUTE_MS,
    runTimeoutMs: 30 * MINUTE_MS,
  },
  {
    // Lots end at midnight UTC. Points that have lapsed cannot be spent before they are swept either, so being late is
    // harmless; the later runs of the day are for points that were given back into a lapsed lot.
    id: 'expire-points',
    workflowType: 'expirePoints',
    summary: 'Turns points that have lapsed into expired ones',
    when: { utcHours: [0, 6, 12, 18], minute: 1 },
    catchUpMs: DAY_MS,
    runTimeoutMs: 5 * HOUR_MS,
  },
  {
    id: 'book-parked-awards',
    workflowType: 'bookParkedAwards',
    summary: 'Books the points that an outage kept from being booked',
    when: { everyMs: 10 * MINUTE_MS },
    catchUpMs: 10 * MINUTE_MS,
    runTimeoutMs: HOUR_MS,
  },
  {
    id: 'forget-keys',
    workflowType: 'forgetKeys',
    summary: 'Deletes old idempotency keys of requests',
    when: { utcHours: [3], minute: 30 },
    catchUpMs: DAY_MS,
    runTimeoutMs: HOUR_MS,
  },
]

/**
 * Creates or updates the schedules, as they are in `SCHEDULES`. Safe to repeat. A schedule that somebody
 * has paused stays so; one that is as it should be is not touched, for an update forgets runs that are still to be caught up.
 *
 * @param options.update whether those that are not as they should be are updated; else only those that are missing are created
 * @returns the ids of those that were created or changed; `refused` with the reason when the server does not let us
 */
export async function ensureSchedules(
  client: Client,
  schedules: readonly Schedule[] = SCHEDULES,
  options: { update: boolean } = { update: true },
): Promise<{ changed: string[]; refused?: string }> {
  const changed: string[] = []
  for (const schedule of schedules) {
    try {
      if (await ensureSchedule(client, schedule, options)) changed.push(schedule.id)
    } catch (error) {
      const refused = refusalOf(error)
      if (refused === undefined) throw error
      return { changed, refused }
    }
  }
  return { changed }
}

/** @returns whether anything had to be done */
async function ensureSchedule(client: Client, schedule: Schedule, { update }: { update: boolean }): Promise<boolean> {
  const wanted = definitionOf(schedule)
  const handle = client.schedule.getHandle(schedule.id)
  const present = await describe(handle)
  if (present === undefined) return await create(client, schedule.id, wanted)
  if (!update || isSame(wanted, present)) return false
  await handle.update(({ state }) => ({ ...wanted, state }))
  return true
}

async function describe(handle: ScheduleHandle): Promise<ScheduleDescription | undefined> {
  try {
    return await handle.describe()
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined
    throw error
  }
}

/** @returns false when another process was faster */
async function create(client: Client, scheduleId: string, wanted: ReturnType<typeof definitionOf>): Promise<boolean> {
  try {
    await client.schedule.create({ scheduleId, ...wanted })
    return true
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false
    throw error
  }
}

function definitionOf({ id, workflowType, summary, when, catchUpMs, runTimeoutMs }: Schedule) {
  return {
    spec: 'everyMs' in when ? { intervals: [{ every: when.everyMs }] } : { calendars: [daily(when)] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUpMs },
    action: {
      type: 'startWorkflow',
      workflowType,
      workflowId: id,
      taskQueue: TASK_QUEUE,
      args: [],
      workflowRunTimeout: runTimeoutMs,
      staticSummary: summary,
    },
  } satisfies Omit<ScheduleUpdateOptions, 'state'>
}

/** Written out as Temporal gives it back, so that both can be compared. */
function daily({ utcHours, minute }: { utcHours: readonly number[]; minute: number }) {
  const at = (value: number) => ({ start: value, end: value, step: 1 })
  return {
    second: [at(0)],
    minute: [at(minute)],
    hour: utcHours.map(at),
    dayOfMonth: [{ start: 1, end: 31, step: 1 }],
    month: [{ start: 'JANUARY' as const, end: 'DECEMBER' as const, step: 1 }],
    year: [],
    dayOfWeek: [{ start: 'SUNDAY' as const, end: 'SATURDAY' as const, step: 1 }],
    comment: '',
  }
}

function isSame(wanted: ReturnType<typeof definitionOf>, present: ScheduleDescription): boolean {
  return isDeepStrictEqual(comparable(wanted), comparable(present))
}

/** What we decide on, in a form in which what is left out and what is empty are the same. */
function comparable({ spec, policies, action }: ReturnType<typeof definitionOf> | ScheduleDescription): unknown {
  const { calendars = [], intervals = [], skip = [], timezone, jitter, startAt, endAt }: ScheduleSpec = spec
  const { workflowType, workflowId, taskQueue, args = [], workflowRunTimeout, staticSummary } = action
  return JSON.parse(
    JSON.stringify({
      spec: {
        calendars,
        intervals,
        skip,
        timezone: timezone || undefined,
        jitter: jitter || undefined,
        startAt,
        endAt,
      },
      policies: { overlap: policies.overlap, catchupWindow: policies.catchupWindow },
      action: { workflowType, workflowId, taskQueue, args, workflowRunTimeout, staticSummary },
    }),
  )
}
