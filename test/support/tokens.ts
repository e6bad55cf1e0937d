import { SignJWT } from 'jose'
import type { AuthSettings } from '#config/environment.ts'

const SECRET = 'a secret of the tests, with more than 32 bytes'

/** As with AUTH_JWT_SECRET. */
export const AUTH: AuthSettings = {
  issuer: 'https://id.example',
  audience: 'unicorn-store',
  keys: { secret: SECRET },
  rolesClaim: 'roles',
  clientsClaim: 'clients',
}

/** The same as a process is given it. */
export const AUTH_VARIABLES = {
  AUTH_ISSUER: AUTH.issuer,
  AUTH_AUDIENCE: AUTH.audience,
  AUTH_JWT_SECRET: SECRET,
}

/** The headers of a request by somebody whose token says this. */
export async function bearer(
  subject: string,
  claims: { roles: string[]; clients?: string[] },
  lifetime = '10 minutes',
): Promise<Record<string, string>> {
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(AUTH.issuer)
    .setAudience(AUTH.audience)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(new TextEncoder().encode(SECRET))
  return { Authorization: `Bearer ${token}` }
}
