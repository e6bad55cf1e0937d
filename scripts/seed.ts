import { parseArgs } from 'node:util'
import { runCommand } from '#config/command.ts'
import { resolveDatabase } from '#config/connections.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { openDatabase } from '#db/client.ts'
import { MAX_REQUEST_MINOR, minorFromMajor } from '#domain/money.ts'
import { addLoadData, addSampleData, type LoadData } from './seed-data.ts'

const USAGE = `npm run seed -- [options]

Adds the sample products, users and campaign, and load data if asked for. Safe to repeat: what is there already stays as it is.

  --users N      users load-user-00001 ... up to N
  --products N   products load-product-00001 ... up to N
  --stock N      initial stock of each load product (default 1000)
  --balance X    opening balance of each load user, in major units (default 10000)
  --help         this text`

runCommand(async () => {
  const wanted = readArguments(process.argv.slice(2))
  if (wanted === 'help') {
    console.log(USAGE)
    return
  }
  const { databaseUrl } = resolveDatabase(readEnvironment())
  const sql = openDatabase({ databaseUrl, applicationName: 'unicorn-seed', maxConnections: 1 })
  try {
    const sample = await addSampleData(sql)
    console.log(
      `Sample data: ${sample.products} products, ${sample.users} users and ${sample.campaigns} campaigns added.`,
    )
    await addLoadData(sql, wanted, (line) => console.log(line))
  } finally {
    await sql.end({ timeout: 5 })
  }
})

function readArguments(args: string[]): LoadData | 'help' {
  const values = parseOptions(args)
  if (values.help) return 'help'
  return {
    users: count('users', values.users, 10_000_000),
    products: count('products', values.products, 1_000_000),
    stock: count('stock', values.stock, 1_000_000_000),
    balanceMinor: balance(values.balance),
  }
}

function parseOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        users: { type: 'string', default: '0' },
        products: { type: 'string', default: '0' },
        stock: { type: 'string', default: '1000' },
        balance: { type: 'string', default: '10000' },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw new ConfigurationError(`${error instanceof Error ? error.message : error} See npm run seed -- --help.`)
  }
}

function count(name: string, given: string, max: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (value <= max) return value
  throw new ConfigurationError(`--${name} ${given}: must be a whole number from 0 to ${max}.`)
}

function balance(given: string): number {
  const minor = /^\d+(\.\d+)?$/.test(given) ? minorFromMajor(Number(given)) : undefined
  if (minor !== undefined) return minor
  throw new ConfigurationError(
    `--balance ${given}: must be from 0 to ${MAX_REQUEST_MINOR / 100}, with at most two decimals.`,
  )
}
