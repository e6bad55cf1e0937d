import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { runCommand } from '#config/command.ts'
import { childEnvironment } from '#config/environment.ts'

const ROOT = join(import.meta.dirname, '..')
const bin = (path: string) => join(ROOT, 'node_modules', path)

/** The types of the store's API client are not committed, and everything else reads them. */
const API_CLIENT = { name: "types of the store's API client", command: [join(ROOT, 'scripts/web-client.ts')] }

/** Each is a program of node_modules, run by our own Node; all run at once. */
const CHECKS = [
  {
    name: 'format, lint, import boundaries',
    command: [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'],
  },
  { name: 'types', command: [bin('typescript/bin/tsc'), '--noEmit', '--project', '.'] },
  { name: 'types of the store', command: [bin('typescript/bin/tsc'), '--noEmit', '--project', 'web'] },
  { name: 'dead code, unused dependencies', command: [bin('knip/bin/knip.js')] },
  { name: 'unit and property tests', command: [bin('vitest/vitest.mjs'), 'run', '--project', 'pure'] },
]

/** `npm run check`: everything that needs neither Postgres nor Temporal. */
runCommand(async () => {
  if (!(await run(API_CLIENT))) return 1
  const results = await Promise.all(CHECKS.map(run))
  const failed = results.filter((ok) => !ok).length
  console.log(failed === 0 ? 'all checks passed' : `${failed} of ${CHECKS.length} checks failed`)
  return failed === 0 ? 0 : 1
})

/** Reports a check when it is through; what it printed is shown only if it failed. */
async function run({ name, command }: typeof API_CLIENT): Promise<boolean> {
  const start = performance.now()
  const child = spawn(process.execPath, command, { cwd: ROOT, env: childEnvironment({ FORCE_COLOR: '0' }) })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const [exitCode] = await once(child, 'close')
  const ok = exitCode === 0
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  if (!ok) console.log(printed)
  return ok
}
