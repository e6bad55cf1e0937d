import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { childEnvironment, type Environment } from '#config/environment.ts'
import { findProgram } from '#scripts/platform/temporal.ts'

const HERE = import.meta.dirname
const REQUIREMENTS = join(HERE, 'requirements.txt')
const LINTERS = join(HERE, 'linters')

type Printed = { exitCode: number | null; stdout: string; stderr: string }

/** Runs a program to its end, however it ends. @param options.signal ends it, and makes this throw */
export async function capture(
  program: string,
  args: readonly string[],
  {
    cwd = HERE,
    variables = {},
    signal,
  }: { cwd?: string; variables?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Printed> {
  const env = childEnvironment(variables)
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) })
  const printed = Promise.all([text(child.stdout), text(child.stderr)])
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const [stdout, stderr] = await printed
  return { exitCode, stdout, stderr }
}

/** The path of Python 3, if there is one that schemathesis runs on, with pip. */
export async function findPython({ programPath }: Environment): Promise<string | undefined> {
  const python = await findProgram('python3', programPath)
  if (python === undefined) return undefined
  const { exitCode } = await capture(python, ['-c', 'import sys, pip; sys.exit(sys.version_info < (3, 10))'])
  return exitCode === 0 ? python : undefined
}

/** How schemathesis is run: the folder has its script and everything that it needs. */
export async function obtainSchemathesis(python: string, environment: Environment, say: (line: string) => void) {
  const { stdout: version } = await capture(python, ['-VV'])
  const key = hashOf(version, readFileSync(REQUIREMENTS, 'utf8'))
  const folder = await obtain(environment, `schemathesis-${key}`, say, async (target) => {
    const options = ['-q', '--disable-pip-version-check', '--no-input', '--only-binary=:all:']
    await requireSuccess(
      capture(python, ['-m', 'pip', 'install', ...options, `--target=${target}`, '-r', REQUIREMENTS]),
    )
  })
  const variables = { PYTHONPATH: folder, PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1' }
  return { script: join(folder, 'bin/schemathesis'), variables }
}

/** @returns the folder in which the linters' programs are */
export async function obtainLinters(environment: Environment, say: (line: string) => void): Promise<string> {
  const files = ['package.json', 'package-lock.json', '.npmrc']
  const key = hashOf(...files.map((file) => readFileSync(join(LINTERS, file), 'utf8')))
  const folder = await obtain(environment, `contract-linters-${key}`, say, async (target) => {
    for (const file of files) copyFileSync(join(LINTERS, file), join(target, file))
    const options = ['--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund']
    await requireSuccess(capture('npm', ['ci', ...options], { cwd: target }))
  })
  return join(folder, 'node_modules/.bin')
}

function hashOf(...texts: string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 12)
}

/** In the user's cache, where what is there is complete: it is installed beside its place, and moved there in one step. */
async function obtain(
  { toolCacheDir }: Environment,
  name: string,
  say: (line: string) => void,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const place = join(toolCacheDir, name)
  if (existsSync(place)) return place
  say(`installing ${name} into ${toolCacheDir} ...`)
  mkdirSync(toolCacheDir, { recursive: true })
  const folder = mkdtempSync(join(toolCacheDir, 'install-'))
  try {
    await install(folder)
    renameSync(folder, place)
    return place
  } catch (error) {
    // Another run may have been faster.
    if (existsSync(place)) return place
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function requireSuccess(running: Promise<Printed>): Promise<void> {
  const { exitCode, stdout, stderr } = await running
  if (exitCode !== 0) throw new Error(`the tools could not be installed:\n${stdout}${stderr}`)
}
