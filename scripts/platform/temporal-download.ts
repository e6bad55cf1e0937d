import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { withProgress } from './progress.ts'

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }
/** Time for the small answer that tells where the archive is: fails fast where the host cannot be reached. */
const LOOKUP_MS = 10_000
const DOWNLOAD_MS = 10 * 60_000

const archiveInfo = z.object({ archiveUrl: z.url(), fileToExtract: z.string() })

/**
 * Downloads the official CLI by the same service that the SDK's `@temporalio/testing` asks, and moves it into place in
 * one step.
 *
 * @throws Error if the service cannot be reached within 10 s, or the download fails
 */
export async function downloadTemporal(version: string, target: string, say: (line: string) => void): Promise<void> {
  const arch = ARCHITECTURES[process.arch] ?? process.arch
  const query = new URLSearchParams({ arch, platform: process.platform, format: 'tar.gz' })
  const lookup = await get(`https://temporal.download/cli/v${version}?${query}`, LOOKUP_MS)
  const { archiveUrl, fileToExtract } = archiveInfo.parse(await lookup.json())

  const workshop = await mkdtemp(join(dirname(target), 'download-'))
  try {
    await withProgress(say, `downloading Temporal ${version}`, async () => {
      const archive = join(workshop, 'archive.tar.gz')
      const { body } = await get(archiveUrl, DOWNLOAD_MS)
      if (body === null) throw new Error(`${archiveUrl} is empty`)
      await pipeline(Readable.fromWeb(body), createWriteStream(archive))
      await extract(archive, fileToExtract, workshop)
    })
    await chmod(join(workshop, fileToExtract), 0o755)
    await rename(join(workshop, fileToExtract), target)
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

async function get(url: string, withinMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(withinMs) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return response
}

async function extract(archive: string, file: string, into: string): Promise<void> {
  const tar = spawn('tar', ['-xzf', archive, '-C', into, file], { stdio: 'ignore' })
  const [exitCode] = await once(tar, 'exit')
  if (exitCode !== 0) throw new Error(`tar cannot extract ${file} (exit code ${exitCode})`)
}
