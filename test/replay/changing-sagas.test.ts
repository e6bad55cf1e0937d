import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

/**
 * How a saga is changed while some of it are under way (docs/changing-sagas.md), on one of this test's own: a release adds a step
 * at the front, and what the release before began goes on.
 */

const taskQueue = `changing-sagas-${crypto.randomUUID()}`
const done: string[] = []
const activities = Object.fromEntries(['pack', 'weigh', 'send'].map((step) => [step, async () => void done.push(step)]))
let connection: Connection
let native: NativeConnection
let client: Client

beforeAll(async () => {
  const address = inject('temporalAddress')
  connection = await Connection.connect({ address })
  native = await NativeConnection.connect({ address })
  client = new Client({ connection })
})
afterAll(async () => {
  await native.close()
  await connection.close()
})

type Release = 'before' | 'careless' | 'careful'

async function bundleOf(release: Release) {
  const workflowsPath = fileURLToPath(new URL(`./changing-sagas/${release}.ts`, import.meta.url))
  return await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
}

/** Runs workers of a release while something is done. */
async function withWorkers<Answer>(release: Release, work: () => Promise<Answer>): Promise<Answer> {
  const workflowBundle = await bundleOf(release)
  const worker = await Worker.create({ connection: native, taskQueue, workflowBundle, activities })
  return await worker.runUntil(work())
}

test('a shipment of the release before goes on as it began, and a new one has the new step', async () => {
  const old = await withWorkers('before', async () => {
    const handle = await client.workflow.start('shipment', { taskQueue, workflowId: `old-${taskQueue}` })
    await expect.poll(() => done).toEqual(['pack'])
    return handle
  })
  const history = await old.fetchHistory()
  const replay = async (release: Release) => {
    const histories = [{ workflowId: old.workflowId, history }]
    const errors: (Error | undefined)[] = []
    for await (const { error } of Worker.runReplayHistories({ workflowBundle: await bundleOf(release) }, histories)) {
      errors.push(error)
    }
    return errors
  }
  expect(await replay('careful')).toEqual([undefined])
  expect((await replay('careless')).map((error) => error?.name)).toEqual(['DeterminismViolationError'])

  await withWorkers('careful', async () => {
    await old.signal('paid')
    await old.result()
    expect(done.splice(0)).toEqual(['pack', 'send'])

    const fresh = await client.workflow.start('shipment', { taskQueue, workflowId: `new-${taskQueue}` })
    await fresh.signal('paid')
    await fresh.result()
    expect(done).toEqual(['weigh', 'pack', 'send'])
  })
})
