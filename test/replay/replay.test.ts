import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleOption } from '@temporalio/worker'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { scenarios } from './scenarios.ts'

/**
 * Every workflow that is under way when a new version of this code is deployed goes on with the new code: it must take the
 * same decisions for the same history. Until 1.0 nothing runs anywhere, so a change that breaks these tests is recorded anew
 * (`npm run replay:record`); from then on it is made as in changing-sagas.test.ts.
 */

const folder = new URL('./histories/', import.meta.url)
let histories: { workflowId: string; history: unknown }[]

beforeAll(async () => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort()
  histories = await Promise.all(
    names.map(async (name) => ({
      workflowId: name.replace('.json', ''),
      history: JSON.parse(await readFile(new URL(name, folder), 'utf8')),
    })),
  )
})

/** The error of each history by its name, or undefined where it replayed. */
async function replay(workflowBundle: WorkflowBundleOption) {
  const results = new Map<string, Error | undefined>()
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    results.set(workflowId, error)
  }
  return results
}

describe('recorded workflows', () => {
  test('are there for every scenario, and for no other', () => {
    expect(histories.map(({ workflowId }) => workflowId).sort()).toEqual(scenarios.map(({ name }) => name).sort())
  })

  test('go on with the workflows as they are now', async () => {
    const results = await replay({ codePath: inject('workflowBundlePath') })
    expect(results.size).toBe(histories.length)
    for (const [name, error] of results) expect(error, name).toBeUndefined()
  })

  test('do not go on with workflows that take other decisions: this test can fail', async () => {
    const workflowsPath = fileURLToPath(new URL('./changed-workflows.ts', import.meta.url))
    const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
    const results = await replay(bundle)
    const purchases = [...results].filter(([name]) => !/repair|reconcile|refund|expire|retried|event|book-/.test(name))
    expect(purchases.length).toBeGreaterThan(25)
    for (const [name, error] of purchases) expect(error?.name, name).toBe('DeterminismViolationError')
  })
})
