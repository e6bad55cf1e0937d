/** What is wrong with the name of a new campaign, if something is. */
export function nameMistake(name: string): string | undefined {
  const trimmed = name.trim()
  if (trimmed === '') return 'It needs a name.'
  // The address of the page where campaigns are made, and what addresses take for a way up.
  if (['new', '.', '..'].includes(trimmed)) return 'This name cannot be part of an address. Choose another.'
  return undefined
}
