import { findJsonMistake } from '#web/campaigns/rules-editor/rules-mistake.ts'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import type { Draft } from './draft.ts'
import { mistakesOf } from './draft-mistakes.ts'

/** Why a draft cannot even be sent, or undefined when it can. */
export function whyNotSendable(draft: Draft): string | undefined {
  if (findJsonMistake(draft.rules)) return 'Not saved: the rules are not JSON yet. What you typed stays.'
  const [mistake] = Object.values(mistakesOf(draft))
  return mistake && `Not saved: ${mistake}`
}

/** Why the API did not take it. What was typed is still there, whatever it was. */
export function sayNotSaved(error: unknown): string {
  const errors = problemOf(error, 'invalid_request')?.errors
  if (errors?.some(({ path }) => path.startsWith('rules'))) {
    const count = errors.length === 1 ? 'there is a mistake' : `there are ${errors.length} mistakes`
    return `Not saved: ${count} in the rules, told below the editor. What you typed stays.`
  }
  if (problemOf(error, 'campaign_moved_on')) return 'Not saved: somebody else saved first.'
  if (problemOf(error, 'unknown_campaign'))
    return 'Not saved: somebody deleted this campaign meanwhile. What you typed stays.'
  if (problemOf(error, 'campaign_exists')) return 'Not saved: there is a campaign of this name. Choose another.'
  const { title, message } = formatError(error)
  return `Not saved: ${title}. ${message}`
}
