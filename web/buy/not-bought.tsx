import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { sayInWords } from '#web/client/problem-words.ts'
import { useProductNames } from '#web/client/products.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { balanceAfterQuery, useTopUp } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { useRescuedFocus } from '#web/page/rescued-focus.ts'
import { BuyInstead } from './buy-instead.tsx'
import { useCheckout } from './checkout.tsx'
import type { Intent } from './intent.ts'
import { sayCovered, sayNotBought } from './refusal-words.ts'
import { suggestionsFor } from './suggestions.ts'
import { Verdict } from './verdict.tsx'

/** Why it came to nothing, and what would work: nobody is left standing. */
export function NotBought({ purchase, intent }: { purchase: Purchase; intent: Intent }) {
  const { dismiss } = useCheckout()
  const nameOf = useProductNames(purchase.lines)
  const settings = useQuery(settingsQuery)
  const balance = useQuery(balanceAfterQuery(purchase.username, purchase.purchaseId))
  const means = { balance: balance.data ?? 0, pointValue: settings.data?.pointValue ?? 0 }
  const missing = purchase.refusal?.code === 'insufficient_funds' ? purchase.refusal.missing : undefined
  const isCovered = missing !== undefined && purchase.amount !== null && means.balance >= purchase.amount
  const { title, message } = isCovered ? sayCovered(missing) : sayNotBought(purchase, nameOf)
  return (
    <Verdict tone="bad" title={title} message={message}>
      {suggestionsFor(purchase, intent.order, means).map((suggestion) => (
        <BuyInstead
          key={JSON.stringify(suggestion.order)}
          failed={intent}
          suggestion={suggestion}
          balance={means.balance}
        />
      ))}
      {missing !== undefined && !isCovered && settings.data?.demoMode && (
        <TopUp username={purchase.username} missing={missing} />
      )}
      <Button variant="default" onClick={dismiss}>
        Change the order
      </Button>
    </Verdict>
  )
}

/** Puts what is missing into the wallet. */
function TopUp({ username, missing }: { username: string; missing: number }) {
  const topUp = useTopUp(username)
  const failure = useRescuedFocus<HTMLParagraphElement>(topUp.error)
  return (
    <>
      <Button onClick={() => topUp.mutate(missing)} loading={topUp.isPending}>
        Top up {money(missing)}
      </Button>
      {topUp.error && (
        <Text role="alert" c="var(--mantine-color-error)" size="sm" ref={failure} tabIndex={-1}>
          {sayInWords(topUp.error).message}
        </Text>
      )}
    </>
  )
}
