import { capture } from '#test/contract/tools.ts'

/** The container engine of this machine, by its command line. */
export type Engine = ReturnType<typeof openEngine>

/** @param signal ends what runs */
export function openEngine(signal?: AbortSignal) {
  /** @returns what it wrote to stdout @throws Error with what it wrote, if it fails */
  async function run(
    program: string,
    args: readonly string[],
    variables: Record<string, string> = {},
  ): Promise<string> {
    const { exitCode, stdout, stderr } = await capture(program, args, { variables, ...(signal && { signal }) })
    if (exitCode === 0) return stdout
    throw new Error(
      `${program} ${args.join(' ')} ended with ${exitCode}:\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`,
    )
  }
  return { run, docker: (...args: string[]) => run('docker', args) }
}

/** Why there can be no containers here; undefined: there can. */
export async function whatEngineLacks(): Promise<string | undefined> {
  const asks = [
    ['there is no Docker engine that answers', ['version', '--format', '{{.Server.Version}}']],
    ['Docker has no Compose, version 2 or later', ['compose', 'version']],
  ] as const
  for (const [lack, args] of asks) {
    const answer = await capture('docker', args).catch(() => undefined)
    if (answer?.exitCode !== 0) return lack
  }
  return undefined
}
