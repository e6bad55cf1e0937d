import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand } from '#config/command.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { makePlace, npmRunToEnd, npmStart, type Place } from '#test/support/launched-system.ts'
import { removeAbandonedFolders } from '#test/support/temporary-folders.ts'
import { AUTH_VARIABLES } from '#test/support/tokens.ts'
import { aboutPeople, addPeople, type Document, foreignData, operationsForCustomers } from './customer.ts'
import {
  compare,
  exchangesOf,
  type Finding,
  readAccepted,
  redoclyFindings,
  schemathesisFindings,
  spectralFindings,
} from './findings.ts'
import { capture, findPython, obtainLinters, obtainSchemathesis } from './tools.ts'

const HELP = `npm run test:contract -- [options]

Starts the whole system on an empty database, and holds the API against its OpenAPI document: schemathesis makes requests that
the document allows, and ones that it does not, and checks each answer; Spectral and Redocly read the document. Then once more with auth,
as a customer: no answer may have anything of somebody else. Then the books are audited, both times. What is known and stands is in test/contract/accepted.json, with the reasons. Exits 1 on anything else.

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
  const tools = { python, schemathesis, linters }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  try {
    const asAnybody = await withSystem({}, (system) => askAsAnybody(system, tools, options))
    const asCustomer = await withSystem({ ...AUTH_VARIABLES, RATE_LIMITS: 'off' }, (system) =>
      askAsCustomer(system, tools, options),
    )
    return report([...asAnybody, ...asCustomer], options)
  } catch (error) {
    if (stopping.signal.aborted) return print('stopped') ?? 1
    throw error
  }
}

async function askAsAnybody(system: System, tools: Tools, options: Options): Promise<Finding[]> {
  return [
    ...(await lint(system, tools)),
    ...schemathesisFindings(await testRequests(system, tools, { ...options, document: `${system.url}/openapi.json` })),
    ...(await auditBooks(system)),
  ]
}

/** Most of the requests are about what is the customer's or somebody else's; there is no need for as many as of anybody. */
async function askAsCustomer(system: System, tools: Tools, options: Options): Promise<Finding[]> {
  const people = await addPeople(system.url)
  const published = (await (await fetch(`${system.url}/openapi.json`)).json()) as Document
  const document = join(system.folder, 'openapi.json')
  writeFileSync(document, JSON.stringify(aboutPeople(published, people)))
  const operations = operationsForCustomers(published)
  const before = await people.readOther()
  const examples = Math.ceil(options.examples / 2)
  const events = await testRequests(system, tools, {
    ...options,
    ...{ examples, document, operations, headers: people.headers },
  })
  const after = await people.readOther()
  const exchanges = exchangesOf(events)
  const isVain = !exchanges.some(({ status, uri }) => status === 200 && uri.includes(people.purchases[0] ?? ''))
  return [
    ...schemathesisFindings(events),
    ...foreignData(events, people.secrets),
    ...(after === before
      ? []
      : [ours('foreign_change', `of the other customer there was\n${before}\nand is\n${after}`)]),
    ...(isVain ? [ours('vain', "no request for what is the customer's own was answered")] : []),
    ...(await auditBooks(system)),
  ]
}

function ours(rule: string, detail: string): Finding {
  return { tool: 'ours', rule, at: 'the books', detail }
}

async function auditBooks({ place }: System): Promise<Finding[]> {
  const audit = await npmRunToEnd(place, 'audit')
  return audit.exitCode === 0 ? [] : [ours('audit', audit.printed)]
}

/** @returns the exit code */
function report(findings: readonly Finding[], { seed, examples }: Options): number {
  const { open, unused } = compare(findings, readAccepted(ACCEPTED))
  for (const { tool, rule, at, detail } of unused)
    print(`accepted, but not found this time: ${tool} ${rule} at ${at}: ${detail}`)
  for (const { tool, rule, at, detail } of open)
    print(`FOUND by ${tool}: ${rule} at ${at}\n${detail.replaceAll(/^/gm, '  ')}\n`)
  const books = open.some(({ rule }) => rule === 'audit') ? 'the books are NOT in order' : 'the books are in order'
  const count = `${open.length} findings, ${findings.length - open.length} accepted`
  print(`contract: ${count}, ${books}; seed ${seed}, ${examples} examples`)
  return open.length === 0 ? 0 : 1
}

type Requests = Pick<Options, 'examples' | 'seed'> & {
  /** Where the OpenAPI document is. */
  document: string
  /** Their ids; left out: all that there are. */
  operations?: readonly string[]
  /** Of every request. */
  headers?: Record<string, string>
}

/** @returns the events of schemathesis, a line of JSON each */
async function testRequests(
  { url, folder }: System,
  { python, schemathesis }: Tools,
  { examples, seed, document, operations = [], headers = {} }: Requests,
): Promise<string> {
  const report = join(folder, 'events.ndjson')
  const args = [
    ...[schemathesis.script, '--config-file', join(HERE, 'schemathesis.toml')],
    ...['run', document, '--url', url, '--checks', 'all', '--no-shrink', '--output-sanitize', 'false'],
    ...['--max-examples', String(examples), '--seed', String(seed), '--request-timeout', '30'],
    ...['--report', 'ndjson', '--report-ndjson-path', report],
    ...operations.flatMap((id) => ['--include-operation-id', id]),
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ]
  const hooks = { SCHEMATHESIS_HOOKS: join(HERE, 'hooks.py'), NO_PROXY: '127.0.0.1' }
  const variables = { ...schemathesis.variables, ...hooks }
  const run = await capture(python, args, { cwd: folder, variables, signal: stopping.signal })
  // 1: with failures.
  if (run.exitCode !== 0 && run.exitCode !== 1)
    throw new Error(`schemathesis ended with ${run.exitCode}:\n${run.stdout.slice(-4_000)}${run.stderr}`)
  return readFileSync(report, 'utf8')
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
async function withSystem(
  variables: Record<string, string>,
  work: (system: System) => Promise<Finding[]>,
): Promise<Finding[]> {
  await removeAbandonedFolders()
  const empty = await makePlace()
  const place = { ...empty, variables: { ...empty.variables, ...variables } }
  process.once('exit', () => place.remove())
  const folder = join(place.dataDir, 'contract')
  mkdirSync(folder)
  print('starting the system ...')
  const launcher = await npmStart(place)
  try {
    return await work({ place, url: `http://127.0.0.1:${place.ports.api}`, folder })
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
