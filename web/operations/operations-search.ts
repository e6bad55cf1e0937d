const PANELS = ['parked', 'undoing', 'stock', 'users'] as const
export type Panel = (typeof PANELS)[number]

export type OperationsSearch = {
  /** Left out: the first. */
  panel?: Exclude<Panel, 'parked'>
  /** Whose wallet is shown. */
  user?: string
}

/** What of the operators' page is kept in its address. */
export function operationsSearch(search: Record<string, unknown>): OperationsSearch {
  const panel = PANELS.find((known) => known === search.panel)
  const user = typeof search.user === 'string' && panel === 'users' ? search.user : undefined
  return { ...(panel && panel !== 'parked' && { panel }), ...(user && { user }) }
}
