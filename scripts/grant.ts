import { parseOptions, requireClientNames, runCommand } from '#config/command.ts'
import { resolveDatabase } from '#config/connections.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { openDatabase } from '#db/client.ts'
import { grantRole, readIdentity, readWallet, revokeRole } from '#db/wallets.ts'

const HELP = `npm run grant -- --user NAME --role ROLE [options]: a role for a user whose provider of identities gives none

  --user NAME     their username
  --role ROLE     customer, service or operator
  --client NAME   a client whose events a service sends, or to which an operator is limited; may be given several times
  --revoke        takes the role away

Says whom it was, by id and by the identity at the provider: check them, for names are what people or providers chose.
Needs the owner's URL of the database (MIGRATE_DATABASE_URL) where it is not that of "npm start".`

const ROLES = ['customer', 'service', 'operator']

/** `npm run grant`: takes effect with the next request. */
async function main(): Promise<void> {
  const {
    help,
    user,
    role,
    client: clients,
    revoke,
  } = parseOptions({
    help: { type: 'boolean' },
    user: { type: 'string' },
    role: { type: 'string' },
    client: { type: 'string', multiple: true },
    revoke: { type: 'boolean' },
  })
  if (help) return console.log(HELP)
  if (user === undefined || role === undefined || !ROLES.includes(role)) {
    throw new ConfigurationError(`Give --user and --role, one of ${ROLES.join(', ')}. See "npm run grant -- --help".`)
  }
  requireClientNames(clients ?? [])
  const { migrateDatabaseUrl } = resolveDatabase(readEnvironment())
  const sql = openDatabase({ databaseUrl: migrateDatabaseUrl, applicationName: 'unicorn-grant', maxConnections: 1 })
  try {
    // A name that was only used for points may be anybody's yet.
    const wallet = await readWallet(sql, user)
    if (!wallet) throw new ConfigurationError(`There is no user "${user}". POST /users adds one.`)
    const { userId } = wallet
    const identity = await readIdentity(sql, userId)
    // Names are what people or providers chose. Texts of the provider may have anything in them, so as JSON.
    const at = identity ? `, ${JSON.stringify(identity.subject)} at ${JSON.stringify(identity.issuer)}` : ''
    const who = `${wallet.username} (${userId}${at})`
    if (revoke)
      return console.log(
        (await revokeRole(sql, userId, role)) ? `${who} is no ${role} any more` : `${who} was no ${role}`,
      )
    await grantRole(sql, userId, role, clients ?? null)
    return console.log(`${who} is ${role}${clients ? ` of ${clients.join(', ')}` : ''}`)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

runCommand(main)
