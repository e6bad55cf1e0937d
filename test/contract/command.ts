import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand } from '#config/command.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { makePlace, npmRunToEnd, npmStart, type Place } from '#test/support/launched-system.ts'
import { removeAbandonedFolders } from '#test/support/temporary-folders.ts'
import {
  compare,
  type Finding,
  readAccepted,
  redoclyFindings,
  schemathesisFindings,
  spectralFindings,
} from './findings.ts'
import { capture, findPython, obtainLinters, obtainSchemathesis } from './tools.ts'

const HELP = `npm run test:contract -- [options]

Starts the whole system on an empty database, and holds the API against its OpenAPI document: schemathesis makes requests that
the document allows, and ones that it does not, and checks each answer; Spectral and Redocly read the document. Then the books are audited.
What is known and stands is in test/contract/accepted.json, with the reasons. Exits 1 on anything else.

  --examples N   requests for each operation that are made up at random; default 20
  --seed S       of these requests; default 1
  --help         this text`

const HERE = import.meta.dirname
const ACCEPTED = join(HERE, 'accepted.json')

/** Aborted by Ctrl-C, or a signal. */
const stopping = new AbortController()

type Options = ReturnType<typeof readOptions>
type Tools = { python: string; schemathesis: Awaited<ReturnType<typeof obtainSchemathesis>>; linters: string }
type System = { place: Place; url: string; folder: string }

async function main(): Promise<number> {
  const options = readOptions()
  if (options.help) return print(HELP) ?? 0
  const environment = readEnvironment()
  const python = await findPython(environment)
  if (python === undefined) return print('the contract was left out: there is no Python 3.10 or newer with pip') ?? 0
  const [schemathesis, linters] = await Promise.all([
    obtainSchemathesis(python, environment, print),
    obtainLinters(environment, print),
  ])
  return await withSystem((system) => holdAgainst(system, { python, schemathesis, linters }, options))
}

/** @returns the exit code */
async function holdAgainst(system: System, tools: Tools, options: Options): Promise<number> {
  const findings = [...(await lint(system, tools)), ...(await testRequests(system, tools, options))]
  const { open, unused } = compare(findings, readAccepted(ACCEPTED))
  const audit = await npmRunToEnd(system.place, 'audit')
  for (const { tool, rule, at, detail } of unused)
    print(`accepted, but not found this time: ${tool} ${rule} at ${at}: ${detail}`)
  for (const { tool, rule, at, detail } of open)
    print(`FOUND by ${tool}: ${rule} at ${at}\n${detail.replaceAll(/^/gm, '  ')}\n`)
  if (audit.exitCode !== 0) print(`The books are not in order:\n${audit.printed}`)
  const books = audit.exitCode === 0 ? 'the books are in order' : 'the books are NOT in order'
  const count = `${open.length} findings, ${findings.length - open.length} accepted`
  print(`contract: ${count}, ${books}; seed ${options.seed}, ${options.examples} examples`)
  return open.length === 0 && audit.exitCode === 0 ? 0 : 1
}

async function testRequests(
  { url, folder }: System,
  { python, schemathesis }: Tools,
  { examples, seed }: Options,
): Promise<Finding[]> {
  const report = join(folder, 'events.ndjson')
  const args = [
    ...[schemathesis.script, '--config-file', join(HERE, 'schemathesis.toml')],
    ...['run', `${url}/openapi.json`, '--checks', 'all', '--no-shrink', '--output-sanitize', 'false'],
    ...['--max-examples', String(examples), '--seed', String(seed), '--request-timeout', '30'],
    ...['--report', 'ndjson', '--report-ndjson-path', report],
  ]
  const hooks = { SCHEMATHESIS_HOOKS: join(HERE, 'hooks.py'), NO_PROXY: '127.0.0.1' }
  const variables = { ...schemathesis.variables, ...hooks }
  const run = await capture(python, args, { cwd: folder, variables, signal: stopping.signal })
  // 1: with failures.
  if (run.exitCode !== 0 && run.exitCode !== 1)
    throw new Error(`schemathesis ended with ${run.exitCode}:\n${run.stdout.slice(-4_000)}${run.stderr}`)
  return schemathesisFindings(readFileSync(report, 'utf8'))
}

async function lint({ url, folder }: System, { linters }: Tools): Promise<Finding[]> {
  const document = await fetch(`${url}/openapi.json`)
  writeFileSync(join(folder, 'openapi.json'), await document.text())
  const variables = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const run = (program: string, ...args: string[]) =>
    capture(process.execPath, [join(linters, program), 'lint', 'openapi.json', '--format', 'json', ...args], {
      ...{ cwd: folder, variables, signal: stopping.signal },
    })
  const spectral = await run('spectral', '--ruleset', join(HERE, 'linters/spectral.yaml'))
  const redocly = await run('redocly', '--config', join(HERE, 'linters/redocly.yaml'))
  return [...spectralFindings(spectral.stdout), ...redoclyFindings(redocly.stdout)]
}

/** @param work gets the system, with a folder that is removed with it */
async function withSystem(work: (system: System) => Promise<number>): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  await removeAbandonedFolders()
  const place = await makePlace()
  process.once('exit', () => place.remove())
  const folder = join(place.dataDir, 'contract')
  mkdirSync(folder)
  print('starting the system ...')
  const launcher = await npmStart(place)
  try {
    return await work({ place, url: `http://127.0.0.1:${place.ports.api}`, folder })
  } catch (error) {
    if (stopping.signal.aborted) return print('stopped') ?? 1
    throw error
  } finally {
    launcher.process.kill('SIGINT')
    await launcher.ended
  }
}

function readOptions() {
  const { help, ...numbers } = parsed()
  const [examples = 0, seed = 0] = Object.entries(numbers).map(([name, text]) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    throw new ConfigurationError(`--${name} takes a whole number from 1, not "${text}".`)
  })
  return { help, examples, seed }
}

function parsed() {
  try {
    const options = {
      help: { type: 'boolean', default: false },
      examples: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    } as const
    const { help, examples, seed } = parseArgs({ options }).values
    return { help, examples, seed }
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message} See npm run test:contract -- --help.`)
  }
}

function print(line: string): undefined {
  process.stdout.write(`${line}\n`)
}

runCommand(main)
