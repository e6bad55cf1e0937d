import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { identify, isAlive, type ProcessIdentity, processIdentity } from '#config/runtime-file.ts'

/**
 * Claims something for this process by a file: of all processes that try, one gets it, until it gives it up or ends. The
 * claim of a process that no longer lives counts for nothing.
 *
 * @returns undefined when it is ours, else who has it
 */
export function takeClaim(claim: string): ProcessIdentity | undefined {
  const ours = JSON.stringify(identify(process.pid))
  for (;;) {
    if (create(claim, ours)) return undefined
    const found = contentOf(claim)
    if (found === undefined) continue
    const holder = holderIn(found)
    if (holder !== undefined && isAlive(holder)) return holder
    const outcome = inherit(claim, found, ours)
    if (outcome !== 'changed') return outcome
  }
}

/** Gives up a claim of this process. */
export function releaseClaim(claim: string): void {
  rmSync(claim, { force: true })
}

/**
 * Puts ours in place of a dead claim. Only one process at a time may do that, or two that have both found it dead would
 * each replace it, the second one the living claim of the first; and which one, a claim decides.
 */
function inherit(claim: string, dead: string, ours: string): ProcessIdentity | undefined | 'changed' {
  const turn = `${claim}.${createHash('sha256').update(dead).digest('hex').slice(0, 16)}`
  const rival = takeClaim(turn)
  if (rival !== undefined) return rival
  try {
    if (contentOf(claim) !== dead) return 'changed'
    renameSync(draftOf(claim, ours), claim)
    return undefined
  } finally {
    releaseClaim(turn)
  }
}

/** A link appears with all of its content, or is refused because there is one: nobody ever reads half a claim. */
function create(claim: string, content: string): boolean {
  const draft = draftOf(claim, content)
  try {
    linkSync(draft, claim)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function draftOf(claim: string, content: string): string {
  const draft = `${claim}.${randomUUID()}`
  writeFileSync(draft, content, { flag: 'wx' })
  return draft
}

function contentOf(claim: string): string | undefined {
  try {
    return readFileSync(claim, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function holderIn(content: string): ProcessIdentity | undefined {
  try {
    return processIdentity.safeParse(JSON.parse(content)).data
  } catch {
    return undefined
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
