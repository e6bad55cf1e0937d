import { takeClaim } from '#scripts/platform/claim.ts'

/** A process of its own that tries for each claim it is told of, and says whether it got it. */
process.on('message', ({ claim, at }: { claim: string; at: number }) => {
  // All of them at the same moment.
  while (Date.now() < at) {}
  const holder = takeClaim(claim)
  process.send?.({ claim, holder: holder?.pid ?? process.pid })
})
process.send?.('ready')
