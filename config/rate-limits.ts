/** So many requests within so many seconds. */
export type Quota = { readonly requests: number; readonly windowSeconds: number }

/**
 * What is counted together, and how much of it is allowed unless `RATE_LIMIT_POLICIES` says otherwise: for people who use the store, and
 * for a service that acts for all of them.
 */
const DEFAULTS = {
  // Of a signed-in user.
  reads: { requests: 600, windowSeconds: 60 },
  writes: { requests: 120, windowSeconds: 60 },
  // The store asks for a quote for each product that comes into sight.
  costly: { requests: 300, windowSeconds: 60 },
  streams: { requests: 120, windowSeconds: 60 },
  // Of a service: everything that it asks for.
  services: { requests: 6_000, windowSeconds: 60 },
  // Of an address: what nobody asks for who is known, and credentials that were refused.
  anonymous: { requests: 1_200, windowSeconds: 60 },
  failures: { requests: 30, windowSeconds: 60 },
} as const satisfies Record<string, Quota>

export type PolicyName = keyof typeof DEFAULTS
export const POLICY_NAMES = Object.keys(DEFAULTS) as [PolicyName, ...PolicyName[]]

export type RateLimitSettings = {
  /** Whether each process counts for itself, or all of them together in Postgres. */
  readonly store: 'memory' | 'postgres'
  readonly policies: Readonly<Record<PolicyName, Quota>>
}

const MAX_REQUESTS = 1_000_000
const MAX_WINDOW_SECONDS = 86_400

/**
 * The quotas with those of the text in place of the defaults.
 *
 * @param text such as `reads=600/60,writes=120/60`: requests and seconds
 * @returns undefined for a text that is not of this form
 */
export function parsePolicies(text: string): RateLimitSettings['policies'] | undefined {
  const policies: Record<PolicyName, Quota> = { ...DEFAULTS }
  const given = new Set<string>()
  for (const entry of text.split(',')) {
    const [, name = '', requests, seconds] = /^ *([a-z]+)=(\d{1,7})\/(\d{1,5}) *$/.exec(entry) ?? []
    if (!Object.hasOwn(DEFAULTS, name) || given.has(name)) return undefined
    given.add(name)
    const quota = { requests: Number(requests), windowSeconds: Number(seconds) }
    if (quota.requests < 1 || quota.requests > MAX_REQUESTS) return undefined
    if (quota.windowSeconds < 1 || quota.windowSeconds > MAX_WINDOW_SECONDS) return undefined
    policies[name as PolicyName] = quota
  }
  return policies
}

export const DEFAULT_POLICIES: RateLimitSettings['policies'] = DEFAULTS
