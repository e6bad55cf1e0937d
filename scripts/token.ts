import { SignJWT } from 'jose'
import { parseOptions, requireClientNames, runCommand } from '#config/command.ts'
import { resolveDatabase } from '#config/connections.ts'
import { type AuthSettings, ConfigurationError, type Environment, readEnvironment } from '#config/environment.ts'
import { openDatabase } from '#db/client.ts'
import { findUser } from '#db/wallets.ts'

const HELP = `npm run token -- --user NAME --role ROLE [options]: an access token to try the API with, on stdout

  --user NAME     of a customer: their username; of the others: any name
  --role ROLE     customer, service or operator
  --client NAME   a client whose events a service sends, or to which an operator is limited; may be given several times
  --minutes N     how long it is valid; default 60

Needs AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWT_SECRET, as the API has them.`

const ROLES = ['customer', 'service', 'operator']

/** `npm run token`: nothing but the token on stdout. */
async function main(): Promise<void> {
  const {
    help,
    user,
    role,
    client: clients = [],
    minutes = '60',
  } = parseOptions({
    help: { type: 'boolean' },
    user: { type: 'string' },
    role: { type: 'string' },
    client: { type: 'string', multiple: true },
    minutes: { type: 'string' },
  })
  if (help) return console.log(HELP)
  if (user === undefined || role === undefined || !ROLES.includes(role)) {
    throw new ConfigurationError(`Give --user and --role, one of ${ROLES.join(', ')}. See "npm run token -- --help".`)
  }
  requireClientNames(clients)
  if (!/^[1-9]\d{0,5}$/.test(minutes)) throw new ConfigurationError(`--minutes takes a whole number, not "${minutes}".`)
  const environment = readEnvironment()
  const { auth } = environment
  if (auth === undefined || !('secret' in auth.keys)) {
    throw new ConfigurationError('Set AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWT_SECRET as for the API.')
  }
  const subject = role === 'customer' ? await userIdOf(environment, user) : user
  return console.log(await sign(auth, auth.keys.secret, { subject, role, clients, minutes }))
}

async function userIdOf(environment: Environment, username: string): Promise<string> {
  const { databaseUrl } = resolveDatabase(environment)
  const sql = openDatabase({ databaseUrl, applicationName: 'unicorn-token', maxConnections: 1 })
  try {
    const id = await findUser(sql, username)
    if (id === undefined) throw new ConfigurationError(`There is no user "${username}". POST /users adds one.`)
    return id
  } finally {
    await sql.end({ timeout: 5 })
  }
}

type Wanted = { subject: string; role: string; clients: string[]; minutes: string }

async function sign(auth: AuthSettings, secret: string, { subject, role, clients, minutes }: Wanted): Promise<string> {
  return await new SignJWT({ [auth.rolesClaim]: [role], ...(clients.length > 0 && { [auth.clientsClaim]: clients }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(auth.issuer)
    .setAudience(auth.audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(`${minutes} minutes`)
    .sign(new TextEncoder().encode(secret))
}

runCommand(main)
