import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, type Logger, type WorkflowBundleOption } from '@temporalio/worker'
import { ConfigurationError } from '#config/environment.ts'

export const WORKFLOWS_PATH = fileURLToPath(new URL('../workflows/index.ts', import.meta.url))
const PREBUILT_PATH = fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url))

/**
 * The code of all workflows as one script. In production it was built beforehand (`npm run bundle`), so that every worker
 * of a release runs the very same code and starts at once; elsewhere it is built now, from the sources as they are.
 *
 * @throws ConfigurationError in production without a prebuilt bundle
 */
export async function loadWorkflowBundle(production: boolean, logger: Logger): Promise<WorkflowBundleOption> {
  if (!production) return await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger })
  if (existsSync(PREBUILT_PATH)) return { codePath: PREBUILT_PATH }
  throw new ConfigurationError(
    `NODE_ENV is production, but the workflow bundle ${PREBUILT_PATH} is missing: build it with "npm run bundle".`,
  )
}

/** Writes the bundle where production workers expect it. */
export async function buildWorkflowBundle(logger: Logger): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger })
  await mkdir(dirname(PREBUILT_PATH), { recursive: true })
  await writeFile(PREBUILT_PATH, code)
  return PREBUILT_PATH
}
