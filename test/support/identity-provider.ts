import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import Provider from 'oidc-provider'
import type { AuthSettings } from '#config/environment.ts'
import { freePort } from '#scripts/platform/processes.ts'

/** What the provider says of somebody besides their subject. */
export type Person = Record<string, unknown>

/**
 * A provider of identities (OpenID Connect) on loopback, with forms that take any password, and one client: the store.
 *
 * @param people by their subjects, which are also what they sign in with
 */
export async function openIdentityProvider(people: Record<string, Person>) {
  const storePort = await freePort()
  const publicUrl = new URL(`http://127.0.0.1:${storePort}`)
  let answer: ReturnType<Provider['callback']> | undefined
  const server = createServer((incoming, outgoing) => answer?.(incoming, outgoing))
  const issuer = await listen(server)
  const clientSecret = 'a secret of the store, for tests'
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    clients: [
      {
        client_id: 'store',
        client_secret: clientSecret,
        redirect_uris: [new URL('/auth/callback', publicUrl).href],
        post_logout_redirect_uris: [new URL('/store/', publicUrl).href],
        backchannel_logout_uri: new URL('/auth/backchannel-logout', publicUrl).href,
        backchannel_logout_session_required: true,
      },
    ],
    cookies: { keys: ['of the tests'] },
    claims: { openid: ['sub', 'roles', 'clients'], profile: ['name', 'preferred_username'] },
    // What is asked for with a scope is in the ID token, too.
    conformIdTokenClaims: false,
    features: { backchannelLogout: { enabled: true } },
    pkce: { required: () => true },
    // It would not call loopback addresses, as the one of the store is here.
    fetch: (address: URL, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) =>
      fetch(address, options),
    findAccount: (_: unknown, subject: string) =>
      people[subject] && { accountId: subject, claims: () => ({ sub: subject, ...people[subject] }) },
  })
  const issued: string[] = []
  provider.on('grant.success', ({ body }) => issued.push(String(body.access_token), String(body.id_token)))
  answer = provider.callback()
  const auth: AuthSettings = {
    issuer,
    audience: 'unicorn-store',
    keys: { jwksUrl: new URL('/jwks', issuer) },
    rolesClaim: 'roles',
    clientsClaim: 'clients',
    signIn: { clientId: 'store', clientSecret, publicUrl },
  }
  return {
    issuer,
    /** Of an API that is to be served on `storePort`. */
    auth,
    storePort,
    /** Every token that clients were given, oldest first. */
    issued,
    /** Something signed by the provider, whether it would ever say so or not. */
    sign: async (claims: { [Claim in keyof JWTPayload]: JWTPayload[Claim] | undefined }, typ = 'logout+jwt') =>
      await new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: 'RS256', typ }).sign(privateKey),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/**
 * A browser without a screen: it keeps cookies by host, follows redirections, and fills in the forms of the provider.
 *
 * @param see is given every answer on the way
 */
export function openClient(see: (answer: Response) => void = () => {}) {
  const jars = new Map<string, Map<string, string>>()

  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url)
    const jar = jars.get(host) ?? new Map<string, string>()
    jars.set(host, jar)
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookies && { Cookie: cookies }), ...(init.headers as Record<string, string>) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    see(response)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const hasEnded = /; *max-age=0/i.test(line) || /; *expires=Thu, 01 Jan 1970/i.test(line)
      if (hasEnded) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }

  /** Follows redirections to the last answer. */
  async function visit(start: string, init?: RequestInit): Promise<{ url: string; response: Response }> {
    let url = start
    let response = await send(url, init)
    for (let hops = 0; hops < 20 && response.headers.has('Location'); hops += 1) {
      url = new URL(response.headers.get('Location') ?? '', url).href
      if (new URL(url).pathname.startsWith('/store/')) break
      response = await send(url)
    }
    return { url, response }
  }

  return {
    send,
    visit,
    cookies: (url: string) => jars.get(new URL(url).host) ?? new Map<string, string>(),
    /** @returns where in the store it ends */
    async signIn(store: string, login: string, path = ''): Promise<string> {
      let at = await visit(`${store}/auth/sign-in${path}`)
      for (let forms = 0; forms < 2 && at.url.includes('/interaction/'); forms += 1) {
        const page = await at.response.text()
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? 'login'
        const body = new URLSearchParams({ prompt, ...(prompt === 'login' && { login, password: 'any' }) })
        at = await visit(at.url, { method: 'POST', body })
      }
      return at.url
    },
  }
}
