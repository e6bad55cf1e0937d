import { DefaultLogger } from '@temporalio/worker'
import { runCommand } from '#config/command.ts'
import { buildWorkflowBundle } from './create-worker.ts'

/** `npm run bundle`: what a production image needs before its workers start. */
runCommand(async () => {
  const path = await buildWorkflowBundle(new DefaultLogger('WARN'))
  process.stdout.write(`Workflow bundle written to ${path}\n`)
})
