/** What is wrong with the name of a new campaign, if something is. */
export function nameMistake(name: string): string | undefined {
  const trimmed = name.trim()
  if (trimmed === '') return 'It needs a name.'
  // Addresses take these for the place itself, and for the way up.
  if (trimmed === '.' || trimmed === '..') return 'This name cannot be part of an address. Choose another.'
  return undefined
}
