import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { childEnvironment } from '#config/environment.ts'
import { withProgress } from './progress.ts'

const BUILD_MS = 30 * 60_000

/**
 * Builds the CLI from source with Go and moves it into place in one step.
 *
 * @throws Error with the compiler's last line if it cannot be built
 */
export async function buildTemporal(
  go: string,
  version: string,
  target: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const workshop = await mkdtemp(join(dirname(target), 'build-'))
  try {
    await withProgress(say, `building Temporal ${version} (about six minutes)`, async () => {
      const build = spawn(go, ['install', `github.com/temporalio/cli/cmd/temporal@v${version}`], {
        env: childEnvironment({ GOBIN: workshop }),
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: BUILD_MS,
        killSignal: 'SIGINT',
        ...(signal && { signal }),
      })
      let told = ''
      build.stderr.on('data', (chunk: Buffer) => {
        told = (told + chunk.toString()).slice(-2_000)
      })
      const [exitCode, endedBy] = await once(build, 'close')
      if (exitCode !== 0)
        throw new Error(told.trim().split('\n').at(-1) || `go install ended with ${exitCode ?? endedBy}`)
    })
    await rename(join(workshop, 'temporal'), target)
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}
