import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand } from '#config/command.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { makePlace, npmStart } from '#test/support/launched-system.ts'
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
the document allows, and ones that it does not, and checks each answer; Spectral and Redocly read the document. What is known and stands
is in test/contract/accepted.json, with the reasons. Exits 1 on anything else.

  --examples N   requests for each operation that are made up at random; default 20
  --seed S       of these requests; default 1
  --help         this text`

const HERE = import.meta.dirname
const ACCEPTED = join(HERE, 'accepted.json')

async function main(): Promise<number> {
  const { help, examples, seed } = readOptions()
  if (help) return print(HELP) ?? 0
  const environment = readEnvironment()
  const python = await findPython(environment)
  if (python === undefined) return print('the contract was left out: there is no Python 3.10 or newer with pip') ?? 0
  const [schemathesis, linters] = await Promise.all([
    obtainSchemathesis(python, environment, print),
    obtainLinters(environment, print),
  ])
  return await withSystem(async (url, folder) => {
    const document = await fetch(`${url}/openapi.json`)
    writeFileSync(join(folder, 'openapi.json'), await document.text())
    const findings = [...(await lint(linters, folder)), ...(await testRequests())]
    const { open, unused } = compare(findings, readAccepted(ACCEPTED))
    for (const finding of open) print(format(finding))
    for (const { tool, rule, at, detail } of unused)
      print(`accepted, but not found this time: ${tool} ${rule} at ${at}: ${detail}`)
    const accepted = `${findings.length - open.length} accepted`
    print(`contract: ${open.length} findings, ${accepted}; seed ${seed}, ${examples} examples`)
    return open.length === 0 ? 0 : 1

    async function testRequests(): Promise<Finding[]> {
      const report = join(folder, 'events.ndjson')
      const run = await capture(
        python as string,
        [
          ...[schemathesis.script, '--config-file', join(HERE, 'schemathesis.toml')],
          ...['run', `${url}/openapi.json`, '--checks', 'all', '--no-shrink', '--output-sanitize', 'false'],
          ...['--max-examples', String(examples), '--seed', String(seed), '--request-timeout', '30'],
          ...['--report', 'ndjson', '--report-ndjson-path', report],
        ],
        {
          cwd: folder,
          variables: { ...schemathesis.variables, SCHEMATHESIS_HOOKS: join(HERE, 'hooks.py'), NO_PROXY: '127.0.0.1' },
        },
      )
      // 1: with failures.
      if (run.exitCode !== 0 && run.exitCode !== 1)
        throw new Error(`schemathesis ended with ${run.exitCode}:\n${run.stdout.slice(-4_000)}${run.stderr}`)
      return schemathesisFindings(readFileSync(report, 'utf8'))
    }
  })
}

function readOptions() {
  const { help, ...numbers } = parsed()
  const [examples = 0, seed = 0] = Object.entries(numbers).map(([name, text]) => {
    if (/^\d{1,9}$/.test(text)) return Number(text)
    throw new ConfigurationError(`--${name} takes a whole number, not "${text}".`)
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

function format({ tool, rule, at, detail }: Finding): string {
  return `FOUND by ${tool}: ${rule} at ${at}\n${detail.replaceAll(/^/gm, '  ')}\n`
}

/** @param work gets the URL of the API, and a folder that is removed with the system */
async function withSystem(work: (url: string, folder: string) => Promise<number>): Promise<number> {
  await removeAbandonedFolders()
  const place = await makePlace()
  process.once('exit', () => place.remove())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const folder = join(place.dataDir, 'contract')
  mkdirSync(folder)
  print('starting the system ...')
  const launcher = await npmStart(place)
  try {
    return await work(`http://127.0.0.1:${place.ports.api}`, folder)
  } finally {
    launcher.process.kill('SIGINT')
    await launcher.ended
  }
}

async function lint(programs: string, folder: string): Promise<Finding[]> {
  const variables = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const run = (program: string, ...args: string[]) =>
    capture(process.execPath, [join(programs, program), 'lint', 'openapi.json', ...args], { cwd: folder, variables })
  const spectral = await run('spectral', '--ruleset', join(HERE, 'linters/spectral.yaml'), '--format', 'json')
  const redocly = await run('redocly', '--config', join(HERE, 'linters/redocly.yaml'), '--format', 'json')
  return [...spectralFindings(spectral.stdout), ...redoclyFindings(redocly.stdout)]
}

runCommand(main)
