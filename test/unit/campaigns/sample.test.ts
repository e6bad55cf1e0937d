import { expect, test } from 'vitest'
import { readEnvironment } from '#config/environment.ts'
import { sampleCampaigns } from '#scripts/seed.ts'
import { evaluated, purchase } from '#test/support/campaign-examples.ts'

test.each(['USD', 'JPY', 'KWD', 'HUF'])('in %s the sample campaign gives back one per cent', (currency) => {
  const { money, pointValueMinor } = readEnvironment({ CURRENCY: currency })
  const [sample] = sampleCampaigns(money)
  const price = money.digits === 0 ? 170_000 : 1_700
  const { earned } = evaluated({ rules: sample?.terms.rules ?? [] }, purchase({ amount: price, total: price }))
  expect(earned * money.majorFromMinor(pointValueMinor)).toBe(price / 100)
})
