import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { expect, test } from 'vitest'
import { openWorldFor, scenarios } from './scenarios.ts'

/** `npm run replay:record`: runs every scenario for real and keeps its history. Never part of `npm test`. */
test.each(scenarios)('records $name', async (scenario) => {
  const world = await openWorldFor(scenario)
  try {
    const kept = await scenario.run(world)
    const { workflowId, runId } = typeof kept === 'string' ? { workflowId: kept, runId: undefined } : kept
    const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory()
    expect(await world.shop.brokenInvariants()).toEqual([])
    await writeFile(
      new URL(`./histories/${scenario.name}.json`, import.meta.url),
      `${anonymous(historyToJSON(history))}\n`,
    )
  } finally {
    await world.close()
  }
})

/** Without the folder (in stack traces) and the host (in identities) of whoever recorded it. */
function anonymous(json: string): string {
  return json.replaceAll(process.cwd(), '.').replaceAll(`@${hostname()}`, '@recorder')
}
