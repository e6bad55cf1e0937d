import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseOptions, runCommand } from '#config/command.ts'
import { readEnvironment } from '#config/environment.ts'
import { type Buyer, type Client, completedPurchases, openClient, startBuying } from './buyers.ts'
import { type Engine, openEngine, whatEngineLacks } from './engine.ts'
import {
  COSTLY_LIMIT,
  type Container,
  composeInstallation,
  IMAGE,
  type Installation,
  serviceOf,
} from './installation.ts'
import { makeStandIns, OVERRIDES, removeStandIns, whatStandInsLack } from './stand-ins.ts'

const HELP = `npm run test:containers -- [options]

Builds the image, and runs docker-compose.yml on the Docker engine of this machine: two APIs behind the proxy, two workers, auth on. Looks at how
the containers are locked up, buys while they are stopped and started one after the other, audits the books, and removes everything again.

  --real-images   pulls the images that the files name; without it, stand-ins for them are made on the spot
  --help          this text`

const MINUTES = 30
/** How long is bought before, between and after the restarts. */
const BUYING_MS = 4_000
const BUYERS = 8
const PRICE = 10
const FUNDS = 100_000

type Options = { help: boolean; 'real-images': boolean }

async function main(): Promise<number> {
  const options = readOptions()
  if (options.help) return print(HELP) ?? 0
  const environment = readEnvironment()
  const lack = (await whatEngineLacks()) ?? (options['real-images'] ? undefined : await whatStandInsLack(environment))
  if (lack !== undefined) return print(`the containers were left out: ${lack}`) ?? 0
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const engine = openEngine(AbortSignal.any([stopping.signal, AbortSignal.timeout(MINUTES * 60_000)]))
  try {
    return await withImages(engine, options, (overrides) => withInstallation(engine, overrides, tryOut))
  } catch (error) {
    if (stopping.signal.aborted) return print('stopped') ?? 1
    throw error
  }
}

// ---------------------------------------------------------------------------------------------------------------------

const failures: string[] = []

function check(what: string, isSo: boolean, otherwise: unknown = ''): void {
  print(`${isSo ? 'ok    ' : 'FAILED'} ${what}`)
  if (isSo) return
  failures.push(what)
  print(typeof otherwise === 'string' ? otherwise : JSON.stringify(otherwise, null, 2))
}

async function tryOut(installation: Installation): Promise<number> {
  const { publicUrl, compose, containers } = installation
  print('starting it ...')
  await compose('up', '--detach', '--wait', '--scale', 'api=2', '--scale', 'worker=2', 'worker', 'proxy')
  await checkContainers(await containers())
  await checkOwner(installation)
  const client = openClient(publicUrl, { authority: await installation.authority() })
  try {
    const { operator, buyers } = await openShop(installation, client)
    await checkProxy(installation, client, operator)
    await checkSharedLimit(client, buyers[0] as Buyer)
    await buyThroughRestarts(installation, client, { operator, buyers })
    await checkAudit(installation)
    await checkLogs(installation, [operator, ...buyers.map(({ token }) => token)])
  } finally {
    client.close()
  }
  print(failures.length === 0 ? 'containers: all is well' : `containers: ${failures.length} checks failed`)
  return failures.length === 0 ? 0 : 1
}

/** How they were started, and what the kernel says of the processes in ours. */
async function checkContainers(all: Container[]): Promise<void> {
  const ours = all.filter((container) => ['migrate', 'worker', 'api'].includes(serviceOf(container)))
  const count = (service: string) => ours.filter((container) => serviceOf(container) === service).length
  check(
    'one migration ran, and there are two workers and two APIs',
    count('migrate') + count('worker') + count('api') === 5,
  )
  const locked = ours.filter(
    ({ Config, HostConfig }) =>
      Config.User === 'node' &&
      HostConfig.ReadonlyRootfs &&
      HostConfig.CapDrop?.includes('ALL') &&
      HostConfig.SecurityOpt?.includes('no-new-privileges:true'),
  )
  check('each is not root, read-only, without capabilities and cannot gain any', locked.length === ours.length, ours)
  const checked = all.filter(({ State }) => State.Health !== undefined)
  const well = checked.filter(({ State }) => State.Health?.Status === 'healthy')
  check(
    'each server says by its own health check that it is well',
    well.length === checked.length && well.length === 7,
    {
      checked: checked.map(({ Name, State }) => [Name, State.Health?.Status]),
    },
  )
}

async function checkOwner({ exec, secrets }: Installation): Promise<void> {
  for (const service of ['worker', 'api']) {
    const status = await exec(service, 'cat', '/proc/1/status', '/proc/self/status')
    const values = (name: string) => [...status.matchAll(new RegExp(`^${name}:\\s+(\\S+)`, 'gm'))].map(([, one]) => one)
    const isBare = ['CapEff', 'CapPrm', 'CapBnd', 'CapInh'].every((name) =>
      values(name).every((set) => /^0+$/.test(set ?? '')),
    )
    const isLocked = isBare && values('NoNewPrivs').every((value) => value === '1') && !values('Uid').includes('0')
    check(`the kernel says the same of the processes of ${service}`, isLocked && values('Uid').length === 2, status)
    const writes =
      "try { fs.writeFileSync('/app/x', ''); console.log('wrote') } catch (error) { console.log(error.code) }"
    const written = await exec(service, 'node', '-e', writes)
    check(`${service} cannot write beside its code`, ['EROFS', 'EACCES'].includes(written.trim()), written)
  }
  const tables = "select distinct tableowner from pg_tables where schemaname = 'public'"
  const owners = await exec('postgres', 'psql', '--username=postgres', '--dbname=unicorn', '-tAc', tables)
  check('the tables are those of the owner alone, as whom migrate ran', owners.trim() === 'unicorn_owner', owners)
  const environment = await exec('api', 'node', '-p', 'JSON.stringify(process.env)')
  const owner = secrets.UNICORN_OWNER_PASSWORD ?? ''
  check("the API does not know the owner's password", owner !== '' && !environment.includes(owner))
}

/** Somebody who may everything, by a token from the image; customers with money, and a product. */
async function openShop({ exec }: Installation, client: Client): Promise<{ operator: string; buyers: Buyer[] }> {
  const tokenOf = async (user: string, role: string) =>
    (await exec('api', 'node', 'scripts/token.ts', '--user', user, '--role', role, '--minutes', '120')).trim()
  const operator = await tokenOf('opal', 'operator')
  const asOperator = async (path: string, body: object) => {
    const { status } = await client.insist('POST', path, { token: operator, body })
    if (status !== 201) throw new Error(`POST ${path} answered ${status}`)
  }
  const buyers: Buyer[] = []
  await asOperator('/products', { id: PRODUCT, name: 'A unicorn', description: 'Of wood.', price: PRICE, stock: STOCK })
  for (let number = 1; number <= BUYERS; number++) {
    const username = `${BUYER}${number}`
    await asOperator('/users', { username, balance: FUNDS })
    buyers.push({ username, token: await tokenOf(username, 'customer') })
  }
  return { operator, buyers }
}

const PRODUCT = 'wooden'
const STOCK = 100_000
/** A word that is found nowhere else. */
const BUYER = 'ottilie-'

/** What docs/deployment.md says of a proxy. */
async function checkProxy({ containers, logs }: Installation, client: Client, operator: string): Promise<void> {
  const { status, headers } = await client.insist('GET', '/users', { token: operator })
  check('an operator is answered through the proxy, by TLS', status === 200)
  check('browsers are told to come by https only', headers['strict-transport-security'] === 'max-age=31536000', headers)
  const spoofed = '203.0.113.7'
  const nobody = await client.insist('GET', '/users', { headers: { 'X-Forwarded-For': spoofed } })
  check('nobody is told nothing', nobody.status === 401, nobody.body)
  const apis = await containers('api')
  const lines = (await Promise.all(apis.map(logs))).flatMap(({ stdout }) => stdout.split('\n'))
  const refused = lines.filter((line) => line.includes(String(nobody.body.requestId)))
  const [proxy] = await containers('proxy')
  const networks = Object.values(proxy?.NetworkSettings.Networks ?? {})
  const isClients = (line: string) => networks.some(({ Gateway }) => line.includes(`"address":"${Gateway}"`))
  check(
    'the address that counts is neither the proxy nor what a client writes',
    refused.length > 0 && refused.every(isClients),
    {
      refused,
      networks,
    },
  )
  const others = await client.insist('GET', '/users', { token: operator, headers: { Host: 'evil.example' } })
  check('what is meant for another host is not answered', others.body.items === undefined, others.body)
}

/** Both APIs are asked, and count together. */
async function checkSharedLimit(client: Client, { username, token }: Buyer): Promise<void> {
  const quote = { token, body: { userId: username, productId: PRODUCT, quantity: 1 } }
  const answers = await Promise.all(
    Array.from({ length: 3 * COSTLY_LIMIT }, () => client.ask('POST', '/purchase/quote', quote)),
  )
  const counts = [200, 429].map((status) => answers.filter((answer) => answer.status === status).length)
  check(
    'both APIs together let a caller through as often as the limit says',
    counts.join() === `${COSTLY_LIMIT},${2 * COSTLY_LIMIT}`,
    counts,
  )
}

// ---------------------------------------------------------------------------------------------------------------------

type Shop = { operator: string; buyers: Buyer[] }

/** Stops and starts one worker, one API, then all of them, one after the other, under load. */
async function buyThroughRestarts(
  installation: Installation,
  client: Client,
  { operator, buyers }: Shop,
): Promise<void> {
  const { containers } = installation
  const [workers, apis] = [await containers('worker'), await containers('api')]
  const load = startBuying(client, buyers, PRODUCT)
  const rounds = {
    'one worker': workers.slice(0, 1),
    'one API': apis.slice(0, 1),
    'each worker, then each API': [...workers, ...apis],
  }
  try {
    await sleep(BUYING_MS)
    for (const [name, round] of Object.entries(rounds)) {
      const before = load.bought.length
      for (const container of round) await restart(installation, container)
      await sleep(BUYING_MS)
      const count = load.bought.length - before
      check(`${count} purchases were made while ${name} was stopped and started`, count > 0)
    }
  } finally {
    await load.stop()
  }
  await checkPurchases(client, { operator, buyers }, load)
}

async function restart({ inspect, start, stop, healthy }: Installation, container: Container): Promise<void> {
  const asked = performance.now()
  await stop(container)
  const seconds = (performance.now() - asked) / 1_000
  const { State, Config } = await inspect(container)
  // Killed after that time, its exit code is 137.
  check(
    `${container.Name.slice(1)} ended by itself, in ${seconds.toFixed(1)} of its ${Config.StopTimeout} s, with exit code 0`,
    State.Status === 'exited' && State.ExitCode === 0 && Config.StopTimeout === 15,
    State,
  )
  await sleep(BUYING_MS / 4)
  await start(container)
  await healthy(container)
}

async function checkPurchases(
  client: Client,
  { operator, buyers }: Shop,
  load: ReturnType<typeof startBuying>,
): Promise<void> {
  const { bought, complaints } = load
  const repeated = Map.groupBy(
    bought.flatMap((one) => one.repeated),
    (why) => why,
  )
  const reasons = [...repeated].map(([why, { length }]) => `${length} after ${why}`).join(', ')
  const accepted = bought.filter(({ wasAccepted }) => wasAccepted).length
  print(
    `       ${bought.length} purchases, ${accepted} of them answered 202 first; requests sent again: ${reasons || 'none'}`,
  )
  check('every order was carried out', complaints.length === 0, complaints.slice(0, 10))
  for (const buyer of buyers) {
    const told = bought.filter(({ username }) => username === buyer.username).map(({ purchaseId }) => purchaseId)
    const listed = await completedPurchases(client, buyer)
    const wallet = await client.insist('GET', `/users/balance/${buyer.username}`, { token: buyer.token })
    const isExact =
      told.toSorted().join() === listed.toSorted().join() && wallet.body.balance === FUNDS - told.length * PRICE
    check(
      `${buyer.username} has what was bought and has paid for it, ${told.length} times`,
      isExact && told.length > 0,
      {
        missing: told.filter((id) => !listed.includes(id)),
        unknown: listed.filter((id) => !told.includes(id)),
        wallet: wallet.body,
      },
    )
  }
  const { body } = await client.insist('GET', `/products/${PRODUCT}`, { token: operator })
  check('the stock is less by what was sold', body.stock === STOCK - bought.length, body)
}

async function checkAudit({ compose }: Installation): Promise<void> {
  const report = await compose('exec', '--no-TTY', 'api', 'node', 'scripts/audit.ts', '--with-temporal')
  check('the audit in the image finds the books in order, with Temporal, too', JSON.parse(report).ok === true, report)
}

async function checkLogs({ containers, logs, secrets }: Installation, tokens: string[]): Promise<void> {
  const hidden = [...Object.values(secrets), ...tokens]
  for (const container of await containers()) {
    const { stdout, stderr } = await logs(container)
    const found = hidden.filter((secret) => stdout.includes(secret) || stderr.includes(secret))
    const name = container.Name.slice(1)
    check(`the log of ${name} holds no secret`, found.length === 0)
    if (!['worker', 'api'].includes(serviceOf(container))) continue
    const lines = stdout.split('\n').filter((line) => line !== '')
    check(
      `${name} logs to stdout, in lines of JSON, and nobody's name`,
      lines.length > 0 && lines.every(isJson) && stderr === '' && !stdout.includes(BUYER),
      {
        stderr: stderr.slice(0, 2_000),
        odd: lines.filter((line) => !isJson(line) || line.includes(BUYER)).slice(0, 10),
      },
    )
  }
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}

// ---------------------------------------------------------------------------------------------------------------------

/** @param work gets what the compose file is to use instead of its images; those that were made are removed after it */
async function withImages(
  engine: Engine,
  options: Options,
  work: (overrides: Record<string, object>) => Promise<number>,
): Promise<number> {
  if (options['real-images']) return await work({})
  const [nodeImage = ''] =
    /(?<=^FROM )\S+/m.exec(readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8')) ?? []
  print('making stand-ins for the images ...')
  try {
    await makeStandIns(engine, { nodeImage, environment: readEnvironment() })
    return await work(OVERRIDES)
  } finally {
    await removeStandIns(openEngine())
  }
}

async function withInstallation(
  engine: Engine,
  overrides: Record<string, object>,
  work: (installation: Installation) => Promise<number>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'unicorn-store-containers-'))
  const installation = await composeInstallation(engine, folder, overrides)
  try {
    await installation.down()
    print('building the image ...')
    await installation.compose('build', 'api')
    return await work(installation)
  } finally {
    await installation.down()
    await openEngine().docker('image', 'rm', '--force', IMAGE)
    rmSync(folder, { recursive: true, force: true })
  }
}

function readOptions(): Options {
  const { help = false, 'real-images': realImages = false } = parseOptions({
    help: { type: 'boolean' },
    'real-images': { type: 'boolean' },
  })
  return { help, 'real-images': realImages }
}

function print(line: string): undefined {
  process.stdout.write(`${line}\n`)
}

runCommand(main)
