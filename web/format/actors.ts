import type { components } from '#web/client/schema.d.ts'

export type Actor = components['schemas']['Actor']

/** Who did something, to follow what was done: `by operator olga`. */
export function byWhom({ role, id, client, name }: Actor): string {
  switch (role) {
    case 'customer':
      return 'by the customer'
    case 'service':
      return byOne(['the service', 'a service'], name ?? client ?? id)
    case 'operator':
      return byOne(['operator', 'an operator'], name ?? id)
    case 'client_operator':
      return `${byOne(['operator', 'an operator'], name ?? id)}${client === null ? '' : ` of ${client}`}`
    case 'demo':
      return 'by demo'
    case 'system':
      return id === 'seed' ? 'with the sample data' : 'by the store itself'
  }
}

function byOne([known, unknown]: [known: string, unknown: string], name: string | null): string {
  return name === null ? `by ${unknown}` : `by ${known} ${name}`
}

/** The same where it is only worth saying of somebody who signed in; undefined of the store itself, and in demo mode. */
export function bySomebody(actor: Actor | null | undefined): string | undefined {
  return actor && actor.role !== 'demo' && actor.role !== 'system' ? byWhom(actor) : undefined
}
